//! `cargo xtask book`: runs the chapters' programs and gathers their reports, or checks the
//! companion pages against the code.

mod check;
mod companion;
mod index;
mod shown;

use std::{
    collections::BTreeSet,
    env, fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result, bail};
use serde::Deserialize;

/// The chapters' programs, in the book's order; quick ones take less than three minutes.
const PROGRAMS: [Program; 23] = [
    Program::quick("ch01", "ch01"),
    Program::quick("ch02", "ch02"),
    Program::long("ch03", "ch03"),
    Program::long("ch03_exercises", "ch03"),
    Program::quick("ch04", "ch04"),
    Program::long("ch04_streaming", "ch04"),
    Program::quick("ch10_neurons", "ch10"),
    Program::long("ch10_playground", "ch10"),
    Program::long("ch10_fashion_mnist", "ch10"),
    Program::quick("ch10_housing", "ch10"),
    Program::quick("ch10_tools", "ch10"),
    Program::long("ch10_search", "ch10"),
    Program::long("ch10_mnist", "ch10"),
    Program::quick("ch12_tensors", "ch12"),
    Program::quick("ch12_custom_parts", "ch12"),
    Program::quick("ch12_custom_models", "ch12"),
    Program::quick("ch12_custom_loops", "ch12"),
    Program::long("ch12_custom_fashion", "ch12"),
    Program::quick("ch12_autodiff", "ch12"),
    Program::quick("ch12_functions", "ch12"),
    Program::quick("appendix_d", "appendix-d"),
    Program::quick("appendix_f", "appendix-f"),
    Program::quick("appendix_g", "appendix-g"),
];

struct Program {
    name: &'static str,
    /// The companion page `docs/book/<page>.md`; a chapter may have several programs.
    page: &'static str,
    quick: bool,
}

impl Program {
    const fn quick(name: &'static str, page: &'static str) -> Self {
        Self {
            name,
            page,
            quick: true,
        }
    }

    const fn long(name: &'static str, page: &'static str) -> Self {
        let quick = false;
        Self { name, page, quick }
    }
}

fn is_program(name: &str) -> bool {
    PROGRAMS.iter().any(|program| program.name == name)
}

/// Run the book's chapters and put the book's numbers beside ours.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Chapters or programs to run (ch01, ch12, appendix-d, ch12_tensors ...); all of them without a name.
    chapters: Vec<String>,
    /// Only check that docs/book accounts for every row and that what it names exists.
    #[arg(long)]
    check: bool,
    /// Only the chapters that take less than three minutes.
    #[arg(long)]
    quick: bool,
    /// Succeed although a part could not run because its data are missing.
    #[arg(long)]
    allow_missing: bool,
}

/// What a chapter's program writes to `target/book/<chapter>/report.json`.
#[derive(Debug, Deserialize)]
struct Report {
    name: String,
    title: String,
    numbers: Vec<Number>,
    pictures: Vec<Picture>,
    not_run: Vec<String>,
}

#[derive(Debug, Deserialize)]
struct Number {
    id: String,
    label: String,
    book: String,
    ours: String,
    tolerance: String,
    passed: bool,
}

#[derive(Debug, Deserialize)]
struct Picture {
    figure: String,
    caption: String,
    file: String,
}

pub(crate) fn run(args: &Args) -> Result<()> {
    let root = crate::workspace_root();
    if args.check {
        return check::run(&root);
    }
    let programs = select(args)?;
    let out = root.join("target/book");
    let mut problems = Vec::new();
    let mut reports = Vec::new();
    for program in programs {
        let report = run_chapter(&root, &out, program)?;
        let page = companion::Page::read(&root, program.page)?;
        problems.extend(judge(&page, &report, args.allow_missing));
        reports.push(report);
    }
    let index_file = out.join("index.html");
    fs::write(&index_file, index::page(&reports))
        .with_context(|| format!("writing {}", index_file.display()))?;
    println!("\nReport: {}", index_file.display());
    if problems.is_empty() {
        return Ok(());
    }
    bail!("the book is not reproduced:\n  {}", problems.join("\n  "))
}

fn select(args: &Args) -> Result<Vec<&'static Program>> {
    let named = |p: &Program, name: &String| name == p.name || name == p.page;
    for name in &args.chapters {
        if !PROGRAMS.iter().any(|p| named(p, name)) {
            let known: Vec<&str> = PROGRAMS.iter().map(|p| p.name).collect();
            bail!("no program for chapter {name:?}; there are: {}", known.join(", "));
        }
    }
    let wanted = |p: &&Program| {
        (args.chapters.is_empty() || args.chapters.iter().any(|name| named(p, name)))
            && (!args.quick || p.quick)
    };
    Ok(PROGRAMS.iter().filter(wanted).collect())
}

fn run_chapter(root: &Path, out: &Path, program: &Program) -> Result<Report> {
    let report: PathBuf = out.join(program.name).join("report.json");
    // A report of an earlier run must not stand in for one that failed half-way.
    if report.exists() {
        fs::remove_file(&report).with_context(|| format!("removing {}", report.display()))?;
    }
    let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    // Without a package, as the README's own commands: the same features, so nothing is built twice.
    let status = Command::new(cargo)
        .args(["run", "--quiet", "--release", "--example", program.name])
        .env("ML_BOOK_OUT", out)
        .current_dir(root)
        .status()
        .with_context(|| format!("starting the program of {}", program.name))?;
    if !status.success() {
        bail!("the program of {} failed ({status})", program.name);
    }
    let text = fs::read_to_string(&report).with_context(|| format!("reading {}", report.display()))?;
    serde_json::from_str(&text).with_context(|| format!("{} is not a report", report.display()))
}

/// What is wrong with a chapter: numbers that differ, numbers that nobody reported, parts not run.
fn judge(page: &companion::Page, report: &Report, allow_missing: bool) -> Vec<String> {
    let failed = report.numbers.iter().filter(|n| !n.passed);
    let mut problems: Vec<String> = failed
        .map(|n| {
            format!(
                "{} {}: ours {}, book {} ({})",
                n.id, n.label, n.ours, n.book, n.tolerance
            )
        })
        .collect();
    if allow_missing && !report.not_run.is_empty() {
        return problems;
    }
    problems.extend(
        report
            .not_run
            .iter()
            .map(|line| format!("{}: not run: {line}", report.name)),
    );
    let reported: BTreeSet<&str> = report.numbers.iter().map(|n| n.id.as_str()).collect();
    for id in page.numbers_of(&report.name) {
        if !reported.contains(id.as_str()) {
            problems.push(format!(
                "{id}: listed in docs/book/{}.md, but {} reports no such number",
                page.name, report.name
            ));
        }
    }
    problems
}

#[cfg(test)]
mod tests {
    use super::{Args, select};

    #[test]
    fn a_page_stands_for_all_its_programs() {
        let names = |chapters: &[&str]| -> Vec<&str> {
            let chapters = chapters.iter().map(|&name| name.to_owned()).collect();
            let args = Args {
                chapters,
                check: false,
                quick: true,
                allow_missing: false,
            };
            select(&args)
                .unwrap()
                .iter()
                .map(|program| program.name)
                .collect()
        };
        assert_eq!(
            names(&["ch12"]),
            [
                "ch12_tensors",
                "ch12_custom_parts",
                "ch12_custom_models",
                "ch12_custom_loops",
                "ch12_autodiff",
                "ch12_functions"
            ]
        );
        assert_eq!(
            names(&["appendix-d", "ch12_tensors"]),
            ["ch12_tensors", "appendix_d"]
        );
        assert_eq!(names(&["appendix_d"]), ["appendix_d"]);
        assert_eq!(names(&[]).len(), 15);
    }
}

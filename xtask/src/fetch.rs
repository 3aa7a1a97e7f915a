//! `cargo xtask fetch`: data sets into the cache.

use std::sync::Arc;

use anyhow::{Result, bail};
use ml_core::observer::ProgressBars;
use ml_data::registry::{Dataset, Fetcher, Mirror};

/// Fetch, list or verify data sets.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Names of data sets, as --list shows them.
    names: Vec<String>,
    /// All data sets.
    #[arg(long, conflicts_with = "names")]
    all: bool,
    /// Show what there is and what is here, and fetch nothing. With names: all about those.
    #[arg(long)]
    list: bool,
    /// Compare the files that are here with their checksums, and fetch nothing. Without names: of every
    /// data set that is here.
    #[arg(long, conflicts_with = "list")]
    verify: bool,
    /// Folder or address that serves DATASET/FILE in place of the original sources
    /// [default: $ML_DATASETS_MIRROR].
    #[arg(long, value_name = "DIR_OR_URL")]
    mirror: Option<String>,
    /// Fetch anew what is here already.
    #[arg(long, conflicts_with_all = ["list", "verify"])]
    force: bool,
}

/// Does what was asked; every data set is tried, and any failure makes it fail.
pub(crate) fn run(args: &Args) -> Result<()> {
    let mut fetcher = Fetcher::from_env()?;
    fetcher.observer = Arc::new(ProgressBars::new());
    fetcher.force = args.force;
    if let Some(mirror) = &args.mirror {
        fetcher.mirror = Some(Mirror::new(mirror));
    }
    let names = names(args, &fetcher)?;
    if args.list {
        list(&fetcher, &names, !args.names.is_empty());
        return Ok(());
    }
    let act = if args.verify { verify } else { fetch };
    for_each(&names, |name| act(&fetcher, name))
}

/// The data sets asked for, in the registry's order when all are.
fn names(args: &Args, fetcher: &Fetcher) -> Result<Vec<String>> {
    for name in &args.names {
        fetcher.registry.get(name)?;
    }
    if !args.names.is_empty() {
        return Ok(args.names.clone());
    }
    let wanted = |dataset: &&Dataset| !args.verify || args.all || fetcher.cache.has(dataset);
    if args.all || args.list || args.verify {
        let all = fetcher.registry.datasets().iter();
        return Ok(all.filter(wanted).map(|d| d.name.clone()).collect());
    }
    bail!("which data sets? give names, or --all; --list shows what there is")
}

fn fetch(fetcher: &Fetcher, name: &str) -> Result<String> {
    let fetched = fetcher.fetch(name)?;
    let what = if fetched.fresh { "fetched" } else { "was here" };
    Ok(format!("{what}, in {}", fetched.folder.display()))
}

fn verify(fetcher: &Fetcher, name: &str) -> Result<String> {
    let files = fetcher.verify(name)?;
    Ok(format!(
        "unchanged ({files} {})",
        if files == 1 { "file" } else { "files" }
    ))
}

fn for_each(names: &[String], act: impl Fn(&str) -> Result<String>) -> Result<()> {
    let width = names.iter().map(String::len).max().unwrap_or(0);
    let mut failed = Vec::new();
    for name in names {
        match act(name) {
            Ok(text) => println!("{name:width$}  {text}"),
            Err(error) => {
                eprintln!("{name:width$}  FAILED: {error}");
                failed.push(name.as_str());
            }
        }
    }
    if failed.is_empty() {
        return Ok(());
    }
    bail!(
        "{} of {} data sets failed: {}",
        failed.len(),
        names.len(),
        failed.join(", ")
    )
}

/// A table: name, whether it is here, size of the download, what it is; with `details`, all about each.
fn list(fetcher: &Fetcher, names: &[String], details: bool) {
    let datasets = fetcher
        .registry
        .datasets()
        .iter()
        .filter(|d| names.contains(&d.name));
    println!("data set             here   download  task                   what it is");
    for dataset in datasets {
        let here = if fetcher.cache.has(dataset) { "yes" } else { "no" };
        let size = size(dataset.bytes());
        println!(
            "{:<20} {here:<5} {size:>9}  {:<22} {}",
            dataset.name, dataset.task, dataset.title
        );
        if details {
            describe(dataset);
        }
    }
    println!(
        "\nkept in {} (set ML_DATASETS to change that)",
        fetcher.cache.root().display()
    );
}

fn describe(dataset: &Dataset) {
    println!("    {}\n    licence: {}", dataset.description, dataset.licence);
    if let Some(note) = &dataset.note {
        println!("    note: {note}");
    }
    for file in &dataset.files {
        println!(
            "    {} from {}",
            file.name,
            if file.sources.is_empty() {
                "mirrors only".to_owned()
            } else {
                file.sources.join(", ")
            }
        );
    }
}

fn size(bytes: u64) -> String {
    match bytes {
        0..1_000 => format!("{bytes} B"),
        1_000..1_000_000 => format!("{:.0} kB", bytes as f64 / 1e3),
        _ => format!("{:.1} MB", bytes as f64 / 1e6),
    }
}

//! `cargo xtask bench`: our programs and the peers' in alternation on the same data and threads.

mod figures;
mod measure;
mod page;
mod peers;
mod results;
mod workload;

use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
    process::Command,
    sync::Arc,
    time::Instant,
};

use anyhow::{Context, Result, bail};
use directories::BaseDirs;
use ml_core::observer::ProgressBars;
use ml_data::registry::Fetcher;

use measure::Plan;
use peers::Sides;
use results::{Results, Run};
use workload::{GROUPS, WORKLOADS, Workload};

/// Measure our side and the peers', and write docs/benchmarks.md.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Workloads to measure, `core` for all of tensors, `linear` for all of linear models, `nn` for all of networks; all there are without a name.
    names: Vec<String>,
    /// Also measure the peers, Python's and Rust's, in alternation with ours, and write what was found.
    #[arg(long)]
    peers: bool,
    /// Install the Python peers and build the Rust ones first.
    #[arg(long)]
    setup_peers: bool,
    /// Counted runs of each program [default: 5 of short workloads, 3 of long ones].
    #[arg(long, value_parser = clap::value_parser!(u16).range(1..))]
    rounds: Option<u16>,
    /// Threads for everybody.
    #[arg(long, default_value_t = 2, value_parser = clap::value_parser!(u16).range(1..))]
    threads: u16,
    /// Where the peers are installed and the data is written [default: ml-bench in the platform's cache folder].
    #[arg(long, value_name = "DIR")]
    folder: Option<PathBuf>,
}

/// Does what was asked; every workload is tried, and any failure makes it fail.
pub(crate) fn run(args: &Args) -> Result<()> {
    let start = Instant::now();
    let root = crate::workspace_root();
    let folder = folder(args)?;
    let workloads = select(&args.names)?;
    if args.setup_peers {
        peers::set_up(&root, &folder)?;
        if args.names.is_empty() && !args.peers {
            return Ok(());
        }
    }
    let sides = Sides::build(&root, &folder, args.peers.then_some(&workloads[..]))?;
    let data = folder.join("data");
    prepare(&sides, &data, &workloads)?;

    let mut failed = Vec::new();
    for (i, workload) in workloads.iter().enumerate() {
        let seconds = start.elapsed().as_secs();
        println!(
            "\n[{seconds} s] {} of {}, {}: {}",
            i + 1,
            workloads.len(),
            workload.name,
            workload.what
        );
        failed.extend(compare(workload, &sides, &data, args)?);
    }
    println!(
        "\n{} workloads in {} s",
        workloads.len(),
        start.elapsed().as_secs()
    );
    if args.peers {
        println!("written: docs/benchmarks.md, benches/results.json");
    }
    if failed.is_empty() {
        return Ok(());
    }
    bail!("{} programs failed:\n{}", failed.len(), failed.join("\n"))
}

/// Measures one workload, and keeps it at once: what comes after may fail. Returns what failed.
fn compare(workload: &Workload, sides: &Sides, data: &Path, args: &Args) -> Result<Vec<String>> {
    let plan = Plan {
        warm_up: workload.warms_up(),
        rounds: args.rounds.map_or(workload.rounds, usize::from),
        threads: usize::from(args.threads),
    };
    let programs = sides.programs(workload);
    let (series, failures) = measure::alternate(&programs, data, plan);
    for line in page::summary(workload, &series) {
        println!("  {line}");
    }
    // Half a comparison does not replace a whole one.
    if args.peers && failures.is_empty() {
        let mut results = Results::load()?;
        let run = Run {
            machine: results::machine(),
            threads: plan.threads,
            programs: series,
        };
        results.workloads.insert(workload.name.to_owned(), run);
        results.save()?;
        page::write(&crate::workspace_root(), &results)?;
    }
    Ok(failures
        .into_iter()
        .map(|failure| format!("{}: {failure}", workload.name))
        .collect())
}

fn folder(args: &Args) -> Result<PathBuf> {
    if let Some(folder) = &args.folder {
        return std::path::absolute(folder).with_context(|| format!("finding {}", folder.display()));
    }
    let base =
        BaseDirs::new().context("no home folder, so no place for peers and data: name one with --folder")?;
    Ok(base.cache_dir().join("ml-bench"))
}

fn select(names: &[String]) -> Result<Vec<&'static Workload>> {
    let named = |workload: &Workload, name: &String| {
        let group = workload.group();
        workload.name == name || (name == group && GROUPS.contains(&group))
    };
    if let Some(name) = names
        .iter()
        .find(|name| !WORKLOADS.iter().any(|workload| named(workload, name)))
    {
        let known: Vec<&str> = WORKLOADS.iter().map(|w| w.name).collect();
        bail!("no workload {name:?}; there are: {}", known.join(", "));
    }
    Ok(WORKLOADS
        .iter()
        .filter(|workload| names.is_empty() || names.iter().any(|name| named(workload, name)))
        .collect())
}

/// Fetches the data sets that are not here yet and writes what the programs read.
fn prepare(sides: &Sides, data: &Path, workloads: &[&Workload]) -> Result<()> {
    let mut fetcher = Fetcher::from_env()?;
    fetcher.observer = Arc::new(ProgressBars::new());
    let wanted: BTreeSet<&str> = workloads.iter().flat_map(|w| w.data).copied().collect();
    for name in wanted {
        if fetcher.fetch(name)?.fresh {
            println!("fetched {name}");
        }
    }
    println!("data under {}", data.display());
    peers::check(
        Command::new(sides.ours())
            .arg("prepare")
            .arg(data)
            .args(workloads.iter().map(|w| w.name)),
        "preparing data",
    )
}

#[cfg(test)]
mod tests {
    use super::{WORKLOADS, select};

    #[test]
    fn an_unknown_workload_is_refused_with_those_that_exist() {
        let error = select(&["tree".to_owned(), "trees".to_owned()]).err().unwrap();
        assert!(
            error
                .to_string()
                .starts_with("no workload \"trees\"; there are: forest-regressor, ")
        );
    }

    #[test]
    fn core_stands_for_all_workloads_of_tensors() {
        let names: Vec<&str> = select(&["core".to_owned(), "tree".to_owned()])
            .unwrap()
            .iter()
            .map(|w| w.name)
            .collect();
        assert_eq!((names.len(), names[0], names[1]), (7, "tree", "core-matmul"));
    }

    #[test]
    fn every_python_workload_has_its_script() {
        let folder = crate::workspace_root().join("benches/peers");
        for workload in WORKLOADS {
            let wanted = [
                workload.python.then(|| workload.script()),
                (!workload.libraries.is_empty()).then(|| workload.group_script()),
            ];
            for script in wanted.into_iter().flatten() {
                assert!(folder.join(script).is_file(), "{}", workload.name);
            }
        }
    }
}

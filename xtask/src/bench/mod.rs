//! `cargo xtask bench`: our programs and the peers' in alternation on the same data and threads.

mod measure;
mod page;

use std::{
    env,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result, bail};

use measure::Program;

/// What is measured: the name of a workload of `benches/ours`, of `benches/peers/<script>.py`, and the
/// measures that count, with the ratio required and the ratio aimed at.
struct Workload {
    name: &'static str,
    script: &'static str,
    what: &'static str,
    targets: &'static [(&'static str, &'static str)],
}

const WORKLOADS: [Workload; 6] = [
    Workload {
        name: "forest-regressor",
        script: "forest_regressor",
        what: "RandomForestRegressor(100), California housing 20,640 x 8, defaults",
        targets: &[("fit_s", "2x, aim 4x")],
    },
    Workload {
        name: "forest-classifier",
        script: "forest_classifier",
        what: "RandomForestClassifier(100), MNIST 60,000 x 784, defaults; predict 10,000",
        targets: &[("fit_s", "2x, aim 5x"), ("predict_s", "2x, aim 5x")],
    },
    Workload {
        name: "tree",
        script: "tree",
        what: "DecisionTreeRegressor, California housing, unlimited depth",
        targets: &[("fit_s", "1.5x, aim 3x")],
    },
    Workload {
        name: "grid-search",
        script: "grid_search",
        what: "GridSearchCV of chapter 2: 18 combinations of a forest, 5 folds, refit",
        targets: &[("fit_s", "2x, aim 4x")],
    },
    Workload {
        name: "preprocess",
        script: "preprocess",
        what: "CSV load and chapter 2's preprocessing, 2,000,000 rows",
        targets: &[("total_s", "3x, aim 6x"), ("peak_mib", "half the memory")],
    },
    Workload {
        name: "k-nn",
        script: "k_nn",
        what: "k-NN (k = 5), MNIST 60,000 x 784, 10,000 queries, brute force",
        targets: &[("predict_s", "1.5x, aim 3x")],
    },
];

/// Measure our side, and the peers', and write docs/benchmarks.md.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Workloads to measure; all of them without a name.
    names: Vec<String>,
    /// Also measure the Python peers, in alternation with ours.
    #[arg(long)]
    peers: bool,
    /// Make the peers' virtual environment under target/peers first.
    #[arg(long)]
    setup_peers: bool,
    /// Counted runs of each program, after one that warms up.
    #[arg(long, default_value_t = 5)]
    rounds: usize,
    /// Threads for everybody.
    #[arg(long, default_value_t = 2)]
    threads: usize,
}

pub(crate) fn run(args: &Args) -> Result<()> {
    let root = crate::workspace_root();
    if args.setup_peers {
        setup_peers(&root)?;
        if args.names.is_empty() && !args.peers {
            return Ok(());
        }
    }
    let workloads = select(&args.names)?;
    let ours = build(&root, "ml-bench")?;
    let data = root.join("target/bench-data");
    println!("preparing the data under {}", data.display());
    check(
        Command::new(&ours)
            .arg("prepare")
            .arg(&data)
            .args(workloads.iter().map(|w| w.name)),
        "preparing data",
    )?;
    let python = args.peers.then(|| python(&root)).transpose()?;

    let mut results = Vec::new();
    for workload in workloads {
        let mut programs = vec![Program::new("ml", &ours, [workload.name], args.threads)];
        if let Some(python) = &python {
            let script = root.join(format!("benches/peers/{}.py", workload.script));
            programs.push(Program::new("Scikit-Learn", python, [script], args.threads));
        }
        println!("\n{}: {}", workload.name, workload.what);
        let series = measure::alternate(&programs, &data, args.rounds)?;
        for line in page::summary(&series) {
            println!("  {line}");
        }
        results.push((workload, series));
    }
    page::write(&root, &results, args)
}

fn select(names: &[String]) -> Result<Vec<&'static Workload>> {
    if let Some(name) = names
        .iter()
        .find(|name| !WORKLOADS.iter().any(|w| w.name == **name))
    {
        let known: Vec<&str> = WORKLOADS.iter().map(|w| w.name).collect();
        bail!("no workload {name:?}; there are: {}", known.join(", "));
    }
    Ok(WORKLOADS
        .iter()
        .filter(|w| names.is_empty() || names.iter().any(|name| name == w.name))
        .collect())
}

/// Builds a release binary and says where it is.
fn build(root: &Path, package: &str) -> Result<PathBuf> {
    let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let target = env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), PathBuf::from);
    let mut command = Command::new(cargo);
    command
        .args(["build", "--release", "--package", package])
        .current_dir(root);
    check(command.env("CARGO_TARGET_DIR", &target), package)?;
    Ok(target.join("release").join(package))
}

fn python(root: &Path) -> Result<PathBuf> {
    let python = root.join("target/peers/bin/python");
    if !python.exists() {
        bail!("the peers are not installed: run `cargo xtask bench --setup-peers` first");
    }
    Ok(python)
}

fn setup_peers(root: &Path) -> Result<()> {
    let folder = root.join("target/peers");
    check(
        Command::new("python3").args(["-m", "venv"]).arg(&folder),
        "python3 -m venv",
    )?;
    let pip = folder.join("bin/pip");
    check(
        Command::new(pip)
            .args(["install", "--quiet", "--requirement"])
            .arg(root.join("benches/peers/requirements.txt")),
        "pip install",
    )
}

fn check(command: &mut Command, what: &str) -> Result<()> {
    let status = command.status().with_context(|| format!("starting {what}"))?;
    if !status.success() {
        bail!("{what} failed ({status})");
    }
    Ok(())
}

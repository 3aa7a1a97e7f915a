//! Tasks of the workspace: `cargo xtask <task>`.

mod bench;
mod book;
mod ci;
mod fetch;

use std::path::{Path, PathBuf};

use clap::{Parser, Subcommand};

/// Tasks of the workspace.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Args {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    Bench(bench::Args),
    Book(book::Args),
    /// Run every check that a change must pass before it is shared.
    Ci,
    Fetch(fetch::Args),
}

fn main() -> anyhow::Result<()> {
    match Args::parse().task {
        Task::Bench(args) => bench::run(&args),
        Task::Book(args) => book::run(&args),
        Task::Ci => ci::run(),
        Task::Fetch(args) => fetch::run(&args),
    }
}

/// The folder of the workspace's `Cargo.toml`, wherever the task was started.
fn workspace_root() -> PathBuf {
    let xtask = Path::new(env!("CARGO_MANIFEST_DIR"));
    xtask
        .parent()
        .expect("xtask is a folder of the workspace")
        .to_owned()
}

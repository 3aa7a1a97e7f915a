//! Chapter 4, "Training Models": stochastic gradient descent on a file ten times larger than the memory it may take.
//!
//! `cargo run --release --example ch04_streaming`. Writes a file of 960 MiB to the folder for temporary files, forbids the process more
//! than 96 MiB beyond what it had when it started to learn, and learns the file by `partial_fit`, a block at a time. Linux only; needs no
//! data and 1 GiB of disk. Report: `target/book/ch04_streaming/`.

#[cfg(target_os = "linux")]
mod stream;
#[path = "../support/mod.rs"]
mod support;

use std::process::ExitCode;

use support::{AnyResult, Chapter};

fn main() -> ExitCode {
    support::run("ch04_streaming", "Rows that do not fit in memory", chapter)
}

#[cfg(target_os = "linux")]
fn chapter(book: &mut Chapter) -> AnyResult {
    /// What the process may take.
    const ROOM: u64 = 96 << 20;
    const FILE: u64 = 10 * ROOM;
    const BLOCK: usize = 4 << 20;

    book.section("A file of ten times the memory (C04-032)");
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("rows.csv");
    stream::write(&path, FILE)?;
    let outcome = stream::learn(&path, BLOCK, ROOM)?;
    let size = std::fs::metadata(&path)?.len();
    println!(
        "  {} MiB of {} rows in {} blocks, {} MiB allowed",
        size >> 20,
        outcome.rows,
        outcome.blocks,
        ROOM >> 20
    );
    book.claim(
        "C04-032",
        "the file does not fit in what is allowed",
        format!("{} MiB in {} MiB", size >> 20, ROOM >> 20),
        size >= FILE && !outcome.whole_fits,
    );
    let best = stream::best_accuracy();
    book.claim(
        "C04-032",
        "nearly as good as the best that can be known",
        format!("{:.4} of {best:.4}", outcome.accuracy),
        (outcome.accuracy - best).abs() < 0.005,
    );
    Ok(())
}

#[cfg(not(target_os = "linux"))]
fn chapter(book: &mut Chapter) -> AnyResult {
    book.not_run("the stream", "address space can be limited on Linux only");
    Ok(())
}

//! Chapter 3, the exercises: neighbours beyond 97%, shifted digits, the Titanic, a spam filter.
//!
//! `cargo xtask fetch mnist titanic spam-assassin`, then `cargo run --release --example ch03_exercises`. What is not there is left
//! out, and said. Report and figures: `target/book/ch03_exercises/`.

mod neighbours;
mod spam;
#[path = "../support/mod.rs"]
mod support;
mod titanic;

use std::process::ExitCode;

use ml::data::datasets;
use support::{AnyResult, Chapter};

fn main() -> ExitCode {
    support::run("ch03_exercises", "Classification, exercises", chapter)
}

fn chapter(book: &mut Chapter) -> AnyResult {
    match datasets::mnist() {
        Ok(mnist) => neighbours::run(book, &mnist)?,
        Err(error) => book.not_run("exercises 1 and 2", error),
    }
    match datasets::titanic() {
        Ok(titanic) => titanic::run(book, &titanic)?,
        Err(error) => book.not_run("exercise 3", error),
    }
    spam::vectors(book)?;
    match datasets::spam_assassin() {
        Ok(corpus) => spam::run(book, &corpus)?,
        Err(error) => book.not_run("exercise 4", error),
    }
    Ok(())
}

//! Chapter 3, "Classification": which digit is it?
//!
//! `cargo xtask fetch mnist`, then `cargo run --release --example ch03`. The walk-throughs in the book's order, a file a section. Report and
//! figures: `target/book/ch03/`.

mod detector;
mod errors;
mod exercises;
mod figures;
mod look;
mod measures;
mod several;
#[path = "../support/mod.rs"]
mod support;

use std::process::ExitCode;

use ml::data::datasets;
use support::{AnyResult, Chapter};

fn main() -> ExitCode {
    support::run("ch03", "Classification", chapter)
}

fn chapter(book: &mut Chapter) -> AnyResult {
    measures::run(book)?;
    let mnist = match datasets::mnist() {
        Ok(mnist) => mnist,
        Err(error) => {
            book.not_run("MNIST", error);
            return Ok(());
        }
    };
    let digits = look::run(book, &mnist)?;
    detector::run(book, &digits)?;
    errors::run(book, &digits)?;
    several::run(book, &digits)?;
    exercises::run(book, &digits)
}

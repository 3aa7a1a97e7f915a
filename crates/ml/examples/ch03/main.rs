//! Chapter 3, "Classification": which digit is it?
//!
//! `cargo xtask fetch mnist`, then `cargo run --release --example ch03`. The walk-throughs in the book's order, a file a section; the exercises
//! are `ch03_exercises`. Report and figures: `target/book/ch03/`.

mod detector;
mod errors;
mod figures;
mod look;
mod measures;
mod multiclass;
mod several;
#[path = "../support/mod.rs"]
mod support;
mod thresholds;

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
    thresholds::run(book, &digits)?;
    multiclass::run(book, &digits)?;
    errors::run(book, &digits)?;
    several::run(book, &digits)
}

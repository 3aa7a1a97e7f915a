//! Chapter 4, "Training Models": what happens inside `fit`.
//!
//! `cargo run --release --example ch04`. The walk-throughs in the book's order, a file a section; all data are drawn with NumPy's numbers or
//! embedded, so nothing has to be fetched. Report and figures: `target/book/ch04/`.

mod curves;
mod data;
mod descent;
mod early_stopping;
mod exercises;
mod line;
mod logistic;
mod polynomial;
mod regularised;
mod softmax;
mod stochastic;
#[path = "../support/mod.rs"]
mod support;

use std::process::ExitCode;

use support::{AnyResult, Chapter};

fn main() -> ExitCode {
    support::run("ch04", "Training Models", chapter)
}

fn chapter(book: &mut Chapter) -> AnyResult {
    line::run(book)?;
    descent::run(book)?;
    stochastic::run(book)?;
    polynomial::run(book)?;
    curves::run(book)?;
    regularised::run(book)?;
    early_stopping::run(book)?;
    logistic::run(book)?;
    softmax::run(book)?;
    exercises::run(book)
}

//! Chapter 10, section 10.1: what neurons apply to their sums, what layers compute, what errors cost.
//!
//! `cargo run --release --example ch10_neurons`. Activation functions with their derivatives (figure 10-8), why there have to be any,
//! the shapes of exercise 6, outputs and losses for each kind of task (tables 10-1 and 10-2). Needs no data. Report and figures:
//! `target/book/ch10_neurons/`. The neurons before backpropagation are in `ch10_perceptrons`.

mod functions;
mod layers;
mod losses;
#[path = "../support/mod.rs"]
mod support;
mod tasks;

use std::process::ExitCode;

use support::{AnyResult, Chapter};

fn main() -> ExitCode {
    support::run(
        "ch10_neurons",
        "Activation functions, layers, losses",
        chapter,
    )
}

fn chapter(book: &mut Chapter) -> AnyResult {
    functions::run(book)?;
    layers::run(book)?;
    tasks::run(book)?;
    losses::run(book)
}

//! Chapter 10, section 10.1: neurons that do logic, the perceptron, what neurons apply to their sums, what layers compute, what errors cost.
//!
//! `cargo run --release --example ch10_neurons`. Logic networks (figure 10-3, exercise 2), the exclusive or, a perceptron on irises,
//! activation functions with their derivatives (figure 10-8) and why there have to be any, the shapes of exercise 6, outputs and losses for
//! each kind of task (tables 10-1 and 10-2). Nothing has to be fetched. Report and figures: `target/book/ch10_neurons/`.

mod functions;
mod layers;
mod logic;
mod losses;
mod perceptron;
mod pictures;
#[path = "../support/mod.rs"]
mod support;
mod tasks;

use std::process::ExitCode;

use support::{AnyResult, Chapter};

fn main() -> ExitCode {
    support::run("ch10_neurons", "Neurons, layers, losses", chapter)
}

fn chapter(book: &mut Chapter) -> AnyResult {
    logic::run(book)?;
    perceptron::run(book)?;
    functions::run(book)?;
    layers::run(book)?;
    tasks::run(book)?;
    losses::run(book)?;
    pictures::run(book)
}

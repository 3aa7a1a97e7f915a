//! Chapter 10, section 10.3: tuning a network's hyperparameters.
//!
//! `cargo xtask fetch california-housing`, then `cargo run --release --example ch10_search`. A function that builds networks as an
//! estimator, the book's random search over it, then the same space by a tuner that explores where it is good. Report and figure:
//! `target/book/ch10_search/`.

mod estimator;
#[path = "../support/housing.rs"]
mod housing;
mod search;
#[path = "../support/mod.rs"]
mod support;
mod tuner;

use std::process::ExitCode;

use support::{AnyResult, Chapter};

fn main() -> ExitCode {
    support::run("ch10_search", "Tuning a network", chapter)
}

fn chapter(book: &mut Chapter) -> AnyResult {
    let Some(housing) = housing::load(book)? else {
        return Ok(());
    };
    let data = estimator::arrays(&housing)?;
    estimator::run(book, &data)?;
    search::run(book, &data)?;
    tuner::run(book, &housing)
}

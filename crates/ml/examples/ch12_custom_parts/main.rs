//! Chapter 12, sections 12.3.1 to 12.3.5: losses, metrics, activation functions, initialisers, regularisers, constraints and layers of
//! one's own, and exercise 12.
//!
//! `cargo xtask fetch california-housing`, then `cargo run --release --example ch12_custom_parts`. What trains does so on California
//! housing; the rest needs no data. Report: `target/book/ch12_custom_parts/`.

#[path = "../support/housing.rs"]
mod housing;
mod layers;
mod losses;
mod metrics;
mod normalization;
mod parts;
#[path = "../support/mod.rs"]
mod support;

use std::process::ExitCode;

use support::{AnyResult, Chapter};

fn main() -> ExitCode {
    support::run(
        "ch12_custom_parts",
        "Losses, metrics, layers of one's own",
        chapter,
    )
}

fn chapter(book: &mut Chapter) -> AnyResult {
    losses::values(book)?;
    losses::weighted(book)?;
    parts::by_hand(book)?;
    metrics::precision(book)?;
    metrics::huber(book)?;
    layers::run(book)?;
    normalization::run(book)?;
    let Some(housing) = housing::load(book)? else {
        return Ok(());
    };
    losses::trained(book, &housing)?;
    parts::in_a_layer(book, &housing)?;
    metrics::in_training(book, &housing)
}

//! Chapter 12, sections 12.3.6 and 12.3.7: models of one's own, with blocks inside, and with losses and metrics from inside.
//!
//! `cargo xtask fetch california-housing`, then `cargo run --release --example ch12_custom_models`. Report and figure:
//! `target/book/ch12_custom_models/`.

#[path = "../support/housing.rs"]
mod housing;
mod reconstruction;
mod residual;
#[path = "../support/mod.rs"]
mod support;

use std::process::ExitCode;

use support::{AnyResult, Chapter};

fn main() -> ExitCode {
    support::run("ch12_custom_models", "Models of one's own", chapter)
}

fn chapter(book: &mut Chapter) -> AnyResult {
    residual::described(book)?;
    let Some(housing) = housing::load(book)? else {
        return Ok(());
    };
    residual::trained(book, &housing)?;
    reconstruction::run(book, &housing)
}

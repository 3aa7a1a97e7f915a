//! Chapter 10, sections 10.2.3 to 10.2.5: regression, graphs of layers, models of one's own type.
//!
//! `cargo xtask fetch california-housing`, then `cargo run --release --example ch10_housing`. A network that values districts, then Wide &
//! Deep in all its variants: one input, two, a second output, and the same as a type. Report and figures: `target/book/ch10_housing/`.

#[path = "../support/housing.rs"]
mod housing;
mod own_type;
mod pictures;
mod regression;
#[path = "../support/mod.rs"]
mod support;
mod wide_deep;

use std::process::ExitCode;

use support::{AnyResult, Chapter};

fn main() -> ExitCode {
    support::run("ch10_housing", "Regression, functional and own models", chapter)
}

fn chapter(book: &mut Chapter) -> AnyResult {
    pictures::run(book)?;
    let Some(housing) = housing::load(book)? else {
        return Ok(());
    };
    regression::run(book, &housing)?;
    wide_deep::one_input(book, &housing)?;
    wide_deep::two_inputs(book, &housing)?;
    wide_deep::two_outputs(book, &housing)?;
    own_type::run(book, &housing)
}

//! Chapter 12, section 12.3.9: training loops by hand.
//!
//! `cargo xtask fetch california-housing`, then `cargo run --release --example ch12_custom_loops`. The book's loop with tape, trackers and
//! status bar; constraints by hand; an optimizer for each path of Wide & Deep; an optimizer of one's own. Report:
//! `target/book/ch12_custom_loops/`. Exercise 13 is `ch12_custom_fashion`.

#[path = "../support/housing.rs"]
mod housing;
mod loops;
mod optimizers;
#[path = "../support/status.rs"]
mod status;
#[path = "../support/mod.rs"]
mod support;

use std::process::ExitCode;

use support::{AnyResult, Chapter};

fn main() -> ExitCode {
    support::run("ch12_custom_loops", "Training loops by hand", chapter)
}

fn chapter(book: &mut Chapter) -> AnyResult {
    loops::sampled(book)?;
    optimizers::own(book)?;
    let Some(housing) = housing::load(book)? else {
        return Ok(());
    };
    loops::by_hand(book, &housing)?;
    loops::constrained(book, &housing)?;
    optimizers::of_two_paths(book, &housing)
}

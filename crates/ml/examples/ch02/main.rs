//! Chapter 2, "End-to-End Machine Learning Project": what is a district's median house worth?
//!
//! `cargo xtask fetch housing`, then `cargo run --release --example ch02`. Every step of the book in its order, one file a step. The splits
//! come from NumPy's generator with the book's seed, so they are the book's own. Report and figures: `target/book/ch02/`.

mod evaluate;
mod exercises;
mod explore;
mod look;
mod models;
mod prepare;
mod split;
#[path = "../support/mod.rs"]
mod support;
mod tune;

use std::process::ExitCode;

use ml::data::datasets;
use support::{AnyResult, Chapter};

fn main() -> ExitCode {
    support::run("ch02", "End-to-End Machine Learning Project", chapter)
}

fn chapter(book: &mut Chapter) -> AnyResult {
    split::arithmetic(book)?;
    let housing = match datasets::housing() {
        Ok(housing) => housing,
        Err(error) => {
            book.not_run("California housing", error);
            return Ok(());
        }
    };
    look::run(book, &housing)?;
    let sets = split::run(book, &housing)?;
    explore::run(book, &sets.train)?;
    let training = prepare::run(book, &housing, &sets)?;
    models::run(book, &training)?;
    let search = tune::run(book, &training)?;
    evaluate::run(book, &training, &sets, &search)?;
    exercises::run(book, &training)
}

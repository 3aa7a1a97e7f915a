//! Chapter 12, exercise 13: a training loop by hand on Fashion MNIST, then with two optimizers.
//!
//! `cargo xtask fetch fashion-mnist`, then `cargo run --release --example ch12_custom_fashion`. Report:
//! `target/book/ch12_custom_fashion/`.

#[path = "../support/images.rs"]
mod images;
#[path = "../support/status.rs"]
mod status;
#[path = "../support/mod.rs"]
mod support;
mod training;

use std::process::ExitCode;

use ml::data::datasets;
use support::{AnyResult, Chapter};

fn main() -> ExitCode {
    support::run(
        "ch12_custom_fashion",
        "A loop by hand on images of clothing",
        chapter,
    )
}

fn chapter(book: &mut Chapter) -> AnyResult {
    let set = match datasets::fashion_mnist() {
        Ok(set) => set,
        Err(error) => {
            book.not_run("Fashion MNIST", error);
            return Ok(());
        }
    };
    let images = images::Images::new(&set)?;
    training::one_optimizer(book, &images)?;
    training::two_optimizers(book, &images)
}

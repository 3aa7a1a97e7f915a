//! Chapter 10, exercise 10, and what its text says of MNIST and Fashion MNIST: linear models, one hidden layer, two.
//!
//! `cargo xtask fetch mnist fashion-mnist`, then `cargo run --release --example ch10_mnist`. The run for TensorBoard is left in
//! `target/book/ch10_mnist/my_mnist_logs`. Report and figures: `target/book/ch10_mnist/`.

#[path = "../support/curves.rs"]
mod curves;
mod exercise;
#[path = "../support/images.rs"]
mod images;
mod levels;
mod range_test;
#[path = "../support/mod.rs"]
mod support;

use std::process::ExitCode;

use ml::data::datasets;
use support::{AnyResult, Chapter};

fn main() -> ExitCode {
    support::run("ch10_mnist", "MNIST by multilayer perceptrons", chapter)
}

fn chapter(book: &mut Chapter) -> AnyResult {
    range_test::factor(book);
    match datasets::fashion_mnist() {
        Ok(set) => levels::linear(book, "Fashion MNIST", &images::Images::new(&set)?, 0.83)?,
        Err(error) => book.not_run("a linear model on Fashion MNIST", error),
    }
    match datasets::mnist() {
        Ok(set) => mnist(book, &images::Images::new(&set)?),
        Err(error) => {
            book.not_run("MNIST", error);
            Ok(())
        }
    }
}

fn mnist(book: &mut Chapter, images: &images::Images) -> AnyResult {
    levels::linear(book, "MNIST", images, 0.92)?;
    levels::layers(book, images)?;
    let rate = range_test::run(book, images)?;
    exercise::run(book, images, rate)
}

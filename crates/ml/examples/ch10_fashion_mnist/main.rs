//! Chapter 10, section 10.2.2: an image classifier with the sequential API.
//!
//! `cargo xtask fetch fashion-mnist`, then `cargo run --release --example ch10_fashion_mnist`. The network 784-300-100-10 on Fashion
//! MNIST, as the book goes: data, description, training of 30 epochs, test, answers. Report and figures:
//! `target/book/ch10_fashion_mnist/`.

mod answers;
#[path = "../support/curves.rs"]
mod curves;
mod data;
#[path = "../support/images.rs"]
mod images;
mod network;
#[path = "../support/mod.rs"]
mod support;
mod training;

use std::process::ExitCode;

use ml::data::datasets;
use support::{AnyResult, Chapter};

fn main() -> ExitCode {
    support::run("ch10_fashion_mnist", "Classifying images of clothing", chapter)
}

fn chapter(book: &mut Chapter) -> AnyResult {
    network::describe(book)?;
    let set = match datasets::fashion_mnist() {
        Ok(set) => set,
        Err(error) => {
            book.not_run("Fashion MNIST", error);
            return Ok(());
        }
    };
    let images = data::prepare(book, &set)?;
    let model = training::train(book, &images)?;
    answers::test(book, &model, &images)?;
    answers::predict(book, &model, &images, &set)
}

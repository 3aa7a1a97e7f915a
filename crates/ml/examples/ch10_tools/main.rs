//! Chapter 10, sections 10.2.2 and 10.2.5 to 10.2.7: options of training, files, callbacks, TensorBoard.
//!
//! `cargo xtask fetch california-housing`, then `cargo run --release --example ch10_tools`. The runs for TensorBoard are left in
//! `target/book/ch10_tools/my_logs`: `tensorboard --logdir target/book/ch10_tools/my_logs`, then http://localhost:6006. Report and
//! figures: `target/book/ch10_tools/`.

mod board;
mod callbacks;
mod files;
#[path = "../support/housing.rs"]
mod housing;
mod options;
mod summaries;
#[path = "../support/mod.rs"]
mod support;

use std::process::ExitCode;

use ml::{
    core::Result,
    nn::{
        Activation, Compile, Model, Sequential,
        layers::{Dense, IntoLayer},
        optimizers::Sgd,
    },
};
use support::{AnyResult, Chapter};

fn main() -> ExitCode {
    support::run("ch10_tools", "Files, callbacks, TensorBoard", chapter)
}

fn chapter(book: &mut Chapter) -> AnyResult {
    summaries::run(book)?;
    let Some(housing) = housing::load(book)? else {
        return Ok(());
    };
    options::run(book, &housing)?;
    files::run(book, &housing)?;
    callbacks::run(book, &housing)?;
    board::run(book, &housing)
}

/// The network of all sections: 8-30-30-1, trained by plain gradient descent.
fn network(rate: f64) -> Result<Model> {
    let mut model = Sequential::new()
        .add(Dense::new(30).activation(Activation::Relu).input_shape([8]))
        .add(Dense::new(30).activation(Activation::Relu))
        .add(Dense::new(1))
        .into_model()
        .seed(42);
    model.compile(Compile::new(Sgd::new(rate), "mse"))?;
    Ok(model)
}

//! Chapter 10, exercise 1: a playground. A small network learns to part two classes in the plane, and its decision surface is drawn
//! while it trains.
//!
//! `cargo run --release --example ch10_playground -- --data spiral --hidden 8,8,8,8 --activation relu` plays: on a terminal the surface
//! is redrawn in place, elsewhere there is a line an epoch drawn; at the end all drawings are in one HTML page with a slider
//! (`target/book/ch10_playground/playground.html`, or `--out`). `--help` lists the options.
//!
//! `cargo run --release --example ch10_playground`, without options, walks through the exercise's questions and writes a report, like the
//! other chapters' programs: `target/book/ch10_playground/`.

mod exercise;
mod network;
mod page;
mod sets;
#[path = "../support/mod.rs"]
mod support;
mod terminal;

use std::{fs, path::PathBuf, process::ExitCode};

use clap::Parser;
use support::AnyResult;

use network::{Network, Optimizer, Penalty, Play};
use sets::{Plane, Set};

/// A small network on points in the plane.
#[derive(Parser, Debug)]
struct Options {
    /// The points.
    #[arg(long, value_enum, default_value_t = Set::Circle)]
    data: Set,
    /// How many points there are; half of them are for testing.
    #[arg(long, default_value_t = 500, value_parser = clap::value_parser!(u32).range(20..=100_000))]
    points: u32,
    /// How noisy they are, from 0 to 0.5.
    #[arg(long, default_value_t = 0.0, value_parser = share)]
    noise: f64,
    /// Units of each hidden layer; an empty text for none.
    #[arg(long, default_value = "4,2", value_parser = layers)]
    hidden: Layers,
    /// Activation function of hidden layers: tanh, relu, sigmoid, linear, and all others of the library.
    #[arg(long, default_value = "tanh")]
    activation: ml::nn::Activation,
    /// How weights move.
    #[arg(long, value_enum, default_value_t = Optimizer::Sgd)]
    optimizer: Optimizer,
    /// Learning rate.
    #[arg(long, default_value_t = 0.03)]
    rate: f64,
    /// Penalty on weights.
    #[arg(long, value_enum, default_value_t = Penalty::None)]
    regularization: Penalty,
    /// What the penalty is multiplied by.
    #[arg(long, default_value_t = 0.001)]
    regularization_rate: f64,
    /// Points of a step.
    #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u32).range(1..))]
    batch_size: u32,
    /// How often all points are passed.
    #[arg(long, default_value_t = 100, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    epochs: u32,
    /// Draws after every so many epochs.
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..))]
    every: u32,
    /// Of points, first weights and order.
    #[arg(long, default_value_t = 0)]
    seed: u64,
    /// The HTML page.
    #[arg(long, default_value = "target/book/ch10_playground/playground.html")]
    out: PathBuf,
}

/// Units of each hidden layer.
#[derive(Debug, Clone)]
struct Layers(Vec<usize>);

fn layers(text: &str) -> Result<Layers, String> {
    let units = |part: &str| match part.trim().parse() {
        Ok(units) if (1..=1000).contains(&units) => Ok(units),
        _ => Err(format!(
            "{part:?} is no number of units from 1 to 1000; write for example 4,2"
        )),
    };
    let parts = text.split(',').filter(|_| !text.trim().is_empty());
    parts.map(units).collect::<Result<_, _>>().map(Layers)
}

fn share(text: &str) -> Result<f64, String> {
    match text.parse() {
        Ok(share) if (0.0..=0.5).contains(&share) => Ok(share),
        _ => Err("must be a number from 0 to 0.5".to_owned()),
    }
}

fn main() -> ExitCode {
    if std::env::args().len() <= 1 {
        return support::run(
            "ch10_playground",
            "Exercise 1: a playground for small networks",
            exercise::run,
        );
    }
    match play(&Options::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("ch10_playground: {error}");
            ExitCode::FAILURE
        }
    }
}

fn play(options: &Options) -> AnyResult {
    let plane = Plane::draw(options.data, options.points as usize, options.noise, options.seed);
    let network = Network {
        hidden: options.hidden.0.clone(),
        activation: options.activation.clone(),
        optimizer: options.optimizer,
        rate: options.rate,
        penalty: options.regularization,
        penalty_rate: options.regularization_rate,
        seed: options.seed,
    };
    let mut screen = terminal::Screen::new();
    let play = Play {
        epochs: options.epochs as usize,
        batch_size: options.batch_size as usize,
        every: options.every as usize,
    };
    let frames = play.run(&network, &plane, |frame| screen.show(frame, &plane))?;
    if let Some(folder) = options.out.parent() {
        fs::create_dir_all(folder)?;
    }
    let title = format!(
        "{:?}, hidden layers {:?}, {:?}",
        options.data, network.hidden, network.activation
    );
    ml::core::persist::write_atomically(&options.out, |file| {
        file.write_all(page::page(&title, &plane, &frames).as_bytes())
    })?;
    println!("{} drawings in {}", frames.len(), options.out.display());
    Ok(())
}

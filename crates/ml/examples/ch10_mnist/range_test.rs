//! Exercise 10: the learning rate by a range test.

use ml::{
    nn::{
        Activation, Compile, Model, Sequential,
        layers::{Dense, Flatten, IntoLayer},
        optimizers::Sgd,
        tuning::{LossByRate, RangeTest},
    },
    plot::{Figure, Scale},
};

use crate::{
    images::Images,
    support::{AnyResult, Book, Chapter},
};

/// 784-300-100-10.
pub(crate) fn network(seed: u64) -> Model {
    Sequential::new()
        .add(Flatten.input_shape([28, 28]))
        .add(Dense::new(300).activation(Activation::Relu))
        .add(Dense::new(100).activation(Activation::Relu))
        .add(Dense::new(10).activation(Activation::Softmax))
        .into_model()
        .seed(seed)
}

/// From 1e-5 to 10 in 500 steps.
pub(crate) fn factor(book: &mut Chapter) {
    book.section("The range test");
    let test = RangeTest::new();
    let expected = (1e6f64.ln() / 500.0).exp();
    book.number(
        "N10-16",
        "factor of each step: exp(log(10⁶) / 500)",
        test.factor(),
        Book::Within(expected, 1e-12),
    );
    book.number(
        "N10-16",
        "as printed",
        test.factor(),
        Book::Digits(1.028_016_3, 7),
    );
    let last = test.from * test.factor().powi(500);
    book.number(
        "N10-16",
        "the rate after 500 steps",
        last,
        Book::Within(10.0, 1e-9),
    );
}

/// Falls, then shoots up: a rate to train with.
pub(crate) fn run(book: &mut Chapter, images: &Images) -> AnyResult<f64> {
    book.section("Exercise 10: the learning rate");
    let mut model = network(42);
    model.compile(Compile::new(Sgd::new(1e-3), "sparse_categorical_crossentropy").metric("accuracy"))?;
    let found = RangeTest::new()
        .stop_above(10.0)
        .run(&mut model, &images.x_train, &images.y_train)?;
    let (turning_point, suggestion) = (found.turning_point()?, found.suggestion()?);
    println!("  the loss turns at {turning_point:.3}, suggestion {suggestion:.4}");
    let losses = found.smoothed();
    let least = losses.iter().copied().fold(f64::INFINITY, f64::min);
    let (first, last) = (losses[0], found.losses.last().copied().unwrap_or(f64::NAN));
    let falls = least < 0.5 * first && last > 2.0 * least;
    book.claim(
        "C10-170",
        "the loss falls, then shoots up",
        format!("{first:.2}, {least:.2}, {last:.2}"),
        falls,
    );
    book.figure("10-E10", "loss against learning rate", &drawn(&found)?)?;
    // A tenth of the turning point is cautious; the loss still falls steeply at a third.
    let rate = turning_point / 3.0;
    println!("  training with {rate:.4}");
    Ok(rate)
}

fn drawn(found: &LossByRate) -> ml::Result<Figure> {
    let mut figure = Figure::new(620, 380);
    let axes = figure.axes();
    axes.x_label("learning rate")
        .y_label("loss")
        .x_scale(Scale::Log)
        .y_limits(0.0, 3.0);
    axes.line(&found.rates, &found.losses)?
        .width(0.8)
        .label("of each step");
    axes.line(&found.rates, found.smoothed())?
        .width(2.2)
        .label("smoothed");
    axes.vline(found.turning_point()?);
    Ok(figure)
}

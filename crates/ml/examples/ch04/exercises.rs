//! Exercise 12: softmax regression by batch gradient descent with early stopping, from nothing.

use ml::{
    classic::linear::{FittedSoftmaxRegression, LogisticRegression, SoftmaxRegression, one_hot, with_bias},
    core::{Tensor, autodiff::Tape, ndarray::Axis},
    data::preprocess::{FittedStandardScaler, StandardScaler},
    plot::{Color, Dash, Figure, Legend},
    prelude::*,
};

use crate::{
    data, softmax,
    support::{AnyResult, Book, Chapter},
};

/// Petals and species as class numbers.
struct Flowers {
    x: Array2<f64>,
    y: Array1<usize>,
}

/// A scaler that knows the flowers to learn from, and three parts by one permutation: 90 to learn from, 30 to stop by, 30
/// to test on. With this permutation the validation loss does rise in the end; with others it may go on falling.
fn parts() -> Result<(FittedStandardScaler<f64>, [Flowers; 3])> {
    let (x, y) = data::petals();
    let order = NumpyRng::new(0).permutation(150);
    let rows = [&order[60..], &order[30..60], &order[..30]];
    let scaler = StandardScaler::default().fit(x.select(Axis(0), rows[0]).view(), ())?;
    let x = scaler.transform(x.view())?;
    let part = |rows: &[usize]| Flowers {
        x: x.select(Axis(0), rows),
        y: y.select(Axis(0), rows).mapv(|species| species as usize),
    };
    Ok((scaler, rows.map(part)))
}

pub(crate) fn run(book: &mut Chapter) -> AnyResult {
    let (scaler, [train, validation, test]) = parts()?;
    gradient(book, &train)?;
    minimum(book, &train)?;
    let model = early(book, &train, &validation, &test)?;
    let (x, y) = data::petals();
    let figure = softmax::draw_regions((&x, &y), |points| {
        model.predict_proba(scaler.transform(points)?.view())
    })?;
    book.figure("4-e12b", "exercise 12: decision regions", &figure)?;
    Ok(())
}

/// Equation 4-23 beside the gradient that a tape finds of equation 4-22.
fn gradient(book: &mut Chapter, train: &Flowers) -> AnyResult {
    book.section("Exercise 12: the gradient");
    let (x, y) = (with_bias(train.x.view()), one_hot(train.y.view(), 3)?);
    let theta = NumpyRng::new(42).randn((3, 3));
    let m = x.nrows() as f64;
    let p = Tensor::from_ndarray(x.dot(&theta))
        .softmax(-1)?
        .into_ndarray::<f64>()?;
    let p = p.into_dimensionality::<ml::core::ndarray::Ix2>()?;
    let by_equation = x.t().dot(&(&p - &y)) / m;

    let tape = Tape::new();
    let parameters = tape.watch(&Tensor::from_ndarray(theta))?;
    let scores = Tensor::from_ndarray(x.clone()).matmul(&parameters)?;
    let loss = Tensor::from_ndarray(y)
        .mul(&scores.log_softmax(-1)?)?
        .sum_all()?
        .mul_scalar(-1.0 / m)?;
    let by_tape = tape
        .gradient(&loss, &[&parameters])?
        .remove(0)
        .ok_or("the loss depends on theta")?;
    let off = by_tape
        .to_vec::<f64>()?
        .iter()
        .zip(&by_equation)
        .fold(0.0_f64, |most, (a, b)| most.max((a - b).abs()));
    book.number(
        "C04-110",
        "equation 4-23 beside the tape's gradient",
        off,
        Book::Within(0.0, 1e-14),
    );
    Ok(())
}

/// Gradient descent without stopping early ends where the estimator's solver does.
fn minimum(book: &mut Chapter, train: &Flowers) -> AnyResult {
    book.section("Exercise 12: the minimum");
    let (alpha, m) = (0.01, train.x.nrows() as f64);
    let all = (train.x.view(), train.y.view());
    let how = SoftmaxRegression::default()
        .alpha(alpha)
        .learning_rate(0.5)
        .max_iter(20_000)
        .patience(20_000);
    let by_descent = how.fit(all, all)?;
    let species = train.y.mapv(|class| class as i64);
    let log_reg = LogisticRegression::default()
        .c(1.0 / (alpha * m))
        .tol(1e-10)
        .max_iter(10_000);
    let model = log_reg.fit(train.x.view(), species.view())?;
    let (a, b) = (
        by_descent.predict_proba(train.x.view())?,
        model.predict_proba(train.x.view())?,
    );
    let off = (a - b).fold(0.0_f64, |most, d| most.max(d.abs()));
    book.number(
        "C04-103",
        "probabilities beside LogisticRegression's",
        off,
        Book::Within(0.0, 1e-8),
    );
    Ok(())
}

fn early(
    book: &mut Chapter,
    train: &Flowers,
    validation: &Flowers,
    test: &Flowers,
) -> AnyResult<FittedSoftmaxRegression> {
    book.section("Exercise 12: early stopping");
    let how = SoftmaxRegression::default()
        .learning_rate(0.5)
        .max_iter(20_000)
        .patience(50);
    let model = how.fit(
        (train.x.view(), train.y.view()),
        (validation.x.view(), validation.y.view()),
    )?;
    let least = model
        .validation_losses
        .iter()
        .fold(f64::INFINITY, |a, &b| a.min(b));
    let (steps, best) = (model.validation_losses.len(), model.best_iter);
    book.claim(
        "C04-115",
        "training stops after the validation minimum and goes back to it",
        format!("best of {steps} steps: {best}, cross-entropy {least:.4}"),
        model.validation_losses[best - 1] == least && steps == best + 50,
    );
    let predicted = model.predict(test.x.view())?;
    let right = predicted.iter().zip(&test.y).filter(|(a, b)| a == b).count();
    book.claim(
        "C04-115",
        "test flowers named rightly",
        format!("{right} of 30"),
        right >= 27,
    );
    let mut figure = Figure::new(620, 360);
    let axes = figure.axes();
    axes.x_label("step")
        .y_label("cross-entropy")
        .legend(Legend::UpperRight)
        .y_limits(0.0, 1.2);
    axes.line(1..=steps, &model.validation_losses)?
        .color(Color::BLUE)
        .label("validation");
    axes.line(1..=steps, &model.training_losses)?
        .color(Color::RED)
        .dash(Dash::Dashed)
        .label("training");
    axes.vline(best as f64).dash(Dash::Dotted).label("best");
    book.figure("4-e12a", "exercise 12: cross-entropy step by step", &figure)?;
    Ok(model)
}

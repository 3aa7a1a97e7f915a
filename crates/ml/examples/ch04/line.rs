//! Linear regression by closed forms: the normal equation, singular values, the pseudo-inverse.

use std::time::Instant;

use ml::{
    classic::{
        linear::{LinearRegression, normal_equation, with_bias},
        metrics::{mean_squared_error, root_mean_squared_error},
    },
    core::{linalg, ndarray::Axis, ndarray::array, ndarray::concatenate},
    plot::{Color, Figure, Legend},
    prelude::*,
};

use crate::{
    data,
    support::{AnyResult, Book, Chapter},
};

/// The parameters that the book prints.
pub(crate) const THETA: [f64; 2] = [4.215_096_16, 2.770_113_39];

pub(crate) fn run(book: &mut Chapter) -> AnyResult {
    let (x, y) = data::line();
    closed_forms(book, &x, &y)?;
    loss(book, &x, &y)?;
    singular(book, &x, &y)?;
    complexity(book)
}

fn closed_forms(book: &mut Chapter, x: &Array2<f64>, y: &Array1<f64>) -> AnyResult {
    book.section("The normal equation");
    let mut figure = Figure::new(560, 380);
    figure
        .axes()
        .x_label("x1")
        .y_label("y")
        .x_limits(0.0, 2.0)
        .y_limits(0.0, 15.0);
    figure.axes().scatter(x.column(0), y)?.size(4.0);
    book.figure("4-1", "randomly generated linear data", &figure)?;

    let wide = with_bias(x.view());
    let theta = normal_equation(wide.view(), y.view())?;
    let ends = array![[0.0], [2.0]];
    let at_ends = with_bias(ends.view()).dot(&theta);
    for (j, (ours, printed)) in theta.iter().zip(THETA).enumerate() {
        book.number(
            "N04-01",
            &format!("theta {j}, normal equation"),
            *ours,
            Book::Digits(printed, 8),
        );
    }
    for (row, printed) in [4.215_096_16, 9.755_322_93].into_iter().enumerate() {
        let label = format!("prediction at {}", ends[[row, 0]]);
        book.number("N04-02", &label, at_ends[row], Book::Digits(printed, 8));
    }
    let axes = figure.axes();
    axes.line(ends.column(0), &at_ends)?
        .color(Color::RED)
        .label("predictions");
    axes.legend(Legend::UpperLeft);
    book.figure("4-2", "the line of the normal equation", &figure)?;

    book.section("LinearRegression, lstsq, pinv");
    let model = LinearRegression::default().fit(x.view(), y.view())?;
    let by_svd = linalg::lstsq(wide.view(), y.view(), Some(1e-6))?;
    println!(
        "  lstsq: residuals {}, rank {}, singular values {}",
        by_svd.residuals, by_svd.rank, by_svd.singular_values
    );
    let by_pinv = linalg::pinv(wide.view(), None)?.dot(y);
    let routes = [
        ("LinearRegression", array![model.intercept, model.coef[0]]),
        ("lstsq", by_svd.solution),
        ("pinv", by_pinv),
    ];
    for (name, found) in routes {
        for j in 0..2 {
            book.number(
                "N04-03",
                &format!("theta {j}, {name}"),
                found[j],
                Book::Digits(THETA[j], 8),
            );
            let label = format!("theta {j}, {name} beside the normal equation");
            book.number("N04-03", &label, found[j], Book::Within(theta[j], 1e-8));
        }
    }
    let column = y.view().insert_axis(Axis(1));
    let model = LinearRegression::default().fit(x.view(), column)?;
    let shapes = (
        model.intercept.dim(),
        model.coef.dim(),
        model.predict(ends.view())?.dim(),
    );
    book.text(
        "C04-012",
        "a column of targets: shapes of intercept, coef, predictions",
        &format!("{shapes:?}"),
        "(1, (1, 1), (2, 1))",
    );
    Ok(())
}

/// Equation 4-3, and that its root has its minimum at the same place.
fn loss(book: &mut Chapter, x: &Array2<f64>, y: &Array1<f64>) -> AnyResult {
    book.section("MSE and RMSE");
    let wide = with_bias(x.view());
    let theta = normal_equation(wide.view(), y.view())?;
    let predicted = wide.dot(&theta);
    let mse = mean_squared_error(y.view(), predicted.view())?;
    let rmse = root_mean_squared_error(y.view(), predicted.view())?;
    let by_hand = (&predicted - y).mapv(|error| error * error).sum() / 100.0;
    book.number(
        "C04-003",
        "MSE by its equation",
        by_hand,
        Book::Within(mse, 1e-14),
    );
    let mut rises = true;
    for turn in 0..16 {
        let angle = std::f64::consts::TAU * f64::from(turn) / 16.0;
        let beside = &theta + 0.01 * array![angle.cos(), angle.sin()];
        let predicted = wide.dot(&beside);
        rises &= mean_squared_error(y.view(), predicted.view())? > mse;
        rises &= root_mean_squared_error(y.view(), predicted.view())? > rmse;
    }
    book.claim(
        "C04-003",
        "both are least at the same theta",
        format!("MSE {mse:.4}, RMSE {rmse:.4}"),
        rises,
    );
    Ok(())
}

/// A column twice: the normal equation has no solution, the pseudo-inverse takes the shortest of many.
fn singular(book: &mut Chapter, x: &Array2<f64>, y: &Array1<f64>) -> AnyResult {
    book.section("A column that comes twice");
    let twice = concatenate![Axis(1), with_bias(x.view()), x.view()];
    let refused = normal_equation(twice.view(), y.view())
        .err()
        .ok_or("XᵀX is singular")?;
    println!("  {refused}");
    let theta = linalg::pinv(twice.view(), None)?.dot(y);
    book.number(
        "C04-010",
        "pinv: the twins share the weight",
        theta[1] + theta[2],
        Book::Digits(THETA[1], 8),
    );
    book.claim(
        "C04-008",
        "the error of the normal equation points to the pseudo-inverse",
        refused.to_string(),
        refused.to_string().contains("pinv"),
    );
    Ok(())
}

/// How the cost grows with the columns: a count, and for the eye the time on this machine.
fn complexity(book: &mut Chapter) -> AnyResult {
    book.section("Twice as many columns");
    book.number(
        "N04-17",
        "normal equation, O(n^2.4): 2^2.4",
        2.0_f64.powf(2.4),
        Book::Within(5.3, 0.05),
    );
    book.number(
        "N04-17",
        "normal equation, O(n^3): 2^3",
        2.0_f64.powi(3),
        Book::Exact(8.0),
    );
    book.number(
        "N04-17",
        "singular values, O(n^2): 2^2",
        2.0_f64.powi(2),
        Book::Exact(4.0),
    );
    let mut rng = NumpyRng::new(42);
    let x = rng.randn((800, 400));
    let y = rng.randn(800);
    for columns in [100, 200, 400] {
        let x = x.slice(ml::core::ndarray::s![.., ..columns]);
        let start = Instant::now();
        let by_equation = normal_equation(x, y.view())?;
        let equation = start.elapsed();
        let start = Instant::now();
        let by_svd = linalg::lstsq(x, y.view(), None)?.solution;
        println!(
            "  {columns} columns: normal equation {equation:.1?}, lstsq {:.1?}",
            start.elapsed()
        );
        let difference = (by_equation - by_svd).fold(0.0_f64, |most, d| most.max(d.abs()));
        book.number(
            "C04-116",
            &format!("{columns} columns: both agree"),
            difference,
            Book::Within(0.0, 1e-9),
        );
    }
    Ok(())
}

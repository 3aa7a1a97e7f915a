//! Polynomial regression.

use ml::{
    classic::linear::LinearRegression,
    core::ndarray::array,
    data::{
        pipeline::{ModelPipeline, Pipeline},
        preprocess::{PolynomialFeatures, StandardScaler},
    },
    plot::{Color, Dash, Figure, Legend},
    prelude::*,
};

use crate::{
    data,
    support::{AnyResult, Book, Chapter},
};

pub(crate) fn run(book: &mut Chapter) -> AnyResult {
    let (x, y) = data::parabola();
    second_degree(book, &x, &y)?;
    counts(book)?;
    degrees(book, &x, &y)
}

fn second_degree(book: &mut Chapter, x: &Array2<f64>, y: &Array1<f64>) -> AnyResult {
    book.section("Polynomial regression");
    let mut figure = Figure::new(560, 380);
    let axes = figure.axes();
    axes.x_label("x1")
        .y_label("y")
        .x_limits(-3.0, 3.0)
        .y_limits(0.0, 10.0)
        .legend(Legend::UpperLeft);
    axes.scatter(x.column(0), y)?.size(4.0);
    book.figure("4-12", "noisy quadratic data", &figure)?;

    let polynomial = PolynomialFeatures::default()
        .degree(2)
        .include_bias(false)
        .fit(x.view(), ())?;
    let powers = polynomial.transform(x.view())?;
    book.number("N04-07", "X[0]", x[[0, 0]], Book::Digits(-0.752_759_29, 8));
    book.number(
        "N04-07",
        "X_poly[0], x",
        powers[[0, 0]],
        Book::Digits(-0.752_759_29, 8),
    );
    book.number(
        "N04-07",
        "X_poly[0], x²",
        powers[[0, 1]],
        Book::Digits(0.566_646_54, 8),
    );
    let squares = powers.rows().into_iter().all(|row| row[1] == row[0] * row[0]);
    book.claim(
        "N04-07",
        "the second column is the square of the first",
        format!("{squares}"),
        squares,
    );

    let model = LinearRegression::default().fit(powers.view(), y.view())?;
    book.number(
        "N04-08",
        "intercept",
        model.intercept,
        Book::Digits(1.781_345_81, 8),
    );
    book.number(
        "N04-08",
        "coef of x",
        model.coef[0],
        Book::Digits(0.933_668_93, 8),
    );
    book.number(
        "N04-08",
        "coef of x²",
        model.coef[1],
        Book::Digits(0.564_562_63, 8),
    );
    let places = data::places(-3.0, 3.0, 100);
    let curve = model.predict(polynomial.transform(places.view())?.view())?;
    figure
        .axes()
        .line(places.column(0), &curve)?
        .color(Color::RED)
        .label("predictions");
    book.figure("4-13", "predictions of polynomial regression", &figure)?;
    Ok(())
}

/// How many features there are, counted and by formula.
fn counts(book: &mut Chapter) -> AnyResult {
    book.section("The number of features");
    for (n, degree) in [(1, 2), (2, 3), (10, 5), (50, 3)] {
        let x = Array2::from_elem((1, n), 1.5);
        let count = |bias: bool| -> Result<usize> {
            let polynomial = PolynomialFeatures::default().degree(degree).include_bias(bias);
            Ok(polynomial.fit(x.view(), ())?.n_output_features())
        };
        // (n + d)! / (n!·d!), the factors of numerator and denominator in turn.
        let formula = (1..=degree).fold(1, |product, k| product * (n + k) / k);
        let label = format!("{n} features, degree {degree}");
        book.number("N04-16", &label, count(true)? as f64, Book::Exact(formula as f64));
        book.number(
            "C04-047",
            &format!("{label}, no bias"),
            count(false)? as f64,
            Book::Exact(formula as f64 - 1.0),
        );
    }
    let products = PolynomialFeatures::default().degree(3).include_bias(false);
    let (a, b) = (2.0, 3.0);
    let products = products
        .fit(array![[a, b]].view(), ())?
        .transform(array![[a, b]].view())?;
    let expected = array![[
        a,
        b,
        a * a,
        a * b,
        b * b,
        a * a * a,
        a * a * b,
        a * b * b,
        b * b * b
    ]];
    book.claim(
        "C04-046",
        "degree 3 of a, b: their powers, and ab, a²b, ab²",
        format!("{products}"),
        products == expected,
    );
    let refused = PolynomialFeatures::default()
        .degree(20)
        .fit(Array2::from_elem((1, 100), 1.0).view(), ());
    let refused = refused.err().ok_or("too many features")?.to_string();
    book.claim(
        "C04-047",
        "an explosion is refused before it takes memory",
        refused.clone(),
        refused.contains("degree"),
    );
    Ok(())
}

/// Powers up to a degree, scaled, and a line through them.
fn of_degree(degree: usize) -> ModelPipeline {
    Pipeline::new()
        .step(
            "poly_features",
            PolynomialFeatures::default().degree(degree).include_bias(false),
        )
        .step("std_scaler", StandardScaler::default())
        // Powers of 300 are as good as alike: keep even small singular values, so that the curve wiggles as it can.
        .model("lin_reg", LinearRegression::default().tol(1e-10))
}

fn degrees(book: &mut Chapter, x: &Array2<f64>, y: &Array1<f64>) -> AnyResult {
    book.section("Degrees 1, 2 and 300");
    let places = data::places(-3.0, 3.0, 600);
    let mut figure = Figure::new(560, 380);
    let axes = figure.axes();
    axes.x_label("x1")
        .y_label("y")
        .x_limits(-3.0, 3.0)
        .y_limits(0.0, 10.0)
        .legend(Legend::UpperLeft);
    axes.scatter(x.column(0), y)?.size(4.0).color(Color::BLUE);
    let looks = [
        (300, Color::GREEN, Dash::Solid),
        (2, Color::PURPLE, Dash::Dashed),
        (1, Color::RED, Dash::DashDot),
    ];
    let mut errors = Vec::new();
    for (degree, color, dash) in looks {
        let model = of_degree(degree).fit(x, y)?;
        let curve = model.predict(&places)?.numbers("figure 4-14")?;
        axes.line(places.column(0), &curve)?
            .color(color)
            .dash(dash)
            .label(format!("degree {degree}"));
        let missed = &model.predict(x)?.numbers("figure 4-14")? - y;
        errors.push((
            degree,
            (missed.mapv(|error| error * error).mean().unwrap_or(f64::NAN)).sqrt(),
        ));
    }
    book.figure("4-14", "polynomials of degree 1, 2 and 300", &figure)?;
    book.claim(
        "C04-044",
        "the higher the degree, the nearer the training rows",
        format!("training RMSE {errors:.3?}"),
        errors.windows(2).all(|pair| pair[0].1 < pair[1].1),
    );
    Ok(())
}

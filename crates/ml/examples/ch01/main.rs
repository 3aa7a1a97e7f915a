//! Chapter 1, "The Machine Learning Landscape": does money make people happier?
//!
//! `cargo xtask fetch lifesat`, then `cargo run --release --example ch01`. Joins the OECD's life satisfaction with the IMF's GDP per
//! capita, fits a line and nearest neighbours, predicts Cyprus, and shows what a non-representative sample, overfitting and
//! regularisation do. Report and figures: `target/book/ch01/`.

mod figures;
#[path = "../support/mod.rs"]
mod support;

use std::process::ExitCode;

use ml::{
    classic::{
        linear::{FittedLinearRegression, LinearRegression},
        metrics::mean_squared_error,
        neighbors::KNeighborsRegressor,
    },
    core::ndarray::{Axis, array},
    data::{
        datasets::{self, CountryStats},
        pipeline::{FittedModelPipeline, Pipeline},
        preprocess::{PolynomialFeatures, StandardScaler},
        split::TrainTestSplit,
    },
    prelude::*,
};
use support::{AnyResult, Book, Chapter};

/// GDP per capita of Cyprus, US dollars; its life satisfaction is not in the OECD's list.
const CYPRUS: f64 = 22_587.0;

fn main() -> ExitCode {
    support::run("ch01", "The Machine Learning Landscape", chapter)
}

fn chapter(book: &mut Chapter) -> AnyResult {
    arithmetic(book)?;
    let all = match datasets::lifesat() {
        Ok(all) => all,
        Err(error) => {
            book.not_run("life satisfaction", error);
            return Ok(());
        }
    };
    let sample = all.sample();
    table(book, &all);
    let line = linear(book, &sample)?;
    neighbours(book, &sample)?;
    bad_data(book, &all, &line)?;
    bad_models(book, &all)
}

/// What needs no data.
fn arithmetic(book: &mut Chapter) -> AnyResult {
    book.section("Splits");
    let rows: Vec<u8> = vec![0; 100_000];
    let (train, test) = TrainTestSplit::default().test_size(0.2).split(&rows)?;
    book.number("N01-011", "80% train", train.len() as f64, Book::Exact(80_000.0));
    book.number("N01-011", "20% test", test.len() as f64, Book::Exact(20_000.0));
    let fold = TrainTestSplit::default().test_size(0.01).fold(10_000_000)?;
    book.number(
        "N01-011",
        "1% of 10,000,000",
        fold.test.len() as f64,
        Book::Exact(100_000.0),
    );
    book.number(
        "N01-004",
        "4.85 + 22587 x 4.91e-5",
        4.85 + CYPRUS * 4.91e-5,
        Book::Digits(5.96, 2),
    );
    Ok(())
}

fn table(book: &mut Chapter, all: &CountryStats) {
    book.section("Table 1-1");
    let printed = [
        ("Hungary", 12_240.0, 4.9),
        ("Korea", 27_195.0, 5.8),
        ("France", 37_675.0, 6.5),
        ("Australia", 50_962.0, 7.3),
        ("United States", 55_805.0, 7.2),
    ];
    for (country, gdp, satisfaction) in printed {
        let row = position(all, country);
        book.number(
            "N01-007",
            &format!("{country}, GDP"),
            all.gdp_per_capita[row],
            Book::Digits(gdp, 0),
        );
        book.number(
            "N01-007",
            &format!("{country}, satisfaction"),
            all.life_satisfaction[row],
            Book::Exact(satisfaction),
        );
    }
    for (country, satisfaction) in [
        ("New Zealand", 7.3),
        ("Norway", 7.4),
        ("Sweden", 7.2),
        ("Switzerland", 7.5),
    ] {
        let ours = all.life_satisfaction[position(all, country)];
        book.number(
            "N01-008",
            &format!("{country}, satisfaction"),
            ours,
            Book::Exact(satisfaction),
        );
    }
}

fn position(all: &CountryStats, country: &str) -> usize {
    all.countries
        .iter()
        .position(|name| name == country)
        .expect("both files hold the countries that the book names")
}

/// Example 1-1: the model-based way.
fn linear(book: &mut Chapter, sample: &CountryStats) -> AnyResult<FittedLinearRegression<f64>> {
    book.section("Linear regression (example 1-1)");
    let (x, y) = data(sample);
    let line = LinearRegression::default().fit(x.view(), y.view())?;
    book.number("N01-001", "theta 0", line.intercept, Book::Digits(4.85, 2));
    book.number("N01-002", "theta 1", line.coef[0], Book::Share(4.91e-5, 0.001));
    // A target given as a column comes back as a column.
    let column = LinearRegression::default().fit(x.view(), y.view().insert_axis(Axis(1)))?;
    let predicted = column.predict(array![[CYPRUS]].view())?;
    book.number(
        "N01-003",
        "Cyprus",
        predicted[[0, 0]],
        Book::Within(5.962_423_38, 1e-6),
    );
    line.save(book.folder().join("line.ml"))?;
    book.figure(
        "1-17",
        "life satisfaction against GDP per capita",
        &figures::countries(sample)?,
    )?;
    book.figure(
        "1-18",
        "a few possible linear models",
        &figures::possible_lines(sample)?,
    )?;
    book.figure("1-19", "the best line", &figures::best_line(sample, &line)?)?;
    Ok(line)
}

/// The same with another estimator: one line differs.
fn neighbours(book: &mut Chapter, sample: &CountryStats) -> AnyResult {
    book.section("Nearest neighbours");
    let (x, y) = data(sample);
    for (k, expected) in [(1, Book::Exact(5.7)), (3, Book::Digits(5.77, 2))] {
        let model = KNeighborsRegressor::default()
            .n_neighbors(k)
            .fit(x.view(), y.view())?;
        let predicted = model.predict(array![[CYPRUS]].view())?;
        let id = if k == 1 { "N01-005" } else { "N01-006" };
        book.number(id, &format!("Cyprus, k = {k}"), predicted[0], expected);
        let (_, rows) = model.kneighbors(array![[CYPRUS]].view(), k)?;
        let mut nearest: Vec<&str> = rows.iter().map(|&row| sample.countries[row].as_str()).collect();
        nearest.sort_unstable();
        let book_says = if k == 1 {
            "Slovenia"
        } else {
            "Portugal, Slovenia, Spain"
        };
        book.text(
            id,
            &format!("nearest countries, k = {k}"),
            &nearest.join(", "),
            book_says,
        );
    }
    Ok(())
}

/// Figure 1-21: a sample that lacks the richest and the poorest countries tells another story.
fn bad_data(book: &mut Chapter, all: &CountryStats, line: &FittedLinearRegression<f64>) -> AnyResult {
    book.section("Non-representative data");
    let (x, y) = data(all);
    let full = LinearRegression::default().fit(x.view(), y.view())?;
    let slopes = format!("{:.3e} instead of {:.3e}", full.coef[0], line.coef[0]);
    book.claim(
        "N01-009",
        "all countries flatten the line",
        slopes,
        full.coef[0] < line.coef[0],
    );
    book.figure(
        "1-21",
        "a more representative sample",
        &figures::all_countries(all, line, &full)?,
    )?;

    // Figure 1-23: a penalty on the slope helps the countries that were left out.
    let penalised = penalised_line(&all.sample(), 10f64.powf(9.5));
    let (mx, my) = data(&all.missing());
    let error = |intercept: f64, slope: f64| {
        let predicted = mx.column(0).mapv(|v| intercept + slope * v);
        mean_squared_error(my.view(), predicted.view())
    };
    let (free, held) = (
        error(line.intercept, line.coef[0])?,
        error(penalised.0, penalised.1)?,
    );
    let slopes = format!("{:.3e} instead of {:.3e}", penalised.1, line.coef[0]);
    book.claim(
        "N01-009",
        "the penalty flattens the line",
        slopes,
        penalised.1 < line.coef[0],
    );
    let errors = format!("MSE {held:.3} instead of {free:.3}");
    book.claim(
        "N01-009",
        "and lowers the error on the countries left out",
        errors,
        held < free,
    );
    book.figure(
        "1-23",
        "regularisation",
        &figures::regularised(all, line, &full, penalised)?,
    )?;
    Ok(())
}

/// Intercept and slope that minimise the squared error plus `alpha` times the squared slope (chapter 4 builds the estimator).
fn penalised_line(sample: &CountryStats, alpha: f64) -> (f64, f64) {
    let (x, y) = (&sample.gdp_per_capita, &sample.life_satisfaction);
    let (mean_x, mean_y) = (x.mean().unwrap_or_default(), y.mean().unwrap_or_default());
    let (dx, dy) = (x - mean_x, y - mean_y);
    let slope = dx.dot(&dy) / (dx.dot(&dx) + alpha);
    (mean_y - slope * mean_x, slope)
}

/// Figure 1-22: a polynomial of high degree follows the noise.
fn bad_models(book: &mut Chapter, all: &CountryStats) -> AnyResult {
    book.section("Overfitting");
    let (x, y) = data(all);
    let polynomial: FittedModelPipeline = Pipeline::new()
        .step("scale", StandardScaler::default())
        .step(
            "powers",
            PolynomialFeatures::default().degree(10).include_bias(false),
        )
        .step("scale_powers", StandardScaler::default())
        .model("line", LinearRegression::default())
        .fit(&x, &y)?;
    let line = LinearRegression::default().fit(x.view(), y.view())?;
    let curve_error = mean_squared_error(y.view(), polynomial.predict(&x)?.numbers("ch01")?.view())?;
    let line_error = mean_squared_error(y.view(), line.predict(x.view())?.view())?;
    let errors = format!("MSE {curve_error:.4} instead of {line_error:.4}");
    book.claim(
        "N01-010",
        "degree 10 fits the training set better than the line",
        errors,
        curve_error < line_error,
    );
    book.figure(
        "1-22",
        "overfitting the training data",
        &figures::overfit(all, &polynomial)?,
    )?;
    Ok(())
}

/// GDP as a column of features, satisfaction as the target.
fn data(stats: &CountryStats) -> (Array2<f64>, Array1<f64>) {
    (
        stats.gdp_per_capita.clone().insert_axis(Axis(1)),
        stats.life_satisfaction.clone(),
    )
}

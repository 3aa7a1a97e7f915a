//! Select and train a model.

use ml::{
    classic::{
        baseline::DummyRegressor,
        ensemble::RandomForestRegressor,
        linear::LinearRegression,
        metrics::root_mean_squared_error,
        model_selection::{CrossValidation, Diagnosis, cross_val_score},
        tree::DecisionTreeRegressor,
    },
    prelude::*,
};

use crate::{
    prepare::Training,
    support::{AnyResult, Book, Chapter},
};

/// An error that would be good enough, US dollars: an assumption, for the diagnosis.
const GOOD_ENOUGH: f64 = 45_000.0;

/// Mean and population deviation of the folds' RMSE.
pub(crate) struct Scores {
    pub(crate) mean: f64,
    pub(crate) deviation: f64,
}

/// RMSE on every fold.
pub(crate) fn cross_validate(
    name: &str,
    estimator: &dyn Estimator,
    training: &Training,
) -> AnyResult<Scores> {
    let ten_folds = CrossValidation::default()
        .cv(10)
        .scoring("neg_mean_squared_error");
    let scores =
        cross_val_score(estimator, &training.x, &training.y, &ten_folds)?.mapv(|score| (-score).sqrt());
    display_scores(name, &scores);
    Ok(Scores {
        mean: scores.mean().unwrap_or(f64::NAN),
        deviation: scores.std(0.0),
    })
}

fn display_scores(name: &str, scores: &Array1<f64>) {
    println!("  {name}: scores {scores:.0}");
    println!(
        "  {name}: mean {:.2}, standard deviation {:.2}",
        scores.mean().unwrap_or(f64::NAN),
        scores.std(0.0)
    );
}

pub(crate) fn run(book: &mut Chapter, training: &Training) -> AnyResult {
    book.section("Training and evaluating on the training set");
    let x = training.x.dense("models")?;
    let (x, y) = (x.view(), training.y.view());

    let linear = LinearRegression::default().fit(x, y)?;
    let predicted = linear.predict(x)?;
    let printed = [210644.6045, 317768.8069, 210956.4333, 59218.9888, 189747.5584];
    for (row, book_says) in printed.into_iter().enumerate() {
        book.number(
            "N02-019",
            &format!("linear prediction, row {row}"),
            predicted[row],
            Book::Within(book_says, 1e-4),
        );
    }
    let linear_rmse = root_mean_squared_error(y, predicted.view())?;
    book.number(
        "N02-020",
        "linear training RMSE",
        linear_rmse,
        Book::Digits(68_628.198_198_489_22, 6),
    );

    let tree = DecisionTreeRegressor::default().seed(42).fit(x, y)?;
    let tree_rmse = root_mean_squared_error(y, tree.predict(x)?.view())?;
    book.number("N02-022", "tree training RMSE", tree_rmse, Book::Exact(0.0));

    let forest = RandomForestRegressor::default().seed(42);
    let forest_rmse = root_mean_squared_error(y, forest.fit(x, y)?.predict(x)?.view())?;
    book.number(
        "N02-024",
        "forest training RMSE",
        forest_rmse,
        Book::Share(18_603.5, 0.03),
    );

    book.section("Better evaluation: cross-validation");
    let baseline = cross_validate("mean of the labels", &DummyRegressor::default(), training)?;
    let linear = cross_validate("linear", &LinearRegression::default(), training)?;
    book.number(
        "N02-021",
        "linear, mean of 10 folds",
        linear.mean,
        Book::Digits(69_052.461_363_450_83, 6),
    );
    book.number(
        "N02-021",
        "linear, deviation",
        linear.deviation,
        Book::Digits(2_731.674_001_798_348, 6),
    );
    let tree = cross_validate("tree", &DecisionTreeRegressor::default().seed(42), training)?;
    book.number(
        "N02-023",
        "tree, mean of 10 folds",
        tree.mean,
        Book::Share(71_407.7, 0.03),
    );
    let forest = cross_validate("forest", &forest, training)?;
    book.number(
        "N02-024",
        "forest, mean of 10 folds",
        forest.mean,
        Book::Share(50_182.3, 0.03),
    );
    let order = format!(
        "{:.0} < {:.0} < {:.0} < {:.0}",
        forest.mean, linear.mean, tree.mean, baseline.mean
    );
    let holds = forest.mean < linear.mean && linear.mean < tree.mean && tree.mean < baseline.mean;
    book.claim(
        "N02-025",
        "forest, then linear, then tree, all better than the mean",
        order,
        holds,
    );
    for (name, training_rmse, scores) in [
        ("linear", linear_rmse, &linear),
        ("tree", tree_rmse, &tree),
        ("forest", forest_rmse, &forest),
    ] {
        println!(
            "  {name} {}",
            Diagnosis::new(-training_rmse, -scores.mean, -GOOD_ENOUGH)
        );
    }
    Ok(())
}

//! What is a diamond worth?

use std::{env, path::Path, process::Command};

use ml::{
    classic::{
        baseline::DummyRegressor,
        ensemble::RandomForestRegressor,
        linear::LinearRegression,
        metrics::{r2_score, rmse_interval, root_mean_squared_error},
        model_selection::{CrossValidation, Distribution, ParamDistributions, RandomizedSearchCV, compare},
        neighbors::KNeighborsRegressor,
        tree::DecisionTreeRegressor,
    },
    core::{Observer, ndarray::Array1},
    data::{
        datasets::diamonds_frame,
        pipeline::{ColumnTransformer, FittedModelPipeline, ModelPipeline, Pipeline},
        polars::prelude::DataFrame,
        preprocess::{OneHotEncoder, StandardScaler},
        split::TrainTestSplit,
        table::{corr, cut, describe, info, numbers, value_counts},
    },
    plot::Figure,
    prelude::*,
};

use super::{AnyResult, page::Page};

const NUMBERS: [&str; 6] = ["carat", "depth", "table", "x", "y", "z"];
const WORDS: [&str; 3] = ["cut", "color", "clarity"];
/// Rows on which models are compared and tuned: enough to rank them, few enough for a quick start.
const COMPARISON_ROWS: usize = 6_000;
const SEED: u64 = 42;

pub(crate) fn run(page: &mut Page, observer: &dyn Observer) -> AnyResult {
    page.title("Diamonds: 53,940 stones and their prices");
    let diamonds = diamonds_frame();
    explore(page, &diamonds)?;

    page.title("Split, stratified by price");
    let price = numbers(&diamonds, "price")?;
    let band = cut(
        price.view(),
        &[0.0, 1_000.0, 2_500.0, 5_500.0, f64::INFINITY],
        &[1_i64, 2, 3, 4],
    )?;
    let split = TrainTestSplit::default().test_size(0.2).seed(SEED);
    let ((train, y_train), (test, y_test)) = split.split_stratified((&diamonds, &price), band.view())?;
    page.text(format!(
        "{} rows to learn from, {} put aside",
        train.height(),
        test.height()
    ));
    let (train, test) = (train.drop("price")?, test.drop("price")?);

    let rows: Vec<usize> = (0..COMPARISON_ROWS).collect();
    let (some, y_some) = ml::data::split::Rows::take_rows(&(&train, &y_train), &rows)?;
    let forest = shortlist(page, observer, &some, &y_some)?;

    page.title("The winner, trained on everything and tested once");
    let fitted = forest.fit_with(&train, &y_train, &FitContext::observed(observer))?;
    let predicted = fitted.predict(&test)?.numbers("quickstart")?;
    let rmse = root_mean_squared_error(y_test.view(), predicted.view())?;
    let (low, high) = rmse_interval(y_test.view(), predicted.view(), 0.95)?;
    let r2 = r2_score(y_test.view(), predicted.view())?;
    page.text(format!(
        "test RMSE {rmse:.0} dollars, 95% interval {low:.0} to {high:.0}; R² {r2:.4}"
    ));
    importances(page, &fitted)?;
    let mut figure = Figure::new(560, 520);
    figure
        .axes()
        .x_label("price (dollars)")
        .y_label("predicted (dollars)");
    figure.axes().scatter(&y_test, &predicted)?.alpha(0.15).size(4.0);
    figure.axes().line([0.0, 19_000.0], [0.0, 19_000.0])?.width(1.0);
    page.figure(
        "predicted",
        "predicted against true prices of the test set",
        &figure,
    )?;

    store(page, &fitted)
}

fn explore(page: &mut Page, diamonds: &DataFrame) -> AnyResult {
    page.text(diamonds.head(Some(5)));
    page.text(info(diamonds));
    page.text(describe(diamonds)?);
    page.text(value_counts(diamonds, "cut")?);
    let with_price = corr(diamonds)?.with("price")?;
    let lines: Vec<String> = with_price
        .iter()
        .map(|(name, r)| format!("{name:<8} {r:>7.4}"))
        .collect();
    page.text(format!("correlation with the price\n{}", lines.join("\n")));
    let columns = NUMBERS.into_iter().chain(["price"]);
    let columns = columns
        .into_iter()
        .map(|name| numbers(diamonds, name).map(|values| (name, values)));
    let figure = Figure::histograms(1000, 560, columns.collect::<Result<Vec<_>>>()?, 40)?;
    page.figure("histograms", "every number's histogram", &figure)
}

/// Numbers are scaled, words become one column a category, then the model.
fn pipeline(name: &str, model: impl Estimator + 'static) -> ModelPipeline {
    let prepare = ColumnTransformer::new()
        .with("num", StandardScaler::default(), NUMBERS)
        .with("cat", OneHotEncoder::default(), WORDS);
    Pipeline::new().step("prepare", prepare).model(name, model)
}

/// Compares five models by cross-validation, tunes the forest, and says which settings won.
fn shortlist(
    page: &mut Page,
    observer: &dyn Observer,
    x: &DataFrame,
    y: &Array1<f64>,
) -> AnyResult<ModelPipeline> {
    page.title("Five models, five folds");
    let forest = pipeline(
        "forest",
        RandomForestRegressor::default().n_estimators(50).seed(SEED),
    );
    let models = [
        ("mean", pipeline("mean", DummyRegressor::default())),
        ("linear", pipeline("linear", LinearRegression::default())),
        (
            "tree",
            pipeline("tree", DecisionTreeRegressor::default().seed(SEED)),
        ),
        ("forest", forest.clone()),
        ("k-NN", pipeline("k-nn", KNeighborsRegressor::default())),
    ];
    let models: Vec<(&str, &dyn Estimator)> = models
        .iter()
        .map(|(name, model)| (*name, model as &dyn Estimator))
        .collect();
    let five_folds = CrossValidation::default()
        .cv(5)
        .scoring("neg_root_mean_squared_error");
    let comparison = compare(&models, x, y, &five_folds, &FitContext::observed(observer))?;
    page.text(&comparison);

    page.title("Random search over the forest");
    let draws = ParamDistributions::new()
        .sample("forest__max_features", Distribution::uniform(0.3, 1.0))
        .sample("forest__min_samples_leaf", Distribution::integer(1, 5));
    let search = RandomizedSearchCV::new(forest.clone(), draws)
        .n_iter(6)
        .cv(3)
        .scoring("neg_root_mean_squared_error")
        .seed(SEED);
    let found = search.fit_with(x, y, &FitContext::observed(observer))?;
    page.text(&found.results);
    let mut best = forest;
    for (path, value) in found.best_params.iter() {
        best.set_param(path, value)?;
    }
    Ok(best)
}

fn importances(page: &mut Page, fitted: &FittedModelPipeline) -> AnyResult {
    let mut pairs = fitted
        .feature_importances()
        .ok_or("forests know their importances")?;
    pairs.sort_by(|a, b| b.1.total_cmp(&a.1));
    pairs.truncate(12);
    let mut figure = Figure::new(640, 420);
    figure.axes().title("importance of each column");
    figure.axes().barh(
        pairs.iter().map(|(name, _)| name.as_str()),
        pairs.iter().map(|(_, value)| *value),
    )?;
    page.figure("importances", "what the forest looks at", &figure)
}

/// Saves the whole pipeline, and lets another process load it and predict.
fn store(page: &mut Page, fitted: &FittedModelPipeline) -> AnyResult {
    page.title("Saved, loaded by another process, asked again");
    let file = page.folder().join("diamonds.ml");
    fitted.save(&file)?;
    let here = some_prices(fitted)?;
    let output = Command::new(env::current_exe()?)
        .arg("predict")
        .arg(&file)
        .output()?;
    if !output.status.success() {
        return Err(format!(
            "the other process failed: {}",
            String::from_utf8_lossy(&output.stderr)
        )
        .into());
    }
    let there = String::from_utf8_lossy(&output.stdout).trim_end().to_owned();
    page.text(format!("here:  {here}"));
    page.text(format!("there: {there}"));
    if here == there {
        Ok(())
    } else {
        Err("the stored pipeline predicts otherwise than the one that was saved".into())
    }
}

/// The other process: loads the pipeline and predicts the first stones of the table.
pub(crate) fn predict_stored(model: &Path) -> AnyResult {
    let fitted = FittedModelPipeline::load(model)?;
    println!("{}", some_prices(&fitted)?);
    Ok(())
}

/// Prices of the first stones of the table.
fn some_prices(fitted: &FittedModelPipeline) -> AnyResult<String> {
    let stones = diamonds_frame().drop("price")?.head(Some(4));
    let prices = fitted.predict(&stones)?.numbers("quickstart")?;
    Ok(prices
        .iter()
        .map(|price| format!("{price:.2}"))
        .collect::<Vec<_>>()
        .join(", "))
}

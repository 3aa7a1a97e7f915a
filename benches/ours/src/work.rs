//! The workloads, by name.

use std::path::Path;

use anyhow::{Result, bail};
use ml_classic::{
    ensemble::{RandomForestClassifier, RandomForestRegressor},
    linear::LinearRegression,
    metrics::{accuracy_score, r2_score},
    model_selection::{GridSearchCV, ParamGrid},
    neighbors::{Algorithm, KNeighborsClassifier},
    tree::DecisionTreeRegressor,
};
use ml_core::{
    Fit, Predict,
    ndarray::{Array1, Array2},
    persist::npy::read_npy,
};
use ml_data::{
    pipeline::{ColumnTransformer, Pipeline},
    preprocess::{CombinedAttributes, OneHotEncoder, SimpleImputer, StandardScaler},
    table,
};

use crate::{
    core, linear,
    measure::{Measures, measures, timed},
    nn,
};

const SEED: u64 = 42;

/// Runs the workload `name` on the data in `folder`.
pub(crate) fn run(name: &str, folder: &Path) -> Result<Measures> {
    match name {
        group if group.starts_with("core-") => core::run(group),
        "forest-regressor" => forest_regressor(folder),
        "forest-classifier" => forest_classifier(folder, "mnist"),
        "forest-classifier-small" => forest_classifier(folder, "mnist_small"),
        "tree" => tree(folder),
        "grid-search" => grid_search(folder),
        "preprocess" => preprocess(folder),
        "k-nn" => k_nn(folder, "mnist"),
        "k-nn-small" => k_nn(folder, "mnist_small"),
        "linear-regression" => linear_regression(folder),
        name if name.starts_with("linear-") => linear::run(name, folder),
        name if name.starts_with("nn-") => nn::run(name, folder),
        _ => bail!("no workload {name:?}"),
    }
}

/// Rows and the target of each.
pub(crate) fn table(folder: &Path, name: &str) -> Result<(Array2<f64>, Array1<f64>)> {
    Ok((
        read_npy(folder.join(format!("{name}_x.npy")))?,
        read_npy(folder.join(format!("{name}_y.npy")))?,
    ))
}

struct Images {
    x: Array2<f32>,
    y: Array1<u8>,
    test_x: Array2<f32>,
    test_y: Array1<u8>,
}

/// Images as rows of numbers and the digit of each, to learn from and to test with.
fn images(folder: &Path, name: &str) -> Result<Images> {
    let rows = |part: &str| -> Result<Array2<f32>> {
        let bytes: Array2<u8> = read_npy(folder.join(format!("{name}_{part}_x.npy")))?;
        Ok(bytes.mapv(f32::from))
    };
    Ok(Images {
        x: rows("train")?,
        y: read_npy(folder.join(format!("{name}_train_y.npy")))?,
        test_x: rows("test")?,
        test_y: read_npy(folder.join(format!("{name}_test_y.npy")))?,
    })
}

fn forest_regressor(folder: &Path) -> Result<Measures> {
    let (x, y) = table(folder, "california")?;
    let forest = RandomForestRegressor::default().seed(SEED);
    let (_, fit_s) = timed(|| forest.fit(x.view(), y.view()))?;
    Ok(measures([("fit_s", fit_s)]))
}

fn forest_classifier(folder: &Path, name: &str) -> Result<Measures> {
    let data = images(folder, name)?;
    let forest = RandomForestClassifier::default().seed(SEED);
    let (fitted, fit_s) = timed(|| forest.fit(data.x.view(), data.y.view()))?;
    let (predicted, predict_s) = timed(|| fitted.predict(data.test_x.view()))?;
    let accuracy = accuracy_score(data.test_y.view(), predicted.view())?;
    Ok(measures([
        ("fit_s", fit_s),
        ("predict_s", predict_s),
        ("accuracy", accuracy),
    ]))
}

fn tree(folder: &Path) -> Result<Measures> {
    let (x, y) = table(folder, "california")?;
    let (_, fit_s) = timed(|| {
        DecisionTreeRegressor::default()
            .seed(SEED)
            .fit(x.view(), y.view())
    })?;
    Ok(measures([("fit_s", fit_s)]))
}

fn grid_search(folder: &Path) -> Result<Measures> {
    let (x, y) = table(folder, "housing_train")?;
    let grids = [
        ParamGrid::new()
            .values("n_estimators", [3, 10, 30])
            .values("max_features", [2, 4, 6, 8]),
        ParamGrid::new()
            .values("bootstrap", [false])
            .values("n_estimators", [3, 10])
            .values("max_features", [2, 3, 4]),
    ];
    let search = GridSearchCV::new(RandomForestRegressor::default().seed(SEED), grids)
        .cv(5)
        .scoring("neg_mean_squared_error")
        .return_train_score(true);
    let (found, fit_s) = timed(|| search.fit(x, y))?;
    Ok(measures([
        ("fit_s", fit_s),
        ("best_rmse", (-found.best_score).sqrt()),
    ]))
}

fn preprocess(folder: &Path) -> Result<Measures> {
    let path = folder.join("housing_2m.csv");
    let (mut frame, load_s) = timed(|| table::read_csv(&path, &table::CsvOptions::default()))?;
    frame.drop_in_place("median_house_value")?;
    let numbers: Vec<String> = frame
        .get_column_names()
        .iter()
        .map(|name| name.to_string())
        .filter(|name| name != "ocean_proximity")
        .collect();
    let numeric = Pipeline::new()
        .step("imputer", SimpleImputer::median())
        .step("ratios", CombinedAttributes::default())
        .step("scaler", StandardScaler::default());
    let prepare = ColumnTransformer::new().with("num", numeric, numbers).with(
        "cat",
        OneHotEncoder::default(),
        ["ocean_proximity"],
    );
    let ((_, matrix), prepare_s) = timed(|| prepare.fit_transform(frame))?;
    Ok(measures([
        ("load_s", load_s),
        ("prepare_s", prepare_s),
        ("total_s", load_s + prepare_s),
        ("columns", matrix.n_columns() as f64),
    ]))
}

fn k_nn(folder: &Path, name: &str) -> Result<Measures> {
    let data = images(folder, name)?;
    let model = KNeighborsClassifier::default()
        .algorithm(Algorithm::Brute)
        .fit(data.x.view(), data.y.view())?;
    let (predicted, predict_s) = timed(|| model.predict(data.test_x.view()))?;
    Ok(measures([
        ("predict_s", predict_s),
        ("accuracy", accuracy_score(data.test_y.view(), predicted.view())?),
    ]))
}

fn linear_regression(folder: &Path) -> Result<Measures> {
    let (x, y) = table(folder, "linear")?;
    let (fitted, fit_s) = timed(|| LinearRegression::default().fit(x.view(), y.view()))?;
    let predicted = fitted.predict(x.view())?;
    Ok(measures([
        ("fit_s", fit_s),
        ("r2", r2_score(y.view(), predicted.view())?),
    ]))
}

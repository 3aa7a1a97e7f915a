//! smartcore: regression and classification forests, trees, neighbours by brute force, least squares, ridge regression.
//! Single-threaded. Its logistic regression cannot be told how many iterations to make, and its elastic net minimises
//! something else.

use std::path::Path;

use anyhow::{Result, anyhow};
use ndarray::{Array1, Array2};
use smartcore::{
    algorithm::neighbour::KNNAlgorithmName,
    ensemble::{
        random_forest_classifier::{RandomForestClassifier, RandomForestClassifierParameters},
        random_forest_regressor::{RandomForestRegressor, RandomForestRegressorParameters},
    },
    error::Failed,
    linalg::basic::{arrays::Array, matrix::DenseMatrix},
    linear::{
        linear_regression::{LinearRegression, LinearRegressionParameters, LinearRegressionSolverName},
        ridge_regression::{RidgeRegression, RidgeRegressionParameters},
    },
    neighbors::knn_classifier::{KNNClassifier, KNNClassifierParameters},
    tree::decision_tree_regressor::{DecisionTreeRegressor, DecisionTreeRegressorParameters},
};

use crate::{
    Measures,
    data::{self, Table},
    measure::{measures, timed},
};

const SEED: u64 = 42;
const TREES: u16 = 100;

/// `None` if there is nothing for the workload.
pub(crate) fn run(workload: &str, folder: &Path) -> Result<Option<Measures>> {
    Ok(Some(match workload {
        "forest-regressor" => forest_regressor(folder)?,
        "forest-classifier-small" => forest_classifier(folder, "mnist_small")?,
        "tree" => tree(folder)?,
        "k-nn-small" => k_nn(folder, "mnist_small")?,
        "linear-regression" => linear_regression(folder)?,
        "linear-penalised" => penalised(folder)?,
        _ => return Ok(None),
    }))
}

fn forest_regressor(folder: &Path) -> Result<Measures> {
    let Table { x, y } = data::table(folder, "california")?;
    // All columns at each split, as Scikit-Learn's default and ours.
    let parameters = RandomForestRegressorParameters::default()
        .with_n_trees(usize::from(TREES))
        .with_m(x.ncols())
        .with_seed(SEED);
    let (x, y) = (columns(x)?, y.to_vec());
    let (_, fit_s) = timed(|| RandomForestRegressor::fit(&x, &y, parameters).map_err(failed))?;
    Ok(measures([("fit_s", fit_s)]))
}

fn tree(folder: &Path) -> Result<Measures> {
    let Table { x, y } = data::table(folder, "california")?;
    let (x, y) = (columns(x)?, y.to_vec());
    let parameters = DecisionTreeRegressorParameters::default();
    let (_, fit_s) = timed(|| DecisionTreeRegressor::fit(&x, &y, parameters).map_err(failed))?;
    Ok(measures([("fit_s", fit_s)]))
}

fn forest_classifier(folder: &Path, name: &str) -> Result<Measures> {
    let data = data::images(folder, name)?;
    // Square root of the number of columns at each split: its default, Scikit-Learn's and ours.
    let parameters = RandomForestClassifierParameters::default()
        .with_n_trees(TREES)
        .with_seed(SEED);
    let (x, y, test_x) = (columns(data.x)?, data.y.to_vec(), columns(data.test_x)?);
    let (model, fit_s) = timed(|| RandomForestClassifier::fit(&x, &y, parameters).map_err(failed))?;
    let (predicted, predict_s) = timed(|| model.predict(&test_x).map_err(failed))?;
    Ok(measures([
        ("fit_s", fit_s),
        ("predict_s", predict_s),
        ("accuracy", data::accuracy(&data.test_y, predicted)),
    ]))
}

fn k_nn(folder: &Path, name: &str) -> Result<Measures> {
    let data = data::images(folder, name)?;
    let parameters = KNNClassifierParameters::default()
        .with_k(5)
        .with_algorithm(KNNAlgorithmName::LinearSearch);
    let (x, y, test_x) = (rows(data.x)?, data.y.to_vec(), rows(data.test_x)?);
    let model = KNNClassifier::fit(&x, &y, parameters).map_err(failed)?;
    let (predicted, predict_s): (Vec<u8>, f64) = timed(|| model.predict(&test_x).map_err(failed))?;
    Ok(measures([
        ("predict_s", predict_s),
        ("accuracy", data::accuracy(&data.test_y, predicted)),
    ]))
}

fn linear_regression(folder: &Path) -> Result<Measures> {
    let table = data::table(folder, "linear")?;
    // Its default, the singular value decomposition, is slower still.
    let parameters = LinearRegressionParameters::default().with_solver(LinearRegressionSolverName::QR);
    let (x, y) = (columns(table.x.clone())?, table.y.to_vec());
    let (model, fit_s) = timed(|| LinearRegression::fit(&x, &y, parameters).map_err(failed))?;
    let weights: Array1<f64> = model.coefficients().iterator(0).copied().collect();
    Ok(measures([
        ("fit_s", fit_s),
        ("r2", data::r2(&table, &weights, *model.intercept())),
    ]))
}

/// Of its ridge regressions the one that learns an intercept: it scales the columns, which vary alike here, to 1 first.
fn penalised(folder: &Path) -> Result<Measures> {
    let table = data::table(folder, "penalised")?;
    let parameters = RidgeRegressionParameters::default().with_alpha(1.0);
    let (x, y) = (columns(table.x.clone())?, table.y.to_vec());
    let (model, ridge_s) = timed(|| RidgeRegression::fit(&x, &y, parameters).map_err(failed))?;
    let weights: Array1<f64> = model.coefficients().iterator(0).copied().collect();
    Ok(measures([
        ("ridge_s", ridge_s),
        ("ridge_r2", data::r2(&table, &weights, *model.intercept())),
    ]))
}

/// Stored column by column, which suits trees and decompositions.
fn columns<T>(x: Array2<T>) -> Result<DenseMatrix<T>>
where
    T: Copy + std::fmt::Debug + std::fmt::Display,
{
    let (n, m) = x.dim();
    let values: Vec<T> = x.t().iter().copied().collect();
    DenseMatrix::new(n, m, values, true).map_err(failed)
}

/// Stored row by row, which suits distances.
fn rows<T>(x: Array2<T>) -> Result<DenseMatrix<T>>
where
    T: Copy + std::fmt::Debug + std::fmt::Display,
{
    let (n, m) = x.dim();
    let values: Vec<T> = x.iter().copied().collect();
    DenseMatrix::new(n, m, values, false).map_err(failed)
}

fn failed(error: Failed) -> anyhow::Error {
    anyhow!("smartcore: {error}")
}

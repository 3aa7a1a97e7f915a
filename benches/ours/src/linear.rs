//! The workloads of `linear-*`: linear models and the scores of classifiers.

use std::path::Path;

use anyhow::{Context, Result, bail};
use ml_classic::{
    linear::{ElasticNet, LogisticRegression, LogisticSolver, PathOptions, Ridge, SGDClassifier, lasso_path},
    metrics::{Points, accuracy_score, confusion_matrix, precision_recall_curve, r2_score, roc_auc_score},
    model_selection::{CrossValidation, cross_val_score},
};
use ml_core::{
    Fit, Predict, PredictProba, Seed,
    ndarray::{Array1, Array2, ArrayView1},
    persist::npy::read_npy,
    sprs::CsMatI,
};

use crate::{
    measure::{Measures, measures, timed},
    work::table,
};

/// The digit that the detectors look for.
const DIGIT: u8 = 5;
/// The seed that makes the shuffles Scikit-Learn's.
const SEED: u32 = 42;

/// Runs the workload `name` on the data in `folder`.
pub(crate) fn run(name: &str, folder: &Path) -> Result<Measures> {
    match name {
        "linear-logistic" => logistic(folder),
        "linear-sgd" => sgd(folder, |digit| u8::from(digit == DIGIT)),
        "linear-sgd-classes" => sgd(folder, |digit| digit),
        "linear-cross-val" => cross_val(folder),
        "linear-penalised" => penalised(folder),
        "linear-scores" => scores(folder),
        "linear-sparse" => sparse(folder),
        _ => bail!("no workload {name:?}"),
    }
}

/// Images as rows of numbers, and their digits: of `train` or of `test`.
fn digits(folder: &Path, part: &str) -> Result<(Array2<u8>, Array1<u8>)> {
    Ok((
        read_npy(folder.join(format!("mnist_{part}_x.npy")))?,
        read_npy(folder.join(format!("mnist_{part}_y.npy")))?,
    ))
}

/// `-Σ log p` of the class that each row has, whose number is its column.
fn negative_log_likelihood(probabilities: &Array2<f64>, classes: ArrayView1<'_, u8>) -> f64 {
    let rows = probabilities.outer_iter().zip(classes);
    -rows
        .map(|(row, &class)| row[usize::from(class)].ln())
        .sum::<f64>()
}

fn logistic(folder: &Path) -> Result<Measures> {
    let ((x, y), (test_x, test_y)) = (digits(folder, "train")?, digits(folder, "test")?);
    let scale = |bytes: Array2<u8>| bytes.mapv(|byte| f32::from(byte) / 255.0);
    let (x, test_x) = (scale(x), scale(test_x));
    let (model, fit_s) = timed(|| LogisticRegression::default().fit(x.view(), y.view()))?;
    let loss = negative_log_likelihood(&model.predict_proba(x.view())?, y.view());
    let penalty = 0.5 * model.coef.iter().map(|w| w * w).sum::<f64>();
    let accuracy = accuracy_score(test_y.view(), model.predict(test_x.view())?.view())?;
    Ok(measures([
        ("fit_s", fit_s),
        ("objective", loss + penalty),
        ("accuracy", accuracy),
    ]))
}

fn sgd(folder: &Path, class: fn(u8) -> u8) -> Result<Measures> {
    let ((x, y), (test_x, test_y)) = (digits(folder, "train")?, digits(folder, "test")?);
    let (x, test_x) = (x.mapv(f64::from), test_x.mapv(f64::from));
    let (y, test_y) = (y.mapv(class), test_y.mapv(class));
    let model = SGDClassifier::default().seed(Seed::numpy(SEED));
    let (model, fit_s) = timed(|| model.fit(x.view(), y.view()))?;
    let accuracy = accuracy_score(test_y.view(), model.predict(test_x.view())?.view())?;
    Ok(measures([("fit_s", fit_s), ("accuracy", accuracy)]))
}

fn cross_val(folder: &Path) -> Result<Measures> {
    let (x, y) = digits(folder, "train")?;
    let (x, y) = (x.mapv(f64::from), y.mapv(|digit| i64::from(digit == DIGIT)));
    let model = SGDClassifier::default().seed(Seed::numpy(SEED));
    let how = CrossValidation::default().cv(3).scoring("accuracy");
    let (scores, fit_s) = timed(|| cross_val_score(&model, &x, &y, &how))?;
    let accuracy = scores.mean().context("three folds were asked for")?;
    Ok(measures([("fit_s", fit_s), ("accuracy", accuracy)]))
}

fn penalised(folder: &Path) -> Result<Measures> {
    let (x, y) = table(folder, "penalised")?;
    let (ridge, ridge_s) = timed(|| Ridge::default().fit(x.view(), y.view()))?;
    let (path, lasso_path_s) = timed(|| lasso_path(x.view(), y.view(), &PathOptions::default()))?;
    let (net, elastic_net_s) = timed(|| ElasticNet::default().alpha(0.1).fit(x.view(), y.view()))?;
    let residual = &y - &net.predict(x.view())?;
    let squares = residual.mapv(|r| r * r).mean().context("there are rows")?;
    let penalty: f64 = net.coef.iter().map(|w| 0.05 * (w.abs() + 0.5 * w * w)).sum();
    // A row a strength of the penalty, the weakest last.
    let last = path.coefs.row(path.coefs.nrows() - 1);
    Ok(measures([
        ("ridge_s", ridge_s),
        ("lasso_path_s", lasso_path_s),
        ("elastic_net_s", elastic_net_s),
        ("ridge_r2", r2_score(y.view(), ridge.predict(x.view())?.view())?),
        ("elastic_net_objective", 0.5 * squares + penalty),
        ("lasso_last_l1", last.iter().map(|w| w.abs()).sum()),
    ]))
}

fn scores(folder: &Path) -> Result<Measures> {
    let labels: Array1<u8> = read_npy(folder.join("scores_labels.npy"))?;
    let scores: Array1<f64> = read_npy(folder.join("scores_scores.npy"))?;
    let positive = labels.mapv(|label| label == 1);
    let predicted = scores.mapv(|score| u8::from(score > 0.0));
    let (auc, auc_s) = timed(|| roc_auc_score(positive.view(), scores.view()))?;
    let (curve, curve_s) = timed(|| precision_recall_curve(positive.view(), scores.view(), Points::All))?;
    let (matrix, matrix_s) = timed(|| confusion_matrix(labels.view(), predicted.view()))?;
    Ok(measures([
        ("auc_s", auc_s),
        ("curve_s", curve_s),
        ("matrix_s", matrix_s),
        ("total_s", auc_s + curve_s + matrix_s),
        ("auc", auc),
        ("points", curve.precision.len() as f64),
        ("true_positives", matrix.counts[[1, 1]]),
    ]))
}

fn sparse(folder: &Path) -> Result<Measures> {
    let values: Array1<f64> = read_npy(folder.join("sparse_values.npy"))?;
    let columns: Array1<i64> = read_npy(folder.join("sparse_columns.npy"))?;
    let starts: Array1<i64> = read_npy(folder.join("sparse_starts.npy"))?;
    let y: Array1<u8> = read_npy(folder.join("sparse_y.npy"))?;
    let index = |indices: Array1<i64>| indices.iter().map(|&index| index as usize).collect::<Vec<_>>();
    let shape = (y.len(), crate::prepare::SPARSE_COLUMNS);
    let x = CsMatI::new(shape, index(starts), index(columns), values.to_vec());
    let model = LogisticRegression::default()
        .solver(LogisticSolver::NewtonCg)
        .tol(1e-7)
        .fit_intercept(false);
    let (model, fit_s) = timed(|| model.fit(x.view(), y.view()))?;
    let probabilities = model.predict_proba(x.view())?;
    let penalty = 0.5 * model.coef.iter().map(|w| w * w).sum::<f64>();
    let accuracy = accuracy_score(y.view(), model.predict(x.view())?.view())?;
    Ok(measures([
        ("fit_s", fit_s),
        (
            "objective",
            negative_log_likelihood(&probabilities, y.view()) + penalty,
        ),
        ("accuracy", accuracy),
    ]))
}

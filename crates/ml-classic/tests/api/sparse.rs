//! Linear models of sparse rows: against Scikit-Learn, and against the same rows made dense.

use ml_classic::linear::{
    ElasticNetCV, LinearRegression, LogisticRegression, LogisticSolver, Penalty, Ridge, RidgeCV, RidgeSolver,
};
use ml_core::{
    Estimator, Features, Fit, FitContext, Predict, Target,
    ndarray::{Array1, Array2, Axis, s, stack},
    sprs::CsMat,
};
use serde::Deserialize;

use crate::drawn::{csr, data, weights};

#[derive(Deserialize)]
struct Fixture {
    least_squares: Vec<Line>,
    ridge_cv: Vec<LeftOut>,
}

#[derive(Deserialize)]
struct Line {
    rows: usize,
    fit_intercept: bool,
    weighted: bool,
    coef: Vec<f64>,
    intercept: f64,
    predictions: Vec<f64>,
}

#[derive(Deserialize)]
struct LeftOut {
    rows: usize,
    fit_intercept: bool,
    alphas: Vec<f64>,
    alpha: f64,
    coef: Vec<f64>,
    intercept: f64,
    errors: Vec<f64>,
}

fn fixture() -> Fixture {
    serde_json::from_str(include_str!("../fixtures/sparse.json")).unwrap()
}

/// The first rows of the sparse data, and as a compressed matrix.
fn rows(n: usize) -> (Array2<f64>, CsMat<f64>, Array1<f64>) {
    let (x, y, _, _) = data("sparse");
    let (x, y) = (x.slice(s![..n, ..]).to_owned(), y.slice(s![..n]).to_owned());
    let sparse = csr(&x);
    (x, sparse, y)
}

fn close(what: &str, found: impl IntoIterator<Item = f64>, expected: &[f64], tolerance: f64) {
    let found: Vec<f64> = found.into_iter().collect();
    assert_eq!(found.len(), expected.len(), "{what}");
    let scale = expected.iter().fold(1e-3, |most: f64, v| most.max(v.abs()));
    for (found, expected) in found.iter().zip(expected) {
        assert!(
            (found - expected).abs() <= tolerance * scale,
            "{what}: {found} instead of {expected}"
        );
    }
}

#[test]
fn least_squares_are_those_of_scikit_learn() {
    let cases = fixture().least_squares;
    assert_eq!(cases.len(), 8);
    for case in cases {
        let what = format!(
            "{} rows, intercept {}, weighted {}",
            case.rows, case.fit_intercept, case.weighted
        );
        let (_, x, y) = rows(case.rows);
        let weights = weights(case.rows);
        let context = FitContext {
            weights: case.weighted.then(|| weights.view()),
            ..FitContext::default()
        };
        let how = LinearRegression::default()
            .fit_intercept(case.fit_intercept)
            .tol(1e-14);
        let model = how.fit_with(x.view(), y.view(), &context).unwrap();
        close(&what, model.coef.to_vec(), &case.coef, 1e-6);
        close(&what, [model.intercept], &[case.intercept], 1e-6);
        let head = x.slice_outer(..6).to_owned();
        close(
            &what,
            model.predict(head.view()).unwrap(),
            &case.predictions,
            1e-6,
        );
    }
}

#[test]
fn least_squares_of_sparse_rows_are_those_of_dense_ones() {
    for n in [120, 30] {
        let (dense, sparse, y) = rows(n);
        let several = stack![Axis(1), y, 2.0 * &y + dense.column(3)];
        let how = LinearRegression::default().tol(1e-14);
        let exact = LinearRegression::default()
            .fit(dense.view(), several.view())
            .unwrap();
        let model = how.fit(sparse.view(), several.view()).unwrap();
        let expected: Vec<f64> = exact.coef.iter().copied().collect();
        close("coef", model.coef.iter().copied(), &expected, 1e-8);
        close(
            "intercept",
            model.intercept.to_vec(),
            &exact.intercept.to_vec(),
            1e-8,
        );
        assert!(model.n_iter.iter().all(|&n_iter| n_iter > 1));
        // A model of dense rows predicts sparse ones alike.
        let line = LinearRegression::default().fit(dense.view(), y.view()).unwrap();
        let expected = line.predict(dense.view()).unwrap().to_vec();
        close(
            "predictions",
            line.predict(sparse.view()).unwrap(),
            &expected,
            1e-12,
        );
    }
}

#[test]
fn least_squares_learn_sparse_features_by_name() {
    let (_, x, y) = rows(120);
    let features = Features::from(x);
    let model = LinearRegression::default()
        .fit_features(&features, &Target::from(y), &FitContext::default())
        .unwrap();
    assert_eq!(model.name(), "FittedSparseLinearRegression");
    assert_eq!(model.predict_features(&features).unwrap().len(), 120);
}

#[test]
fn rows_left_out_of_ridge_regression_err_as_in_scikit_learn() {
    let cases = fixture().ridge_cv;
    assert_eq!(cases.len(), 4);
    for case in cases {
        let what = format!("{} rows, intercept {}", case.rows, case.fit_intercept);
        let (dense, sparse, y) = rows(case.rows);
        let how = RidgeCV::default()
            .alphas(case.alphas.clone())
            .fit_intercept(case.fit_intercept);
        for model in [
            how.fit(sparse.view(), y.view()).unwrap(),
            how.fit(dense.view(), y.view()).unwrap(),
        ] {
            assert_eq!(model.alpha, case.alpha, "{what}");
            close(&what, model.errors.to_vec(), &case.errors, 1e-6);
            close(&what, model.coef.to_vec(), &case.coef, 1e-6);
            close(&what, [model.intercept], &[case.intercept], 1e-6);
        }
    }
}

#[test]
fn weighted_ridge_regression_left_out_rows_are_the_same_dense_and_sparse() {
    for n in [120, 30] {
        let (dense, sparse, y) = rows(n);
        let weights = weights(n);
        let context = FitContext {
            weights: Some(weights.view()),
            ..FitContext::default()
        };
        let model = RidgeCV::default()
            .fit_with(sparse.view(), y.view(), &context)
            .unwrap();
        let same = RidgeCV::default()
            .fit_with(dense.view(), y.view(), &context)
            .unwrap();
        close("coef", model.coef.to_vec(), &same.coef.to_vec(), 1e-9);
        close("errors", model.errors.to_vec(), &same.errors.to_vec(), 1e-9);
    }
}

#[test]
fn ridge_by_its_dual_takes_sparse_rows() {
    let (dense, sparse, y) = rows(30);
    let how = Ridge::default().alpha(0.3).solver(RidgeSolver::Cholesky);
    let model = how.fit(sparse.view(), y.view()).unwrap();
    let exact = Ridge::default()
        .alpha(0.3)
        .solver(RidgeSolver::Svd)
        .fit(dense.view(), y.view());
    let exact = exact.unwrap();
    close("coef", model.coef.to_vec(), &exact.coef.to_vec(), 1e-9);
    close("intercept", [model.intercept], &[exact.intercept], 1e-9);
}

#[test]
fn stochastic_average_gradients_are_the_same_dense_and_sparse() {
    let (dense, sparse, _) = rows(120);
    let (_, _, two, three) = data("sparse");
    for (solver, penalty) in [
        (LogisticSolver::Sag, Penalty::L2),
        (LogisticSolver::Saga, Penalty::L2),
        (LogisticSolver::Saga, Penalty::L1),
        (LogisticSolver::Saga, Penalty::ElasticNet),
    ] {
        for y in [&two, &three] {
            let how = LogisticRegression::default()
                .solver(solver)
                .penalty(penalty)
                .l1_ratio(0.4)
                .max_iter(20)
                .tol(1e-12);
            let model = how.fit(sparse.view(), y.view()).unwrap();
            let same = how.fit(dense.view(), y.view()).unwrap();
            let expected: Vec<f64> = same.coef.iter().copied().collect();
            close(
                &format!("{solver:?} {penalty:?}"),
                model.coef.iter().copied(),
                &expected,
                1e-8,
            );
            close(
                "intercept",
                model.intercept.to_vec(),
                &same.intercept.to_vec(),
                1e-8,
            );
        }
    }
}

#[test]
fn cross_validated_paths_are_the_same_dense_and_sparse() {
    for n in [120, 30] {
        let (dense, sparse, y) = rows(n);
        let how = ElasticNetCV::default().n_alphas(10).tol(1e-12).max_iter(100_000);
        let model = how.fit(sparse.view(), y.view()).unwrap();
        let same = how.fit(dense.view(), y.view()).unwrap();
        assert_eq!(model.alphas.len(), 10);
        close("alpha", [model.alpha], &[same.alpha], 1e-9);
        close("coef", model.coef.to_vec(), &same.coef.to_vec(), 1e-7);
    }
}

//! Logistic, ridge, lasso and elastic-net regression against Scikit-Learn.

use ml_classic::linear::{
    ElasticNet, ElasticNetCV, FittedElasticNet, Lasso, LassoCV, LogisticRegression, LogisticSolver, MultiClass,
    PathOptions, Penalty, Ridge, RidgeSolver, enet_path, lasso_path,
};
use ml_core::{
    Fit, FitContext, Predict, PredictProba,
    ndarray::{Array1, Array2, Axis, s},
    params::Value,
};
use serde::Deserialize;

use crate::drawn::{close, csr, data, matrix, weights, with_params};

#[derive(Deserialize)]
struct Fixture {
    fits: Vec<Case>,
    paths: Vec<Path>,
    chosen: Vec<Chosen>,
}

#[derive(Deserialize)]
struct Case {
    model: String,
    data: String,
    target: String,
    weighted: bool,
    params: serde_json::Map<String, Value>,
    coef: Vec<Vec<f64>>,
    intercept: Vec<f64>,
    predictions: Vec<f64>,
    proba: Option<Vec<Vec<f64>>>,
}

#[derive(Deserialize)]
struct Path {
    data: String,
    name: String,
    alphas: Vec<f64>,
    coefs: Vec<Vec<f64>>,
}

#[derive(Deserialize)]
struct Chosen {
    name: String,
    data: String,
    alpha: f64,
    l1_ratio: f64,
    coef: Vec<f64>,
    intercept: f64,
    mse: f64,
}

fn fixture() -> Fixture {
    serde_json::from_str(include_str!("../fixtures/penalised.json")).unwrap()
}

fn row(values: &Array1<f64>) -> Array2<f64> {
    values.clone().insert_axis(Axis(0))
}

fn expected_row(values: &[f64]) -> Array2<f64> {
    row(&Array1::from(values.to_vec()))
}

/// The solvers that can do what a case asks, and how exact they are asked to be.
fn solvers(case: &Case) -> Vec<LogisticRegression> {
    let base = with_params(LogisticRegression::default(), &case.params);
    let smooth = matches!(base.penalty, Penalty::L2 | Penalty::None);
    let together = case.target == "three" && base.multi_class != MultiClass::OneVersusRest;
    let mut out = Vec::new();
    if smooth {
        for solver in [LogisticSolver::Lbfgs, LogisticSolver::NewtonCholesky, LogisticSolver::NewtonCg] {
            out.push(base.clone().solver(solver).tol(1e-11).max_iter(20_000));
        }
    }
    if !together {
        out.push(base.clone().solver(LogisticSolver::CoordinateDescent).tol(1e-11).max_iter(1000));
    }
    // Badly scaled columns take stochastic gradients for ever.
    if case.data == "dense" || (case.data == "sparse" && !smooth) {
        out.push(base.clone().solver(LogisticSolver::Saga).tol(1e-11).max_iter(200_000));
        if smooth {
            out.push(base.solver(LogisticSolver::Sag).tol(1e-11).max_iter(200_000));
        }
    }
    out
}

#[test]
fn every_logistic_solver_finds_the_minimum_of_scikit_learn() {
    let fixture = fixture();
    let cases: Vec<&Case> = fixture.fits.iter().filter(|case| case.model == "LogisticRegression").collect();
    assert_eq!(cases.len(), 32);
    for case in cases {
        let (x, _, two, three) = data(&case.data);
        let y = if case.target == "two" { two } else { three };
        let weights = weights(y.len());
        let context = FitContext {
            weights: case.weighted.then(|| weights.view()),
            ..FitContext::default()
        };
        for how in solvers(case) {
            let what = format!("{:?} on {} {} {:?}", how.solver, case.data, case.target, case.params);
            let model = if case.data == "sparse" {
                how.fit_with(csr(&x).view(), y.view(), &context).unwrap()
            } else {
                how.fit_with(x.view(), y.view(), &context).unwrap()
            };
            let tolerance = 1e-6;
            close(&what, &model.coef, &matrix(&case.coef), tolerance);
            // Of several classes the intercepts are known up to a number that all share, which nothing decides.
            let centred = |values: &Array1<f64>| values - values.mean().unwrap_or(0.0);
            let (found, expected) = (&model.intercept, Array1::from(case.intercept.clone()));
            if found.len() == 1 {
                close(&what, &row(found), &row(&expected), tolerance);
            } else {
                close(&what, &row(&(centred(found) + 1.0)), &row(&(centred(&expected) + 1.0)), tolerance);
            }
            let first = x.slice(s![..6, ..]);
            let predictions = model.predict(first).unwrap().mapv(|v| v as f64);
            close(&what, &row(&predictions), &expected_row(&case.predictions), tolerance);
            let proba = model.predict_proba(first).unwrap();
            close(&what, &proba, &matrix(case.proba.as_ref().unwrap()), tolerance);
        }
    }
}

#[test]
fn every_ridge_solver_finds_the_minimum_of_scikit_learn() {
    let fixture = fixture();
    let cases: Vec<&Case> = fixture.fits.iter().filter(|case| case.model == "Ridge").collect();
    assert_eq!(cases.len(), 10);
    for case in cases {
        let (x, y, _, _) = data(&case.data);
        let weights = weights(y.len());
        let context = FitContext {
            weights: case.weighted.then(|| weights.view()),
            ..FitContext::default()
        };
        let mut solvers = vec![RidgeSolver::Auto, RidgeSolver::Cholesky];
        if case.data != "ill" {
            solvers.push(RidgeSolver::ConjugateGradients);
        }
        if case.data != "sparse" {
            solvers.push(RidgeSolver::Svd);
        }
        if case.data == "dense" {
            solvers.extend([RidgeSolver::Sag, RidgeSolver::Saga]);
        }
        for solver in solvers {
            let what = format!("{solver:?} on {} {:?}", case.data, case.params);
            let how = with_params(Ridge::default(), &case.params).solver(solver).tol(1e-13).max_iter(100_000);
            let model = if case.data == "sparse" {
                how.fit_with(csr(&x).view(), y.view(), &context).unwrap()
            } else {
                how.fit_with(x.view(), y.view(), &context).unwrap()
            };
            close(&what, &row(&model.coef), &matrix(&case.coef), 1e-6);
            let intercept = Array2::from_elem((1, 1), model.intercept + 1.0);
            close(&what, &intercept, &Array2::from_elem((1, 1), case.intercept[0] + 1.0), 1e-7);
            let predictions = model.predict(x.slice(s![..6, ..])).unwrap();
            close(&what, &row(&predictions), &expected_row(&case.predictions), 1e-6);
        }
    }
}

#[test]
fn coordinate_descent_finds_the_minimum_of_scikit_learn() {
    let fixture = fixture();
    let cases: Vec<&Case> = fixture.fits.iter().filter(|case| case.model.len() == 5 && case.model != "Ridge" || case.model == "ElasticNet").collect();
    assert_eq!(cases.len(), 20 + 2);
    for case in cases {
        let what = format!("{} on {} {:?}", case.model, case.data, case.params);
        let (x, y, _, _) = data(&case.data);
        let weights = weights(y.len());
        let context = FitContext {
            weights: case.weighted.then(|| weights.view()),
            ..FitContext::default()
        };
        let model: FittedElasticNet = match (case.model.as_str(), case.data.as_str()) {
            ("Lasso", "sparse") => {
                let how = with_params(Lasso::default(), &case.params).tol(1e-14).max_iter(1_000_000);
                how.fit_with(csr(&x).view(), y.view(), &context).unwrap()
            }
            ("Lasso", _) => {
                let how = with_params(Lasso::default(), &case.params).tol(1e-14).max_iter(1_000_000);
                how.fit_with(x.view(), y.view(), &context).unwrap()
            }
            (_, "sparse") => {
                let how = with_params(ElasticNet::default(), &case.params).tol(1e-14).max_iter(1_000_000);
                how.fit_with(csr(&x).view(), y.view(), &context).unwrap()
            }
            _ => {
                let how = with_params(ElasticNet::default(), &case.params).tol(1e-14).max_iter(1_000_000);
                how.fit_with(x.view(), y.view(), &context).unwrap()
            }
        };
        close(&what, &row(&model.coef), &matrix(&case.coef), 1e-6);
        assert!((model.intercept - case.intercept[0]).abs() < 1e-7, "{what}");
        let predictions = model.predict(x.slice(s![..6, ..])).unwrap();
        close(&what, &row(&predictions), &expected_row(&case.predictions), 1e-6);
        assert!(model.dual_gap < 1e-9, "{what}: {}", model.dual_gap);
    }
}

#[test]
fn paths_are_those_of_scikit_learn() {
    for path in fixture().paths {
        let (x, mut y, _, _) = data(&path.data);
        let sparse = csr(&x);
        if path.data == "sparse" {
            y -= y.mean().unwrap();
        }
        let options = PathOptions::default().n_alphas(10).eps(1e-2).fit_intercept(false).tol(1e-14).max_iter(1_000_000);
        let found = match (path.name.as_str(), path.data.as_str()) {
            ("lasso", "sparse") => lasso_path(sparse.view(), y.view(), &options),
            ("lasso", _) => lasso_path(x.view(), y.view(), &options),
            (_, "sparse") => enet_path(sparse.view(), y.view(), 0.7, &options),
            _ => enet_path(x.view(), y.view(), 0.7, &options),
        };
        let found = found.unwrap();
        let what = format!("{} on {}", path.name, path.data);
        close(&what, &row(&found.alphas), &expected_row(&path.alphas), 1e-12);
        close(&what, &found.coefs, &matrix(&path.coefs), 1e-6);
    }
}

#[test]
fn cross_validation_chooses_as_scikit_learn_does() {
    for chosen in fixture().chosen {
        let (x, y, _, _) = data(&chosen.data);
        let sparse = csr(&x);
        let lasso = LassoCV::default().n_alphas(20).tol(1e-12).max_iter(1_000_000);
        let net = ElasticNetCV::default().l1_ratio(vec![0.3, 0.9]).n_alphas(20).tol(1e-12).max_iter(1_000_000);
        let model = match (chosen.name.as_str(), chosen.data.as_str()) {
            ("LassoCV", "sparse") => lasso.fit(sparse.view(), y.view()),
            ("LassoCV", _) => lasso.fit(x.view(), y.view()),
            (_, "sparse") => net.fit(sparse.view(), y.view()),
            _ => net.fit(x.view(), y.view()),
        };
        let model = model.unwrap();
        let what = format!("{} on {}", chosen.name, chosen.data);
        assert!((model.alpha / chosen.alpha - 1.0).abs() < 1e-10, "{what}");
        assert_eq!(model.l1_ratio, chosen.l1_ratio, "{what}");
        close(&what, &row(&model.coef), &expected_row(&chosen.coef), 1e-5);
        assert!((model.intercept - chosen.intercept).abs() < 1e-6, "{what}");
        let least = model
            .mse_path
            .iter()
            .flat_map(|errors| errors.mean_axis(Axis(1)).expect("at least one fold"))
            .fold(f64::INFINITY, f64::min);
        assert!((least / chosen.mse - 1.0).abs() < 1e-6, "{what}");
    }
}

//! Logistic, ridge, lasso and elastic-net regression against Scikit-Learn.

use ml_classic::linear::{
    ElasticNet, ElasticNetCV, FittedElasticNet, FittedMultiElasticNet, FittedMultiRidge, Lars, LarsMethod,
    Lasso, LassoCV, LogisticRegression, LogisticRegressionCV, LogisticSolver, MultiClass, PathOptions,
    Penalty, Ridge, RidgeCV, RidgeSolver, enet_path, lasso_path,
};
use ml_core::{
    Fit, FitContext, Predict, PredictProba,
    ndarray::{Array1, Array2, ArrayView2, Axis, s},
    params::Value,
    sprs::CsMatView,
};
use serde::Deserialize;

use crate::drawn::{close, csr, data, matrix, weights, with_params};

#[derive(Deserialize)]
struct Fixture {
    fits: Vec<Case>,
    several: Vec<Several>,
    paths: Vec<Path>,
    chosen: Vec<Chosen>,
    lars: Vec<LeastAngles>,
    ridge_cv: Vec<LeftOut>,
    logistic_cv: Vec<Folds>,
}

#[derive(Deserialize)]
struct Several {
    model: String,
    data: String,
    weighted: bool,
    params: serde_json::Map<String, Value>,
    coef: Vec<Vec<f64>>,
    intercept: Vec<f64>,
    predictions: Vec<Vec<f64>>,
}

#[derive(Deserialize)]
struct LeastAngles {
    data: String,
    method: String,
    active: Vec<usize>,
    coef_path: Vec<Vec<f64>>,
    alphas: Vec<f64>,
    intercept: f64,
    coef: Vec<f64>,
}

#[derive(Deserialize)]
struct LeftOut {
    data: String,
    weighted: bool,
    alpha: f64,
    coef: Vec<f64>,
    errors: Vec<f64>,
}

#[derive(Deserialize)]
struct Folds {
    data: String,
    target: String,
    weighted: bool,
    params: serde_json::Map<String, Value>,
    c: f64,
    scores: Vec<Vec<f64>>,
    coef: Vec<Vec<f64>>,
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
    weighted: bool,
    params: serde_json::Map<String, Value>,
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
        for solver in [
            LogisticSolver::Lbfgs,
            LogisticSolver::NewtonCholesky,
            LogisticSolver::NewtonCg,
        ] {
            out.push(base.clone().solver(solver).tol(1e-11).max_iter(20_000));
        }
    }
    if !together {
        out.push(
            base.clone()
                .solver(LogisticSolver::CoordinateDescent)
                .tol(1e-11)
                .max_iter(1000),
        );
    }
    // Badly scaled columns take stochastic gradients for ever.
    if case.data == "dense" || (case.data == "sparse" && !smooth) {
        out.push(
            base.clone()
                .solver(LogisticSolver::Saga)
                .tol(1e-11)
                .max_iter(200_000),
        );
        if smooth {
            out.push(base.solver(LogisticSolver::Sag).tol(1e-11).max_iter(200_000));
        }
    }
    out
}

#[test]
fn every_logistic_solver_finds_the_minimum_of_scikit_learn() {
    let fixture = fixture();
    let cases: Vec<&Case> = fixture
        .fits
        .iter()
        .filter(|case| case.model == "LogisticRegression")
        .collect();
    assert_eq!(cases.len(), 38);
    for case in cases {
        let (x, _, two, three) = data(&case.data);
        let y = if case.target == "two" { two } else { three };
        let weights = weights(y.len());
        let context = FitContext {
            weights: case.weighted.then(|| weights.view()),
            ..FitContext::default()
        };
        for how in solvers(case) {
            let what = format!(
                "{:?} on {} {} {:?}",
                how.solver, case.data, case.target, case.params
            );
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
                close(
                    &what,
                    &row(&(centred(found) + 1.0)),
                    &row(&(centred(&expected) + 1.0)),
                    tolerance,
                );
            }
            let first = x.slice(s![..6, ..]);
            let predictions = model.predict(first).unwrap().mapv(|v| v as f64);
            close(
                &what,
                &row(&predictions),
                &expected_row(&case.predictions),
                tolerance,
            );
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
        if ["dense", "sparse"].contains(&&*case.data) {
            solvers.extend([RidgeSolver::Sag, RidgeSolver::Saga]);
        }
        for solver in solvers {
            let what = format!("{solver:?} on {} {:?}", case.data, case.params);
            let how = with_params(Ridge::default(), &case.params)
                .solver(solver)
                .tol(1e-13)
                .max_iter(100_000);
            let model = if case.data == "sparse" {
                how.fit_with(csr(&x).view(), y.view(), &context).unwrap()
            } else {
                how.fit_with(x.view(), y.view(), &context).unwrap()
            };
            close(&what, &row(&model.coef), &matrix(&case.coef), 1e-6);
            let intercept = Array2::from_elem((1, 1), model.intercept + 1.0);
            close(
                &what,
                &intercept,
                &Array2::from_elem((1, 1), case.intercept[0] + 1.0),
                1e-7,
            );
            let predictions = model.predict(x.slice(s![..6, ..])).unwrap();
            close(&what, &row(&predictions), &expected_row(&case.predictions), 1e-6);
        }
    }
}

#[test]
fn coordinate_descent_finds_the_minimum_of_scikit_learn() {
    let fixture = fixture();
    let cases: Vec<&Case> = fixture
        .fits
        .iter()
        .filter(|case| ["Lasso", "ElasticNet"].contains(&&*case.model))
        .collect();
    assert_eq!(cases.len(), 20);
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
                let how = with_params(Lasso::default(), &case.params)
                    .tol(1e-14)
                    .max_iter(1_000_000);
                how.fit_with(csr(&x).view(), y.view(), &context).unwrap()
            }
            ("Lasso", _) => {
                let how = with_params(Lasso::default(), &case.params)
                    .tol(1e-14)
                    .max_iter(1_000_000);
                how.fit_with(x.view(), y.view(), &context).unwrap()
            }
            (_, "sparse") => {
                let how = with_params(ElasticNet::default(), &case.params)
                    .tol(1e-14)
                    .max_iter(1_000_000);
                how.fit_with(csr(&x).view(), y.view(), &context).unwrap()
            }
            _ => {
                let how = with_params(ElasticNet::default(), &case.params)
                    .tol(1e-14)
                    .max_iter(1_000_000);
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

/// Weights, intercepts and first predictions of a fit of several targets.
fn learn_several<E, M>(how: E, case: &Several, x: &Array2<f64>, y: &Array2<f64>) -> M
where
    E: for<'a> Fit<ArrayView2<'a, f64>, ArrayView2<'a, f64>, Fitted = M>
        + for<'a> Fit<CsMatView<'a, f64>, ArrayView2<'a, f64>, Fitted = M>,
{
    let weights = weights(y.nrows());
    let context = FitContext {
        weights: case.weighted.then(|| weights.view()),
        ..FitContext::default()
    };
    if case.data == "sparse" {
        how.fit_with(csr(x).view(), y.view(), &context).unwrap()
    } else {
        how.fit_with(x.view(), y.view(), &context).unwrap()
    }
}

#[test]
fn several_targets_are_learned_as_by_scikit_learn() {
    let fixture = fixture();
    assert_eq!(fixture.several.len(), 20);
    for case in &fixture.several {
        let (x, first, _, _) = data(&case.data);
        let y = ml_core::ndarray::stack![Axis(1), first, 0.5 * &x.column(0) - &first];
        let mut found = Vec::new();
        let head = x.slice(s![..6, ..]);
        match case.model.as_str() {
            "Ridge" => {
                let mut solvers = vec![RidgeSolver::Auto, RidgeSolver::Cholesky];
                if case.data != "ill" {
                    solvers.push(RidgeSolver::ConjugateGradients);
                }
                if case.data != "sparse" {
                    solvers.push(RidgeSolver::Svd);
                }
                if case.data == "dense" {
                    solvers.push(RidgeSolver::Saga);
                }
                for solver in solvers {
                    let how = with_params(Ridge::default(), &case.params);
                    let how = how.solver(solver).tol(1e-13).max_iter(100_000);
                    let model: FittedMultiRidge = learn_several(how, case, &x, &y);
                    let predicted = model.predict(head).unwrap();
                    found.push((format!("{solver:?}"), model.coef, model.intercept, predicted));
                }
            }
            name => {
                let mut how = with_params(ElasticNet::default(), &case.params)
                    .tol(1e-14)
                    .max_iter(1_000_000);
                let lasso = Lasso::default().alpha(how.alpha).tol(1e-14).max_iter(1_000_000);
                how.l1_ratio = if name == "Lasso" { 1.0 } else { how.l1_ratio };
                let mut models: Vec<FittedMultiElasticNet> = vec![learn_several(how, case, &x, &y)];
                if name == "Lasso" {
                    models.push(learn_several(lasso, case, &x, &y));
                }
                for model in models {
                    assert!(model.dual_gap.iter().all(|gap| *gap < 1e-9));
                    let predicted = model.predict(head).unwrap();
                    found.push((name.to_owned(), model.coef, model.intercept, predicted));
                }
            }
        }
        for (what, coef, intercept, predicted) in found {
            let what = format!("{} by {what} on {} {:?}", case.model, case.data, case.params);
            close(&what, &coef, &matrix(&case.coef), 1e-6);
            close(
                &what,
                &(row(&intercept) + 1.0),
                &(expected_row(&case.intercept) + 1.0),
                1e-7,
            );
            close(&what, &predicted, &matrix(&case.predictions), 1e-6);
        }
    }
}

/// One column is the plain fit; no column, and a bad number in the second, are named.
#[test]
fn several_targets_are_one_after_the_other() {
    let (x, y, _, _) = data("dense");
    let column = y.view().insert_axis(Axis(1));
    let (one, many) = (
        Ridge::default().fit(x.view(), y.view()).unwrap(),
        Ridge::default().fit(x.view(), column).unwrap(),
    );
    close("ridge", &many.coef, &row(&one.coef), 1e-14);
    assert_eq!(many.n_iter, [0]);
    let (one, many) = (
        Lasso::default().alpha(0.05).fit(x.view(), y.view()).unwrap(),
        Lasso::default().alpha(0.05).fit(x.view(), column).unwrap(),
    );
    assert_eq!((many.coef, many.n_iter), (row(&one.coef), vec![one.n_iter]));
    let none = Array2::<f64>::zeros((y.len(), 0));
    for error in [
        Ridge::default().fit(x.view(), none.view()).unwrap_err(),
        Lasso::default().fit(x.view(), none.view()).unwrap_err(),
    ] {
        assert!(error.to_string().contains("y (0 columns)"), "{error}");
    }
    let mut bad = ml_core::ndarray::stack![Axis(1), y, y];
    bad[[3, 1]] = f64::NAN;
    let error = Ridge::default()
        .fit(x.view(), bad.view())
        .unwrap_err()
        .to_string();
    assert!(error.contains("row 3") && error.contains("column 1"), "{error}");
}

#[test]
fn paths_are_those_of_scikit_learn() {
    for path in fixture().paths {
        let (x, mut y, _, _) = data(&path.data);
        let sparse = csr(&x);
        if path.data == "sparse" {
            y -= y.mean().unwrap();
        }
        let options = PathOptions::default()
            .n_alphas(10)
            .eps(1e-2)
            .fit_intercept(false)
            .tol(1e-14)
            .max_iter(1_000_000);
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
    let cases = fixture().chosen;
    assert_eq!(cases.len(), 15);
    for chosen in cases {
        let (x, y, _, _) = data(&chosen.data);
        let sparse = csr(&x);
        let weights = weights(y.len());
        let context = FitContext {
            weights: chosen.weighted.then(|| weights.view()),
            ..FitContext::default()
        };
        let lasso = || {
            with_params(LassoCV::default(), &chosen.params)
                .n_alphas(20)
                .tol(1e-12)
                .max_iter(1_000_000)
        };
        let net = || {
            with_params(ElasticNetCV::default(), &chosen.params)
                .n_alphas(20)
                .tol(1e-12)
                .max_iter(1_000_000)
        };
        let model = match (chosen.name.as_str(), chosen.data.as_str()) {
            ("LassoCV", "sparse") => lasso().fit_with(sparse.view(), y.view(), &context),
            ("LassoCV", _) => lasso().fit_with(x.view(), y.view(), &context),
            (_, "sparse") => net().fit_with(sparse.view(), y.view(), &context),
            _ => net().fit_with(x.view(), y.view(), &context),
        };
        let model = model.unwrap();
        let what = format!(
            "{} on {} {:?}, weighted {}",
            chosen.name, chosen.data, chosen.params, chosen.weighted
        );
        assert!(
            (model.alpha / chosen.alpha - 1.0).abs() < 1e-10,
            "{what}: {} {}",
            model.alpha,
            chosen.alpha
        );
        assert_eq!(model.l1_ratio, chosen.l1_ratio, "{what}");
        close(&what, &row(&model.coef), &expected_row(&chosen.coef), 1e-5);
        assert!((model.intercept - chosen.intercept).abs() < 1e-6, "{what}");
        // The share of a fold in the mean is that of its weight.
        let share = |fold: usize| {
            let rows = fold * y.len() / 5..(fold + 1) * y.len() / 5;
            if chosen.weighted {
                weights.slice(s![rows]).sum()
            } else {
                1.0
            }
        };
        let shares: Array1<f64> = (0..5).map(share).collect();
        let least = model
            .mse_path
            .iter()
            .flat_map(|errors| errors.dot(&shares) / shares.sum())
            .fold(f64::INFINITY, f64::min);
        assert!((least / chosen.mse - 1.0).abs() < 1e-6, "{what}");
    }
}

#[test]
fn least_angles_are_those_of_scikit_learn() {
    for expected in fixture().lars {
        let (x, y, _, _) = data(&expected.data);
        let method = if expected.method == "lar" {
            LarsMethod::Lar
        } else {
            LarsMethod::Lasso
        };
        let most = if expected.method == "lar" { 5 } else { 500 };
        let model = Lars::default()
            .method(method)
            .n_nonzero_coefs(most)
            .fit(x.view(), y.view())
            .unwrap();
        let what = format!("{} on {}", expected.method, expected.data);
        // The reference stops at an alpha; ours goes on to the end.
        let corners =
            expected.alphas.len() - usize::from(expected.data == "wide" && method == LarsMethod::Lasso);
        let found = model.coef_path.slice(s![..corners, ..]).to_owned();
        close(&what, &found, &matrix(&expected.coef_path[..corners]), 1e-6);
        let alphas = model.alphas.slice(s![..corners]).to_owned();
        close(
            &what,
            &row(&alphas),
            &expected_row(&expected.alphas[..corners]),
            1e-6,
        );
        if corners == expected.alphas.len() {
            assert_eq!(model.active, expected.active, "{what}");
            close(&what, &row(&model.coef), &expected_row(&expected.coef), 1e-6);
            assert!((model.intercept - expected.intercept).abs() < 1e-6, "{what}");
        }
    }
}

#[test]
fn rows_left_out_choose_the_ridge_of_scikit_learn() {
    for expected in fixture().ridge_cv {
        let (x, y, _, _) = data(&expected.data);
        let weights = weights(y.len()) + 1.0;
        let context = FitContext {
            weights: expected.weighted.then(|| weights.view()),
            ..FitContext::default()
        };
        let how = RidgeCV::default().alphas(vec![0.01, 0.1, 1.0, 10.0]);
        let model = match expected.data.as_str() {
            "sparse" => how.fit_with(csr(&x).view(), y.view(), &context).unwrap(),
            _ => how.fit_with(x.view(), y.view(), &context).unwrap(),
        };
        assert_eq!(model.alpha, expected.alpha, "{}", expected.data);
        close(
            &expected.data,
            &row(&model.errors),
            &expected_row(&expected.errors),
            1e-6,
        );
        close(
            &expected.data,
            &row(&model.coef),
            &expected_row(&expected.coef),
            1e-6,
        );
    }
}

#[test]
fn folds_choose_the_logistic_regression_of_scikit_learn() {
    let cases = fixture().logistic_cv;
    assert_eq!(cases.len(), 12);
    for expected in cases {
        let (x, _, two, three) = data(&expected.data);
        let y = if expected.target == "two" { two } else { three };
        let weights = weights(y.len());
        let context = FitContext {
            weights: expected.weighted.then(|| weights.view()),
            ..FitContext::default()
        };
        let mut how = with_params(LogisticRegressionCV::default(), &expected.params)
            .cv(4)
            .tol(1e-10)
            .max_iter(10_000);
        if how.penalty == Penalty::L1 {
            how.solver = LogisticSolver::CoordinateDescent;
        }
        let what = format!(
            "{} {} {:?}, weighted {}",
            expected.data, expected.target, expected.params, expected.weighted
        );
        let sparse = csr(&x);
        let (scores, model) = if expected.data == "sparse" {
            (
                how.scores(sparse.view(), y.view(), &context),
                how.fit_with(sparse.view(), y.view(), &context),
            )
        } else {
            (
                how.scores(x.view(), y.view(), &context),
                how.fit_with(x.view(), y.view(), &context),
            )
        };
        // Theirs are [folds, cs].
        close(
            &what,
            &scores.unwrap(),
            &matrix(&expected.scores).reversed_axes(),
            1e-12,
        );
        let model = model.unwrap();
        close(&what, &model.coef, &matrix(&expected.coef), 1e-6);
        assert_eq!(
            how.best(x.view(), y.view(), &context).unwrap(),
            expected.c,
            "{what}"
        );
    }
}

/// The only row of a class is held out by one fold, and then there is nothing to tell apart.
#[test]
fn a_fold_that_leaves_one_class_is_refused() {
    let (x, _, _, _) = data("dense");
    let y = Array1::from_iter((0..x.nrows()).map(|row| if row == 5 { 'b' } else { 'a' }));
    let error = LogisticRegressionCV::default()
        .cv(3)
        .fit(x.view(), y.view())
        .unwrap_err();
    assert_eq!(
        error.to_string(),
        "LogisticRegressionCV: without a fold's rows y holds one class only, a; use fewer folds, or bring at least two \
         rows of every class"
    );
}

#[test]
fn what_solver_and_penalty_cannot_do_together_is_refused() {
    let (x, _, two, three) = data("dense");
    let says = |how: LogisticRegression, y: &Array1<i64>, text: &str| {
        let error = how.fit(x.view(), y.view()).unwrap_err();
        assert_eq!(error.to_string(), text);
    };
    let logistic = LogisticRegression::default;
    says(
        logistic().penalty(Penalty::L1),
        &two,
        "LogisticRegression with the solver Lbfgs does not support an l1 penalty; \
         use the solver \"saga\" or \"coordinate-descent\"",
    );
    says(
        logistic()
            .solver(LogisticSolver::CoordinateDescent)
            .multi_class(MultiClass::Multinomial),
        &three,
        "LogisticRegression with the solver CoordinateDescent does not support multi_class = \"multinomial\"; \
         use another solver, or \"one_versus_rest\"",
    );
    says(logistic().c(0.0), &two, "c = 0: must be finite and > 0");
    says(
        logistic().max_iter(0),
        &two,
        "max_iter = 0: must be from 1 to 1000000",
    );
    let one = Array1::from_elem(two.len(), 3_i64);
    says(
        logistic(),
        &one,
        "LogisticRegression: y holds one class only, 3; give rows of at least two classes",
    );
    let error = Ridge::default()
        .alpha(-1.0)
        .fit(x.view(), x.column(0))
        .unwrap_err();
    assert_eq!(error.to_string(), "alpha = -1: must be finite and >= 0");
    let twice = ml_core::ndarray::concatenate![Axis(1), x.view(), x.view()];
    let error = Ridge::default()
        .alpha(0.0)
        .solver(RidgeSolver::Cholesky)
        .fit(twice.view(), x.column(0))
        .unwrap_err();
    assert_eq!(
        error.to_string(),
        "Ridge: the normal equation is singular at alpha = 0; raise alpha, or use the solver \"svd\""
    );
    let sparse = csr(&x);
    let error = Ridge::default()
        .solver(RidgeSolver::Svd)
        .fit(sparse.view(), x.column(0))
        .unwrap_err();
    assert!(
        error.to_string().contains("does not support sparse rows"),
        "{error}"
    );
    let csc = sparse.to_csc();
    let error = Ridge::default().fit(csc.view(), x.column(0)).unwrap_err();
    assert_eq!(
        error.to_string(),
        "Ridge: got a sparse matrix by columns (CSC) where one by rows (CSR) is needed; convert it with to_csr()"
    );
}

#[test]
fn a_warm_start_ends_where_a_cold_one_does_but_sooner() {
    let (x, y, _, three) = data("dense");
    let context = FitContext::default();
    let how = LogisticRegression::default().tol(1e-9).max_iter(1000);
    let cold = how.fit(x.view(), three.view()).unwrap();
    let warm = how.fit_from(x.view(), three.view(), &cold, &context).unwrap();
    assert!(
        warm.n_iter < cold.n_iter && warm.n_iter <= 1,
        "{} {}",
        warm.n_iter,
        cold.n_iter
    );
    close("warm", &warm.coef, &cold.coef, 1e-6);
    let how = Lasso::default().alpha(0.01).tol(1e-12);
    let cold = how.fit(x.view(), y.view()).unwrap();
    let warm = how.fit_from(x.view(), y.view(), &cold, &context).unwrap();
    assert!(warm.n_iter < cold.n_iter, "{} {}", warm.n_iter, cold.n_iter);
}

#[test]
fn the_number_of_threads_does_not_show() {
    let mut rng = ml_core::NumpyRng::new(3);
    let x = rng.randn((5000, 12));
    let y = x.column(0).mapv(|v| (v * 1.5).round().clamp(-1.0, 1.0) as i64);
    let run = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(threads)
            .build()
            .unwrap();
        pool.install(|| {
            let softmax = LogisticRegression::default().fit(x.view(), y.view()).unwrap();
            let ridge = Ridge::default().fit(x.view(), x.column(3)).unwrap();
            (softmax, ridge)
        })
    };
    let one = run(1);
    assert!(run(2) == one && run(3) == one);
}

#[test]
fn single_precision_is_as_good_as_it_can_be() {
    let (x, y, _, three) = data("dense");
    let (narrow, narrow_y) = (x.mapv(|v| v as f32), y.mapv(|v| v as f32));
    let wide = LogisticRegression::default().fit(x.view(), three.view()).unwrap();
    let found = LogisticRegression::default()
        .fit(narrow.view(), three.view())
        .unwrap();
    close("logistic", &found.coef, &wide.coef, 1e-3);
    let wide = Ridge::default().fit(x.view(), y.view()).unwrap();
    let found = Ridge::default().fit(narrow.view(), narrow_y.view()).unwrap();
    close("ridge", &row(&found.coef), &row(&wide.coef), 1e-5);
}

//! Stochastic gradient descent against Scikit-Learn, by hand, on bad input.

use ml_classic::linear::{
    FittedSGDClassifier, FittedSGDRegressor, PassiveAggressiveClassifier, PassiveAggressiveRegressor, Perceptron,
    SGDClassifier, SGDRegressor,
};
use ml_core::{
    DecisionFunction, Fit, FitContext, Params, Predict, PredictProba,
    ndarray::{Array1, Array2, Axis, array, s},
    params::Value,
};
use serde::Deserialize;

use crate::drawn::{close, csr, data, matrix, weights, with_params};

#[derive(Deserialize)]
struct Case {
    model: String,
    data: String,
    target: String,
    weighted: bool,
    f32: bool,
    params: serde_json::Map<String, Value>,
    coef: Vec<Vec<f64>>,
    intercept: Vec<f64>,
    n_iter: usize,
    scores: Vec<Vec<f64>>,
    proba: Option<Vec<Vec<f64>>>,
}

/// An estimator with the hyperparameters of a case, seeded as Scikit-Learn was.
fn seeded<E: Params>(estimator: E, case: &Case) -> E {
    let mut estimator = with_params(estimator, &case.params);
    estimator.set_param("seed", &serde_json::json!({ "Numpy": 42 })).unwrap();
    estimator
}

struct Learned {
    coef: Array2<f64>,
    intercept: Array1<f64>,
    n_iter: usize,
    scores: Array2<f64>,
    proba: Option<Array2<f64>>,
}

fn learn_classes<E>(estimator: &E, case: &Case, context: &FitContext<'_>) -> Learned
where
    E: for<'a> Fit<ml_core::ndarray::ArrayView2<'a, f64>, ml_core::ndarray::ArrayView1<'a, i64>, Fitted = FittedSGDClassifier<i64>>
        + for<'a> Fit<ml_core::ndarray::ArrayView2<'a, f32>, ml_core::ndarray::ArrayView1<'a, i64>, Fitted = FittedSGDClassifier<i64>>
        + for<'a> Fit<ml_core::sprs::CsMatView<'a, f64>, ml_core::ndarray::ArrayView1<'a, i64>, Fitted = FittedSGDClassifier<i64>>,
{
    let (x, _, two, three) = data(&case.data);
    let y = if case.target == "two" { two } else { three };
    let first = x.slice(s![..6, ..]);
    let model = if case.f32 {
        estimator.fit_with(x.mapv(|v| v as f32).view(), y.view(), context)
    } else if case.data == "sparse" {
        let sparse = csr(&x);
        let model = estimator.fit_with(sparse.view(), y.view(), context).unwrap();
        // Sparse and dense rows score alike.
        let sparse_scores = model.decision_function(csr(&first.to_owned()).view()).unwrap();
        close("sparse scores", &sparse_scores, &model.decision_function(first).unwrap(), 1e-12);
        Ok(model)
    } else {
        estimator.fit_with(x.view(), y.view(), context)
    };
    let model = model.unwrap();
    Learned {
        scores: model.decision_function(first).unwrap(),
        proba: case.proba.as_ref().map(|_| model.predict_proba(first).unwrap()),
        coef: model.coef,
        intercept: model.intercept,
        n_iter: model.n_iter,
    }
}

fn learn_numbers<E>(estimator: &E, case: &Case, context: &FitContext<'_>) -> Learned
where
    E: for<'a> Fit<ml_core::ndarray::ArrayView2<'a, f64>, ml_core::ndarray::ArrayView1<'a, f64>, Fitted = FittedSGDRegressor>
        + for<'a> Fit<ml_core::sprs::CsMatView<'a, f64>, ml_core::ndarray::ArrayView1<'a, f64>, Fitted = FittedSGDRegressor>,
{
    let (x, y, _, _) = data(&case.data);
    let model = if case.data == "sparse" {
        estimator.fit_with(csr(&x).view(), y.view(), context).unwrap()
    } else {
        estimator.fit_with(x.view(), y.view(), context).unwrap()
    };
    Learned {
        scores: model.predict(x.slice(s![..6, ..])).unwrap().insert_axis(Axis(1)),
        proba: None,
        coef: model.coef.insert_axis(Axis(0)),
        intercept: array![model.intercept],
        n_iter: model.n_iter,
    }
}

#[test]
fn scikit_learn_finds_the_same() {
    let cases: Vec<Case> = serde_json::from_str(include_str!("../fixtures/sgd.json")).unwrap();
    assert!(cases.len() > 80);
    for case in &cases {
        let what = format!("{} on {} {} {:?}", case.model, case.data, case.target, case.params);
        let weights = weights(data(&case.data).1.len());
        let context = FitContext {
            weights: case.weighted.then(|| weights.view()),
            ..FitContext::default()
        };
        let learned = match case.model.as_str() {
            "SGDClassifier" => learn_classes(&seeded(SGDClassifier::default(), case), case, &context),
            "Perceptron" => learn_classes(&seeded(Perceptron::default(), case), case, &context),
            "PassiveAggressiveClassifier" => {
                learn_classes(&seeded(PassiveAggressiveClassifier::default(), case), case, &context)
            }
            "SGDRegressor" => learn_numbers(&seeded(SGDRegressor::default(), case), case, &context),
            _ => learn_numbers(&seeded(PassiveAggressiveRegressor::default(), case), case, &context),
        };
        let tolerance = if case.f32 { 1e-4 } else { 1e-7 };
        assert_eq!(learned.n_iter, case.n_iter, "{what}");
        close(&what, &learned.coef, &matrix(&case.coef), tolerance);
        let expected = Array1::from(case.intercept.clone()).insert_axis(Axis(0));
        close(&what, &learned.intercept.insert_axis(Axis(0)), &expected, tolerance);
        close(&what, &learned.scores, &matrix(&case.scores), tolerance);
        if let (Some(found), Some(expected)) = (learned.proba, &case.proba) {
            close(&what, &found, &matrix(expected), tolerance);
        }
    }
}

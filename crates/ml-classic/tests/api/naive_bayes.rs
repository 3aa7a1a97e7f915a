//! Naive Bayes against Scikit-Learn, in parts, on bad input.

use ml_classic::naive_bayes::{BernoulliNB, GaussianNB, MultinomialNB};
use ml_core::{
    Estimator, Features, Fit, FitContext, PartialFit, Persist, Predict, PredictProba, Score, Target,
    ndarray::{Array2, array, s},
    params::Value,
};
use serde::Deserialize;

use crate::drawn::{close, csr, data, matrix, weights, with_params};

#[derive(Deserialize)]
struct Case {
    model: String,
    data: String,
    weighted: bool,
    params: serde_json::Map<String, Value>,
    predictions: Vec<i64>,
    proba: Vec<Vec<f64>>,
    score: f64,
    first: Vec<Vec<f64>>,
    second: Vec<Vec<f64>>,
}

/// Fits through the typed interface, on sparse rows where the reference did; checks everything.
macro_rules! check {
    ($model:expr, $case:expr, $x:expr, $y:expr, $context:expr, |$fitted:ident| ($first:expr, $second:expr)) => {{
        let how = with_params($model, &$case.params);
        let sparse = csr(&$x);
        let $fitted = if $case.data == "sparse" && $case.model != "GaussianNB" {
            how.fit_with(sparse.view(), $y.view(), &$context).unwrap()
        } else {
            how.fit_with($x.view(), $y.view(), &$context).unwrap()
        };
        let what = format!("{} on {} {:?}", $case.model, $case.data, $case.params);
        close(&what, &$first, &matrix(&$case.first), 1e-9);
        close(&what, &$second, &matrix(&$case.second), 1e-9);
        let some = $x.slice(s![..8, ..]);
        assert_eq!(
            $fitted.predict(some).unwrap().to_vec(),
            $case.predictions,
            "{what}"
        );
        close(
            &what,
            &$fitted.predict_proba(some).unwrap(),
            &matrix(&$case.proba),
            1e-7,
        );
        assert!(
            ($fitted.score($x.view(), $y.view()).unwrap() - $case.score).abs() < 1e-12,
            "{what}"
        );

        // In three parts it learns the same.
        let mut parts = how.start($x.ncols(), vec![0, 1, 2]).unwrap();
        for rows in [0..7, 7..8, 8..$x.nrows()] {
            let w = $context.weights.map(|w| w.slice_move(s![rows.clone()]));
            if w.is_some_and(|w| w.sum() == 0.0) {
                continue;
            }
            let context = FitContext {
                weights: w,
                ..FitContext::default()
            };
            parts
                .partial_fit_with($x.slice(s![rows.clone(), ..]), $y.slice(s![rows]), &context)
                .unwrap();
        }
        close(
            &what,
            &parts.predict_proba(some).unwrap(),
            &matrix(&$case.proba),
            1e-7,
        );
        let again = Persist::from_bytes(&$fitted.to_bytes().unwrap()).unwrap();
        assert_eq!($fitted, again);
    }};
}

#[test]
fn scikit_learn_finds_the_same() {
    let cases: Vec<Case> = serde_json::from_str(include_str!("../fixtures/naive_bayes.json")).unwrap();
    assert_eq!(cases.len(), 28);
    for case in cases {
        let (mut x, _, _, y) = data(&case.data);
        let weights = weights(y.len());
        let context = FitContext {
            weights: case.weighted.then(|| weights.view()),
            ..FitContext::default()
        };
        match case.model.as_str() {
            "GaussianNB" => check!(GaussianNB::default(), case, x, y, context, |m| (m.theta, m.var)),
            "MultinomialNB" => {
                x.mapv_inplace(|v| v.abs().ceil());
                check!(MultinomialNB::default(), case, x, y, context, |m| (
                    m.feature_log_prob,
                    m.feature_count
                ));
            }
            _ => check!(BernoulliNB::default(), case, x, y, context, |m| (
                m.feature_log_prob,
                m.feature_count
            )),
        }
    }
}

#[test]
fn bad_input_is_refused_with_reasons() {
    let (x, y) = (array![[1.0, 2.0], [3.0, -1.0]], array![0, 1]);
    let error = MultinomialNB::default().fit(x.view(), y.view()).unwrap_err();
    assert_eq!(
        error.to_string(),
        "MultinomialNB: x holds -1 at row 1, column 1; give counts of at least 0, or use GaussianNB"
    );
    let error = GaussianNB::default()
        .priors(vec![0.5])
        .fit(x.view(), y.view())
        .unwrap_err();
    assert_eq!(
        error.to_string(),
        "priors = 1: must be a number for each of 2 classes"
    );
    let error = GaussianNB::default()
        .priors(vec![0.5, 0.6])
        .fit(x.view(), y.view())
        .unwrap_err();
    assert!(error.to_string().starts_with("sum of priors = 1.1"), "{error}");
    let error = BernoulliNB::default()
        .alpha(-1.0)
        .fit(x.view(), y.view())
        .unwrap_err();
    assert_eq!(error.to_string(), "alpha = -1: must be finite and >= 0");
    let error = GaussianNB::default().fit(csr(&x).view(), y.view()).unwrap_err();
    assert_eq!(
        error.to_string(),
        "GaussianNB does not support sparse rows; make them dense, or use MultinomialNB or BernoulliNB"
    );
    let mut model = GaussianNB::default().start(2, vec![0, 1]).unwrap();
    let error = model.partial_fit(x.view(), array![0, 7].view()).unwrap_err();
    assert_eq!(
        error.to_string(),
        "GaussianNB: y holds the class 7, which is not one of [0, 1]; name all classes at the start"
    );
    let no_rows = Array2::<f64>::zeros((0, 2));
    assert!(
        GaussianNB::default()
            .fit(no_rows.view(), ml_core::ndarray::Array1::<i64>::zeros(0).view())
            .is_err()
    );
}

#[test]
fn the_object_safe_form_keeps_sparse_rows_sparse() {
    let (x, _, _, y) = data("sparse");
    let estimator: Box<dyn Estimator> = Box::new(BernoulliNB::default());
    let context = FitContext::default();
    let target = Target::from(y.view());
    let sparse = estimator
        .fit_features(&Features::from(csr(&x)), &target, &context)
        .unwrap();
    let dense = estimator
        .fit_features(&Features::from(x.view()), &target, &context)
        .unwrap();
    let features = Features::from(csr(&x));
    assert_eq!(
        sparse.predict_proba_features(&features).unwrap(),
        dense.predict_proba_features(&features).unwrap()
    );
    assert_eq!(sparse.classes(), Some(vec![0, 1, 2]));
}

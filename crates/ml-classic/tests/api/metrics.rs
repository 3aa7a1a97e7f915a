//! Metrics against Scikit-Learn, by hand, and at their edges.

use ml_classic::metrics::{self, Scorer, Scoring, weighted};
use ml_core::{
    Result, Task,
    ndarray::{Array1, ArrayView1, array},
};
use proptest::prelude::*;
use serde::Deserialize;
use std::collections::BTreeMap;

#[derive(Deserialize)]
pub(crate) struct Fixture {
    pub(crate) cases: Vec<Case>,
    t: Vec<[f64; 3]>,
}

#[derive(Deserialize)]
pub(crate) struct Case {
    pub(crate) y: Vec<f64>,
    predicted: Vec<f64>,
    pub(crate) weights: Vec<f64>,
    values: BTreeMap<String, f64>,
    weighted: BTreeMap<String, f64>,
    rmse_interval_90: [f64; 2],
    pub(crate) classes: Vec<i64>,
    guesses: Vec<i64>,
    accuracy: f64,
    accuracy_weighted: f64,
    pub(crate) mean: f64,
    pub(crate) median: f64,
    pub(crate) median_weighted: f64,
    pub(crate) quantile_30: f64,
    pub(crate) prior: Vec<f64>,
    pub(crate) prior_weighted: Vec<f64>,
}

pub(crate) fn fixture() -> Fixture {
    serde_json::from_str(include_str!("../fixtures/metrics.json")).unwrap()
}

pub(crate) fn close(left: f64, right: f64, tolerance: f64) {
    let allowed = tolerance * right.abs().max(1.0);
    assert!((left - right).abs() <= allowed, "{left} is not {right}");
}

type Plain = fn(ArrayView1<'_, f64>, ArrayView1<'_, f64>) -> Result<f64>;
type Weighted = fn(ArrayView1<'_, f64>, ArrayView1<'_, f64>, ArrayView1<'_, f64>) -> Result<f64>;

const METRICS: [(&str, Plain, Weighted); 10] = [
    (
        "mean_squared_error",
        metrics::mean_squared_error,
        weighted::mean_squared_error,
    ),
    (
        "root_mean_squared_error",
        metrics::root_mean_squared_error,
        weighted::root_mean_squared_error,
    ),
    (
        "mean_absolute_error",
        metrics::mean_absolute_error,
        weighted::mean_absolute_error,
    ),
    (
        "median_absolute_error",
        metrics::median_absolute_error,
        weighted::median_absolute_error,
    ),
    ("r2_score", metrics::r2_score, weighted::r2_score),
    (
        "explained_variance_score",
        metrics::explained_variance_score,
        weighted::explained_variance_score,
    ),
    (
        "mean_absolute_percentage_error",
        metrics::mean_absolute_percentage_error,
        weighted::mean_absolute_percentage_error,
    ),
    (
        "mean_squared_log_error",
        metrics::mean_squared_log_error,
        weighted::mean_squared_log_error,
    ),
    (
        "root_mean_squared_log_error",
        metrics::root_mean_squared_log_error,
        weighted::root_mean_squared_log_error,
    ),
    (
        "mean_pinball_loss",
        |y, p| metrics::mean_pinball_loss(y, p, 0.8),
        |y, p, w| weighted::mean_pinball_loss(y, p, 0.8, w),
    ),
];

#[test]
fn agrees_with_scikit_learn() {
    for case in fixture().cases {
        let (y, p, w) = (aview(&case.y), aview(&case.predicted), aview(&case.weights));
        for (name, plain, weighted) in METRICS {
            close(plain(y, p).unwrap(), case.values[name], 1e-12);
            close(weighted(y, p, w).unwrap(), case.weighted[name], 1e-12);
        }
        close(metrics::max_error(y, p).unwrap(), case.values["max_error"], 1e-12);
        let (low, high) = metrics::rmse_interval(y, p, 0.9).unwrap();
        // Good enough here; see below for the quantile's precision.
        close(low, case.rmse_interval_90[0], 1e-9);
        close(high, case.rmse_interval_90[1], 1e-9);
        let (a, b) = (Array1::from(case.classes), Array1::from(case.guesses));
        close(
            metrics::accuracy_score(a.view(), b.view()).unwrap(),
            case.accuracy,
            1e-15,
        );
        if a.len() > 2 {
            let score = weighted::accuracy_score(a.view(), b.view(), w).unwrap();
            close(score, case.accuracy_weighted, 1e-14);
        }
    }
}

fn aview(values: &[f64]) -> ArrayView1<'_, f64> {
    ArrayView1::from(values)
}

#[test]
fn student_quantiles_agree_with_scipy() {
    for [p, freedom, t] in fixture().t {
        // The quantile is found by bisection, to about 1e-8.
        close(ml_core::special::student_t_quantile(p, freedom).unwrap(), t, 1e-7);
    }
}

/// Reproduces the form of N02-029: the ends average, in squared units, to the point estimate.
#[test]
fn interval_is_symmetric_in_squared_units() {
    let (y, p) = (array![1.0, 2.0, 3.0, 4.0], array![1.5, 1.0, 3.0, 4.75]);
    let (low, high) = metrics::rmse_interval(y.view(), p.view(), 0.5).unwrap();
    let mse = metrics::mean_squared_error(y.view(), p.view()).unwrap();
    close((low * low + high * high) / 2.0, mse, 1e-12);
    // So wide an interval reaches below 0, where there is no root: the lower end is 0.
    let (low, _) = metrics::rmse_interval(y.view(), p.view(), 0.99).unwrap();
    assert_eq!(low, 0.0);
}

#[test]
fn single_precision_is_summed_in_double() {
    let y = Array1::from_elem(3_000_000, 0.1f32);
    let p = Array1::from_elem(3_000_000, 0.2f32);
    let expected = f64::from(0.2f32) - f64::from(0.1f32);
    close(
        metrics::mean_absolute_error(y.view(), p.view()).unwrap(),
        expected,
        1e-12,
    );
}

#[test]
fn constant_targets_give_finite_shares() {
    let y = array![2.0, 2.0, 2.0];
    assert_eq!(metrics::r2_score(y.view(), y.view()).unwrap(), 1.0);
    assert_eq!(
        metrics::r2_score(y.view(), array![2.0, 2.0, 3.0].view()).unwrap(),
        0.0
    );
    let offset = metrics::explained_variance_score(y.view(), array![5.0, 5.0, 5.0].view());
    assert_eq!(offset.unwrap(), 1.0);
}

#[test]
fn errors_name_the_mistake() {
    let text = |r: Result<f64>| r.unwrap_err().to_string();
    let (one, two) = (array![1.0], array![1.0, 2.0]);
    let none = Array1::<f64>::zeros(0);
    assert_eq!(
        text(metrics::r2_score(two.view(), one.view())),
        "r2_score: y has 2 rows, but predicted has 1; they must match one to one"
    );
    assert_eq!(
        text(metrics::mean_squared_error(none.view(), none.view())),
        "mean_squared_error: y is empty; at least 1 row needed"
    );
    assert_eq!(
        text(metrics::r2_score(one.view(), one.view())),
        "r2_score: y (1 row, which has no variance) is empty; at least 2 rows needed"
    );
    assert_eq!(
        text(metrics::mean_absolute_error(
            two.view(),
            array![1.0, f64::NAN].view()
        )),
        "mean_absolute_error: predicted holds NaN at row 1, column 0; drop those rows, or find out why the \
         model predicts them"
    );
    assert_eq!(
        text(metrics::mean_squared_log_error(
            two.view(),
            array![1.0, -1.0].view()
        )),
        "mean_squared_log_error: predicted holds -1 at row 1; ln(1 + v) needs values above -1; use \
         mean_squared_error"
    );
    assert_eq!(
        text(metrics::mean_pinball_loss(two.view(), two.view(), 1.5)),
        "alpha = 1.5: must be in [0, 1]"
    );
    assert_eq!(
        text(weighted::r2_score(
            two.view(),
            two.view(),
            array![0.0, 0.0].view()
        )),
        "r2_score: all weights are 0; give at least one row a positive weight"
    );
    let error = metrics::rmse_interval(two.view(), two.view(), 1.0).unwrap_err();
    assert_eq!(error.to_string(), "confidence = 1: must be in (0, 1)");
    let error = metrics::mean_interval(one.view(), 0.9).unwrap_err().to_string();
    assert!(
        error.contains("the sample (1 rows) is empty; at least 2 rows"),
        "{error}"
    );
}

#[test]
fn an_unknown_scorer_lists_the_known() {
    let error = Scorer::by_name("rmse").unwrap_err().to_string();
    assert!(
        error
            .starts_with("scoring = \"rmse\": must be one of r2, explained_variance, neg_mean_squared_error"),
        "{error}"
    );
    for name in Scorer::names() {
        assert_eq!(Scorer::by_name(name).unwrap().name(), name);
    }
}

#[test]
fn scoring_is_stored_by_name() {
    let name = Scoring::from("neg_max_error");
    let json = serde_json::to_string(&name).unwrap();
    assert_eq!(json, "\"neg_max_error\"");
    let back: Scoring = serde_json::from_str(&json).unwrap();
    assert_eq!(back.scorer(Task::Regression).unwrap().name(), "neg_max_error");
    assert!(serde_json::from_str::<Scoring>("\"no such\"").is_err());
    let custom = Scoring::from(Scorer::custom("profit", |_, _, _| Ok(1.0)));
    let error = serde_json::to_string(&custom).unwrap_err().to_string();
    assert!(
        error.contains("\"profit\" is code and cannot be stored"),
        "{error}"
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn equal_weights_change_nothing(
        pairs in prop::collection::vec((-50.0..50.0, -50.0..50.0), 2..40),
        weight in 0.1..10.0,
    ) {
        let (y, p): (Vec<f64>, Vec<f64>) = pairs.into_iter().unzip();
        let weights = vec![weight; y.len()];
        for (name, plain, weighted) in METRICS {
            // The logarithm refuses negatives; the weighted median's halves are met up to rounding.
            if name.contains("log") || name.contains("median") {
                continue;
            }
            let (a, b) = (plain(aview(&y), aview(&p)).unwrap(), weighted(aview(&y), aview(&p), aview(&weights)));
            prop_assert!((a - b.unwrap()).abs() <= 1e-9 * a.abs().max(1.0), "{name}");
        }
    }
}

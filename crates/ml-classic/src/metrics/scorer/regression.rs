//! Scorers of numbers.

use ml_core::{Result, ndarray::ArrayView1};

use super::{Scorer, no_weights};
use crate::metrics::{
    explained_variance_score, max_error, mean_absolute_error, mean_absolute_percentage_error,
    mean_squared_error, mean_squared_log_error, median_absolute_error, r2_score, root_mean_squared_error,
    root_mean_squared_log_error, weighted,
};

type Numbers<'a> = ArrayView1<'a, f64>;
type Metric = fn(Numbers<'_>, Numbers<'_>) -> Result<f64>;
type Weighted = fn(Numbers<'_>, Numbers<'_>, Numbers<'_>) -> Result<f64>;

/// Every regression scorer: its name, the metric, its twin with weights, and the sign that makes larger
/// better.
const REGRESSION: [(&str, Metric, Option<Weighted>, f64); 10] = [
    ("r2", r2_score, Some(weighted::r2_score), 1.0),
    (
        "explained_variance",
        explained_variance_score,
        Some(weighted::explained_variance_score),
        1.0,
    ),
    (
        "neg_mean_squared_error",
        mean_squared_error,
        Some(weighted::mean_squared_error),
        -1.0,
    ),
    (
        "neg_root_mean_squared_error",
        root_mean_squared_error,
        Some(weighted::root_mean_squared_error),
        -1.0,
    ),
    (
        "neg_mean_absolute_error",
        mean_absolute_error,
        Some(weighted::mean_absolute_error),
        -1.0,
    ),
    (
        "neg_median_absolute_error",
        median_absolute_error,
        Some(weighted::median_absolute_error),
        -1.0,
    ),
    (
        "neg_mean_absolute_percentage_error",
        mean_absolute_percentage_error,
        Some(weighted::mean_absolute_percentage_error),
        -1.0,
    ),
    (
        "neg_mean_squared_log_error",
        mean_squared_log_error,
        Some(weighted::mean_squared_log_error),
        -1.0,
    ),
    (
        "neg_root_mean_squared_log_error",
        root_mean_squared_log_error,
        Some(weighted::root_mean_squared_log_error),
        -1.0,
    ),
    ("neg_max_error", max_error, None, -1.0),
];

/// Their names.
pub(super) fn names() -> impl Iterator<Item = &'static str> {
    REGRESSION.iter().map(|scorer| scorer.0)
}

/// The scorer of this name, if it is one of these.
pub(super) fn by_name(name: &str) -> Option<Scorer> {
    let (name, metric, weighted, sign) = REGRESSION.into_iter().find(|(n, ..)| *n == name)?;
    Some(Scorer::custom_weighted(name, move |model, x, y, weights| {
        let y = y.numbers(name)?;
        let predicted = model.predict_features(x)?.numbers(name)?;
        let mark = match (weights, weighted) {
            (None, _) => metric(y.view(), predicted.view()),
            (Some(weights), Some(weighted)) => weighted(y.view(), predicted.view(), weights),
            (Some(_), None) => Err(no_weights(
                name,
                "score without weights: the largest error has none",
            )),
        };
        Ok(sign * mark?)
    }))
}

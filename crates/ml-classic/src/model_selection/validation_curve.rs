//! Scores against one hyperparameter.

use ml_core::{Estimator, FitContext, Result, ndarray::Array2, params::Value};
use ml_data::{IntoFeatures, IntoTarget};

use super::{CrossValidation, ParamSet, evaluate::train_and_test_scores};

/// What [`validation_curve`] measured.
#[derive(Debug, Clone, PartialEq)]
pub struct ValidationCurve {
    /// The values of the hyperparameter.
    pub values: Vec<Value>,
    /// Scores on the rows trained on, `[values, folds]`.
    pub train_scores: Array2<f64>,
    /// Scores on the rows held out, `[values, folds]`.
    pub test_scores: Array2<f64>,
}

/// Cross-validates with every value of the hyperparameter at `path`, and marks training rows too.
///
/// Where both scores are low the model underfits, where only the training score is high it overfits.
///
/// # Errors
/// As [`cross_val_score`](super::cross_val_score); an unknown path, before any fit.
///
/// # Examples
/// ```
/// use ml_classic::{baseline::DummyRegressor, model_selection::{CrossValidation, validation_curve}};
/// use ml_core::ndarray::{Array2, array};
///
/// let (x, y) = (Array2::zeros((4, 1)), array![0.0, 2.0, 0.0, 2.0]);
/// let how = CrossValidation::default().cv(2).scoring("neg_max_error");
/// let model = DummyRegressor::default();
/// let curve = validation_curve(&model, &x, &y, "strategy", ["mean", "median"], &how)?;
/// assert_eq!(curve.test_scores, array![[-1.0, -1.0], [-1.0, -1.0]]);
/// # Ok::<(), ml_core::Error>(())
/// ```
pub fn validation_curve<V: Into<Value>>(
    estimator: &(dyn Estimator + 'static),
    x: impl IntoFeatures,
    y: impl IntoTarget,
    path: &str,
    values: impl IntoIterator<Item = V>,
    how: &CrossValidation,
) -> Result<ValidationCurve> {
    validation_curve_with(estimator, x, y, (path, values), how, &FitContext::default())
}

/// [`validation_curve`] of `(path, values)` with weights of the rows and an observer of the progress, from
/// `context`.
///
/// The weights go to the fits; to the scores too if `how.weighted_scores` says so.
///
/// # Errors
/// As [`validation_curve`]; weights that do not suit the rows, the model or the scorer.
pub fn validation_curve_with<V: Into<Value>>(
    estimator: &(dyn Estimator + 'static),
    x: impl IntoFeatures,
    y: impl IntoTarget,
    (path, values): (&str, impl IntoIterator<Item = V>),
    how: &CrossValidation,
    context: &FitContext<'_>,
) -> Result<ValidationCurve> {
    let values: Vec<Value> = values.into_iter().map(Into::into).collect();
    let candidates: Vec<Box<dyn Estimator>> = values
        .iter()
        .map(|value| ParamSet::from_iter([(path, value.clone())]).apply(estimator))
        .collect::<Result<_>>()?;
    let borrowed: Vec<&dyn Estimator> = candidates.iter().map(|c| &**c).collect();
    let (x, y) = (x.into_features()?, y.into_target()?);
    let folds = how.cv.split(estimator.task(), &x, &y)?;
    let task = ("validation curve", estimator.task());
    let (train_scores, test_scores) = train_and_test_scores(task, &borrowed, (&x, &y), &folds, how, context)?;
    Ok(ValidationCurve {
        values,
        train_scores,
        test_scores,
    })
}

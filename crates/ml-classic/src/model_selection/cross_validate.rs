//! A model's score, measured on rows that it has not seen.

use ml_core::{Estimator, FitContext, Model, Result, ndarray::Array1};
use ml_data::{IntoFeatures, IntoTarget};

use super::{CrossValidation, evaluate::Evaluator};

/// What [`cross_validate`] measured, one entry a fold.
#[derive(Debug, Clone)]
pub struct CrossValidated {
    /// Scores on the rows held out.
    pub test_scores: Array1<f64>,
    /// Scores on the rows trained on, if asked for.
    pub train_scores: Option<Array1<f64>>,
    /// Wall-clock seconds of every fit, including work of others that its thread took over meanwhile.
    pub fit_seconds: Array1<f64>,
    /// Wall-clock seconds of every scoring of the rows held out.
    pub score_seconds: Array1<f64>,
    /// The fitted models; `None` where a fit failed and counts as NaN.
    pub models: Vec<Option<Box<dyn Model>>>,
}

/// Trains on all folds but one and marks on that one, for every fold in turn: one score a fold.
///
/// The mean is the estimate of the model's score, the standard deviation says how precise it is. Scores
/// are utilities, larger is better: `neg_mean_squared_error` gives negated errors, take the root of
/// their negative.
///
/// # Errors
/// What the fits refuse; more folds than rows; an unknown scorer.
///
/// # Examples
/// ```
/// use ml_classic::{baseline::DummyRegressor, model_selection::{CrossValidation, cross_val_score}};
/// use ml_core::ndarray::{Array2, array};
///
/// let (x, y) = (Array2::zeros((4, 1)), array![1.0, 1.0, 3.0, 3.0]);
/// let how = CrossValidation::default().cv(2).scoring("neg_root_mean_squared_error");
/// let scores = cross_val_score(&DummyRegressor::default(), &x, &y, &how)?;
/// assert_eq!(-scores, array![2.0, 2.0]);
/// # Ok::<(), ml_core::Error>(())
/// ```
pub fn cross_val_score(
    estimator: &dyn Estimator,
    x: impl IntoFeatures,
    y: impl IntoTarget,
    how: &CrossValidation,
) -> Result<Array1<f64>> {
    cross_val_score_with(estimator, x, y, how, &FitContext::default())
}

/// [`cross_val_score`] with weights of the rows and an observer of the progress, from `context`.
///
/// The weights go to the fits; to the scores too if `how.weighted_scores` says so.
///
/// # Errors
/// As [`cross_val_score`]; weights that do not suit the rows, the model or the scorer.
///
/// # Examples
/// ```
/// use ml_classic::{baseline::DummyRegressor, model_selection::{CrossValidation, cross_val_score_with}};
/// use ml_core::{FitContext, ndarray::{Array2, array}};
///
/// let (x, y, weights) = (Array2::zeros((4, 1)), array![1.0, 5.0, 2.0, 6.0], array![3.0, 1.0, 3.0, 1.0]);
/// let how = CrossValidation::default().cv(2).scoring("neg_mean_absolute_error");
/// let context = FitContext::weighted(weights.view());
/// // The models predict 3 and 2, the weighted means of the other half.
/// let scores = cross_val_score_with(&DummyRegressor::default(), &x, &y, &how, &context)?;
/// assert_eq!(scores, array![-2.0, -2.0]);
/// let how = how.weighted_scores(true);
/// let scores = cross_val_score_with(&DummyRegressor::default(), &x, &y, &how, &context)?;
/// assert_eq!(scores, array![-2.0, -1.0]);
/// # Ok::<(), ml_core::Error>(())
/// ```
pub fn cross_val_score_with(
    estimator: &dyn Estimator,
    x: impl IntoFeatures,
    y: impl IntoTarget,
    how: &CrossValidation,
    context: &FitContext<'_>,
) -> Result<Array1<f64>> {
    Ok(validate(estimator, x, y, how, context, Wanted::Scores)?.test_scores)
}

/// [`cross_val_score_with`] that also gives times, models, and training scores if `how` asks for them.
///
/// # Errors
/// As [`cross_val_score_with`].
///
/// # Examples
/// ```
/// use ml_classic::{baseline::DummyRegressor, model_selection::{CrossValidation, cross_validate}};
/// use ml_core::{FitContext, ndarray::{Array2, array}};
///
/// let (x, y) = (Array2::zeros((4, 1)), array![1.0, 3.0, 1.0, 3.0]);
/// let how = CrossValidation::default().cv(2).return_train_score(true);
/// let out = cross_validate(&DummyRegressor::default(), &x, &y, &how, &FitContext::default())?;
/// assert_eq!(out.train_scores, Some(array![0.0, 0.0]));
/// assert_eq!(out.models.len(), 2);
/// # Ok::<(), ml_core::Error>(())
/// ```
pub fn cross_validate(
    estimator: &dyn Estimator,
    x: impl IntoFeatures,
    y: impl IntoTarget,
    how: &CrossValidation,
    context: &FitContext<'_>,
) -> Result<CrossValidated> {
    validate(estimator, x, y, how, context, Wanted::All)
}

/// What is kept of every fold.
#[derive(PartialEq)]
enum Wanted {
    Scores,
    All,
}

fn validate(
    estimator: &dyn Estimator,
    x: impl IntoFeatures,
    y: impl IntoTarget,
    how: &CrossValidation,
    context: &FitContext<'_>,
    wanted: Wanted,
) -> Result<CrossValidated> {
    let (x, y) = (x.into_features()?, y.into_target()?);
    let folds = how.cv.split(estimator.task(), &x, &y)?;
    let evaluator = Evaluator {
        task: "cross-validation",
        x: &x,
        y: &y,
        how,
        scorer: how.scoring.scorer(estimator.task())?,
        context,
        train_scores: wanted == Wanted::All && how.return_train_score,
        keep_models: wanted == Wanted::All,
    };
    let all = evaluator.run(&[estimator], &folds)?.remove(0);
    Ok(CrossValidated {
        test_scores: all.iter().map(|e| e.test).collect(),
        train_scores: all.iter().map(|e| e.train).collect(),
        fit_seconds: all.iter().map(|e| e.fit_seconds).collect(),
        score_seconds: all.iter().map(|e| e.score_seconds).collect(),
        models: all.into_iter().map(|e| e.model).collect(),
    })
}

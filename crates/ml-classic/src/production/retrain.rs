//! Is the new model at least as good as the old one?

use ml_core::{Estimator, FitContext, Model, Result};
use ml_data::{IntoFeatures, IntoTarget};

use crate::metrics::Scorer;

/// What came of a retraining.
#[derive(Debug)]
pub struct Outcome {
    /// The freshly trained model.
    pub model: Box<dyn Model>,
    /// Its score on the test set.
    pub new_score: f64,
    /// The old model's score on the same test set; `None` without an old model.
    pub old_score: Option<f64>,
}

impl Outcome {
    /// Whether the new model may replace the old one: its score has not decreased.
    pub fn deploy(&self) -> bool {
        self.old_score.is_none_or(|old| self.new_score >= old)
    }
}

/// Trains on fresh data and marks the new model and the one in service on the same updated test set.
///
/// The script of a nightly job: if [`Outcome::deploy`] says no, keep the old model and find out why.
///
/// # Errors
/// As fitting the estimator and predicting with either model.
pub fn retrain<X: IntoFeatures, Y: IntoTarget>(
    estimator: &dyn Estimator,
    in_service: Option<&dyn Model>,
    (train_x, train_y): (X, Y),
    (test_x, test_y): (X, Y),
    scorer: &Scorer,
) -> Result<Outcome> {
    let (train_x, train_y) = (train_x.into_features()?, train_y.into_target()?);
    let (test_x, test_y) = (test_x.into_features()?, test_y.into_target()?);
    let model = estimator.fit_features(&train_x, &train_y, &FitContext::default())?;
    let new_score = scorer.score(model.as_ref(), &test_x, &test_y)?;
    let old_score = in_service
        .map(|old| scorer.score(old, &test_x, &test_y))
        .transpose()?;
    Ok(Outcome {
        model,
        new_score,
        old_score,
    })
}

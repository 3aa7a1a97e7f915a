//! A threshold that is given.

use derive_setters::Setters;
use ml_core::{
    Estimator, Features, FitContext, Model, Result, check, label,
    ndarray::{Array1, Array2, ArrayView1},
};
use serde::{Deserialize, Serialize};

use super::decision::Decision;
use crate::{
    response::Response,
    wrapper::{classifier_wrapper, wrapper_new},
};

const OP: &str = "FixedThresholdClassifier";

/// A classifier of two classes that calls a row positive when its score is at least `threshold`.
///
/// # Examples
/// ```
/// use ml_classic::{model_selection::FixedThresholdClassifier, neighbors::KNeighborsClassifier};
/// use ml_core::{Fit, Predict, ndarray::array};
///
/// let (x, y) = (array![[0.0], [1.0], [2.0], [3.0]], array![0, 0, 1, 1]);
/// let near = KNeighborsClassifier::default().n_neighbors(3usize);
/// let careful = FixedThresholdClassifier::new(near).threshold(0.9).fit(&x, &y)?;
/// // Two of the three neighbours of 2 are positive.
/// assert_eq!(careful.predict(&array![[2.0]])?, array![0]);
/// # Ok::<(), ml_core::Error>(())
/// ```
#[derive(Debug, Clone, Setters, Serialize, Deserialize)]
pub struct FixedThresholdClassifier {
    /// A classifier with probabilities or decision scores.
    #[setters(skip)]
    pub estimator: Box<dyn Estimator>,
    /// The least score of a positive row: a number. Default 1/2 for probabilities, 0 for decision scores.
    #[setters(into)]
    pub threshold: Option<f64>,
    /// Which scores. Default probabilities if the estimator has them.
    pub response: Response,
    /// The positive class. Default the greater one.
    #[setters(into)]
    pub positive: Option<i64>,
}
wrapper_new!(FixedThresholdClassifier {
    threshold: None,
    response: Response::Auto,
    positive: None
});

/// What [`FixedThresholdClassifier`] learned.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct FittedFixedThresholdClassifier {
    /// The model whose scores decide.
    pub model: Box<dyn Model>,
    /// The least score of a positive row; `None` for what is natural to the scores.
    pub threshold: Option<f64>,
    decision: Decision,
}

impl FixedThresholdClassifier {
    fn learn(
        &self,
        x: &Features,
        y: ArrayView1<'_, i64>,
        context: &FitContext<'_>,
    ) -> Result<FittedFixedThresholdClassifier> {
        let threshold = self.threshold.unwrap_or(0.0);
        check::parameter("threshold", threshold, !threshold.is_nan(), "a number")?;
        check::same_rows(OP, x.n_rows(), y.len())?;
        let decision = Decision::new(OP, &label::encode(y).0, self.positive, self.response)?;
        let model = self.estimator.fit_features(x, &y.into(), context)?;
        Ok(FittedFixedThresholdClassifier {
            model,
            threshold: self.threshold,
            decision,
        })
    }
}

impl FittedFixedThresholdClassifier {
    fn known(&self) -> Vec<i64> {
        self.decision.known()
    }

    fn answer(&self, x: &Features) -> Result<Array1<i64>> {
        let (scores, kind) = self.decision.scores(OP, &*self.model, x)?;
        let threshold = self.threshold.unwrap_or(kind.natural_threshold());
        Ok(self.decision.classes(scores.view(), threshold))
    }
}

classifier_wrapper!(FixedThresholdClassifier => FittedFixedThresholdClassifier, params [threshold, response, positive], {
    fn predict_proba_features(&self, x: &Features) -> Result<Array2<f64>> {
        self.model.predict_proba_features(x)
    }

    fn decision_function_features(&self, x: &Features) -> Result<Array2<f64>> {
        self.model.decision_function_features(x)
    }

    fn feature_importances(&self) -> Option<Vec<f64>> {
        self.model.feature_importances()
    }
});

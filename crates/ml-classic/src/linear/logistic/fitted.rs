//! What `LogisticRegression` has learned.

use ml_core::{
    DecisionFunction, Label, Predict, PredictProba, Result, Score,
    ndarray::{Array1, Array2, ArrayView1},
};
use serde::{Deserialize, Serialize};

use super::estimator::OP;
use crate::{
    class_weight::persist_by_label,
    linear::{
        decide::{both, classes_of, one_versus_rest, sigmoid, softmax},
        dynamic::linear_classifier_model,
    },
    metrics::accuracy_score_with,
    solve::{Matrix, scores},
};

/// What [`LogisticRegression`](super::LogisticRegression) learned.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(bound = "L: Label")]
pub struct FittedLogisticRegression<L> {
    /// The classes in ascending order: the columns of `predict_proba`.
    pub classes: Vec<L>,
    /// `[1, columns]` for two classes (positive: the second), `[classes, columns]` for more: log-odds per unit.
    pub coef: Array2<f64>,
    /// One a row of `coef`; 0 without `fit_intercept`.
    pub intercept: Array1<f64>,
    /// Iterations that the solver took, the most of all classes.
    pub n_iter: usize,
    pub(super) one_versus_rest: bool,
}

impl<X: Matrix, L: Label> DecisionFunction<X> for FittedLogisticRegression<L> {
    /// `[rows, 1]` for two classes: the log-odds of the second; `[rows, classes]` for more.
    type Output = Array2<f64>;

    fn decision_function(&self, x: X) -> Result<Array2<f64>> {
        let x = x.queries(OP, self.coef.ncols())?;
        Ok(scores(&x, self.coef.view(), self.intercept.view()))
    }
}

impl<X: Matrix, L: Label> Predict<X> for FittedLogisticRegression<L> {
    type Output = Array1<L>;

    fn predict(&self, x: X) -> Result<Array1<L>> {
        Ok(classes_of(&self.classes, &self.decision_function(x)?))
    }
}

impl<X: Matrix, L: Label> PredictProba<X> for FittedLogisticRegression<L> {
    fn predict_proba(&self, x: X) -> Result<Array2<f64>> {
        let scores = self.decision_function(x)?;
        Ok(match (scores.ncols(), self.one_versus_rest) {
            (1, _) => both(scores.mapv_into(sigmoid)),
            (_, true) => one_versus_rest(scores, sigmoid),
            (_, false) => softmax(scores),
        })
    }
}

impl<X: Matrix, L: Label> Score<X, ArrayView1<'_, L>> for FittedLogisticRegression<L> {
    /// Accuracy.
    fn score_with(&self, x: X, y: ArrayView1<'_, L>, weights: Option<ArrayView1<'_, f64>>) -> Result<f64> {
        accuracy_score_with(y, self.predict(x)?.view(), weights)
    }
}

persist_by_label!(FittedLogisticRegression);
linear_classifier_model!(
    FittedLogisticRegression<i64>,
    "LogisticRegression",
    decision,
    proba
);

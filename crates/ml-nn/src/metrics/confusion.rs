//! Right and wrong answers of a binary classifier at a threshold.

use ml_core::{DType, Result, Tensor, autodiff::Variable};
use serde::{Deserialize, Serialize};

use super::{Metric, check_threshold, mean::quotient};
use crate::losses::{labels_like, weights_like};

/// The share of positive predictions that are right.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Precision {
    /// Predictions above it are positive. Default 0.5.
    pub threshold: f64,
}

/// The share of positive examples that are found.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Recall {
    /// Predictions above it are positive. Default 0.5.
    pub threshold: f64,
}

/// Which answers to count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Confusion {
    /// Positive and found.
    TruePositives,
    /// Negative and taken for positive.
    FalsePositives,
    /// Negative and left out.
    TrueNegatives,
    /// Positive and missed.
    FalseNegatives,
}

impl Default for Precision {
    fn default() -> Self {
        Self { threshold: 0.5 }
    }
}

impl Default for Recall {
    fn default() -> Self {
        Self { threshold: 0.5 }
    }
}

/// Adds to `sum` the weight of the examples whose label and prediction are as said.
fn count(
    sum: &Variable,
    (label, prediction): (bool, bool),
    threshold: f64,
    (y_true, y_pred): (&Tensor, &Tensor),
    weights: Option<&Tensor>,
) -> Result<()> {
    let y = labels_like(y_true, y_pred)?.cast(DType::Bool)?;
    let positive = y_pred.greater(&y_pred.number_like(threshold)?)?;
    let turned = |value: Tensor, wanted: bool| if wanted { Ok(value) } else { value.logical_not() };
    let mut found = turned(y, label)?
        .logical_and(&turned(positive, prediction)?)?
        .cast(DType::F64)?;
    if let Some(weights) = weights {
        found = found.mul(&weights_like(weights, &found)?)?;
    }
    sum.assign_add(&found.sum_all()?)
}

/// Counts the true positives, and the mistakes whose label and prediction are as said.
fn count_both(
    state: &[Variable],
    mistake: (bool, bool),
    threshold: f64,
    answers: (&Tensor, &Tensor),
    weights: Option<&Tensor>,
) -> Result<()> {
    count(&state[0], (true, true), threshold, answers, weights)?;
    count(&state[1], mistake, threshold, answers, weights)
}

/// The share of the first count in both.
fn share(state: &[Variable]) -> Result<Tensor> {
    let right = state[0].read();
    quotient(&right, &right.add(&state[1].read())?)
}

fn zero() -> Tensor {
    Tensor::from(0.0)
}

#[typetag::serde]
impl Metric for Precision {
    fn state(&self) -> Vec<(&'static str, Tensor)> {
        vec![("true_positives", zero()), ("false_positives", zero())]
    }

    fn update(
        &self,
        state: &[Variable],
        y_true: &Tensor,
        y_pred: &Tensor,
        weights: Option<&Tensor>,
    ) -> Result<()> {
        count_both(state, (false, true), self.threshold, (y_true, y_pred), weights)
    }

    fn result(&self, state: &[Variable]) -> Result<Tensor> {
        share(state)
    }

    fn check(&self) -> Result<()> {
        check_threshold(self.threshold)
    }
}

#[typetag::serde]
impl Metric for Recall {
    fn state(&self) -> Vec<(&'static str, Tensor)> {
        vec![("true_positives", zero()), ("false_negatives", zero())]
    }

    fn update(
        &self,
        state: &[Variable],
        y_true: &Tensor,
        y_pred: &Tensor,
        weights: Option<&Tensor>,
    ) -> Result<()> {
        count_both(state, (true, false), self.threshold, (y_true, y_pred), weights)
    }

    fn result(&self, state: &[Variable]) -> Result<Tensor> {
        share(state)
    }

    fn check(&self) -> Result<()> {
        check_threshold(self.threshold)
    }
}

#[typetag::serde]
impl Metric for Confusion {
    fn state(&self) -> Vec<(&'static str, Tensor)> {
        vec![("accumulator", zero())]
    }

    fn update(
        &self,
        state: &[Variable],
        y_true: &Tensor,
        y_pred: &Tensor,
        weights: Option<&Tensor>,
    ) -> Result<()> {
        let which = match self {
            Self::TruePositives => (true, true),
            Self::FalsePositives => (false, true),
            Self::TrueNegatives => (false, false),
            Self::FalseNegatives => (true, false),
        };
        count(&state[0], which, 0.5, (y_true, y_pred), weights)
    }

    fn result(&self, state: &[Variable]) -> Result<Tensor> {
        Ok(state[0].read())
    }

    fn name(&self) -> String {
        crate::named::snake_case(&format!("{self:?}"))
    }
}

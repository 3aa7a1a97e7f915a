//! Shares of right answers.

use ml_core::{DType, Error, Result, Shape, Tensor, autodiff::Variable, check};
use serde::{Deserialize, Serialize};

use super::{
    Metric, check_threshold,
    mean::{add_to_mean, mean_result, mean_state},
};
use crate::losses::labels_like;

/// The accuracy that suits labels and predictions, as Keras's `"accuracy"`: binary for one prediction an example,
/// sparse for class numbers, else categorical.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Accuracy;

/// The share of binary labels that equal `ŷ > threshold`.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct BinaryAccuracy {
    /// Default 0.5.
    pub threshold: f64,
}

/// The share of examples whose largest prediction is at the largest label (one-hot labels).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CategoricalAccuracy;

/// The share of examples whose largest prediction is at the label (class numbers).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SparseCategoricalAccuracy;

/// The share of examples whose label (one-hot) is among the `k` largest predictions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct TopKCategoricalAccuracy {
    /// Default 5.
    pub k: usize,
}

/// The share of examples whose label (class number) is among the `k` largest predictions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct SparseTopKCategoricalAccuracy {
    /// Default 5.
    pub k: usize,
}

impl Default for BinaryAccuracy {
    fn default() -> Self {
        Self { threshold: 0.5 }
    }
}

impl Default for TopKCategoricalAccuracy {
    fn default() -> Self {
        Self { k: 5 }
    }
}

impl Default for SparseTopKCategoricalAccuracy {
    fn default() -> Self {
        Self { k: 5 }
    }
}

/// Class numbers as `i64`, without an axis of length 1 at the end: one for each row of predictions.
fn class_numbers(y_true: &Tensor, y_pred: &Tensor) -> Result<Tensor> {
    let labels = match y_true.rank() == y_pred.rank() && y_true.shape().last() == Some(&1) {
        true => y_true.squeeze(&[-1])?,
        false => y_true.clone(),
    };
    let rows = &y_pred.shape()[..y_pred.rank().saturating_sub(1)];
    if !labels.shape().matches(&Shape::from(rows)) {
        return Err(misfit(
            y_true,
            y_pred,
            "labels (first) must be a class number for each row of predictions (second); shares of the classes are for \
             categorical_accuracy",
        ));
    }
    labels.cast(DType::I64)
}

/// The class with the largest share in each row of labels.
fn largest_share(y_true: &Tensor, y_pred: &Tensor) -> Result<Tensor> {
    if !y_true.shape().matches(y_pred.shape()) {
        return Err(misfit(
            y_true,
            y_pred,
            "labels (first) must be a share of each class, as predictions (second) are; class numbers are for \
             sparse_categorical_accuracy",
        ));
    }
    y_true.argmax(-1)
}

fn misfit(y_true: &Tensor, y_pred: &Tensor, rule: &'static str) -> Error {
    Error::Shape {
        op: "accuracy",
        left: y_true.shape().to_vec(),
        right: y_pred.shape().to_vec(),
        rule,
    }
}

/// 1 where the largest prediction is at the class, else 0.
fn sparse_hits(y_true: &Tensor, y_pred: &Tensor) -> Result<Tensor> {
    y_pred
        .argmax(-1)?
        .equal(&class_numbers(y_true, y_pred)?)?
        .cast(DType::F64)
}

fn categorical_hits(y_true: &Tensor, y_pred: &Tensor) -> Result<Tensor> {
    y_pred
        .argmax(-1)?
        .equal(&largest_share(y_true, y_pred)?)?
        .cast(DType::F64)
}

/// The share, along the last axis, of labels that equal `ŷ > threshold`.
fn binary_hits(y_true: &Tensor, y_pred: &Tensor, threshold: f64) -> Result<Tensor> {
    let y = labels_like(y_true, y_pred)?;
    let positive = y_pred.greater(&y_pred.number_like(threshold)?)?;
    let hits = positive.cast(y.dtype())?.equal(&y)?.cast(DType::F64)?;
    if hits.rank() > 1 {
        hits.mean(&[-1])
    } else {
        Ok(hits)
    }
}

/// 1 where fewer than `k` predictions are larger than that of the class, else 0; never for NaN.
fn top_k_hits(classes: &Tensor, y_pred: &Tensor, k: usize) -> Result<Tensor> {
    let own = y_pred.take_along_axis(&classes.expand_dims(-1)?, -1)?;
    let larger = y_pred.greater(&own)?.cast(DType::F64)?.sum(&[-1])?;
    let within = larger.less(&larger.number_like(k as f64)?)?;
    within
        .logical_and(&own.squeeze(&[-1])?.is_finite()?)?
        .cast(DType::F64)
}

macro_rules! share {
    ($($type:ty: ($metric:ident, $y_true:ident, $y_pred:ident) => $hits:expr, $check:expr;)*) => { $(
        #[typetag::serde]
        impl Metric for $type {
            fn state(&self) -> Vec<(&'static str, Tensor)> {
                mean_state()
            }

            fn update(
                &self,
                state: &[Variable],
                $y_true: &Tensor,
                $y_pred: &Tensor,
                weights: Option<&Tensor>,
            ) -> Result<()> {
                let $metric = self;
                add_to_mean(state, &$hits?, weights)
            }

            fn result(&self, state: &[Variable]) -> Result<Tensor> {
                mean_result(state)
            }

            fn check(&self) -> Result<()> {
                let $metric = self;
                $check
            }
        }
    )* };
}
share! {
    Accuracy: (_metric, y_true, y_pred) => {
        if y_pred.rank() < 2 || y_pred.shape().last() == Some(&1) {
            binary_hits(y_true, y_pred, 0.5)
        } else if y_true.rank() < y_pred.rank() || y_true.shape().last() == Some(&1) {
            sparse_hits(y_true, y_pred)
        } else {
            categorical_hits(y_true, y_pred)
        }
    }, Ok(());
    BinaryAccuracy: (metric, y_true, y_pred) => binary_hits(y_true, y_pred, metric.threshold),
        check_threshold(metric.threshold);
    CategoricalAccuracy: (_metric, y_true, y_pred) => categorical_hits(y_true, y_pred), Ok(());
    SparseCategoricalAccuracy: (_metric, y_true, y_pred) => sparse_hits(y_true, y_pred), Ok(());
    TopKCategoricalAccuracy: (metric, y_true, y_pred) =>
        top_k_hits(&largest_share(y_true, y_pred)?, y_pred, metric.k), check_k(metric.k);
    SparseTopKCategoricalAccuracy: (metric, y_true, y_pred) =>
        top_k_hits(&class_numbers(y_true, y_pred)?, y_pred, metric.k), check_k(metric.k);
}

fn check_k(k: usize) -> Result<()> {
    check::parameter("k", k, k > 0, "at least 1")
}

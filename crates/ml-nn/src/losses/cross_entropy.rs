//! Losses of classification with probabilities.

use ml_core::{DType, Error, Result, Shape, Tensor, check};
use serde::{Deserialize, Serialize};

use super::{EPSILON, Loss};
use crate::{activation::Activation, class_numbers::checked};

/// `-mean(y · log p + (1 - y) · log(1 - p))` along the last axis: for one or several binary labels.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct BinaryCrossentropy {
    /// Whether predictions are what the sigmoid is computed from. Default false: probabilities.
    pub from_logits: bool,
    /// How far labels move towards 1/2, 0 to 1. Default 0.
    pub label_smoothing: f64,
}

/// `-Σ y · log p` along the last axis: for a share of each class, such as one-hot labels.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct CategoricalCrossentropy {
    /// Whether predictions are what the softmax is computed from. Default false: probabilities.
    pub from_logits: bool,
    /// How far labels move towards equal shares, 0 to 1. Default 0.
    pub label_smoothing: f64,
}

/// `-log p[label]`: for class numbers.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SparseCategoricalCrossentropy {
    /// Whether predictions are what the softmax is computed from. Default false: probabilities.
    pub from_logits: bool,
}

impl BinaryCrossentropy {
    /// From probabilities.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets [`from_logits`](Self::from_logits).
    #[must_use]
    pub fn from_logits(mut self, from_logits: bool) -> Self {
        self.from_logits = from_logits;
        self
    }

    /// Sets [`label_smoothing`](Self::label_smoothing).
    #[must_use]
    pub fn label_smoothing(mut self, label_smoothing: f64) -> Self {
        self.label_smoothing = label_smoothing;
        self
    }
}

impl CategoricalCrossentropy {
    /// From probabilities.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets [`from_logits`](Self::from_logits).
    #[must_use]
    pub fn from_logits(mut self, from_logits: bool) -> Self {
        self.from_logits = from_logits;
        self
    }

    /// Sets [`label_smoothing`](Self::label_smoothing).
    #[must_use]
    pub fn label_smoothing(mut self, label_smoothing: f64) -> Self {
        self.label_smoothing = label_smoothing;
        self
    }
}

impl SparseCategoricalCrossentropy {
    /// From probabilities.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets [`from_logits`](Self::from_logits).
    #[must_use]
    pub fn from_logits(mut self, from_logits: bool) -> Self {
        self.from_logits = from_logits;
        self
    }
}

/// Labels moved a share `by` of the way towards `towards`.
fn smoothed(y: &Tensor, by: f64, towards: f64) -> Result<Tensor> {
    if by == 0.0 {
        return Ok(y.clone());
    }
    y.mul_scalar(1.0 - by)?.add_scalar(by * towards)
}

fn check_smoothing(by: f64) -> Result<()> {
    let valid = (0.0..=1.0).contains(&by);
    check::parameter("label_smoothing", by, valid, "between 0 and 1")
}

/// Probabilities away from 0 and 1, so that their logarithms are finite.
fn clipped(p: &Tensor) -> Result<Tensor> {
    p.clip(EPSILON, 1.0 - EPSILON)
}

/// What predictions must be computed by.
fn expected(from_logits: bool, probabilities: Activation) -> Activation {
    match from_logits {
        true => Activation::Linear,
        false => probabilities,
    }
}

/// Shares of the classes, which sum to 1.
fn shares(p: &Tensor) -> Result<Tensor> {
    clipped(&p.div(&p.sum_keep(&[-1])?)?)
}

#[typetag::serde]
impl Loss for BinaryCrossentropy {
    fn call(&self, y_true: &Tensor, y_pred: &Tensor) -> Result<Tensor> {
        let y = smoothed(y_true, self.label_smoothing, 0.5)?;
        if self.from_logits {
            // -log σ(x) and -log(1 - σ(x)) are softplus(-x) and softplus(x) = softplus(-x) + x.
            return y_pred.softplus()?.sub(&y_pred.mul(&y)?)?.mean(&[-1]);
        }
        let p = clipped(y_pred)?;
        let positive = y.mul(&p.log()?)?;
        let negative = y.rsub_scalar(1.0)?.mul(&p.rsub_scalar(1.0)?.log()?)?;
        positive.add(&negative)?.mean(&[-1])?.neg()
    }

    fn check(&self) -> Result<()> {
        check_smoothing(self.label_smoothing)
    }

    fn on_logits(&self) -> Option<Box<dyn Loss>> {
        Some(Box::new(self.from_logits(true)))
    }

    fn expects(&self) -> Option<Activation> {
        Some(expected(self.from_logits, Activation::Sigmoid))
    }
}

#[typetag::serde]
impl Loss for CategoricalCrossentropy {
    fn call(&self, y_true: &Tensor, y_pred: &Tensor) -> Result<Tensor> {
        let classes = y_pred.length(-1)?;
        let y = smoothed(y_true, self.label_smoothing, 1.0 / classes.max(1) as f64)?;
        if self.from_logits {
            return y_pred.cross_entropy(&y);
        }
        y.mul(&shares(y_pred)?.log()?)?.sum(&[-1])?.neg()
    }

    fn check(&self) -> Result<()> {
        check_smoothing(self.label_smoothing)
    }

    fn on_logits(&self) -> Option<Box<dyn Loss>> {
        Some(Box::new(self.from_logits(true)))
    }

    fn expects(&self) -> Option<Activation> {
        Some(expected(self.from_logits, Activation::Softmax))
    }
}

#[typetag::serde]
impl Loss for SparseCategoricalCrossentropy {
    fn call(&self, y_true: &Tensor, y_pred: &Tensor) -> Result<Tensor> {
        // A column of class numbers is as good as a row of them.
        let labels = match y_true.rank() == y_pred.rank() && y_true.shape().last() == Some(&1) {
            true => y_true.squeeze(&[-1])?,
            false => y_true.clone(),
        };
        if !labels.dtype().is_integer() {
            return Err(Error::DType {
                op: "sparse_categorical_crossentropy",
                found: labels.dtype().name(),
                needed: "class numbers as i32, i64 or u8 (shares of classes are for categorical_crossentropy)",
            });
        }
        let labels = match y_pred.shape().last() {
            Some(&classes) if classes != Shape::UNKNOWN => {
                checked("sparse_categorical_crossentropy", &labels, classes)?
            }
            _ => labels,
        };
        if self.from_logits {
            return y_pred.cross_entropy(&labels);
        }
        let logs = shares(y_pred)?.log()?;
        let positions = labels.cast(DType::I64)?.expand_dims(-1)?;
        logs.take_along_axis(&positions, -1)?.squeeze(&[-1])?.neg()
    }

    fn on_logits(&self) -> Option<Box<dyn Loss>> {
        Some(Box::new(self.from_logits(true)))
    }

    fn takes_class_numbers(&self) -> bool {
        true
    }

    fn expects(&self) -> Option<Activation> {
        Some(expected(self.from_logits, Activation::Softmax))
    }
}

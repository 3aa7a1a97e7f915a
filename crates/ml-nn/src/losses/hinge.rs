//! Losses of classification with margins.

use ml_core::{Result, Tensor};
use serde::{Deserialize, Serialize};

use super::Loss;

/// `mean(max(1 - y · ŷ, 0))` along the last axis, for labels -1 and 1 (labels 0 and 1 count as these).
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct Hinge;

/// `mean(max(1 - y · ŷ, 0)²)` along the last axis, for labels as in [`Hinge`].
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct SquaredHinge;

/// `max(max((1 - y) · ŷ) - Σ y · ŷ + 1, 0)` along the last axis, for one-hot labels.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct CategoricalHinge;

/// Labels 0 and 1 as -1 and 1, if there are no others in the batch.
fn signs(y: &Tensor) -> Result<Tensor> {
    let (zero, one) = (y.number_like(0.0)?, y.number_like(1.0)?);
    let binary = y.equal(&zero)?.logical_or(&y.equal(&one)?)?.all_all()?;
    Tensor::select(&binary, &y.mul_scalar(2.0)?.sub_scalar(1.0)?, y)
}

fn margins(y_true: &Tensor, y_pred: &Tensor) -> Result<Tensor> {
    signs(y_true)?.mul(y_pred)?.rsub_scalar(1.0)?.relu()
}

#[typetag::serde]
impl Loss for Hinge {
    fn call(&self, y_true: &Tensor, y_pred: &Tensor) -> Result<Tensor> {
        margins(y_true, y_pred)?.mean(&[-1])
    }
}

#[typetag::serde]
impl Loss for SquaredHinge {
    fn call(&self, y_true: &Tensor, y_pred: &Tensor) -> Result<Tensor> {
        margins(y_true, y_pred)?.square()?.mean(&[-1])
    }
}

#[typetag::serde]
impl Loss for CategoricalHinge {
    fn call(&self, y_true: &Tensor, y_pred: &Tensor) -> Result<Tensor> {
        let right = y_true.mul(y_pred)?.sum(&[-1])?;
        let wrong = y_true.rsub_scalar(1.0)?.mul(y_pred)?.max(&[-1])?;
        wrong.sub(&right)?.add_scalar(1.0)?.relu()
    }
}

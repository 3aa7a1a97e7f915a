//! Losses of regression.

use ml_core::{Result, Tensor, check};
use serde::{Deserialize, Serialize};

use super::{EPSILON, Loss};

/// `mean((y - ŷ)²)` along the last axis.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct MeanSquaredError;

/// `mean(|y - ŷ|)` along the last axis: outliers count less.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct MeanAbsoluteError;

/// `100 · mean(|y - ŷ| / max(|y|, 1e-7))` along the last axis.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct MeanAbsolutePercentageError;

/// `mean((log(1 + y) - log(1 + ŷ))²)` along the last axis, with `y` and `ŷ` at least `1e-7`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct MeanSquaredLogarithmicError;

/// `mean(log(cosh(y - ŷ)))` along the last axis: near 0 half the square, far off the absolute value less `log 2`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct LogCosh;

/// Half the square of an error up to `delta`, linear beyond: `e²/2`, else `delta · |e| - delta²/2`; the mean of it along
/// the last axis.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Huber {
    /// From where on the loss is linear, above 0. Default 1.
    pub delta: f64,
}

impl Default for Huber {
    fn default() -> Self {
        Self { delta: 1.0 }
    }
}

impl Huber {
    /// Linear from `delta` on.
    pub fn new(delta: f64) -> Self {
        Self { delta }
    }
}

#[typetag::serde]
impl Loss for MeanSquaredError {
    fn call(&self, y_true: &Tensor, y_pred: &Tensor) -> Result<Tensor> {
        y_pred.square_difference(y_true)?.mean(&[-1])
    }
}

#[typetag::serde]
impl Loss for MeanAbsoluteError {
    fn call(&self, y_true: &Tensor, y_pred: &Tensor) -> Result<Tensor> {
        y_pred.sub(y_true)?.abs()?.mean(&[-1])
    }
}

#[typetag::serde]
impl Loss for MeanAbsolutePercentageError {
    fn call(&self, y_true: &Tensor, y_pred: &Tensor) -> Result<Tensor> {
        let size = y_true.abs()?.clip(EPSILON, f64::INFINITY)?;
        y_true
            .sub(y_pred)?
            .div(&size)?
            .abs()?
            .mean(&[-1])?
            .mul_scalar(100.0)
    }
}

#[typetag::serde]
impl Loss for MeanSquaredLogarithmicError {
    fn call(&self, y_true: &Tensor, y_pred: &Tensor) -> Result<Tensor> {
        let log = |y: &Tensor| y.clip(EPSILON, f64::INFINITY)?.add_scalar(1.0)?.log();
        log(y_pred)?.square_difference(&log(y_true)?)?.mean(&[-1])
    }
}

#[typetag::serde]
impl Loss for LogCosh {
    fn call(&self, y_true: &Tensor, y_pred: &Tensor) -> Result<Tensor> {
        // log(cosh(e)) = e + log(1 + exp(-2e)) - log(2), which cannot overflow.
        let e = y_pred.sub(y_true)?;
        e.add(&e.mul_scalar(-2.0)?.softplus()?)?
            .sub_scalar(std::f64::consts::LN_2)?
            .mean(&[-1])
    }
}

#[typetag::serde]
impl Loss for Huber {
    fn call(&self, y_true: &Tensor, y_pred: &Tensor) -> Result<Tensor> {
        let delta = self.delta;
        let e = y_pred.sub(y_true)?.abs()?;
        let square = e.square()?.mul_scalar(0.5)?;
        let line = e.mul_scalar(delta)?.sub_scalar(delta * delta / 2.0)?;
        Tensor::select(&e.less_equal(&e.number_like(delta)?)?, &square, &line)?.mean(&[-1])
    }

    fn check(&self) -> Result<()> {
        let delta = self.delta;
        check::parameter("delta", delta, delta.is_finite() && delta > 0.0, "finite and > 0")
    }
}

//! Losses between distributions and between directions.

use ml_core::{Result, Tensor};
use serde::{Deserialize, Serialize};

use super::{EPSILON, Loss};

/// `Σ y · log(y / ŷ)` along the last axis, with both between `1e-7` and 1.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct KLDivergence;

/// `mean(ŷ - y · log(ŷ + 1e-7))` along the last axis: for counts.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct Poisson;

/// `-Σ (y / |y|) · (ŷ / |ŷ|)` along the last axis: -1 for one direction, 1 for opposite ones.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct CosineSimilarity;

#[typetag::serde]
impl Loss for KLDivergence {
    fn call(&self, y_true: &Tensor, y_pred: &Tensor) -> Result<Tensor> {
        let (y, p) = (y_true.clip(EPSILON, 1.0)?, y_pred.clip(EPSILON, 1.0)?);
        y.mul(&y.div(&p)?.log()?)?.sum(&[-1])
    }

    fn name(&self) -> String {
        "kl_divergence".to_owned()
    }
}

#[typetag::serde]
impl Loss for Poisson {
    fn call(&self, y_true: &Tensor, y_pred: &Tensor) -> Result<Tensor> {
        let log = y_pred.add_scalar(EPSILON)?.log()?;
        y_pred.sub(&y_true.mul(&log)?)?.mean(&[-1])
    }
}

#[typetag::serde]
impl Loss for CosineSimilarity {
    fn call(&self, y_true: &Tensor, y_pred: &Tensor) -> Result<Tensor> {
        // The square of the length is at least this in Keras.
        const LEAST: f64 = 1e-12;
        let unit = |v: &Tensor| {
            let square = v.square()?.sum_keep(&[-1])?.clip(LEAST, f64::INFINITY)?;
            v.mul(&square.rsqrt()?)
        };
        unit(y_true)?.mul(&unit(y_pred)?)?.sum(&[-1])?.neg()
    }
}

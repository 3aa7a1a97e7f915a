//! Rectified linear unit.

use serde::{Deserialize, Serialize};

use super::{Saves, Unary, apply, unary_primitive};
use crate::{Result, Tensor};

#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
struct Relu;

impl Unary for Relu {
    const SAVES: Saves = Saves::INPUTS;

    #[inline(always)]
    fn f32(self, x: f32) -> f32 {
        x.max(0.0)
    }

    #[inline(always)]
    fn f64(self, x: f64) -> f64 {
        x.max(0.0)
    }

    fn chain(self, d: &Tensor, x: &Tensor, _: &Tensor) -> Result<Tensor> {
        d.mul(&x.step()?)
    }
}
unary_primitive!(Relu, "relu");

impl Tensor {
    /// Rectified linear unit: `y = max(x, 0)`; its derivative at 0 is taken as 0.
    ///
    /// # Errors
    /// [`Error::DType`](crate::Error::DType) unless the elements are `f32` or `f64`.
    ///
    /// # Examples
    /// ```
    /// use ml_core::Tensor;
    ///
    /// assert_eq!(Tensor::from([-1.0, 2.0]).relu()?.to_vec::<f64>()?, [0.0, 2.0]);
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    pub fn relu(&self) -> Result<Tensor> {
        apply(Relu, &[self])
    }
}

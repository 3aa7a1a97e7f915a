//! Unit step.

use serde::{Deserialize, Serialize};

use super::{Saves, Unary, apply, unary_primitive};
use crate::{Result, Tensor};

#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
struct Step;

impl Unary for Step {
    const SAVES: Saves = Saves::NOTHING;

    #[inline(always)]
    fn f32(self, x: f32) -> f32 {
        if x > 0.0 { 1.0 } else { 0.0 }
    }

    #[inline(always)]
    fn f64(self, x: f64) -> f64 {
        if x > 0.0 { 1.0 } else { 0.0 }
    }

    fn chain(self, d: &Tensor, _: &Tensor, _: &Tensor) -> Result<Tensor> {
        d.zeros_like()
    }
}
unary_primitive!(Step, "step");

impl Tensor {
    /// Unit step: 1 where `x > 0`, else 0; the derivative of [`relu`](Tensor::relu), itself with derivative 0.
    ///
    /// # Errors
    /// [`Error::DType`](crate::Error::DType) unless the elements are `f32` or `f64`.
    ///
    /// # Examples
    /// ```
    /// use ml_core::Tensor;
    ///
    /// assert_eq!(Tensor::from([-1.0, 0.0, 2.0]).step()?.to_vec::<f64>()?, [0.0, 0.0, 1.0]);
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    pub fn step(&self) -> Result<Tensor> {
        apply(Step, &[self])
    }
}

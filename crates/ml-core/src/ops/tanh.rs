//! Hyperbolic tangent.

use serde::{Deserialize, Serialize};

use super::{Saves, Unary, apply, unary_primitive};
use crate::{Result, Tensor};

#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
struct Tanh;

impl Unary for Tanh {
    const COST: usize = 10;
    const SAVES: Saves = Saves::OUTPUTS;

    #[inline(always)]
    fn f32(self, x: f32) -> f32 {
        x.tanh()
    }

    #[inline(always)]
    fn f64(self, x: f64) -> f64 {
        x.tanh()
    }

    fn chain(self, d: &Tensor, _: &Tensor, y: &Tensor) -> Result<Tensor> {
        d.mul(&y.square()?.rsub_scalar(1.0)?)
    }
}
unary_primitive!(Tanh, "tanh");

impl Tensor {
    /// Hyperbolic tangent of every element, between -1 and 1.
    ///
    /// # Errors
    /// [`Error::DType`](crate::Error::DType) unless the elements are `f32` or `f64`.
    ///
    /// # Examples
    /// ```
    /// use ml_core::Tensor;
    ///
    /// let y = Tensor::from([0.0, 1.0]).tanh()?.to_vec::<f64>()?;
    /// assert!(y[0] == 0.0 && (y[1] - 0.761_594_155_955_764_9).abs() < 1e-15);
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    pub fn tanh(&self) -> Result<Tensor> {
        apply(Tanh, &[self])
    }
}

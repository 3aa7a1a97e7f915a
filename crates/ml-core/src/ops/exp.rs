//! Exponential.

use serde::{Deserialize, Serialize};

use super::{Saves, Unary, apply, unary_primitive};
use crate::{Result, Tensor};

#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
struct Exp;

impl Unary for Exp {
    const COST: usize = 8;
    const SAVES: Saves = Saves::OUTPUTS;

    #[inline(always)]
    fn f32(self, x: f32) -> f32 {
        x.exp()
    }

    #[inline(always)]
    fn f64(self, x: f64) -> f64 {
        x.exp()
    }

    fn chain(self, d: &Tensor, _: &Tensor, y: &Tensor) -> Result<Tensor> {
        d.mul(y)
    }
}
unary_primitive!(Exp, "exp");

impl Tensor {
    /// Exponential of every element: `y = exp(x)`.
    ///
    /// # Errors
    /// [`Error::DType`](crate::Error::DType) unless the elements are `f32` or `f64`.
    ///
    /// # Examples
    /// ```
    /// use ml_core::Tensor;
    ///
    /// let y = Tensor::from([0.0, 1.0]).exp()?.to_vec::<f64>()?;
    /// assert!(y[0] == 1.0 && (y[1] - 2.718_281_828_459_045).abs() < 1e-15);
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    pub fn exp(&self) -> Result<Tensor> {
        apply(Exp, &[self])
    }
}

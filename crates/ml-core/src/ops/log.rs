//! Natural logarithm.

use serde::{Deserialize, Serialize};

use super::{Saves, Unary, apply, unary_primitive};
use crate::{Result, Tensor};

#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
struct Log;

impl Unary for Log {
    const COST: usize = 8;
    const SAVES: Saves = Saves::INPUTS;

    #[inline(always)]
    fn f32(self, x: f32) -> f32 {
        x.ln()
    }

    #[inline(always)]
    fn f64(self, x: f64) -> f64 {
        x.ln()
    }

    fn chain(self, d: &Tensor, x: &Tensor, _: &Tensor) -> Result<Tensor> {
        d.div(x)
    }
}
unary_primitive!(Log, "log");

impl Tensor {
    /// Natural logarithm of every element: `y = ln(x)`; NaN below 0, -inf at 0.
    ///
    /// # Errors
    /// [`Error::DType`](crate::Error::DType) unless the elements are `f32` or `f64`.
    ///
    /// # Examples
    /// ```
    /// use ml_core::Tensor;
    ///
    /// let y = Tensor::from([1.0, 10.0]).log()?.to_vec::<f64>()?;
    /// assert!(y[0] == 0.0 && (y[1] - 2.302_585_092_994_046).abs() < 1e-15);
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    pub fn log(&self) -> Result<Tensor> {
        apply(Log, &[self])
    }
}

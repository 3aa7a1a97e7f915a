//! Numbers too small to be computed with at full speed, as zero.

use serde::{Deserialize, Serialize};

use super::{Saves, Unary, apply, unary_primitive};
use crate::{Result, Tensor};

/// 0 for subnormal numbers, all others as they are.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
struct Flush;

impl Unary for Flush {
    const SAVES: Saves = Saves::NOTHING;

    #[inline(always)]
    fn f32(self, x: f32) -> f32 {
        if x.abs() < f32::MIN_POSITIVE { 0.0 } else { x }
    }

    #[inline(always)]
    fn f64(self, x: f64) -> f64 {
        if x.abs() < f64::MIN_POSITIVE { 0.0 } else { x }
    }

    fn chain(self, d: &Tensor, _: &Tensor, _: &Tensor) -> Result<Tensor> {
        Ok(d.clone())
    }
}
unary_primitive!(Flush, "flush");

impl Tensor {
    /// 0 in place of subnormal numbers, of size below 1.2e-38 in `f32` and 2.2e-308 in `f64`; gradients pass.
    ///
    /// What shrinks by a factor at every step ends there and never reaches zero, and processors may compute with such
    /// numbers a hundred times more slowly.
    ///
    /// # Errors
    /// [`Error::DType`](crate::Error::DType) unless the elements are floating-point numbers.
    ///
    /// # Examples
    /// ```
    /// use ml_core::Tensor;
    ///
    /// let x = Tensor::from([1e-40f32, -1e-30, f32::NAN]).flush_subnormal()?.to_vec::<f32>()?;
    /// assert!(x[0] == 0.0 && x[1] == -1e-30 && x[2].is_nan());
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    pub fn flush_subnormal(&self) -> Result<Tensor> {
        apply(Flush, &[self])
    }
}

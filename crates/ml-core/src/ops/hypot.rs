//! Length of the hypotenuse.

use serde::{Deserialize, Serialize};

use super::{Binary, Saves, apply, binary_primitive};
use crate::{Result, Tensor};

#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
struct Hypot;

impl Binary for Hypot {
    const COST: usize = 20;
    const INTEGERS: bool = false;
    const SAVES: Saves = Saves::ALL;

    #[inline(always)]
    fn f32(self, a: f32, b: f32) -> f32 {
        // No square of an f32 leaves the range of f64.
        f64::from(a)
            .mul_add(f64::from(a), f64::from(b) * f64::from(b))
            .sqrt() as f32
    }

    #[inline(always)]
    fn f64(self, a: f64, b: f64) -> f64 {
        libm::hypot(a, b)
    }

    fn left(self, d: &Tensor, a: &Tensor, _: &Tensor, y: &Tensor) -> Result<Tensor> {
        d.mul(&a.div(y)?)
    }

    fn right(self, d: &Tensor, _: &Tensor, b: &Tensor, y: &Tensor) -> Result<Tensor> {
        d.mul(&b.div(y)?)
    }
}
binary_primitive!(Hypot, "hypot");

impl Tensor {
    /// `y = √(a² + b²)`, without overflow on the way. Shapes broadcast; at 0, 0 the gradient is NaN.
    ///
    /// # Errors
    /// As [`atan2`](Self::atan2).
    ///
    /// # Examples
    /// ```
    /// use ml_core::Tensor;
    ///
    /// let y = Tensor::from([3e200, 5.0]).hypot(&Tensor::from([4e200, 12.0]))?.to_vec::<f64>()?;
    /// assert!((y[0] / 5e200 - 1.0).abs() < 1e-15 && y[1] == 13.0);
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    pub fn hypot(&self, other: &Tensor) -> Result<Tensor> {
        apply(Hypot, &[self, other])
    }
}

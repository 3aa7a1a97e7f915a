//! Part of the way from one value to another.

use serde::{Deserialize, Serialize};

use super::{Binary, Saves, apply, binary_primitive};
use crate::{Result, Tensor};

/// `a + share · (b - a)`.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
struct Lerp {
    share: f64,
    /// The same: a loop over `f32` that held wider numbers would go half as far with every instruction.
    single: f32,
}

impl Lerp {
    fn new(share: f64) -> Self {
        Self {
            share,
            single: share as f32,
        }
    }
}

impl Binary for Lerp {
    const COST: usize = 3;
    const INTEGERS: bool = false;
    const SAVES: Saves = Saves::NOTHING;

    #[inline(always)]
    fn f32(self, a: f32, b: f32) -> f32 {
        a + (b - a) * self.single
    }

    #[inline(always)]
    fn f64(self, a: f64, b: f64) -> f64 {
        a + (b - a) * self.share
    }

    fn left(self, d: &Tensor, _: &Tensor, _: &Tensor, _: &Tensor) -> Result<Tensor> {
        d.mul_scalar(1.0 - self.share)
    }

    fn right(self, d: &Tensor, _: &Tensor, _: &Tensor, _: &Tensor) -> Result<Tensor> {
        d.mul_scalar(self.share)
    }
}
binary_primitive!(Lerp, "lerp");

/// As [`Lerp`], with 0 for what is so small that the next step towards 0 would be subnormal.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
struct Average {
    lerp: Lerp,
    /// The smallest number that is kept.
    least: f64,
    /// The same in `f32`.
    least_single: f32,
}

impl Average {
    fn new(share: f64) -> Self {
        // However small the share: what is flushed must be nothing to anybody.
        let bound = share.clamp(1e-4, 1.0);
        Self {
            lerp: Lerp::new(share),
            least: f64::MIN_POSITIVE / bound,
            least_single: f32::MIN_POSITIVE / bound as f32,
        }
    }
}

impl Binary for Average {
    const COST: usize = 4;
    const INTEGERS: bool = false;
    const SAVES: Saves = Saves::NOTHING;

    #[inline(always)]
    fn f32(self, a: f32, b: f32) -> f32 {
        let y = self.lerp.f32(a, b);
        if y.abs() < self.least_single { 0.0 } else { y }
    }

    #[inline(always)]
    fn f64(self, a: f64, b: f64) -> f64 {
        let y = self.lerp.f64(a, b);
        if y.abs() < self.least { 0.0 } else { y }
    }

    fn left(self, d: &Tensor, a: &Tensor, b: &Tensor, y: &Tensor) -> Result<Tensor> {
        self.lerp.left(d, a, b, y)
    }

    fn right(self, d: &Tensor, a: &Tensor, b: &Tensor, y: &Tensor) -> Result<Tensor> {
        self.lerp.right(d, a, b, y)
    }
}
binary_primitive!(Average, "average");

impl Tensor {
    /// `x + share · (y - x)`: from `x` at 0 to `y` at 1; shapes broadcast.
    ///
    /// # Errors
    /// As [`add`](Self::add) and, of integers, [`number_like`](Self::number_like).
    ///
    /// # Examples
    /// ```
    /// use ml_core::Tensor;
    ///
    /// assert_eq!(Tensor::from([1.0]).lerp(&Tensor::from([5.0]), 0.25)?.to_vec::<f64>()?, [2.0]);
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    pub fn lerp(&self, other: &Tensor, share: f64) -> Result<Tensor> {
        if self.dtype().is_float() {
            return apply(Lerp::new(share), &[self, other]);
        }
        self.add(&other.sub(self)?.mul_scalar(share)?)
    }

    /// A moving average's next value, `x + share · (value - x)`: as [`lerp`](Self::lerp), with 0 for what is below
    /// 1.2e-38 / `share` in `f32` and 2.2e-308 / `share` in `f64` (with 1e-4 for smaller shares).
    ///
    /// An average of zeros never becomes zero by itself: rounding keeps it at a subnormal number for ever, and processors
    /// may compute with those a hundred times more slowly. From that bound on, `share` of it would be one.
    ///
    /// # Errors
    /// [`Error::DType`](crate::Error::DType) unless the elements are floating-point numbers; shapes must broadcast.
    ///
    /// # Examples
    /// ```
    /// use ml_core::Tensor;
    ///
    /// let mut average = Tensor::from([1.0f32]);
    /// for _ in 0..1000 {
    ///     average = average.average_towards(&Tensor::from([0.0f32]), 0.1)?;
    /// }
    /// assert_eq!(average.to_vec::<f32>()?, [0.0]);
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    pub fn average_towards(&self, value: &Tensor, share: f64) -> Result<Tensor> {
        apply(Average::new(share), &[self, value])
    }
}

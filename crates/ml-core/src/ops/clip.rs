//! Values moved into a range.

use serde::{Deserialize, Serialize};

use super::{Integer, Saves, Unary, apply, unary_primitive};
use crate::{Result, Tensor, check};

/// To `low` and `high`.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(crate) struct Clip {
    pub(crate) low: f64,
    pub(crate) high: f64,
    /// Whether the derivative at the ends is 0 and not 1.
    pub(crate) flat_ends: bool,
}

/// The whole number that a bound of integers means: those above a fraction start at the next one.
fn whole<T: Integer>(bound: f64) -> T {
    let limit = |value: T| value.to_f64().unwrap_or(0.0);
    match bound {
        bound if bound <= limit(T::min_value()) => T::min_value(),
        bound if bound >= limit(T::max_value()) => T::max_value(),
        bound => T::from(bound).unwrap_or_else(T::zero),
    }
}

impl Unary for Clip {
    const COST: usize = 2;
    const INTEGERS: bool = true;
    const SAVES: Saves = Saves::INPUTS;

    #[inline(always)]
    fn f32(self, x: f32) -> f32 {
        let (low, high) = (self.low as f32, self.high as f32);
        let x = if x < low { low } else { x };
        if x > high { high } else { x }
    }

    #[inline(always)]
    fn f64(self, x: f64) -> f64 {
        let x = if x < self.low { self.low } else { x };
        if x > self.high { self.high } else { x }
    }

    fn integer<T: Integer>(self, x: T) -> T {
        x.max(whole(self.low.ceil())).min(whole(self.high.floor()))
    }

    fn chain(self, d: &Tensor, x: &Tensor, _: &Tensor) -> Result<Tensor> {
        d.mul(&apply(Inside(self), &[x])?)
    }
}
unary_primitive!(Clip, "clip");

/// 1 inside the range, 0 outside: the derivative of [`Clip`], itself with derivative 0.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
struct Inside(Clip);

impl Unary for Inside {
    const COST: usize = 2;
    const SAVES: Saves = Saves::NOTHING;

    #[inline(always)]
    fn f32(self, x: f32) -> f32 {
        let (low, high) = (self.0.low as f32, self.0.high as f32);
        let inside = if self.0.flat_ends {
            (x > low) & (x < high)
        } else {
            (x >= low) & (x <= high)
        };
        if inside { 1.0 } else { 0.0 }
    }

    #[inline(always)]
    fn f64(self, x: f64) -> f64 {
        let (low, high) = (self.0.low, self.0.high);
        let inside = if self.0.flat_ends {
            (x > low) & (x < high)
        } else {
            (x >= low) & (x <= high)
        };
        if inside { 1.0 } else { 0.0 }
    }

    fn chain(self, d: &Tensor, _: &Tensor, _: &Tensor) -> Result<Tensor> {
        d.zeros_like()
    }
}
unary_primitive!(Inside, "inside");

impl Tensor {
    /// Every element moved into `low..=high`; either may be infinite. NaN stays NaN.
    ///
    /// The gradient passes where `low <= x <= high`, the ends included, as in PyTorch. Integers stay whole:
    /// between 0.5 and 3.5 they are clipped to 1 and 3.
    ///
    /// # Errors
    /// [`Error::DType`](crate::Error::DType) unless the elements are numbers,
    /// [`Error::Parameter`](crate::Error::Parameter) if `low` is not below `high` or equal.
    ///
    /// # Examples
    /// ```
    /// use ml_core::Tensor;
    ///
    /// assert_eq!(Tensor::from([-2.0, 0.5, 7.0]).clip(-1.0, 1.0)?.to_vec::<f64>()?, [-1.0, 0.5, 1.0]);
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    pub fn clip(&self, low: f64, high: f64) -> Result<Tensor> {
        check::parameter(
            "clip: low",
            low,
            low <= high,
            "at most the upper bound, and neither NaN",
        )?;
        let ends = Clip {
            low,
            high,
            flat_ends: false,
        };
        apply(ends, &[self])
    }
}

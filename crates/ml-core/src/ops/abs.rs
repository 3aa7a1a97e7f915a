//! Size and sign.

use serde::{Deserialize, Serialize};

use super::{Integer, Saves, Unary, apply, unary_primitive};
use crate::{Result, Tensor};

#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
struct Abs;

impl Unary for Abs {
    const INTEGERS: bool = true;
    const SAVES: Saves = Saves::INPUTS;

    #[inline(always)]
    fn f32(self, x: f32) -> f32 {
        x.abs()
    }

    #[inline(always)]
    fn f64(self, x: f64) -> f64 {
        x.abs()
    }

    #[inline(always)]
    fn integer<T: Integer>(self, x: T) -> T {
        if x < T::zero() { x.wrapping_neg() } else { x }
    }

    fn chain(self, d: &Tensor, x: &Tensor, _: &Tensor) -> Result<Tensor> {
        d.mul(&x.sign()?)
    }
}
unary_primitive!(Abs, "abs");

#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
struct Sign;

impl Unary for Sign {
    const INTEGERS: bool = true;
    const SAVES: Saves = Saves::NOTHING;

    #[inline(always)]
    fn f32(self, x: f32) -> f32 {
        let y = if x > 0.0 { 1.0 } else { x };
        if x < 0.0 { -1.0 } else { y }
    }

    #[inline(always)]
    fn f64(self, x: f64) -> f64 {
        let y = if x > 0.0 { 1.0 } else { x };
        if x < 0.0 { -1.0 } else { y }
    }

    #[inline(always)]
    fn integer<T: Integer>(self, x: T) -> T {
        let y = if x > T::zero() { T::one() } else { x };
        if x < T::zero() {
            T::zero().wrapping_sub(&T::one())
        } else {
            y
        }
    }

    fn chain(self, d: &Tensor, _: &Tensor, _: &Tensor) -> Result<Tensor> {
        d.zeros_like()
    }
}
unary_primitive!(Sign, "sign");

impl Tensor {
    /// Absolute value of every element; its derivative at 0 is taken as 0.
    ///
    /// Integers wrap around: the smallest has no positive counterpart and stays.
    ///
    /// # Errors
    /// [`Error::DType`](crate::Error::DType) unless the elements are numbers.
    ///
    /// # Examples
    /// ```
    /// use ml_core::Tensor;
    ///
    /// assert_eq!(Tensor::from([-2.5, 3.0]).abs()?.to_vec::<f64>()?, [2.5, 3.0]);
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    pub fn abs(&self) -> Result<Tensor> {
        apply(Abs, &[self])
    }

    /// Sign of every element: -1, 0 or 1; NaN of NaN. Its derivative is 0.
    ///
    /// # Errors
    /// As [`abs`](Self::abs).
    ///
    /// # Examples
    /// ```
    /// use ml_core::Tensor;
    ///
    /// assert_eq!(Tensor::from([-2.5, 0.0, 3.0]).sign()?.to_vec::<f64>()?, [-1.0, 0.0, 1.0]);
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    pub fn sign(&self) -> Result<Tensor> {
        apply(Sign, &[self])
    }
}

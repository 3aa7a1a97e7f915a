//! The larger and the smaller of two.

use serde::{Deserialize, Serialize};

use super::{Binary, Integer, Saves, apply, binary_primitive};
use crate::{Result, Tensor};

#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
struct Maximum;

#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
struct Minimum;

/// How much of the gradient of the maximum goes to the left operand: all, none, or half at a tie.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
struct Share;

impl Binary for Maximum {
    const COST: usize = 2;
    const SAVES: Saves = Saves::INPUTS;

    #[inline(always)]
    fn f32(self, a: f32, b: f32) -> f32 {
        let larger = if a > b { a } else { b };
        if a.is_nan() { a } else { larger }
    }

    #[inline(always)]
    fn f64(self, a: f64, b: f64) -> f64 {
        let larger = if a > b { a } else { b };
        if a.is_nan() { a } else { larger }
    }

    #[inline(always)]
    fn integer<T: Integer>(self, a: T, b: T) -> T {
        a.max(b)
    }

    fn left(self, d: &Tensor, a: &Tensor, b: &Tensor, _: &Tensor) -> Result<Tensor> {
        d.mul(&apply(Share, &[a, b])?)
    }

    fn right(self, d: &Tensor, a: &Tensor, b: &Tensor, _: &Tensor) -> Result<Tensor> {
        d.mul(&apply(Share, &[b, a])?)
    }
}
binary_primitive!(Maximum, "maximum");

impl Binary for Minimum {
    const COST: usize = 2;
    const SAVES: Saves = Saves::INPUTS;

    #[inline(always)]
    fn f32(self, a: f32, b: f32) -> f32 {
        let smaller = if a < b { a } else { b };
        if a.is_nan() { a } else { smaller }
    }

    #[inline(always)]
    fn f64(self, a: f64, b: f64) -> f64 {
        let smaller = if a < b { a } else { b };
        if a.is_nan() { a } else { smaller }
    }

    #[inline(always)]
    fn integer<T: Integer>(self, a: T, b: T) -> T {
        a.min(b)
    }

    fn left(self, d: &Tensor, a: &Tensor, b: &Tensor, _: &Tensor) -> Result<Tensor> {
        d.mul(&apply(Share, &[b, a])?)
    }

    fn right(self, d: &Tensor, a: &Tensor, b: &Tensor, _: &Tensor) -> Result<Tensor> {
        d.mul(&apply(Share, &[a, b])?)
    }
}
binary_primitive!(Minimum, "minimum");

impl Binary for Share {
    const COST: usize = 2;
    const INTEGERS: bool = false;
    const SAVES: Saves = Saves::NOTHING;

    #[inline(always)]
    fn f32(self, a: f32, b: f32) -> f32 {
        let share = if a < b { 0.0 } else { 1.0 };
        if a == b { 0.5 } else { share }
    }

    #[inline(always)]
    fn f64(self, a: f64, b: f64) -> f64 {
        let share = if a < b { 0.0 } else { 1.0 };
        if a == b { 0.5 } else { share }
    }

    fn left(self, d: &Tensor, _: &Tensor, _: &Tensor, _: &Tensor) -> Result<Tensor> {
        d.zeros_like()
    }

    fn right(self, d: &Tensor, _: &Tensor, _: &Tensor, _: &Tensor) -> Result<Tensor> {
        d.zeros_like()
    }
}
binary_primitive!(Share, "share");

impl Tensor {
    /// The larger of two elements; NaN if either is. Shapes broadcast.
    ///
    /// The gradient goes to the larger one, at a tie half to each, as in PyTorch.
    ///
    /// # Errors
    /// As [`add`](Self::add).
    ///
    /// # Examples
    /// ```
    /// use ml_core::Tensor;
    ///
    /// let y = Tensor::from([1.0, 5.0]).maximum(&Tensor::from([3.0, 2.0]))?;
    /// assert_eq!(y.to_vec::<f64>()?, [3.0, 5.0]);
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    pub fn maximum(&self, other: &Tensor) -> Result<Tensor> {
        apply(Maximum, &[self, other])
    }

    /// The smaller of two elements; NaN if either is. Shapes broadcast; gradients as of
    /// [`maximum`](Self::maximum).
    ///
    /// # Errors
    /// As [`add`](Self::add).
    ///
    /// # Examples
    /// ```
    /// use ml_core::Tensor;
    ///
    /// let y = Tensor::from([1.0, 5.0]).minimum(&Tensor::from([3.0, 2.0]))?;
    /// assert_eq!(y.to_vec::<f64>()?, [1.0, 2.0]);
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    pub fn minimum(&self, other: &Tensor) -> Result<Tensor> {
        apply(Minimum, &[self, other])
    }
}

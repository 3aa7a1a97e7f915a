//! Squares.

use serde::{Deserialize, Serialize};

use super::{Binary, Integer, Saves, Unary, apply, binary_primitive, unary_primitive};
use crate::{Result, Tensor};

#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(crate) struct Square;

impl Unary for Square {
    const INTEGERS: bool = true;
    const SAVES: Saves = Saves::INPUTS;

    #[inline(always)]
    fn f32(self, x: f32) -> f32 {
        x * x
    }

    #[inline(always)]
    fn f64(self, x: f64) -> f64 {
        x * x
    }

    #[inline(always)]
    fn integer<T: Integer>(self, x: T) -> T {
        x.wrapping_mul(&x)
    }

    fn chain(self, d: &Tensor, x: &Tensor, _: &Tensor) -> Result<Tensor> {
        d.mul(&x.mul_scalar(2.0)?)
    }
}
unary_primitive!(Square, "square");

#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
struct SquareDifference;

impl Binary for SquareDifference {
    const COST: usize = 2;
    const SAVES: Saves = Saves::INPUTS;

    #[inline(always)]
    fn f32(self, a: f32, b: f32) -> f32 {
        (a - b) * (a - b)
    }

    #[inline(always)]
    fn f64(self, a: f64, b: f64) -> f64 {
        (a - b) * (a - b)
    }

    #[inline(always)]
    fn integer<T: Integer>(self, a: T, b: T) -> T {
        let difference = a.wrapping_sub(&b);
        difference.wrapping_mul(&difference)
    }

    fn left(self, d: &Tensor, a: &Tensor, b: &Tensor, _: &Tensor) -> Result<Tensor> {
        d.mul(&a.sub(b)?.mul_scalar(2.0)?)
    }

    fn right(self, d: &Tensor, a: &Tensor, b: &Tensor, _: &Tensor) -> Result<Tensor> {
        d.mul(&b.sub(a)?.mul_scalar(2.0)?)
    }
}
binary_primitive!(SquareDifference, "square_difference");

impl Tensor {
    /// Square of every element: `y = x²`; of integers, wrapping.
    ///
    /// # Errors
    /// [`Error::DType`](crate::Error::DType) unless the elements are numbers.
    ///
    /// # Examples
    /// ```
    /// use ml_core::Tensor;
    ///
    /// assert_eq!(Tensor::from([1, -2]).square()?.to_vec::<i32>()?, [1, 4]);
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    pub fn square(&self) -> Result<Tensor> {
        apply(Square, &[self])
    }

    /// `y = (a - b)²`; shapes broadcast, integers wrap around.
    ///
    /// # Errors
    /// As [`add`](Self::add).
    ///
    /// # Examples
    /// ```
    /// use ml_core::Tensor;
    ///
    /// let y = Tensor::from([1.0, 5.0]).square_difference(&Tensor::from(3.0))?;
    /// assert_eq!(y.to_vec::<f64>()?, [4.0, 4.0]);
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    pub fn square_difference(&self, other: &Tensor) -> Result<Tensor> {
        apply(SquareDifference, &[self, other])
    }
}

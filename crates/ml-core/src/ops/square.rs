//! Square.

use serde::{Deserialize, Serialize};

use super::{Integer, Saves, Unary, apply, unary_primitive};
use crate::{Result, Tensor};

#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
struct Square;

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
}

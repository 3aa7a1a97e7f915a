//! Multiplication.

use serde::{Deserialize, Serialize};

use super::{Binary, Integer, Saves, apply, binary_primitive};
use crate::{Result, Tensor};

#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
struct Mul;

impl Binary for Mul {
    const SAVES: Saves = Saves::INPUTS;

    #[inline(always)]
    fn f32(self, a: f32, b: f32) -> f32 {
        a * b
    }

    #[inline(always)]
    fn f64(self, a: f64, b: f64) -> f64 {
        a * b
    }

    #[inline(always)]
    fn integer<T: Integer>(self, a: T, b: T) -> T {
        a.wrapping_mul(&b)
    }

    fn left(self, d: &Tensor, _: &Tensor, b: &Tensor, _: &Tensor) -> Result<Tensor> {
        d.mul(b)
    }

    fn right(self, d: &Tensor, a: &Tensor, _: &Tensor, _: &Tensor) -> Result<Tensor> {
        d.mul(a)
    }
}
binary_primitive!(Mul, "mul");

impl Tensor {
    /// Product of elements: `y = a · b`.
    ///
    /// Shapes broadcast. Integers wrap around.
    ///
    /// # Errors
    /// [`Error::MixedDTypes`](crate::Error::MixedDTypes) for two element types,
    /// [`Error::DType`](crate::Error::DType) unless they are numbers, [`Error::Shape`](crate::Error::Shape) if
    /// the shapes do not broadcast.
    ///
    /// # Examples
    /// ```
    /// use ml_core::Tensor;
    ///
    /// let y = Tensor::from([[1], [2]]).mul(&Tensor::from([3, 4]))?;
    /// assert_eq!(y.to_vec::<i32>()?, [3, 4, 6, 8]);
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    pub fn mul(&self, other: &Tensor) -> Result<Tensor> {
        apply(Mul, &[self, other])
    }
}

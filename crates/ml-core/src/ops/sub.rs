//! Subtraction.

use serde::{Deserialize, Serialize};

use super::{Binary, Integer, Saves, apply, binary_primitive};
use crate::{Result, Tensor};

#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
struct Sub;

impl Binary for Sub {
    const SAVES: Saves = Saves::NOTHING;

    #[inline(always)]
    fn f32(self, a: f32, b: f32) -> f32 {
        a - b
    }

    #[inline(always)]
    fn f64(self, a: f64, b: f64) -> f64 {
        a - b
    }

    #[inline(always)]
    fn integer<T: Integer>(self, a: T, b: T) -> T {
        a.wrapping_sub(&b)
    }

    fn left(self, d: &Tensor, _: &Tensor, _: &Tensor, _: &Tensor) -> Result<Tensor> {
        Ok(d.clone())
    }

    fn right(self, d: &Tensor, _: &Tensor, _: &Tensor, _: &Tensor) -> Result<Tensor> {
        d.neg()
    }
}
binary_primitive!(Sub, "sub");

impl Tensor {
    /// Difference of elements: `y = a - b`.
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
    /// let y = Tensor::from([5.0, 7.0]).sub(&Tensor::from(2.0))?;
    /// assert_eq!(y.to_vec::<f64>()?, [3.0, 5.0]);
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    pub fn sub(&self, other: &Tensor) -> Result<Tensor> {
        apply(Sub, &[self, other])
    }
}

//! Addition.

use serde::{Deserialize, Serialize};

use super::{Binary, Integer, Saves, apply, binary_primitive};
use crate::{Result, Tensor};

#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
struct Add;

impl Binary for Add {
    const SAVES: Saves = Saves::NOTHING;

    #[inline(always)]
    fn f32(self, a: f32, b: f32) -> f32 {
        a + b
    }

    #[inline(always)]
    fn f64(self, a: f64, b: f64) -> f64 {
        a + b
    }

    #[inline(always)]
    fn integer<T: Integer>(self, a: T, b: T) -> T {
        a.wrapping_add(&b)
    }

    fn left(self, d: &Tensor, _: &Tensor, _: &Tensor, _: &Tensor) -> Result<Tensor> {
        Ok(d.clone())
    }

    fn right(self, d: &Tensor, _: &Tensor, _: &Tensor, _: &Tensor) -> Result<Tensor> {
        Ok(d.clone())
    }
}
binary_primitive!(Add, "add");

impl Tensor {
    /// Sum of elements: `y = a + b`.
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
    /// let y = Tensor::from([[1, 2], [3, 4]]).add(&Tensor::from([10, 20]))?;
    /// assert_eq!(y.to_vec::<i32>()?, [11, 22, 13, 24]);
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    pub fn add(&self, other: &Tensor) -> Result<Tensor> {
        apply(Add, &[self, other])
    }
}

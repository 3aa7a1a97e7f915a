//! Division.

use serde::{Deserialize, Serialize};

use super::{Binary, Saves, apply, binary_primitive};
use crate::{Result, Tensor};

#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
struct Div;

impl Binary for Div {
    const COST: usize = 2;
    const INTEGERS: bool = false;
    const SAVES: Saves = Saves::ALL;

    #[inline(always)]
    fn f32(self, a: f32, b: f32) -> f32 {
        a / b
    }

    #[inline(always)]
    fn f64(self, a: f64, b: f64) -> f64 {
        a / b
    }

    fn left(self, d: &Tensor, _: &Tensor, b: &Tensor, _: &Tensor) -> Result<Tensor> {
        d.div(b)
    }

    fn right(self, d: &Tensor, _: &Tensor, b: &Tensor, y: &Tensor) -> Result<Tensor> {
        d.mul(y)?.div(b)?.neg()
    }
}
binary_primitive!(Div, "div");

impl Tensor {
    /// Quotient of elements: `y = a / b`; division by zero gives an infinity or NaN.
    ///
    /// Shapes broadcast. Integers are refused: cast them first.
    ///
    /// # Errors
    /// [`Error::MixedDTypes`](crate::Error::MixedDTypes) for two element types,
    /// [`Error::DType`](crate::Error::DType) unless they are `f32` or `f64`, [`Error::Shape`](crate::Error::Shape) if
    /// the shapes do not broadcast.
    ///
    /// # Examples
    /// ```
    /// use ml_core::Tensor;
    ///
    /// let y = Tensor::from([1.0, 3.0]).div(&Tensor::from(2.0))?;
    /// assert_eq!(y.to_vec::<f64>()?, [0.5, 1.5]);
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    pub fn div(&self, other: &Tensor) -> Result<Tensor> {
        apply(Div, &[self, other])
    }
}

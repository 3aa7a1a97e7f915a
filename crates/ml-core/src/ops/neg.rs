//! Negation.

use serde::{Deserialize, Serialize};

use super::{Integer, Saves, Unary, apply, unary_primitive};
use crate::{Result, Tensor};

#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
struct Neg;

impl Unary for Neg {
    const INTEGERS: bool = true;
    const SAVES: Saves = Saves::NOTHING;

    #[inline(always)]
    fn f32(self, x: f32) -> f32 {
        -x
    }

    #[inline(always)]
    fn f64(self, x: f64) -> f64 {
        -x
    }

    #[inline(always)]
    fn integer<T: Integer>(self, x: T) -> T {
        x.wrapping_neg()
    }

    fn chain(self, d: &Tensor, _: &Tensor, _: &Tensor) -> Result<Tensor> {
        d.neg()
    }
}
unary_primitive!(Neg, "neg");

impl Tensor {
    /// Negative of every element: `y = -x`; of integers, wrapping.
    ///
    /// # Errors
    /// [`Error::DType`](crate::Error::DType) unless the elements are numbers.
    ///
    /// # Examples
    /// ```
    /// use ml_core::Tensor;
    ///
    /// assert_eq!(Tensor::from([1, -2]).neg()?.to_vec::<i32>()?, [-1, 2]);
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    pub fn neg(&self) -> Result<Tensor> {
        apply(Neg, &[self])
    }
}

//! Rounding to whole numbers.

use serde::{Deserialize, Serialize};

use super::{Saves, Unary, apply, unary_primitive};
use crate::{Result, Tensor};

/// Integers are whole already; the derivative is 0 wherever there is one.
macro_rules! rounding {
    ($op:ident, $name:literal, $round:ident) => {
        #[derive(Debug, Clone, Copy, Serialize, Deserialize)]
        struct $op;

        impl Unary for $op {
            const INTEGERS: bool = true;
            const SAVES: Saves = Saves::NOTHING;

            #[inline(always)]
            fn f32(self, x: f32) -> f32 {
                x.$round()
            }

            #[inline(always)]
            fn f64(self, x: f64) -> f64 {
                x.$round()
            }

            fn chain(self, d: &Tensor, _: &Tensor, _: &Tensor) -> Result<Tensor> {
                d.zeros_like()
            }
        }
        unary_primitive!($op, $name);
    };
}
rounding!(Floor, "floor", floor);
rounding!(Ceil, "ceil", ceil);
rounding!(Round, "round", round_ties_even);
rounding!(Trunc, "trunc", trunc);

impl Tensor {
    /// The largest whole number not above each element. Its derivative is 0.
    ///
    /// # Errors
    /// [`Error::DType`](crate::Error::DType) unless the elements are numbers.
    ///
    /// # Examples
    /// ```
    /// use ml_core::Tensor;
    ///
    /// assert_eq!(Tensor::from([-1.5, 2.7]).floor()?.to_vec::<f64>()?, [-2.0, 2.0]);
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    pub fn floor(&self) -> Result<Tensor> {
        apply(Floor, &[self])
    }

    /// The smallest whole number not below each element. Its derivative is 0.
    ///
    /// # Errors
    /// As [`floor`](Self::floor).
    ///
    /// # Examples
    /// ```
    /// use ml_core::Tensor;
    ///
    /// assert_eq!(Tensor::from([-1.5, 2.1]).ceil()?.to_vec::<f64>()?, [-1.0, 3.0]);
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    pub fn ceil(&self) -> Result<Tensor> {
        apply(Ceil, &[self])
    }

    /// The nearest whole number, halves to the even one. Its derivative is 0.
    ///
    /// # Errors
    /// As [`floor`](Self::floor).
    ///
    /// # Examples
    /// ```
    /// use ml_core::Tensor;
    ///
    /// assert_eq!(Tensor::from([0.5, 1.5, -2.6]).round()?.to_vec::<f64>()?, [0.0, 2.0, -3.0]);
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    pub fn round(&self) -> Result<Tensor> {
        apply(Round, &[self])
    }

    /// Every element without its fraction. Its derivative is 0.
    ///
    /// # Errors
    /// As [`floor`](Self::floor).
    ///
    /// # Examples
    /// ```
    /// use ml_core::Tensor;
    ///
    /// assert_eq!(Tensor::from([-1.5, 2.7]).trunc()?.to_vec::<f64>()?, [-1.0, 2.0]);
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    pub fn trunc(&self) -> Result<Tensor> {
        apply(Trunc, &[self])
    }
}

//! Integers as rows of bits.

use serde::{Deserialize, Serialize};

use super::{Binary, Integer, Refused, Saves, Unary, apply, binary_primitive, unary_primitive};
use crate::{Result, Tensor};

/// A [`Binary`] of integers alone, which have no gradient.
macro_rules! bitwise {
    ($op:ident, $name:literal, $refused:expr, |$a:ident, $b:ident| $y:expr) => {
        #[derive(Debug, Clone, Copy, Serialize, Deserialize)]
        struct $op;

        impl Binary for $op {
            const FLOATS: bool = false;
            const REFUSED: Option<Refused> = $refused;
            const SAVES: Saves = Saves::NOTHING;

            fn f32(self, a: f32, _: f32) -> f32 {
                a
            }

            fn f64(self, a: f64, _: f64) -> f64 {
                a
            }

            #[inline(always)]
            fn integer<T: Integer>(self, $a: T, $b: T) -> T {
                $y
            }

            fn left(self, d: &Tensor, _: &Tensor, _: &Tensor, _: &Tensor) -> Result<Tensor> {
                d.zeros_like()
            }

            fn right(self, d: &Tensor, _: &Tensor, _: &Tensor, _: &Tensor) -> Result<Tensor> {
                d.zeros_like()
            }
        }
        binary_primitive!($op, $name);
    };
}
bitwise!(BitAnd, "bitwise_and", None, |a, b| a & b);
bitwise!(BitOr, "bitwise_or", None, |a, b| a | b);
bitwise!(BitXor, "bitwise_xor", None, |a, b| a ^ b);
bitwise!(LeftShift, "left_shift", Some(Refused::Shift), |a, b| a
    << b.to_usize().unwrap_or(0));
bitwise!(RightShift, "right_shift", Some(Refused::Shift), |a, b| a
    >> b.to_usize().unwrap_or(0));

#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
struct BitNot;

impl Unary for BitNot {
    const FLOATS: bool = false;
    const INTEGERS: bool = true;
    const SAVES: Saves = Saves::NOTHING;

    fn f32(self, x: f32) -> f32 {
        x
    }

    fn f64(self, x: f64) -> f64 {
        x
    }

    #[inline(always)]
    fn integer<T: Integer>(self, x: T) -> T {
        !x
    }

    fn chain(self, d: &Tensor, _: &Tensor, _: &Tensor) -> Result<Tensor> {
        d.zeros_like()
    }
}
unary_primitive!(BitNot, "bitwise_not");

impl Tensor {
    /// The bits that both have; shapes broadcast.
    ///
    /// # Errors
    /// [`Error::MixedDTypes`](crate::Error::MixedDTypes) for two element types,
    /// [`Error::DType`](crate::Error::DType) unless they are integers, [`Error::Shape`](crate::Error::Shape) if
    /// the shapes do not broadcast.
    ///
    /// # Examples
    /// ```
    /// use ml_core::Tensor;
    ///
    /// assert_eq!(Tensor::from([0b1100]).bitwise_and(&Tensor::from(0b1010))?.to_vec::<i32>()?, [0b1000]);
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    pub fn bitwise_and(&self, other: &Tensor) -> Result<Tensor> {
        apply(BitAnd, &[self, other])
    }

    /// The bits that at least one has; shapes broadcast.
    ///
    /// # Errors
    /// As [`bitwise_and`](Self::bitwise_and).
    ///
    /// # Examples
    /// ```
    /// use ml_core::Tensor;
    ///
    /// assert_eq!(Tensor::from([0b1100]).bitwise_or(&Tensor::from(0b1010))?.to_vec::<i32>()?, [0b1110]);
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    pub fn bitwise_or(&self, other: &Tensor) -> Result<Tensor> {
        apply(BitOr, &[self, other])
    }

    /// The bits that exactly one has; shapes broadcast.
    ///
    /// # Errors
    /// As [`bitwise_and`](Self::bitwise_and).
    ///
    /// # Examples
    /// ```
    /// use ml_core::Tensor;
    ///
    /// assert_eq!(Tensor::from([0b1100]).bitwise_xor(&Tensor::from(0b1010))?.to_vec::<i32>()?, [0b0110]);
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    pub fn bitwise_xor(&self, other: &Tensor) -> Result<Tensor> {
        apply(BitXor, &[self, other])
    }

    /// The bits that it has not.
    ///
    /// # Errors
    /// [`Error::DType`](crate::Error::DType) unless the elements are integers.
    ///
    /// # Examples
    /// ```
    /// use ml_core::Tensor;
    ///
    /// assert_eq!(Tensor::from([0, 5]).bitwise_not()?.to_vec::<i32>()?, [-1, -6]);
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    pub fn bitwise_not(&self) -> Result<Tensor> {
        apply(BitNot, &[self])
    }

    /// Bits moved up by as many places as `places` says; shapes broadcast.
    ///
    /// # Errors
    /// As [`bitwise_and`](Self::bitwise_and); [`Error::Parameter`](crate::Error::Parameter) for a negative number
    /// of places or one as large as the type has bits.
    ///
    /// # Examples
    /// ```
    /// use ml_core::Tensor;
    ///
    /// assert_eq!(Tensor::from([1, 3]).left_shift(&Tensor::from(4))?.to_vec::<i32>()?, [16, 48]);
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    pub fn left_shift(&self, places: &Tensor) -> Result<Tensor> {
        apply(LeftShift, &[self, places])
    }

    /// Bits moved down by as many places as `places` says; signed integers keep their sign. Shapes broadcast.
    ///
    /// # Errors
    /// As [`left_shift`](Self::left_shift).
    ///
    /// # Examples
    /// ```
    /// use ml_core::Tensor;
    ///
    /// assert_eq!(Tensor::from([48, -8]).right_shift(&Tensor::from(2))?.to_vec::<i32>()?, [12, -2]);
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    pub fn right_shift(&self, places: &Tensor) -> Result<Tensor> {
        apply(RightShift, &[self, places])
    }
}

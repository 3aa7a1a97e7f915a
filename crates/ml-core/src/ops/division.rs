//! Division with remainder.

use serde::{Deserialize, Serialize};

use super::{Binary, Integer, Refused, Saves, apply, binary_primitive};
use crate::{Result, Tensor};

#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
struct FloorDiv;

#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
struct Remainder;

/// What is left of `a` after whole multiples of `b`, with the sign of `b`: the machine's has that of `a`.
macro_rules! remainder {
    ($a:expr, $b:expr) => {{
        let rest = $a % $b;
        let with_sign = if (rest < 0.0) != ($b < 0.0) {
            rest + $b
        } else {
            rest
        };
        if rest == 0.0 { rest.copysign($b) } else { with_sign }
    }};
}

/// The quotient without its remainder is whole but for rounding.
macro_rules! floor_div {
    ($a:expr, $b:expr) => {{
        let rest = $a % $b;
        let whole = (($a - rest) / $b).round_ties_even();
        let below = if rest != 0.0 && (rest < 0.0) != ($b < 0.0) {
            whole - 1.0
        } else {
            whole
        };
        if $b == 0.0 { $a / $b } else { below }
    }};
}

/// Rounded down; the smallest number by -1 wraps around.
fn integer_floor_div<T: Integer>(a: T, b: T) -> T {
    if b < T::zero() && b.wrapping_add(&T::one()).is_zero() {
        return a.wrapping_neg();
    }
    let quotient = a / b;
    if (a % b).is_zero() || (a < T::zero()) == (b < T::zero()) {
        quotient
    } else {
        quotient - T::one()
    }
}

impl Binary for FloorDiv {
    const COST: usize = 16;
    const REFUSED: Option<Refused> = Some(Refused::Zero);
    const SAVES: Saves = Saves::NOTHING;

    fn f32(self, a: f32, b: f32) -> f32 {
        floor_div!(a, b)
    }

    fn f64(self, a: f64, b: f64) -> f64 {
        floor_div!(a, b)
    }

    fn integer<T: Integer>(self, a: T, b: T) -> T {
        integer_floor_div(a, b)
    }

    fn left(self, d: &Tensor, _: &Tensor, _: &Tensor, _: &Tensor) -> Result<Tensor> {
        d.zeros_like()
    }

    fn right(self, d: &Tensor, _: &Tensor, _: &Tensor, _: &Tensor) -> Result<Tensor> {
        d.zeros_like()
    }
}
binary_primitive!(FloorDiv, "floor_div");

impl Binary for Remainder {
    const COST: usize = 16;
    const REFUSED: Option<Refused> = Some(Refused::Zero);
    const SAVES: Saves = Saves::INPUTS;

    fn f32(self, a: f32, b: f32) -> f32 {
        remainder!(a, b)
    }

    fn f64(self, a: f64, b: f64) -> f64 {
        remainder!(a, b)
    }

    fn integer<T: Integer>(self, a: T, b: T) -> T {
        a.wrapping_sub(&integer_floor_div(a, b).wrapping_mul(&b))
    }

    fn left(self, d: &Tensor, _: &Tensor, _: &Tensor, _: &Tensor) -> Result<Tensor> {
        Ok(d.clone())
    }

    fn right(self, d: &Tensor, a: &Tensor, b: &Tensor, _: &Tensor) -> Result<Tensor> {
        d.mul(&a.floor_div(b)?)?.neg()
    }
}
binary_primitive!(Remainder, "remainder");

impl Tensor {
    /// Quotient rounded down to a whole number, as Python's `//`; its derivative is 0. Shapes broadcast.
    ///
    /// # Errors
    /// As [`add`](Self::add); [`Error::Parameter`](crate::Error::Parameter) for integers divided by 0.
    ///
    /// # Examples
    /// ```
    /// use ml_core::Tensor;
    ///
    /// let y = Tensor::from([7, -7]).floor_div(&Tensor::from(2))?;
    /// assert_eq!(y.to_vec::<i32>()?, [3, -4]);
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    pub fn floor_div(&self, other: &Tensor) -> Result<Tensor> {
        apply(FloorDiv, &[self, other])
    }

    /// What [`floor_div`](Self::floor_div) leaves, as Python's `%`: it has the sign of the divisor. Shapes
    /// broadcast.
    ///
    /// # Errors
    /// As [`floor_div`](Self::floor_div).
    ///
    /// # Examples
    /// ```
    /// use ml_core::Tensor;
    ///
    /// let y = Tensor::from([7, -7]).remainder(&Tensor::from(4))?;
    /// assert_eq!(y.to_vec::<i32>()?, [3, 1]);
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    pub fn remainder(&self, other: &Tensor) -> Result<Tensor> {
        apply(Remainder, &[self, other])
    }
}

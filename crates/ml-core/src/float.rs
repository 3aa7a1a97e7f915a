//! The two element types of numeric arrays.

use std::iter::Sum;

use ndarray::NdFloat;
use num_traits::FromPrimitive;
use serde::{Serialize, de::DeserializeOwned};

/// `f32` or `f64`: the element of a numeric array.
///
/// Everything generic over it accepts both; results that accumulate many terms are summed in `f64`.
pub trait Float:
    NdFloat
    + FromPrimitive
    + Sum
    + Default
    + Serialize
    + DeserializeOwned
    + crate::linalg::Decompose
    + private::Sealed
{
    /// `"f32"` or `"f64"`, as files and messages call it.
    const NAME: &'static str;

    /// The nearest value of this type.
    fn of(value: f64) -> Self;

    /// The largest value of this type that is at most `value`.
    fn floor_of(value: f64) -> Self;

    /// This value in double precision (exact).
    fn as_f64(self) -> f64;
}

mod private {
    pub trait Sealed {}
    impl Sealed for f32 {}
    impl Sealed for f64 {}
}

impl Float for f32 {
    const NAME: &'static str = "f32";

    #[inline]
    fn of(value: f64) -> Self {
        value as f32
    }

    #[inline]
    fn floor_of(value: f64) -> Self {
        let nearest = value as f32;
        if f64::from(nearest) > value {
            nearest.next_down()
        } else {
            nearest
        }
    }

    #[inline]
    fn as_f64(self) -> f64 {
        f64::from(self)
    }
}

impl Float for f64 {
    const NAME: &'static str = "f64";

    #[inline]
    fn of(value: f64) -> Self {
        value
    }

    #[inline]
    fn floor_of(value: f64) -> Self {
        value
    }

    #[inline]
    fn as_f64(self) -> f64 {
        self
    }
}

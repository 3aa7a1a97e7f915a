//! `+ - * / %`, unary minus, `& | ^ !`: the named methods, panicking with the text of their error.
//!
//! Beside a tensor stands another tensor, or a plain number that takes the tensor's element type: `f64` or `i32`, the
//! types that literals have by themselves (with `f32` or `i64` beside them, `x + 1.0` would no longer have one). What
//! the element type cannot hold is refused, not rounded: `Tensor::from([1, 2]) + 0.5` panics.

use std::ops::{Add, BitAnd, BitOr, BitXor, Div, Mul, Neg, Not, Rem, Sub};

use super::Tensor;
use crate::{DType, Result};

macro_rules! operators {
    ($($trait:ident $method:ident $named:expr;)*) => { $(
        impl $trait<&Tensor> for &Tensor {
            type Output = Tensor;

            #[track_caller]
            fn $method(self, other: &Tensor) -> Tensor {
                let named: fn(&Tensor, &Tensor) -> Result<Tensor> = $named;
                named(self, other).unwrap_or_else(|error| panic!("{error}"))
            }
        }

        impl $trait<Tensor> for &Tensor {
            type Output = Tensor;

            #[track_caller]
            fn $method(self, other: Tensor) -> Tensor {
                $trait::$method(self, &other)
            }
        }

        impl $trait<&Tensor> for Tensor {
            type Output = Tensor;

            #[track_caller]
            fn $method(self, other: &Tensor) -> Tensor {
                $trait::$method(&self, other)
            }
        }

        impl $trait<Tensor> for Tensor {
            type Output = Tensor;

            #[track_caller]
            fn $method(self, other: Tensor) -> Tensor {
                $trait::$method(&self, &other)
            }
        }
    )* };
}
operators! {
    Add add Tensor::add;
    Sub sub Tensor::sub;
    Mul mul Tensor::mul;
    Div div Tensor::div;
    Rem rem Tensor::remainder;
    BitAnd bitand |a, b| if is_bool(a) { a.logical_and(b) } else { a.bitwise_and(b) };
    BitOr bitor |a, b| if is_bool(a) { a.logical_or(b) } else { a.bitwise_or(b) };
    BitXor bitxor |a, b| if is_bool(a) { a.logical_xor(b) } else { a.bitwise_xor(b) };
}

macro_rules! beside_numbers {
    ($($number:ty: $($trait:ident $method:ident),*;)*) => { $($(
        impl $trait<$number> for &Tensor {
            type Output = Tensor;

            #[track_caller]
            fn $method(self, number: $number) -> Tensor {
                let number = self.number_like(number.into()).unwrap_or_else(|error| panic!("{error}"));
                $trait::$method(self, &number)
            }
        }

        impl $trait<$number> for Tensor {
            type Output = Tensor;

            #[track_caller]
            fn $method(self, number: $number) -> Tensor {
                $trait::$method(&self, number)
            }
        }

        impl $trait<&Tensor> for $number {
            type Output = Tensor;

            #[track_caller]
            fn $method(self, tensor: &Tensor) -> Tensor {
                let number = tensor.number_like(self.into()).unwrap_or_else(|error| panic!("{error}"));
                $trait::$method(&number, tensor)
            }
        }

        impl $trait<Tensor> for $number {
            type Output = Tensor;

            #[track_caller]
            fn $method(self, tensor: Tensor) -> Tensor {
                $trait::$method(self, &tensor)
            }
        }
    )*)* };
}
beside_numbers! {
    f64: Add add, Sub sub, Mul mul, Div div, Rem rem;
    i32: Add add, Sub sub, Mul mul, Div div, Rem rem, BitAnd bitand, BitOr bitor, BitXor bitxor;
}

macro_rules! prefixes {
    ($($trait:ident $method:ident $named:expr;)*) => { $(
        impl $trait for &Tensor {
            type Output = Tensor;

            #[track_caller]
            fn $method(self) -> Tensor {
                let named: fn(&Tensor) -> Result<Tensor> = $named;
                named(self).unwrap_or_else(|error| panic!("{error}"))
            }
        }

        impl $trait for Tensor {
            type Output = Tensor;

            #[track_caller]
            fn $method(self) -> Tensor {
                $trait::$method(&self)
            }
        }
    )* };
}
prefixes! {
    Neg neg Tensor::neg;
    Not not |x| if is_bool(x) { x.logical_not() } else { x.bitwise_not() };
}

/// Whether the elements are truth values, which have operations of their own.
fn is_bool(x: &Tensor) -> bool {
    x.dtype() == DType::Bool
}

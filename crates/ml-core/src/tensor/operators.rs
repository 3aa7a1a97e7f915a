//! `+ - * /` and unary minus: the named methods, panicking with the text of their error.

use std::ops::{Add, Div, Mul, Neg, Sub};

use super::Tensor;

macro_rules! operators {
    ($($trait:ident $method:ident, $scalar:ident, $reversed:ident;)*) => { $(
        impl $trait<&Tensor> for &Tensor {
            type Output = Tensor;

            #[track_caller]
            fn $method(self, other: &Tensor) -> Tensor {
                Tensor::$method(self, other).unwrap_or_else(|error| panic!("{error}"))
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

        impl $trait<f64> for &Tensor {
            type Output = Tensor;

            #[track_caller]
            fn $method(self, number: f64) -> Tensor {
                self.$scalar(number).unwrap_or_else(|error| panic!("{error}"))
            }
        }

        impl $trait<f64> for Tensor {
            type Output = Tensor;

            #[track_caller]
            fn $method(self, number: f64) -> Tensor {
                $trait::$method(&self, number)
            }
        }

        impl $trait<&Tensor> for f64 {
            type Output = Tensor;

            #[track_caller]
            fn $method(self, tensor: &Tensor) -> Tensor {
                tensor.$reversed(self).unwrap_or_else(|error| panic!("{error}"))
            }
        }

        impl $trait<Tensor> for f64 {
            type Output = Tensor;

            #[track_caller]
            fn $method(self, tensor: Tensor) -> Tensor {
                $trait::$method(self, &tensor)
            }
        }
    )* };
}
operators! {
    Add add, add_scalar, add_scalar;
    Sub sub, sub_scalar, rsub_scalar;
    Mul mul, mul_scalar, mul_scalar;
    Div div, div_scalar, rdiv_scalar;
}

impl Neg for &Tensor {
    type Output = Tensor;

    #[track_caller]
    fn neg(self) -> Tensor {
        Tensor::neg(self).unwrap_or_else(|error| panic!("{error}"))
    }
}

impl Neg for Tensor {
    type Output = Tensor;

    #[track_caller]
    fn neg(self) -> Tensor {
        Neg::neg(&self)
    }
}

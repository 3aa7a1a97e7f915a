//! Trigonometric functions, of angles in radians.

use serde::{Deserialize, Serialize};

use super::{Binary, Saves, Unary, apply, binary_primitive, elementwise::unary_op, unary_primitive};
use crate::{Result, Tensor, kernels::math};

/// Sine and cosine of `f32` leave angles beyond a million to the standard library.
macro_rules! periodic {
    ($op:ident, $name:literal, $part:tt, $method:ident, $chain:expr) => {
        #[derive(Debug, Clone, Copy, Serialize, Deserialize)]
        struct $op;

        impl Unary for $op {
            const COST: usize = 10;
            const SAVES: Saves = Saves::INPUTS;
            const END_F32: Option<f32> = Some(math::TRIGONOMETRIC_END);

            #[inline(always)]
            fn f32(self, x: f32) -> f32 {
                math::sin_cos(x).$part
            }

            #[inline(always)]
            fn f64(self, x: f64) -> f64 {
                x.$method()
            }

            fn beyond_end(self, x: f32) -> f32 {
                f64::from(x).$method() as f32
            }

            fn chain(self, d: &Tensor, x: &Tensor, _: &Tensor) -> Result<Tensor> {
                let chain: fn(&Tensor, &Tensor) -> Result<Tensor> = $chain;
                chain(d, x)
            }
        }
        unary_primitive!($op, $name);
    };
}
periodic!(Sin, "sin", 0, sin, |d, x| d.mul(&x.cos()?));
periodic!(Cos, "cos", 1, cos, |d, x| d.mul(&x.sin()?)?.neg());

unary_op!(Tan, "tan", cost 50, OUTPUTS, |x| x.tan(), |d, _, y| d.mul(&y.square()?.add_scalar(1.0)?));
unary_op!(Asin, "asin", cost 40, INPUTS, |x| x.asin(), |d, x, _| d.mul(&x.square()?.rsub_scalar(1.0)?.rsqrt()?));
unary_op!(Acos, "acos", cost 40, INPUTS, |x| x.acos(),
    |d, x, _| d.mul(&x.square()?.rsub_scalar(1.0)?.rsqrt()?)?.neg());
unary_op!(Atan, "atan", cost 40, INPUTS, |x| x.atan(), |d, x, _| d.div(&x.square()?.add_scalar(1.0)?));

#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
struct Atan2;

impl Binary for Atan2 {
    const COST: usize = 60;
    const INTEGERS: bool = false;
    const SAVES: Saves = Saves::INPUTS;

    #[inline(always)]
    fn f32(self, a: f32, b: f32) -> f32 {
        a.atan2(b)
    }

    #[inline(always)]
    fn f64(self, a: f64, b: f64) -> f64 {
        a.atan2(b)
    }

    fn left(self, d: &Tensor, a: &Tensor, b: &Tensor, _: &Tensor) -> Result<Tensor> {
        d.mul(&b.div(&a.square()?.add(&b.square()?)?)?)
    }

    fn right(self, d: &Tensor, a: &Tensor, b: &Tensor, _: &Tensor) -> Result<Tensor> {
        d.mul(&a.div(&a.square()?.add(&b.square()?)?)?)?.neg()
    }
}
binary_primitive!(Atan2, "atan2");

impl Tensor {
    /// Sine of every element.
    ///
    /// # Errors
    /// [`Error::DType`](crate::Error::DType) unless the elements are `f32` or `f64`.
    ///
    /// # Examples
    /// ```
    /// use ml_core::Tensor;
    ///
    /// let y = Tensor::from([0.5]).sin()?.item::<f64>()?;
    /// assert!((y - 0.479_425_538_604_203).abs() < 1e-15);
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    pub fn sin(&self) -> Result<Tensor> {
        apply(Sin, &[self])
    }

    /// Cosine of every element.
    ///
    /// # Errors
    /// As [`sin`](Self::sin).
    ///
    /// # Examples
    /// ```
    /// use ml_core::Tensor;
    ///
    /// let y = Tensor::from([0.5]).cos()?.item::<f64>()?;
    /// assert!((y - 0.877_582_561_890_372_8).abs() < 1e-15);
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    pub fn cos(&self) -> Result<Tensor> {
        apply(Cos, &[self])
    }

    /// Tangent of every element.
    ///
    /// # Errors
    /// As [`sin`](Self::sin).
    ///
    /// # Examples
    /// ```
    /// use ml_core::Tensor;
    ///
    /// let y = Tensor::from([0.5]).tan()?.item::<f64>()?;
    /// assert!((y - 0.546_302_489_843_790_5).abs() < 1e-15);
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    pub fn tan(&self) -> Result<Tensor> {
        apply(Tan, &[self])
    }

    /// Inverse sine of every element, from -π/2 to π/2; NaN outside -1 to 1.
    ///
    /// # Errors
    /// As [`sin`](Self::sin).
    ///
    /// # Examples
    /// ```
    /// use ml_core::Tensor;
    ///
    /// assert_eq!(Tensor::from([1.0]).asin()?.item::<f64>()?, std::f64::consts::FRAC_PI_2);
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    pub fn asin(&self) -> Result<Tensor> {
        apply(Asin, &[self])
    }

    /// Inverse cosine of every element, from 0 to π; NaN outside -1 to 1.
    ///
    /// # Errors
    /// As [`sin`](Self::sin).
    ///
    /// # Examples
    /// ```
    /// use ml_core::Tensor;
    ///
    /// assert_eq!(Tensor::from([-1.0]).acos()?.item::<f64>()?, std::f64::consts::PI);
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    pub fn acos(&self) -> Result<Tensor> {
        apply(Acos, &[self])
    }

    /// Inverse tangent of every element, from -π/2 to π/2.
    ///
    /// # Errors
    /// As [`sin`](Self::sin).
    ///
    /// # Examples
    /// ```
    /// use ml_core::Tensor;
    ///
    /// assert_eq!(Tensor::from([1.0]).atan()?.item::<f64>()?, std::f64::consts::FRAC_PI_4);
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    pub fn atan(&self) -> Result<Tensor> {
        apply(Atan, &[self])
    }

    /// Angle of the point `(x, y)` with `y = self` and `x = other`, from -π to π; shapes broadcast.
    ///
    /// # Errors
    /// [`Error::MixedDTypes`](crate::Error::MixedDTypes), [`Error::DType`](crate::Error::DType) and
    /// [`Error::Shape`](crate::Error::Shape) as [`div`](Self::div).
    ///
    /// # Examples
    /// ```
    /// use ml_core::Tensor;
    ///
    /// let angle = Tensor::from([1.0]).atan2(&Tensor::from([-1.0]))?.item::<f64>()?;
    /// assert_eq!(angle, 3.0 * std::f64::consts::FRAC_PI_4);
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    pub fn atan2(&self, other: &Tensor) -> Result<Tensor> {
        apply(Atan2, &[self, other])
    }
}

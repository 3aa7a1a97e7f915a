//! Hyperbolic functions.

use super::{apply, elementwise::unary_op};
use crate::{Result, Tensor, kernels::math};

unary_op!(Tanh, "tanh", cost 5, OUTPUTS, |x| math::tanh(x), |d, _, y| d.mul(&y.square()?.rsub_scalar(1.0)?));
unary_op!(Sinh, "sinh", cost 7, INPUTS, f32 |x| math::sinh(x), f64 |x| x.sinh(), |d, x, _| d.mul(&x.cosh()?));
unary_op!(Cosh, "cosh", cost 7, INPUTS, f32 |x| math::cosh(x), f64 |x| x.cosh(), |d, x, _| d.mul(&x.sinh()?));
unary_op!(Asinh, "asinh", cost 60, INPUTS, f32 |x| f64::from(x).asinh() as f32, f64 |x| x.asinh(),
    |d, x, _| d.div(&x.square()?.add_scalar(1.0)?.sqrt()?));
unary_op!(Acosh, "acosh", cost 60, INPUTS, f32 |x| f64::from(x).acosh() as f32, f64 |x| x.acosh(),
    |d, x, _| d.div(&x.square()?.sub_scalar(1.0)?.sqrt()?));
unary_op!(Atanh, "atanh", cost 60, INPUTS, f32 |x| f64::from(x).atanh() as f32, f64 |x| x.atanh(),
    |d, x, _| d.div(&x.square()?.rsub_scalar(1.0)?));

impl Tensor {
    /// Hyperbolic tangent of every element, between -1 and 1, within 2 ulp.
    ///
    /// # Errors
    /// [`Error::DType`](crate::Error::DType) unless the elements are `f32` or `f64`.
    ///
    /// # Examples
    /// ```
    /// use ml_core::Tensor;
    ///
    /// let y = Tensor::from([0.0, 1.0]).tanh()?.to_vec::<f64>()?;
    /// assert!(y[0] == 0.0 && (y[1] - 0.761_594_155_955_764_9).abs() < 1e-15);
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    pub fn tanh(&self) -> Result<Tensor> {
        apply(Tanh, &[self])
    }

    /// Hyperbolic sine of every element: `y = (exp(x) - exp(-x)) / 2`.
    ///
    /// # Errors
    /// As [`tanh`](Self::tanh).
    ///
    /// # Examples
    /// ```
    /// use ml_core::Tensor;
    ///
    /// let y = Tensor::from([1.0]).sinh()?.item::<f64>()?;
    /// assert!((y - 1.175_201_193_643_801_4).abs() < 1e-15);
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    pub fn sinh(&self) -> Result<Tensor> {
        apply(Sinh, &[self])
    }

    /// Hyperbolic cosine of every element: `y = (exp(x) + exp(-x)) / 2`.
    ///
    /// # Errors
    /// As [`tanh`](Self::tanh).
    ///
    /// # Examples
    /// ```
    /// use ml_core::Tensor;
    ///
    /// let y = Tensor::from([1.0]).cosh()?.item::<f64>()?;
    /// assert!((y - 1.543_080_634_815_243_7).abs() < 1e-15);
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    pub fn cosh(&self) -> Result<Tensor> {
        apply(Cosh, &[self])
    }

    /// Inverse hyperbolic sine of every element.
    ///
    /// # Errors
    /// As [`tanh`](Self::tanh).
    ///
    /// # Examples
    /// ```
    /// use ml_core::Tensor;
    ///
    /// let y = Tensor::from([1.0]).sinh()?.asinh()?.item::<f64>()?;
    /// assert!((y - 1.0).abs() < 1e-15);
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    pub fn asinh(&self) -> Result<Tensor> {
        apply(Asinh, &[self])
    }

    /// Inverse hyperbolic cosine of every element, not negative; NaN below 1.
    ///
    /// # Errors
    /// As [`tanh`](Self::tanh).
    ///
    /// # Examples
    /// ```
    /// use ml_core::Tensor;
    ///
    /// let y = Tensor::from([2.0]).cosh()?.acosh()?.item::<f64>()?;
    /// assert!((y - 2.0).abs() < 1e-15);
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    pub fn acosh(&self) -> Result<Tensor> {
        apply(Acosh, &[self])
    }

    /// Inverse hyperbolic tangent of every element; infinite at -1 and 1, NaN beyond.
    ///
    /// # Errors
    /// As [`tanh`](Self::tanh).
    ///
    /// # Examples
    /// ```
    /// use ml_core::Tensor;
    ///
    /// let y = Tensor::from([0.5]).atanh()?.item::<f64>()?;
    /// assert!((y - 0.549_306_144_334_054_8).abs() < 1e-15);
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    pub fn atanh(&self) -> Result<Tensor> {
        apply(Atanh, &[self])
    }
}

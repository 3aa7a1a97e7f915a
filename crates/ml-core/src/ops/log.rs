//! Logarithms.

use std::f64::consts::{LN_2, LN_10};

use super::{apply, elementwise::unary_op};
use crate::{Result, Tensor, kernels::math};

unary_op!(Log, "log", cost 4, INPUTS, |x| math::log(x), |d, x, _| d.div(x));
unary_op!(Log1p, "log1p", cost 5, INPUTS, |x| math::log1p(x), |d, x, _| d.div(&x.add_scalar(1.0)?));
unary_op!(Log2, "log2", cost 6, INPUTS, f32 |x| math::log2(x), f64 |x| x.log2(),
    |d, x, _| d.div(&x.mul_scalar(LN_2)?));
unary_op!(Log10, "log10", cost 6, INPUTS, f32 |x| math::log10(x), f64 |x| x.log10(),
    |d, x, _| d.div(&x.mul_scalar(LN_10)?));

impl Tensor {
    /// Natural logarithm of every element: `y = ln(x)`, within 1 ulp; NaN below 0, -inf at 0.
    ///
    /// # Errors
    /// [`Error::DType`](crate::Error::DType) unless the elements are `f32` or `f64`.
    ///
    /// # Examples
    /// ```
    /// use ml_core::Tensor;
    ///
    /// let y = Tensor::from([1.0, 10.0]).log()?.to_vec::<f64>()?;
    /// assert!(y[0] == 0.0 && (y[1] - 2.302_585_092_994_046).abs() < 1e-15);
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    pub fn log(&self) -> Result<Tensor> {
        apply(Log, &[self])
    }

    /// `y = ln(1 + x)`, exact to the last places near 0, where the sum would lose them.
    ///
    /// # Errors
    /// As [`log`](Self::log).
    ///
    /// # Examples
    /// ```
    /// use ml_core::Tensor;
    ///
    /// assert_eq!(Tensor::from([1e-20]).log1p()?.to_vec::<f64>()?, [1e-20]);
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    pub fn log1p(&self) -> Result<Tensor> {
        apply(Log1p, &[self])
    }

    /// Logarithm to base 2 of every element.
    ///
    /// # Errors
    /// As [`log`](Self::log).
    ///
    /// # Examples
    /// ```
    /// use ml_core::Tensor;
    ///
    /// assert_eq!(Tensor::from([8.0, 0.5]).log2()?.to_vec::<f64>()?, [3.0, -1.0]);
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    pub fn log2(&self) -> Result<Tensor> {
        apply(Log2, &[self])
    }

    /// Logarithm to base 10 of every element.
    ///
    /// # Errors
    /// As [`log`](Self::log).
    ///
    /// # Examples
    /// ```
    /// use ml_core::Tensor;
    ///
    /// assert_eq!(Tensor::from([1000.0f32]).log10()?.to_vec::<f32>()?, [3.0]);
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    pub fn log10(&self) -> Result<Tensor> {
        apply(Log10, &[self])
    }
}

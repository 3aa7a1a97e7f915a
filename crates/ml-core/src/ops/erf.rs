//! Error function and its complement.

use std::f64::consts::FRAC_2_SQRT_PI;

use super::{apply, elementwise::unary_op};
use crate::{Result, Tensor, kernels::math};

unary_op!(Erf, "erf", cost 6, INPUTS, f32 |x| math::erf(x), f64 |x| libm::erf(x), |d, x, _| d.mul(&bell(x)?));
unary_op!(Erfc, "erfc", cost 80, INPUTS, f32 |x| libm::erfc(f64::from(x)) as f32, f64 |x| libm::erfc(x),
    |d, x, _| d.mul(&bell(x)?)?.neg());

/// `2/√π · exp(-x²)`, the derivative of the error function.
fn bell(x: &Tensor) -> Result<Tensor> {
    x.square()?.neg()?.exp()?.mul_scalar(FRAC_2_SQRT_PI)
}

impl Tensor {
    /// Error function of every element: `y = 2/√π · ∫₀ˣ exp(-t²) dt`, within 2 ulp in `f32`.
    ///
    /// # Errors
    /// [`Error::DType`](crate::Error::DType) unless the elements are `f32` or `f64`.
    ///
    /// # Examples
    /// ```
    /// use ml_core::Tensor;
    ///
    /// let y = Tensor::from([0.5]).erf()?.item::<f64>()?;
    /// assert!((y - 0.520_499_877_813_046_5).abs() < 1e-15);
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    pub fn erf(&self) -> Result<Tensor> {
        apply(Erf, &[self])
    }

    /// `y = 1 - erf(x)`, exact to the last places for large `x`, where the difference would be 0.
    ///
    /// # Errors
    /// As [`erf`](Self::erf).
    ///
    /// # Examples
    /// ```
    /// use ml_core::Tensor;
    ///
    /// let y = Tensor::from([10.0]).erfc()?.item::<f64>()?;
    /// assert!((y / 2.088_487_583_762_545e-45 - 1.0).abs() < 1e-14);
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    pub fn erfc(&self) -> Result<Tensor> {
        apply(Erfc, &[self])
    }
}

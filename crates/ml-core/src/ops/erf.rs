//! Error function, its complement, its inverse.

use std::f64::consts::FRAC_2_SQRT_PI;

use super::{apply, elementwise::unary_op};
use crate::{Result, Tensor, kernels::math};

unary_op!(Erf, "erf", cost 6, INPUTS, f32 |x| math::erf(x), f64 |x| libm::erf(x), |d, x, _| d.mul(&bell(x)?));
unary_op!(Erfc, "erfc", cost 80, INPUTS, f32 |x| libm::erfc(f64::from(x)) as f32, f64 |x| libm::erfc(x),
    |d, x, _| d.mul(&bell(x)?)?.neg());

unary_op!(ErfInv, "erfinv", cost 80, OUTPUTS,
    f32 |x| erf_inv(f64::from(x)) as f32, f64 |x| erf_inv(x),
    |d, _, y| d.mul(&y.square()?.exp()?.div_scalar(FRAC_2_SQRT_PI)?));

/// The number whose error function is `x`; infinite at -1 and 1, NaN beyond.
fn erf_inv(x: f64) -> f64 {
    if x.is_nan() || x.abs() > 1.0 {
        return f64::NAN;
    }
    let mut y = statrs::function::erf::erf_inv(x);
    // A step of Newton's method takes the last digits.
    if y.is_finite() && y != 0.0 {
        let slope = FRAC_2_SQRT_PI * (-y * y).exp();
        // Beside 1 the difference of complements keeps the digits that 1 - x would lose.
        let off = match x.abs() < 0.5 {
            true => libm::erf(y) - x,
            false => x.signum() * ((1.0 - x.abs()) - libm::erfc(y.abs())),
        };
        y -= off / slope;
    }
    y
}

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

    /// The `y` with `erf(y) = x`: infinite at -1 and 1, NaN beyond. `√2 · erfinv(2·p - 1)` is the quantile of the
    /// standard normal distribution.
    ///
    /// # Errors
    /// As [`erf`](Self::erf).
    ///
    /// # Examples
    /// ```
    /// use ml_core::Tensor;
    ///
    /// let y = Tensor::from([0.520_499_877_813_046_5]).erfinv()?.item::<f64>()?;
    /// assert!((y - 0.5).abs() < 1e-15);
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    pub fn erfinv(&self) -> Result<Tensor> {
        apply(ErfInv, &[self])
    }
}

//! Gaussian error linear unit.

use std::f64::consts::{FRAC_1_SQRT_2, FRAC_2_SQRT_PI};

use super::{apply, elementwise::unary_op};
use crate::{Result, Tensor, kernels::math};

/// `√(2/π)`.
const ROOT_2_PI: f64 = FRAC_2_SQRT_PI * FRAC_1_SQRT_2;
/// Of the cube in the approximation: Hendrycks and Gimpel (2016), section 2.
const CUBIC: f64 = 0.044_715;

unary_op!(Gelu, "gelu", cost 7, INPUTS,
    f32 |x| 0.5 * x * (1.0 + math::erf(x * std::f32::consts::FRAC_1_SQRT_2)),
    f64 |x| 0.5 * x * libm::erfc(-x * FRAC_1_SQRT_2),
    |d, x, _| {
        let share = x.mul_scalar(FRAC_1_SQRT_2)?.erf()?.add_scalar(1.0)?.mul_scalar(0.5)?;
        let density = x.square()?.mul_scalar(-0.5)?.exp()?.mul_scalar(0.5 * ROOT_2_PI)?;
        d.mul(&share.add(&x.mul(&density)?)?)
    }
);
unary_op!(GeluTanh, "gelu_tanh", cost 6, INPUTS,
    f32 |x| 0.5 * x * (1.0 + math::tanh(ROOT_2_PI as f32 * (x + CUBIC as f32 * x * x * x))),
    f64 |x| 0.5 * x * (1.0 + math::tanh(ROOT_2_PI * (x + CUBIC * x * x * x))),
    |d, x, _| {
        let inner = x.add(&x.cube()?.mul_scalar(CUBIC)?)?.mul_scalar(ROOT_2_PI)?;
        let inner_slope = x.square()?.mul_scalar(3.0 * CUBIC)?.add_scalar(1.0)?.mul_scalar(ROOT_2_PI)?;
        let t = inner.tanh()?;
        let gate = t.add_scalar(1.0)?.mul_scalar(0.5)?;
        let bend = x.mul_scalar(0.5)?.mul(&t.square()?.rsub_scalar(1.0)?)?.mul(&inner_slope)?;
        d.mul(&gate.add(&bend)?)
    }
);

impl Tensor {
    /// Gaussian error linear unit: `y = x · Φ(x) = x/2 · (1 + erf(x/√2))`, where `Φ` is the distribution
    /// function of the standard normal distribution.
    ///
    /// Source: Hendrycks and Gimpel, "Gaussian error linear units" (2016).
    ///
    /// # Errors
    /// [`Error::DType`](crate::Error::DType) unless the elements are `f32` or `f64`.
    ///
    /// # Examples
    /// ```
    /// use ml_core::Tensor;
    ///
    /// let y = Tensor::from([1.0]).gelu()?.item::<f64>()?;
    /// assert!((y - 0.841_344_746_068_542_9).abs() < 1e-15);
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    pub fn gelu(&self) -> Result<Tensor> {
        apply(Gelu, &[self])
    }

    /// [`gelu`](Self::gelu) with the distribution function approximated:
    /// `y = x/2 · (1 + tanh(√(2/π) · (x + 0.044715·x³)))`.
    ///
    /// # Errors
    /// As [`gelu`](Self::gelu).
    ///
    /// # Examples
    /// ```
    /// use ml_core::Tensor;
    ///
    /// let y = Tensor::from([1.0]).gelu_tanh()?.item::<f64>()?;
    /// assert!((y - 0.841_191_990_608_276_3).abs() < 1e-14);
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    pub fn gelu_tanh(&self) -> Result<Tensor> {
        apply(GeluTanh, &[self])
    }
}

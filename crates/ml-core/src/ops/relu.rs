//! Rectified linear unit and its relatives.

use serde::{Deserialize, Serialize};

use super::{Saves, Unary, apply, clip::Clip, elementwise::unary_op, unary_primitive};
use crate::{Result, Tensor, check};

// Written so that NaN stays NaN. The slope follows from the result, too, which the next layer keeps anyway: what
// went in is freed, or written over.
unary_op!(Relu, "relu", cost 1, OUTPUTS, |x| if x < 0.0 { 0.0 } else { x }, |d, _, y| d.mul(&y.step()?));

/// `slope · x` below 0.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
struct LeakyRelu {
    slope: f64,
}

impl Unary for LeakyRelu {
    const COST: usize = 2;
    const SAVES: Saves = Saves::INPUTS;

    #[inline(always)]
    fn f32(self, x: f32) -> f32 {
        if x > 0.0 { x } else { self.slope as f32 * x }
    }

    #[inline(always)]
    fn f64(self, x: f64) -> f64 {
        if x > 0.0 { x } else { self.slope * x }
    }

    fn chain(self, d: &Tensor, x: &Tensor, _: &Tensor) -> Result<Tensor> {
        let above = x.step()?;
        d.mul(&above.add(&above.rsub_scalar(1.0)?.mul_scalar(self.slope)?)?)
    }
}
unary_primitive!(LeakyRelu, "leaky_relu");

impl Tensor {
    /// Rectified linear unit: `y = max(x, 0)`; its derivative at 0 is taken as 0. NaN stays NaN.
    ///
    /// # Errors
    /// [`Error::DType`](crate::Error::DType) unless the elements are `f32` or `f64`.
    ///
    /// # Examples
    /// ```
    /// use ml_core::Tensor;
    ///
    /// assert_eq!(Tensor::from([-1.0, 2.0]).relu()?.to_vec::<f64>()?, [0.0, 2.0]);
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    pub fn relu(&self) -> Result<Tensor> {
        apply(Relu, &[self])
    }

    /// Parametric rectified linear unit: `y = x` above 0, `slope · x` below, where the slope is learned and
    /// broadcasts.
    ///
    /// Source: He et al., "Delving deep into rectifiers" (2015).
    ///
    /// # Errors
    /// As [`relu`](Self::relu) and [`mul`](Self::mul).
    ///
    /// # Examples
    /// ```
    /// use ml_core::Tensor;
    ///
    /// let y = Tensor::from([[-2.0, 3.0], [-4.0, -1.0]]).prelu(&Tensor::from([0.25, 0.5]))?;
    /// assert_eq!(y.to_vec::<f64>()?, [-0.5, 3.0, -1.0, -0.5]);
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    pub fn prelu(&self, slope: &Tensor) -> Result<Tensor> {
        self.relu()?.sub(&self.neg()?.relu()?.mul(slope)?)
    }

    /// `y = min(max(x, 0), 6)`; its derivative at 0 and 6 is taken as 0.
    ///
    /// # Errors
    /// As [`relu`](Self::relu).
    ///
    /// # Examples
    /// ```
    /// use ml_core::Tensor;
    ///
    /// assert_eq!(Tensor::from([-1.0, 2.0, 7.0]).relu6()?.to_vec::<f64>()?, [0.0, 2.0, 6.0]);
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    pub fn relu6(&self) -> Result<Tensor> {
        self.dtype().require_float("relu6")?;
        let ends = Clip {
            low: 0.0,
            high: 6.0,
            flat_ends: true,
        };
        apply(ends, &[self])
    }

    /// `y = x` above 0, `slope · x` below; its derivative at 0 is `slope`.
    ///
    /// # Errors
    /// As [`relu`](Self::relu); [`Error::Parameter`](crate::Error::Parameter) unless `slope` is finite.
    ///
    /// # Examples
    /// ```
    /// use ml_core::Tensor;
    ///
    /// assert_eq!(Tensor::from([-1.0, 2.0]).leaky_relu(0.5)?.to_vec::<f64>()?, [-0.5, 2.0]);
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    pub fn leaky_relu(&self, slope: f64) -> Result<Tensor> {
        check::parameter("leaky_relu: slope", slope, slope.is_finite(), "finite")?;
        apply(LeakyRelu { slope }, &[self])
    }
}

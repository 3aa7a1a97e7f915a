//! Exponential linear units.

use serde::{Deserialize, Serialize};

use super::{Saves, Unary, apply, unary_primitive};
use crate::{Result, Tensor, check, kernels::math};

/// `scale · x` above 0, `scale · alpha · (exp(x) - 1)` below.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
struct Elu {
    alpha: f64,
    scale: f64,
}

/// Constants of SELU: with them, activations of mean 0 and variance 1 stay so. Klambauer et al. (2017), eq. 14.
const SELU: Elu = Elu {
    alpha: 1.673_263_242_354_377_2,
    scale: 1.050_700_987_355_480_5,
};

impl Unary for Elu {
    const COST: usize = 5;
    const SAVES: Saves = Saves::INPUTS;

    #[inline(always)]
    fn f32(self, x: f32) -> f32 {
        let below = self.alpha as f32 * math::exp_m1(x);
        self.scale as f32 * if x > 0.0 { x } else { below }
    }

    #[inline(always)]
    fn f64(self, x: f64) -> f64 {
        let below = self.alpha * math::exp_m1(x);
        self.scale * if x > 0.0 { x } else { below }
    }

    fn chain(self, d: &Tensor, x: &Tensor, _: &Tensor) -> Result<Tensor> {
        // exp() sees nothing above 0, where the other branch holds and it might overflow.
        let above = x.step()?;
        let below = x.neg()?.relu()?.neg()?.exp()?.mul_scalar(self.alpha)?;
        let slope = above.add(&above.rsub_scalar(1.0)?.mul(&below)?)?;
        d.mul(&slope.mul_scalar(self.scale)?)
    }
}
unary_primitive!(Elu, "elu");

impl Tensor {
    /// Exponential linear unit: `y = x` above 0, `alpha · (exp(x) - 1)` below.
    ///
    /// Source: Clevert et al., "Fast and accurate deep network learning by exponential linear units" (2015).
    ///
    /// # Errors
    /// [`Error::DType`](crate::Error::DType) unless the elements are `f32` or `f64`,
    /// [`Error::Parameter`](crate::Error::Parameter) unless `alpha` is finite.
    ///
    /// # Examples
    /// ```
    /// use ml_core::Tensor;
    ///
    /// let y = Tensor::from([-1.0, 2.0]).elu(1.0)?.to_vec::<f64>()?;
    /// assert!((y[0] + 0.632_120_558_828_557_7).abs() < 1e-15 && y[1] == 2.0);
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    pub fn elu(&self, alpha: f64) -> Result<Tensor> {
        check::parameter("elu: alpha", alpha, alpha.is_finite(), "finite")?;
        apply(Elu { alpha, scale: 1.0 }, &[self])
    }

    /// Scaled exponential linear unit: [`elu`](Self::elu) with the `alpha` 1.6733 and the scale 1.0507 under
    /// which a stack of layers keeps its activations at mean 0 and variance 1.
    ///
    /// Source: Klambauer et al., "Self-normalizing neural networks" (2017), equation 14.
    ///
    /// # Errors
    /// [`Error::DType`](crate::Error::DType) unless the elements are `f32` or `f64`.
    ///
    /// # Examples
    /// ```
    /// use ml_core::Tensor;
    ///
    /// let y = Tensor::from([-1.0, 1.0]).selu()?.to_vec::<f64>()?;
    /// assert!((y[0] + 1.111_330_737_812_562_5).abs() < 1e-15 && (y[1] - 1.050_700_987_355_480_5).abs() < 1e-15);
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    pub fn selu(&self) -> Result<Tensor> {
        apply(SELU, &[self])
    }
}

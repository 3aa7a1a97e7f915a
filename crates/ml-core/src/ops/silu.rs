//! Smooth activations that gate their input by a function of it: SiLU, Mish, hard swish.

use super::{apply, elementwise::unary_op};
use crate::{Result, Tensor, kernels::math};

unary_op!(Silu, "silu", cost 5, ALL, |x| x * math::sigmoid(x), |d, x, y| {
    let gate = x.sigmoid()?;
    d.mul(&gate.add(&y.mul(&gate.rsub_scalar(1.0)?)?)?)
});
unary_op!(Mish, "mish", cost 6, INPUTS, |x| math::mish(x), |d, x, _| {
    let gate = x.softplus()?.tanh()?;
    let slope = gate.square()?.rsub_scalar(1.0)?.mul(&x.sigmoid()?)?;
    d.mul(&gate.add(&x.mul(&slope)?)?)
});

impl Tensor {
    /// Sigmoid linear unit, also called swish: `y = x · sigmoid(x)`.
    ///
    /// Source: Ramachandran et al., "Searching for activation functions" (2017).
    ///
    /// # Errors
    /// [`Error::DType`](crate::Error::DType) unless the elements are `f32` or `f64`.
    ///
    /// # Examples
    /// ```
    /// use ml_core::Tensor;
    ///
    /// let y = Tensor::from([2.0]).silu()?.item::<f64>()?;
    /// assert!((y - 1.761_594_155_955_764_9).abs() < 1e-15);
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    pub fn silu(&self) -> Result<Tensor> {
        apply(Silu, &[self])
    }

    /// `y = x · tanh(softplus(x))`.
    ///
    /// Source: Misra, "Mish: A self regularized non-monotonic activation function" (2019).
    ///
    /// # Errors
    /// As [`silu`](Self::silu).
    ///
    /// # Examples
    /// ```
    /// use ml_core::Tensor;
    ///
    /// let y = Tensor::from([1.0]).mish()?.item::<f64>()?;
    /// assert!((y - 0.865_098_388_267_310_3).abs() < 1e-15);
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    pub fn mish(&self) -> Result<Tensor> {
        apply(Mish, &[self])
    }

    /// `y = x · hard_sigmoid(x)`: [`silu`](Self::silu) without exponentials.
    ///
    /// Source: Howard et al., "Searching for MobileNetV3" (2019).
    ///
    /// # Errors
    /// As [`silu`](Self::silu).
    ///
    /// # Examples
    /// ```
    /// use ml_core::Tensor;
    ///
    /// assert_eq!(Tensor::from([-4.0, 1.5]).hard_swish()?.to_vec::<f64>()?, [0.0, 1.125]);
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    pub fn hard_swish(&self) -> Result<Tensor> {
        self.dtype().require_float("hard_swish")?;
        self.mul(&self.hard_sigmoid()?)
    }
}

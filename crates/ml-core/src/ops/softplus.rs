//! Softplus and softsign.

use super::{apply, elementwise::unary_op};
use crate::{Result, Tensor, kernels::math};

unary_op!(Softplus, "softplus", cost 8, INPUTS, |x| math::softplus(x), |d, x, _| d.mul(&x.sigmoid()?));
unary_op!(Softsign, "softsign", cost 3, INPUTS, |x| x / (1.0 + x.abs()),
    |d, x, _| d.div(&x.abs()?.add_scalar(1.0)?.square()?));

impl Tensor {
    /// Smooth relative of [`relu`](Self::relu): `y = ln(1 + exp(x)) = max(x, 0) + log1p(exp(-|x|))`, which never
    /// overflows (book section 12.3.2).
    ///
    /// # Errors
    /// [`Error::DType`](crate::Error::DType) unless the elements are `f32` or `f64`.
    ///
    /// # Examples
    /// ```
    /// use ml_core::Tensor;
    ///
    /// let y = Tensor::from([0.0, 1000.0]).softplus()?.to_vec::<f64>()?;
    /// assert_eq!(y, [std::f64::consts::LN_2, 1000.0]);
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    pub fn softplus(&self) -> Result<Tensor> {
        apply(Softplus, &[self])
    }

    /// `y = x / (1 + |x|)`, between -1 and 1.
    ///
    /// # Errors
    /// As [`softplus`](Self::softplus).
    ///
    /// # Examples
    /// ```
    /// use ml_core::Tensor;
    ///
    /// assert_eq!(Tensor::from([-1.0, 3.0]).softsign()?.to_vec::<f64>()?, [-0.5, 0.75]);
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    pub fn softsign(&self) -> Result<Tensor> {
        apply(Softsign, &[self])
    }
}

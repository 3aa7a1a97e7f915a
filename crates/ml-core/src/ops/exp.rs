//! Exponentials.

use super::{apply, elementwise::unary_op};
use crate::{Result, Tensor, kernels::math};

unary_op!(Exp, "exp", cost 3, OUTPUTS, |x| math::exp(x), |d, _, y| d.mul(y));
unary_op!(Exp2, "exp2", cost 5, OUTPUTS, f32 |x| math::exp2(x), f64 |x| x.exp2(),
    |d, _, y| d.mul(y)?.mul_scalar(std::f64::consts::LN_2));
unary_op!(ExpM1, "exp_m1", cost 4, OUTPUTS, |x| math::exp_m1(x), |d, _, y| d.mul(&y.add_scalar(1.0)?));

impl Tensor {
    /// Exponential of every element: `y = exp(x)`, within 1 ulp.
    ///
    /// # Errors
    /// [`Error::DType`](crate::Error::DType) unless the elements are `f32` or `f64`.
    ///
    /// # Examples
    /// ```
    /// use ml_core::Tensor;
    ///
    /// let y = Tensor::from([0.0, 1.0]).exp()?.to_vec::<f64>()?;
    /// assert!(y[0] == 1.0 && (y[1] - 2.718_281_828_459_045).abs() < 1e-15);
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    pub fn exp(&self) -> Result<Tensor> {
        apply(Exp, &[self])
    }

    /// 2 to the power of every element: `y = 2^x`.
    ///
    /// # Errors
    /// As [`exp`](Self::exp).
    ///
    /// # Examples
    /// ```
    /// use ml_core::Tensor;
    ///
    /// assert_eq!(Tensor::from([10.0, -1.0]).exp2()?.to_vec::<f64>()?, [1024.0, 0.5]);
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    pub fn exp2(&self) -> Result<Tensor> {
        apply(Exp2, &[self])
    }

    /// `y = exp(x) - 1`, exact to the last places near 0, where the difference would lose them all.
    ///
    /// # Errors
    /// As [`exp`](Self::exp).
    ///
    /// # Examples
    /// ```
    /// use ml_core::Tensor;
    ///
    /// assert_eq!(Tensor::from([1e-20]).exp_m1()?.to_vec::<f64>()?, [1e-20]);
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    pub fn exp_m1(&self) -> Result<Tensor> {
        apply(ExpM1, &[self])
    }
}

//! Logistic sigmoid and its relatives.

use super::{apply, elementwise::unary_op};
use crate::{Result, Tensor, kernels::math};

unary_op!(Sigmoid, "sigmoid", cost 4, OUTPUTS, |x| math::sigmoid(x), |d, _, y| d.mul(&y.mul(&y.rsub_scalar(1.0)?)?));

impl Tensor {
    /// Logistic sigmoid of every element: `y = 1 / (1 + exp(-x))`, between 0 and 1, within 2 ulp.
    ///
    /// # Errors
    /// [`Error::DType`](crate::Error::DType) unless the elements are `f32` or `f64`.
    ///
    /// # Examples
    /// ```
    /// use ml_core::Tensor;
    ///
    /// let y = Tensor::from([0.0, 2.0]).sigmoid()?.to_vec::<f64>()?;
    /// assert!(y[0] == 0.5 && (y[1] - 0.880_797_077_977_882_4).abs() < 1e-15);
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    pub fn sigmoid(&self) -> Result<Tensor> {
        apply(Sigmoid, &[self])
    }

    /// Logarithm of the sigmoid: `y = -softplus(-x)`, finite where the sigmoid itself is 0.
    ///
    /// # Errors
    /// As [`sigmoid`](Self::sigmoid).
    ///
    /// # Examples
    /// ```
    /// use ml_core::Tensor;
    ///
    /// assert_eq!(Tensor::from([-1000.0]).log_sigmoid()?.item::<f64>()?, -1000.0);
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    pub fn log_sigmoid(&self) -> Result<Tensor> {
        self.dtype().require_float("log_sigmoid")?;
        self.neg()?.softplus()?.neg()
    }

    /// Sigmoid in three straight pieces: `y = relu6(x + 3) / 6`, as Keras 3 and PyTorch define it.
    ///
    /// # Errors
    /// As [`sigmoid`](Self::sigmoid).
    ///
    /// # Examples
    /// ```
    /// use ml_core::Tensor;
    ///
    /// assert_eq!(Tensor::from([-4.0, 0.0, 1.5]).hard_sigmoid()?.to_vec::<f64>()?, [0.0, 0.5, 0.75]);
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    pub fn hard_sigmoid(&self) -> Result<Tensor> {
        self.dtype().require_float("hard_sigmoid")?;
        self.add_scalar(3.0)?.relu6()?.div_scalar(6.0)
    }
}

//! Logarithms that are safe at the ends: log-odds, logarithms of sums, and products with logarithms.

use crate::{Result, Tensor};

impl Tensor {
    /// Log-odds, the inverse of the sigmoid: `y = log(x / (1 - x))`, of numbers between 0 and 1; at the ends
    /// infinite, outside NaN.
    ///
    /// # Errors
    /// [`Error::DType`](crate::Error::DType) unless the elements are `f32` or `f64`.
    ///
    /// # Examples
    /// ```
    /// use ml_core::Tensor;
    ///
    /// let y = Tensor::from([0.5, 0.75, 1.0]).logit()?.to_vec::<f64>()?;
    /// assert_eq!([y[0], y[2]], [0.0, f64::INFINITY]);
    /// assert!((y[1] - 3f64.ln()).abs() < 1e-15);
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    pub fn logit(&self) -> Result<Tensor> {
        self.log()?.sub(&self.neg()?.log1p()?)
    }

    /// `log(exp(a) + exp(b))` without overflow; shapes broadcast. As `numpy.logaddexp`.
    ///
    /// # Errors
    /// As [`add`](Self::add); [`Error::DType`](crate::Error::DType) unless the elements are `f32` or `f64`.
    ///
    /// # Examples
    /// ```
    /// use ml_core::Tensor;
    ///
    /// let y = Tensor::from([1000.0]).logaddexp(&Tensor::from([1000.0]))?.item::<f64>()?;
    /// assert!((y - (1000.0 + 2f64.ln())).abs() < 1e-12);
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    pub fn logaddexp(&self, other: &Tensor) -> Result<Tensor> {
        // Both as a pair along a further axis: infinities and gradients are those of logsumexp.
        let both = self.add(other)?;
        let pair = [self.broadcast_like(&both)?, other.broadcast_like(&both)?];
        Tensor::stack(&[&pair[0], &pair[1]], -1)?.logsumexp(&[-1])
    }

    /// `x · log(y)`, and 0 where `x` is 0, whatever `y` is: entropies of shares that may be 0. Shapes broadcast.
    ///
    /// # Errors
    /// As [`mul`](Self::mul); [`Error::DType`](crate::Error::DType) unless the elements are `f32` or `f64`.
    ///
    /// # Examples
    /// ```
    /// use ml_core::Tensor;
    ///
    /// let p = Tensor::from([0.0, 1.0, 0.5]);
    /// assert_eq!(p.xlogy(&p)?.to_vec::<f64>()?, [0.0, 0.0, 0.5 * 0.5f64.ln()]);
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    pub fn xlogy(&self, y: &Tensor) -> Result<Tensor> {
        let nothing = self.equal(&self.number_like(0.0)?)?;
        // Where the factor is 0 the logarithm is that of 1: neither it nor its slope is infinite.
        self.mul(&Tensor::select(&nothing, &y.number_like(1.0)?, y)?.log()?)
    }
}

//! Equality up to rounding.

use crate::{Result, Tensor};

impl Tensor {
    /// Which elements are close: `|a - b| <= absolute + relative · |b|`, or both the same infinity; NaN is close
    /// to nothing. Shapes broadcast. As `numpy.isclose`.
    ///
    /// # Errors
    /// [`Error::MixedDTypes`](crate::Error::MixedDTypes) for two element types,
    /// [`Error::DType`](crate::Error::DType) unless they are `f32` or `f64`,
    /// [`Error::Shape`](crate::Error::Shape) if the shapes do not broadcast.
    ///
    /// # Examples
    /// ```
    /// use ml_core::Tensor;
    ///
    /// let (a, b) = (Tensor::from([1.0, 2.0, f64::NAN]), Tensor::from([1.0001, 2.1, f64::NAN]));
    /// assert_eq!(a.is_close(&b, 1e-3, 0.0)?.to_vec::<bool>()?, [true, false, false]);
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    pub fn is_close(&self, other: &Tensor, relative: f64, absolute: f64) -> Result<Tensor> {
        self.dtype().require_float("is_close")?;
        let allowed = other.abs()?.mul_scalar(relative)?.add_scalar(absolute)?;
        let near = self.sub(other)?.abs()?.less_equal(&allowed)?;
        let finite = near.logical_and(&other.is_finite()?)?;
        finite.logical_or(&self.equal(other)?)
    }

    /// Whether all elements are close, as [`is_close`](Self::is_close) says; shapes broadcast.
    ///
    /// # Errors
    /// As [`is_close`](Self::is_close); [`Error::Graph`](crate::Error::Graph) for a tensor without a value yet.
    ///
    /// # Examples
    /// ```
    /// use ml_core::Tensor;
    ///
    /// assert!(Tensor::from([0.1 + 0.2]).all_close(&Tensor::from([0.3]), 1e-15, 0.0)?);
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    pub fn all_close(&self, other: &Tensor, relative: f64, absolute: f64) -> Result<bool> {
        self.is_close(other, relative, absolute)?.all_all()?.item()
    }
}

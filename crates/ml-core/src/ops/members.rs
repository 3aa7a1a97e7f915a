//! Counting what lies where: membership, histograms; reductions that leave NaN out.

use super::Side;
use crate::{DType, Result, Tensor, check};

impl Tensor {
    /// Which elements occur among those of `values`; NaN among none. As `numpy.isin`.
    ///
    /// **Cost**: `O((n + m)·log m)` for `n` elements and `m` values.
    ///
    /// # Errors
    /// [`Error::MixedDTypes`](crate::Error::MixedDTypes) for two element types,
    /// [`Error::DType`](crate::Error::DType) for truth values.
    ///
    /// # Examples
    /// ```
    /// use ml_core::Tensor;
    ///
    /// let found = Tensor::from([[1, 2], [3, 4]]).is_in(&Tensor::from([4, 1]))?;
    /// assert_eq!(found.to_vec::<bool>()?, [true, false, false, true]);
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    pub fn is_in(&self, values: &Tensor) -> Result<Tensor> {
        let sorted = values
            .flatten()?
            .stop_gradient()
            .sort(0, super::Order::Ascending)?;
        let before = sorted.searchsorted(self, Side::Left)?;
        let found = sorted.searchsorted(self, Side::Right)?.greater(&before)?;
        match self.dtype().is_float() {
            true => found.logical_and(&self.is_nan()?.logical_not()?),
            false => Ok(found),
        }
    }

    /// How many elements lie in each of `bins` equally wide intervals from `low` to `high`, as `i64`, and their
    /// `bins + 1` edges, of the elements' type. The last interval includes `high`; what lies outside, and NaN, does
    /// not count. As `numpy.histogram`.
    ///
    /// # Errors
    /// [`Error::Parameter`](crate::Error::Parameter) unless `low < high`, both finite, and there is a bin;
    /// [`Error::DType`](crate::Error::DType) unless the elements are `f32` or `f64`.
    ///
    /// # Examples
    /// ```
    /// use ml_core::Tensor;
    ///
    /// let (counts, edges) = Tensor::from([0.0, 0.5, 1.0, 1.5, 2.0, 9.0]).histogram(2, 0.0, 2.0)?;
    /// assert_eq!(counts.to_vec::<i64>()?, [2, 3]);
    /// assert_eq!(edges.to_vec::<f64>()?, [0.0, 1.0, 2.0]);
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    pub fn histogram(&self, bins: usize, low: f64, high: f64) -> Result<(Tensor, Tensor)> {
        self.dtype().require_float("histogram")?;
        check::parameter("histogram: bins", bins as f64, bins > 0, "at least 1")?;
        check::parameter(
            "histogram: low",
            low,
            low.is_finite() && low < high,
            "finite and below high",
        )?;
        check::parameter("histogram: high", high, high.is_finite(), "finite")?;
        let edges = Tensor::linspace(low, high, bins.saturating_add(1))?.cast(self.dtype())?;
        let flat = self.flatten()?.stop_gradient();
        let place = edges.searchsorted(&flat, Side::Right)?.sub_scalar(1.0)?;
        // The last interval has both its ends; whatever else lies beyond gets a place after the last.
        let last = place.number_like(bins as f64 - 1.0)?;
        let beyond = place.number_like(bins as f64)?;
        let at_end = flat.equal(&flat.number_like(high)?)?;
        let outside = flat.less(&flat.number_like(low)?)?.logical_or(&flat.is_nan()?)?;
        let place = Tensor::select(&at_end, &last, &place)?;
        let place = Tensor::select(&outside, &beyond, &place)?;
        let counts = place.bincount(bins.saturating_add(1))?;
        Ok((counts.narrow(0, None, Some(bins as isize))?, edges))
    }

    /// The sum along `axes` (all if none is given) of what is not NaN; 0 where nothing is.
    ///
    /// # Errors
    /// As [`sum`](Self::sum); [`Error::DType`](crate::Error::DType) unless the elements are `f32` or `f64`.
    ///
    /// # Examples
    /// ```
    /// use ml_core::Tensor;
    ///
    /// let x = Tensor::from([[1.0, f64::NAN], [f64::NAN, f64::NAN]]);
    /// assert_eq!(x.nansum(&[1])?.to_vec::<f64>()?, [1.0, 0.0]);
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    pub fn nansum(&self, axes: &[isize]) -> Result<Tensor> {
        Tensor::select(&self.is_nan()?, &self.number_like(0.0)?, self)?.sum(axes)
    }

    /// The mean along `axes` (all if none is given) of what is not NaN; NaN where nothing is.
    ///
    /// # Errors
    /// As [`nansum`](Self::nansum).
    ///
    /// # Examples
    /// ```
    /// use ml_core::Tensor;
    ///
    /// assert_eq!(Tensor::from([1.0, f64::NAN, 4.0]).nanmean(&[])?.item::<f64>()?, 2.5);
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    pub fn nanmean(&self, axes: &[isize]) -> Result<Tensor> {
        let there = self.is_nan()?.logical_not()?.cast(DType::I64)?.sum(axes)?;
        self.nansum(axes)?.div(&there.cast(self.dtype())?)
    }

    /// Cross product of the vectors of length 3 along `axis`: `y[0] = a[1]·b[2] - a[2]·b[1]`, and so on around.
    ///
    /// # Errors
    /// [`Error::BadShape`](crate::Error::BadShape) unless the axis has length 3 in both; those of
    /// [`mul`](Self::mul).
    ///
    /// # Examples
    /// ```
    /// use ml_core::Tensor;
    ///
    /// let z = Tensor::from([1.0, 0.0, 0.0]).cross(&Tensor::from([0.0, 1.0, 0.0]), 0)?;
    /// assert_eq!(z.to_vec::<f64>()?, [0.0, 0.0, 1.0]);
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    pub fn cross(&self, other: &Tensor, axis: isize) -> Result<Tensor> {
        for x in [self, other] {
            let number = x.shape().axis("cross", axis)?;
            if x.shape()[number] != 3 {
                return Err(crate::Error::BadShape {
                    op: "cross",
                    shape: x.shape().to_vec(),
                    rule: format!("axis {axis} must have length 3"),
                });
            }
        }
        let ahead = self.roll(-1, axis)?.mul(&other.roll(-2, axis)?)?;
        ahead.sub(&self.roll(-2, axis)?.mul(&other.roll(-1, axis)?)?)
    }
}

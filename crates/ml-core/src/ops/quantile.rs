//! Quantiles and medians.

use super::Order;
use crate::{Error, Result, Shape, Tensor, check};

impl Tensor {
    /// The `q`-quantile along `axis`, which vanishes: the sorted element at position `q · (n - 1)`, between two of
    /// them by linear interpolation. As `numpy.quantile`; NaN where there is one among the elements.
    ///
    /// Gradients go to the elements that it lies between. **Cost**: that of sorting.
    ///
    /// # Errors
    /// [`Error::Parameter`] unless `q` is between 0 and 1, [`Error::Axis`] for an axis that does not exist,
    /// [`Error::Empty`] if it has length 0, [`Error::BadShape`] if its length is not known while tracing,
    /// [`Error::DType`] unless the elements are `f32` or `f64`.
    ///
    /// # Examples
    /// ```
    /// use ml_core::Tensor;
    ///
    /// let x = Tensor::from([4.0, 1.0, 3.0, 2.0]);
    /// assert_eq!(x.quantile(0.5, 0)?.item::<f64>()?, 2.5);
    /// assert_eq!(x.quantile(0.9, 0)?.item::<f64>()?, 3.7); // position 2.7
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    pub fn quantile(&self, q: f64, axis: isize) -> Result<Tensor> {
        self.dtype().require_float("quantile")?;
        check::parameter("q", q, (0.0..=1.0).contains(&q), "between 0 and 1")?;
        let axis = self.shape().axis("quantile", axis)?;
        let length = self.shape()[axis];
        if length == Shape::UNKNOWN {
            return Err(Error::BadShape {
                op: "quantile",
                shape: self.shape().to_vec(),
                rule: format!("the length of axis {axis} must be known"),
            });
        }
        if length == 0 {
            return Err(Error::Empty {
                op: "quantile",
                what: format!("axis {axis} of shape {}", self.shape()),
                least: "1 element",
            });
        }
        let sorted = self.sort(axis as isize, Order::Ascending)?;
        let at = |position: usize| {
            let part = sorted.narrow(
                axis as isize,
                Some(position as isize),
                Some(position as isize + 1),
            )?;
            part.squeeze(&[axis as isize])
        };
        let position = q * (length - 1) as f64;
        let below = position.floor() as usize;
        let (low, share) = (at(below)?, position.fract());
        let value = match share > 0.0 {
            true => low.lerp(&at(below + 1)?, share)?,
            false => low,
        };
        // NaN is sorted last.
        let last = at(length - 1)?;
        Tensor::select(&last.is_nan()?, &last, &value)
    }

    /// The middle of the sorted elements along `axis`, which vanishes; the mean of the two middle ones of an even
    /// number. As `numpy.median`.
    ///
    /// # Errors
    /// As [`quantile`](Self::quantile).
    ///
    /// # Examples
    /// ```
    /// use ml_core::Tensor;
    ///
    /// let x = Tensor::from([[3.0, 1.0, 10.0], [5.0, 7.0, 6.0]]);
    /// assert_eq!(x.median(1)?.to_vec::<f64>()?, [3.0, 6.0]);
    /// assert_eq!(x.median(0)?.to_vec::<f64>()?, [4.0, 4.0, 8.0]);
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    pub fn median(&self, axis: isize) -> Result<Tensor> {
        self.quantile(0.5, axis)
    }

    /// Differences of neighbours along `axis`, whose length becomes one less: `y_i = x_(i+1) - x_i`. As
    /// `numpy.diff`.
    ///
    /// # Errors
    /// [`Error::Axis`] for an axis that does not exist, [`Error::DType`] unless the elements are numbers.
    ///
    /// # Examples
    /// ```
    /// use ml_core::Tensor;
    ///
    /// assert_eq!(Tensor::from([1, 4, 9, 16]).diff(0)?.to_vec::<i32>()?, [3, 5, 7]);
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    pub fn diff(&self, axis: isize) -> Result<Tensor> {
        self.narrow(axis, Some(1), None)?
            .sub(&self.narrow(axis, None, Some(-1))?)
    }
}

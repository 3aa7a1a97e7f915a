//! Errors without squares: mean, median, relative, largest.

use ml_core::{Float, Result, ndarray::ArrayView1};

use super::pairs::{Pairs, metric};
use crate::metrics::weighted_median;

metric! {
    /// Mean absolute error: `MAE = 1/m sum |y - p|`, in units of the target.
    ///
    /// The l1 norm of the errors (up to the factor `1/m`): prefer it to
    /// [`root_mean_squared_error`](crate::metrics::root_mean_squared_error) when there are many outliers.
    ///
    /// # Errors
    /// Empty, mismatched, NaN or infinite arrays.
    ///
    /// # Examples
    /// ```
    /// use ml_classic::metrics::mean_absolute_error;
    /// use ml_core::ndarray::array;
    ///
    /// let mae = mean_absolute_error(array![3.0, -0.5, 2.0, 7.0].view(), array![2.5, 0.0, 2.0, 8.0].view())?;
    /// assert_eq!(mae, 0.5);
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    mean_absolute_error, mean_absolute_error_weighted,
    |pairs: Pairs<'_>| Result::Ok(pairs.mean(|y, p| (y - p).abs()))
}

metric! {
    /// Median of `|y - p|`, in units of the target; outliers do not move it.
    ///
    /// The mean of the two middle errors for an even number of rows. With weights, the error at which
    /// half of the weight is reached, the mean of two neighbours if it is met exactly.
    ///
    /// # Errors
    /// Empty, mismatched, NaN or infinite arrays.
    ///
    /// # Examples
    /// ```
    /// use ml_classic::metrics::median_absolute_error;
    /// use ml_core::ndarray::array;
    ///
    /// let error = median_absolute_error(array![1.0, 2.0, 3.0].view(), array![1.0, 2.5, 99.0].view())?;
    /// assert_eq!(error, 0.5);
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    median_absolute_error, median_absolute_error_weighted,
    |pairs: Pairs<'_>| Result::Ok(weighted_median(pairs.map(|y, p| (y - p).abs()).view(), pairs.weights))
}

metric! {
    /// Mean absolute percentage error: `1/m sum |y - p| / |y|`, a ratio (0.1 is 10 %).
    ///
    /// A target of 0 counts as 2.2e-16 (`f64::EPSILON`), so that its error is huge and finite.
    ///
    /// # Errors
    /// Empty, mismatched, NaN or infinite arrays.
    ///
    /// # Examples
    /// ```
    /// use ml_classic::metrics::mean_absolute_percentage_error;
    /// use ml_core::ndarray::array;
    ///
    /// let error = mean_absolute_percentage_error(array![2.0, 10.0].view(), array![1.0, 10.0].view())?;
    /// assert_eq!(error, 0.25);
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    mean_absolute_percentage_error, mean_absolute_percentage_error_weighted,
    |pairs: Pairs<'_>| Result::Ok(pairs.mean(|y, p| (y - p).abs() / y.abs().max(f64::EPSILON)))
}

/// The largest `|y - p|`, in units of the target.
///
/// # Errors
/// Empty, mismatched, NaN or infinite arrays.
///
/// # Examples
/// ```
/// use ml_classic::metrics::max_error;
/// use ml_core::ndarray::array;
///
/// assert_eq!(max_error(array![3.0, 2.0, 7.0, 1.0].view(), array![4.0, 2.0, 7.0, 1.0].view())?, 1.0);
/// # Ok::<(), ml_core::Error>(())
/// ```
pub fn max_error<F: Float>(y: ArrayView1<'_, F>, predicted: ArrayView1<'_, F>) -> Result<f64> {
    let errors = Pairs::new("max_error", y, predicted, None)?.map(|y, p| (y - p).abs());
    Ok(errors.fold(0.0, |largest, &e| largest.max(e)))
}

//! Mean squared errors and their roots.

use ml_core::{Error, Result};

use super::pairs::{Pairs, metric};

metric! {
    /// Mean squared error: `1/m sum (y - p)²`, in squared units of the target.
    ///
    /// # Errors
    /// Empty, mismatched, NaN or infinite arrays.
    ///
    /// # Examples
    /// ```
    /// use ml_classic::metrics::mean_squared_error;
    /// use ml_core::ndarray::array;
    ///
    /// let mse = mean_squared_error(array![3.0, -0.5, 2.0, 7.0].view(), array![2.5, 0.0, 2.0, 8.0].view())?;
    /// assert_eq!(mse, 0.375);
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    mean_squared_error, mean_squared_error_weighted, mean_square
}

metric! {
    /// Root of the mean squared error: `RMSE = sqrt(1/m sum (y - p)²)`, in units of the target.
    ///
    /// The l2 norm of the errors (up to the factor `1/sqrt(m)`): weighs large errors more than
    /// [`mean_absolute_error`](crate::metrics::mean_absolute_error) does.
    ///
    /// # Errors
    /// Empty, mismatched, NaN or infinite arrays.
    ///
    /// # Examples
    /// ```
    /// use ml_classic::metrics::root_mean_squared_error;
    /// use ml_core::ndarray::array;
    ///
    /// let rmse = root_mean_squared_error(array![1.0, 2.0].view(), array![4.0, 6.0].view())?;
    /// assert_eq!(rmse, 12.5_f64.sqrt());
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    root_mean_squared_error, root_mean_squared_error_weighted,
    |pairs: Pairs<'_>| mean_square(pairs).map(f64::sqrt)
}

metric! {
    /// Mean squared logarithmic error: `1/m sum (ln(1 + y) - ln(1 + p))²`, for targets that grow
    /// exponentially.
    ///
    /// # Errors
    /// Empty, mismatched, NaN or infinite arrays; values of -1 or less.
    ///
    /// # Examples
    /// ```
    /// use ml_classic::metrics::mean_squared_log_error;
    /// use ml_core::ndarray::array;
    ///
    /// let error = mean_squared_log_error(array![3.0, 5.0].view(), array![3.0, 2.0].view())?;
    /// assert!((error - 2.0_f64.ln().powi(2) / 2.0).abs() < 1e-15);
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    mean_squared_log_error, mean_squared_log_error_weighted, mean_square_of_logs
}

metric! {
    /// Root of [`mean_squared_log_error`].
    ///
    /// # Errors
    /// As [`mean_squared_log_error`].
    ///
    /// # Examples
    /// ```
    /// use ml_classic::metrics::root_mean_squared_log_error;
    /// use ml_core::ndarray::array;
    ///
    /// let error = root_mean_squared_log_error(array![5.0].view(), array![2.0].view())?;
    /// assert!((error - 2.0_f64.ln()).abs() < 1e-15);
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    root_mean_squared_log_error, root_mean_squared_log_error_weighted,
    |pairs: Pairs<'_>| mean_square_of_logs(pairs).map(f64::sqrt)
}

fn mean_square(pairs: Pairs<'_>) -> Result<f64> {
    Ok(pairs.mean(|y, p| (y - p) * (y - p)))
}

fn mean_square_of_logs(pairs: Pairs<'_>) -> Result<f64> {
    for (what, values) in [("y", &pairs.y), ("predicted", &pairs.predicted)] {
        if let Some(row) = values.iter().position(|&v| v <= -1.0) {
            return Err(Error::Data {
                op: pairs.op,
                problem: format!("{what} holds {} at row {row}", values[row]),
                remedy: "ln(1 + v) needs values above -1; use mean_squared_error",
            });
        }
    }
    Ok(pairs.mean(|y, p| (y.ln_1p() - p.ln_1p()).powi(2)))
}

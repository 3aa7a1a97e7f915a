//! How precise a measured error is.

use ml_core::{
    Error, Float, Result, check,
    ndarray::{Array1, ArrayView1},
    special::student_t_quantile,
};

use super::regression::same_length;

/// Confidence interval of a mean by Student's t: `mean ± t s / sqrt(m)`, where `s` is the standard
/// deviation with `m - 1` and `t` the quantile `(1 + confidence) / 2` for `m - 1` degrees of freedom.
///
/// Use it on the scores of cross-validation with care: folds share training rows, so that the true
/// interval is wider.
///
/// # Errors
/// Fewer than 2 values, NaN or infinities, `confidence` outside `(0, 1)`.
///
/// # Examples
/// ```
/// use ml_classic::metrics::mean_interval;
/// use ml_core::ndarray::array;
///
/// let (low, high) = mean_interval(array![1.0, 2.0, 3.0].view(), 0.95)?;
/// assert!((low - -0.484_137_712_7).abs() < 1e-9 && (high - 4.484_137_712_7).abs() < 1e-9);
/// # Ok::<(), ml_core::Error>(())
/// ```
pub fn mean_interval<F: Float>(values: ArrayView1<'_, F>, confidence: f64) -> Result<(f64, f64)> {
    let op = "mean_interval";
    check::finite_target(op, values)?;
    interval(op, &values.mapv(F::as_f64), confidence)
}

/// Confidence interval of the generalisation RMSE: the root of both ends of the interval of the mean
/// squared error, `sqrt(mean(e) ± t s_e / sqrt(m))` with `e = (y - p)²`.
///
/// The lower end is 0 where the interval of the mean squared error reaches below 0.
///
/// # Errors
/// Empty, mismatched, NaN or infinite arrays, fewer than 2 rows, `confidence` outside `(0, 1)`.
///
/// # Examples
/// ```
/// use ml_classic::metrics::rmse_interval;
/// use ml_core::ndarray::array;
///
/// let y = array![3.0, 5.0, 2.0, 7.0, 4.0, 6.0];
/// let predicted = array![2.5, 5.5, 2.0, 8.0, 3.0, 6.5];
/// let (low, high) = rmse_interval(y.view(), predicted.view(), 0.95)?;
/// assert!(low < 0.677 && 0.677 < high);
/// # Ok::<(), ml_core::Error>(())
/// ```
pub fn rmse_interval<F: Float>(
    y: ArrayView1<'_, F>,
    predicted: ArrayView1<'_, F>,
    confidence: f64,
) -> Result<(f64, f64)> {
    let op = "rmse_interval";
    same_length(op, y.len(), predicted.len())?;
    check::finite_target(op, y)?;
    check::finite_target(op, predicted)?;
    let pairs = y.iter().zip(predicted);
    let squares: Array1<f64> = pairs.map(|(y, p)| (y.as_f64() - p.as_f64()).powi(2)).collect();
    let (low, high) = interval(op, &squares, confidence)?;
    Ok((low.max(0.0).sqrt(), high.sqrt()))
}

fn interval(op: &'static str, values: &Array1<f64>, confidence: f64) -> Result<(f64, f64)> {
    let inside = confidence > 0.0 && confidence < 1.0;
    check::parameter("confidence", confidence, inside, "in (0, 1)")?;
    let n = values.len();
    if n < 2 {
        return Err(Error::Empty {
            op,
            what: format!("the sample ({n} rows)"),
            least: "2 rows, for a standard deviation",
        });
    }
    let mean = values.sum() / n as f64;
    let standard_error = values.std(1.0) / (n as f64).sqrt();
    let t = student_t_quantile((1.0 + confidence) / 2.0, (n - 1) as f64)?;
    Ok((mean - t * standard_error, mean + t * standard_error))
}

//! The loss of quantile regression.

use ml_core::{Float, Result, check, ndarray::ArrayView1};

use super::pairs::Pairs;

/// Pinball loss of predictions of the quantile `alpha`:
/// `1/m sum (alpha max(y - p, 0) + (1 - alpha) max(p - y, 0))`.
///
/// Least when the share `alpha` of the targets lies below the predictions; at `alpha` 0.5 half of the
/// mean absolute error.
///
/// # Errors
/// Empty, mismatched, NaN or infinite arrays; `alpha` outside `[0, 1]`.
///
/// # Examples
/// ```
/// use ml_classic::metrics::mean_pinball_loss;
/// use ml_core::ndarray::array;
///
/// let loss = mean_pinball_loss(array![1.0, 2.0, 3.0].view(), array![0.0, 2.0, 4.0].view(), 0.9)?;
/// assert!((loss - (0.9 + 0.1) / 3.0).abs() < 1e-15);
/// # Ok::<(), ml_core::Error>(())
/// ```
pub fn mean_pinball_loss<F: Float>(
    y: ArrayView1<'_, F>,
    predicted: ArrayView1<'_, F>,
    alpha: f64,
) -> Result<f64> {
    loss(Pairs::new("mean_pinball_loss", y, predicted, None)?, alpha)
}

/// [`mean_pinball_loss`](crate::metrics::mean_pinball_loss) with a weight a row.
///
/// # Errors
/// As without weights, and for weights that are not one a row, finite, at least 0 and not all 0.
pub fn mean_pinball_loss_weighted<F: Float>(
    y: ArrayView1<'_, F>,
    predicted: ArrayView1<'_, F>,
    alpha: f64,
    weights: ArrayView1<'_, f64>,
) -> Result<f64> {
    loss(
        Pairs::new("mean_pinball_loss", y, predicted, Some(weights))?,
        alpha,
    )
}

fn loss(pairs: Pairs<'_>, alpha: f64) -> Result<f64> {
    check::parameter("alpha", alpha, (0.0..=1.0).contains(&alpha), "in [0, 1]")?;
    Ok(pairs.mean(|y, p| alpha * (y - p).max(0.0) + (1.0 - alpha) * (p - y).max(0.0)))
}

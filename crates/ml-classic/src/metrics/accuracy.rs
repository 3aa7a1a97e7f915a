//! The share of classes that are right.

use ml_core::{Result, check, ndarray::ArrayView1};

use super::regression::same_length;

/// Accuracy: the share of rows whose predicted class is the true one.
///
/// A class that the model has never seen is one that it gets wrong. Where one class makes up most of the rows accuracy
/// says little: see [`balanced_accuracy_score`](crate::metrics::balanced_accuracy_score); the scorer `accuracy` warns of that.
///
/// # Errors
/// Empty or mismatched arrays.
///
/// # Examples
/// ```
/// use ml_classic::metrics::accuracy_score;
/// use ml_core::ndarray::array;
///
/// assert_eq!(accuracy_score(array![0, 1, 2, 3].view(), array![0, 2, 1, 3].view())?, 0.5);
/// # Ok::<(), ml_core::Error>(())
/// ```
pub fn accuracy_score<L: PartialEq>(y: ArrayView1<'_, L>, predicted: ArrayView1<'_, L>) -> Result<f64> {
    accuracy_score_with(y, predicted, None)
}

/// [`accuracy_score`](crate::metrics::accuracy_score) with a weight a row: the share of the weight.
///
/// # Errors
/// As without weights, and for weights that are not one a row, finite, at least 0 and not all 0.
pub fn accuracy_score_weighted<L: PartialEq>(
    y: ArrayView1<'_, L>,
    predicted: ArrayView1<'_, L>,
    weights: ArrayView1<'_, f64>,
) -> Result<f64> {
    accuracy_score_with(y, predicted, Some(weights))
}

/// Accuracy, with weights if there are some.
pub(crate) fn accuracy_score_with<L: PartialEq>(
    y: ArrayView1<'_, L>,
    predicted: ArrayView1<'_, L>,
    weights: Option<ArrayView1<'_, f64>>,
) -> Result<f64> {
    same_length("accuracy_score", y.len(), predicted.len())?;
    let right: Vec<bool> = y.iter().zip(predicted).map(|(y, p)| y == p).collect();
    weighted_share("accuracy_score", &right, weights)
}

/// The share of rows that are right, or their share of the weight.
pub(crate) fn weighted_share(
    op: &'static str,
    right: &[bool],
    weights: Option<ArrayView1<'_, f64>>,
) -> Result<f64> {
    let Some(weights) = weights else {
        return Ok(right.iter().filter(|&&right| right).count() as f64 / right.len() as f64);
    };
    check::weights(op, weights, right.len())?;
    let hits = right.iter().zip(weights).filter(|(right, _)| **right);
    Ok(hits.map(|(_, weight)| weight).sum::<f64>() / weights.sum())
}

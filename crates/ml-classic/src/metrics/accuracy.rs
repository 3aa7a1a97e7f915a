//! The share of classes that are right.

use ml_core::{Result, check, ndarray::ArrayView1};

use super::regression::same_length;

/// Accuracy: the share of rows whose predicted class is the true one.
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
    same_length("accuracy_score", y.len(), predicted.len())?;
    let right = y.iter().zip(predicted).filter(|(y, p)| y == p).count();
    Ok(right as f64 / y.len() as f64)
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
    same_length("accuracy_score", y.len(), predicted.len())?;
    check::weights("accuracy_score", weights, y.len())?;
    let pairs = y.iter().zip(predicted).zip(weights);
    let right: f64 = pairs.filter(|((y, p), _)| y == p).map(|(_, w)| w).sum();
    Ok(right / weights.sum())
}

//! The mean recall of the classes.

use ml_core::{Label, Result, ndarray::ArrayView1};

use super::{counts::ClassCounts, labelled::Weights, twins::twins};

twins! {
    /// Balanced accuracy: the mean recall of the classes that occur in `y`.
    ///
    /// Unlike the accuracy it is not flattered by a frequent class: guessing one class gives `1 / classes`.
    ///
    /// # Errors
    /// Empty or mismatched arrays.
    ///
    /// # Examples
    /// ```
    /// use ml_classic::metrics::balanced_accuracy_score;
    /// use ml_core::ndarray::array;
    ///
    /// let (y, predicted) = (array![0, 0, 0, 1], array![0, 0, 0, 0]);
    /// assert_eq!(balanced_accuracy_score(y.view(), predicted.view())?, 0.5);
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    balanced_accuracy_score, balanced_accuracy_score_weighted<L: Label>(
        y: ArrayView1<'_, L>,
        predicted: ArrayView1<'_, L>,
    ) -> f64 = balanced_accuracy_score_with
}

pub(in crate::metrics) fn balanced_accuracy_score_with<L: Label>(
    y: ArrayView1<'_, L>,
    predicted: ArrayView1<'_, L>,
    weights: Weights<'_>,
) -> Result<f64> {
    let counts = ClassCounts::new("balanced_accuracy_score", y, predicted, None, weights)?.counts;
    let seen = counts.iter().filter(|c| c.support > 0.0);
    let recalls: Vec<f64> = seen.map(|c| c.true_positives / c.support).collect();
    Ok(recalls.iter().sum::<f64>() / recalls.len() as f64)
}

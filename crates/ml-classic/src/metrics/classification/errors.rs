//! Shares of rows that are wrong.

use ml_core::{Label, Result, ndarray::ArrayView1};

use super::{labelled::Weights, twins::twins};
use crate::metrics::accuracy_score_with;

twins! {
    /// Zero-one loss: the share of rows whose predicted class is not the true one, `1 - accuracy`.
    ///
    /// For one class a row this is the Hamming loss too; of several labels a row see
    /// [`multilabel::hamming_loss`](crate::metrics::multilabel::hamming_loss).
    ///
    /// # Errors
    /// Empty or mismatched arrays.
    ///
    /// # Examples
    /// ```
    /// use ml_classic::metrics::zero_one_loss;
    /// use ml_core::ndarray::array;
    ///
    /// assert_eq!(zero_one_loss(array![0, 1, 2, 3].view(), array![0, 1, 2, 1].view())?, 0.25);
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    zero_one_loss, zero_one_loss_weighted<L: Label>(
        y: ArrayView1<'_, L>,
        predicted: ArrayView1<'_, L>,
    ) -> f64 = zero_one_loss_with
}

twins! {
    /// Hamming loss: the share of labels that are wrong. With one class a row, [`zero_one_loss`].
    ///
    /// # Errors
    /// Empty or mismatched arrays.
    ///
    /// # Examples
    /// ```
    /// use ml_classic::metrics::hamming_loss;
    /// use ml_core::ndarray::array;
    ///
    /// assert_eq!(hamming_loss(array![0, 1, 2, 3].view(), array![0, 1, 2, 1].view())?, 0.25);
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    hamming_loss, hamming_loss_weighted<L: Label>(
        y: ArrayView1<'_, L>,
        predicted: ArrayView1<'_, L>,
    ) -> f64 = zero_one_loss_with
}

fn zero_one_loss_with<L: Label>(
    y: ArrayView1<'_, L>,
    predicted: ArrayView1<'_, L>,
    weights: Weights<'_>,
) -> Result<f64> {
    Ok(1.0 - accuracy_score_with(y, predicted, weights)?)
}

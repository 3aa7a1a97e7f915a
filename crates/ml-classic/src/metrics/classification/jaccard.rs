//! Overlap of the true and the predicted rows of a class.

use ml_core::{Label, Result, ndarray::ArrayView1};

use super::{
    average::{Averaging, Counts, averaged},
    counts::ClassCounts,
    labelled::Weights,
    twins::twins,
};

twins! {
    /// Jaccard index (intersection over union): `TP / (TP + FP + FN)`.
    ///
    /// # Errors
    /// As [`precision_score`](crate::metrics::precision_score).
    ///
    /// Source: Jaccard, "The distribution of the flora in the alpine zone", New Phytologist 11 (1912).
    ///
    /// # Examples
    /// ```
    /// use ml_classic::metrics::{Average, jaccard_score};
    /// use ml_core::ndarray::array;
    ///
    /// let (y, predicted) = (array![1, 0, 1, 1], array![1, 1, 1, 0]);
    /// assert_eq!(jaccard_score(y.view(), predicted.view(), Average::Binary(1))?, 0.5);
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    jaccard_score, jaccard_score_weighted<L: Label>(
        y: ArrayView1<'_, L>,
        predicted: ArrayView1<'_, L>,
        averaging: impl Into<Averaging<L>>,
    ) -> f64 = jaccard_score_with
}

pub(super) fn jaccard(counts: Counts) -> (f64, f64) {
    let union = counts.predicted + counts.support - counts.true_positives;
    (counts.true_positives, union)
}

pub(in crate::metrics) fn jaccard_score_with<L: Label>(
    y: ArrayView1<'_, L>,
    predicted: ArrayView1<'_, L>,
    averaging: impl Into<Averaging<L>>,
    weights: Weights<'_>,
) -> Result<f64> {
    let (op, how) = ("jaccard_score", averaging.into());
    let counts = ClassCounts::averaging(op, y, predicted, &how, weights)?;
    averaged(op, &counts, &how, &jaccard)
}

//! Whether the true class is among the best.

use ml_core::{
    Float, Label, Result, check,
    ndarray::{ArrayView1, ArrayView2},
};

use super::{labelled::Weights, probabilities::Columns, twins::twins};

twins! {
    /// Top-k accuracy: the share of rows whose true class is among the `k` of the highest scores.
    ///
    /// `scores` are `[rows, classes]`, a column a class of `classes`, probabilities or not; of equal scores the later
    /// column counts as higher. With `k` of all classes it is 1.
    ///
    /// # Errors
    /// Mismatched arrays, a class of `y` that is not listed, NaN or infinities, `k` of 0.
    ///
    /// # Examples
    /// ```
    /// use ml_classic::metrics::top_k_accuracy_score;
    /// use ml_core::ndarray::array;
    ///
    /// let scores = array![[0.5, 0.2, 0.3], [0.3, 0.4, 0.2], [0.2, 0.4, 0.3]];
    /// assert_eq!(top_k_accuracy_score(array![0, 0, 0].view(), scores.view(), &[0, 1, 2], 2)?, 2.0 / 3.0);
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    top_k_accuracy_score, top_k_accuracy_score_weighted<L: Label, F: Float>(
        y: ArrayView1<'_, L>,
        scores: ArrayView2<'_, F>,
        classes: &[L],
        k: usize,
    ) -> f64 = top_k_accuracy_score_with
}

pub(in crate::metrics) fn top_k_accuracy_score_with<L: Label, F: Float>(
    y: ArrayView1<'_, L>,
    scores: ArrayView2<'_, F>,
    classes: &[L],
    k: usize,
    weights: Weights<'_>,
) -> Result<f64> {
    check::parameter("k", k, k >= 1, "at least 1")?;
    let columns = Columns::new("top_k_accuracy_score", y, scores, classes, weights)?;
    Ok(columns.mean(|row, class| {
        let scores = scores.row(row);
        let own = scores[class];
        let above = |&other: &usize| scores[other] > own || (scores[other] == own && other > class);
        let hit = (0..scores.len()).filter(above).count() < k;
        f64::from(u8::from(hit))
    }))
}

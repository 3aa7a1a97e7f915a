//! The area under precision against recall.

use ml_core::{Float, Result, ndarray::ArrayView1};

use super::{
    super::{labelled::Weights, twins::twins},
    curve::Cumulated,
    precision_recall_curve::some_positive,
};

twins! {
    /// Average precision: `Σ (R[n] - R[n-1]) P[n]` over the thresholds from high to low, the area under the
    /// precision-recall curve in steps. Interpolating between the points instead would flatter.
    ///
    /// # Errors
    /// Empty or mismatched arrays, scores that are NaN or infinite, no positive row.
    ///
    /// # Examples
    /// ```
    /// use ml_classic::metrics::average_precision_score;
    /// use ml_core::ndarray::array;
    ///
    /// let y = array![false, false, true, true];
    /// let ap = average_precision_score(y.view(), array![0.1, 0.4, 0.35, 0.8].view())?;
    /// assert!((ap - (0.5 * 1.0 + 0.5 * 2.0 / 3.0)).abs() < 1e-15);
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    average_precision_score, average_precision_score_weighted<F: Float>(
        y: ArrayView1<'_, bool>,
        scores: ArrayView1<'_, F>,
    ) -> f64 = average_precision_score_with
}

pub(in crate::metrics) fn average_precision_score_with<F: Float>(
    y: ArrayView1<'_, bool>,
    scores: ArrayView1<'_, F>,
    weights: Weights<'_>,
) -> Result<f64> {
    let op = "average_precision_score";
    let all = some_positive(op, Cumulated::new(op, y, scores, weights)?)?;
    let (mut sum, mut before) = (0.0, 0.0);
    for (&right, &wrong) in all.true_positives.iter().zip(&all.false_positives) {
        if right > before {
            sum += (right - before) * right / (right + wrong);
            before = right;
        }
    }
    Ok(sum / all.positives())
}

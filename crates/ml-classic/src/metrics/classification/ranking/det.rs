//! Detection error tradeoff.

use ml_core::{
    Float, Result,
    ndarray::{Array1, ArrayView1},
};
use serde::{Deserialize, Serialize};

use super::{
    super::{labelled::Weights, twins::twins},
    curve::{Cumulated, Points},
};

/// False negative against false positive rates, from low thresholds to high ones; drawn on scales of normal
/// deviates, good detectors are nearly straight lines.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DetCurve {
    /// `FP / N`, descending.
    pub false_positive_rate: Array1<f64>,
    /// `FN / P`, ascending.
    pub false_negative_rate: Array1<f64>,
    /// Ascending; infinite where nothing is positive.
    pub thresholds: Array1<f64>,
}

twins! {
    /// The [`DetCurve`] of scores, where `y` says which rows are positive: from the highest threshold that finds
    /// all positives to the lowest without false alarm.
    ///
    /// # Errors
    /// Empty or mismatched arrays, scores that are NaN or infinite, one class only.
    ///
    /// Source: Martin et al., "The DET curve in assessment of detection task performance", Eurospeech (1997).
    ///
    /// # Examples
    /// ```
    /// use ml_classic::metrics::{Points, det_curve};
    /// use ml_core::ndarray::array;
    ///
    /// let y = array![false, false, true, true];
    /// let curve = det_curve(y.view(), array![0.1, 0.4, 0.35, 0.8].view(), Points::All)?;
    /// assert_eq!(curve.false_positive_rate, array![0.5, 0.5, 0.0]);
    /// assert_eq!(curve.false_negative_rate, array![0.0, 0.5, 0.5]);
    /// assert_eq!(curve.thresholds, array![0.35, 0.4, 0.8]);
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    det_curve, det_curve_weighted<F: Float>(
        y: ArrayView1<'_, bool>,
        scores: ArrayView1<'_, F>,
        points: Points,
    ) -> DetCurve = det_curve_with
}

fn det_curve_with<F: Float>(
    y: ArrayView1<'_, bool>,
    scores: ArrayView1<'_, F>,
    points: Points,
    weights: Weights<'_>,
) -> Result<DetCurve> {
    let op = "det_curve";
    let mut all = Cumulated::new(op, y, scores, weights)?.two_classes(op)?;
    // Above all scores nothing is positive.
    all.thresholds.insert(0, f64::INFINITY);
    all.true_positives.insert(0, 0.0);
    all.false_positives.insert(0, 0.0);
    if points == Points::Corners {
        all.retain_changes();
    }
    let (positives, negatives) = (all.positives(), all.negatives());
    let first = all.false_positives.partition_point(|&wrong| wrong <= 0.0) - 1;
    let end = all.true_positives.partition_point(|&right| right < positives) + 1;
    let places = || (first..end.max(first)).rev();
    Ok(DetCurve {
        false_positive_rate: places().map(|i| all.false_positives[i] / negatives).collect(),
        false_negative_rate: places()
            .map(|i| (positives - all.true_positives[i]) / positives)
            .collect(),
        thresholds: places().map(|i| all.thresholds[i]).collect(),
    })
}

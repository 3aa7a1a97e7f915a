//! Precision against recall.

use ml_core::{
    Error, Float, Result, check,
    ndarray::{Array1, ArrayView1},
};
use serde::{Deserialize, Serialize};

use super::{
    super::{labelled::Weights, twins::twins},
    curve::{Cumulated, Points},
};

/// Precision and recall at every threshold, from low thresholds to high ones.
///
/// A row counts as positive when its score is at least the threshold. Recall only falls with the threshold,
/// precision may go either way. Both have one element more than `thresholds`: precision 1 and recall 0, beyond all
/// thresholds.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PrecisionRecallCurve {
    /// `TP / (TP + FP)`.
    pub precision: Array1<f64>,
    /// `TP / P`, descending.
    pub recall: Array1<f64>,
    /// Ascending.
    pub thresholds: Array1<f64>,
}

/// A threshold with what it gives: no precision should be quoted without its recall.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct OperatingPoint {
    /// Rows that score at least this are positive.
    pub threshold: f64,
    /// Share of the positive predictions that are right.
    pub precision: f64,
    /// Share of the positive rows that are found.
    pub recall: f64,
}

twins! {
    /// The [`PrecisionRecallCurve`] of scores, where `y` says which rows are positive.
    ///
    /// [`Points::Corners`] keeps the first and the last threshold of every recall.
    ///
    /// # Errors
    /// Empty or mismatched arrays, scores that are NaN or infinite, no positive row.
    ///
    /// # Examples
    /// ```
    /// use ml_classic::metrics::{Points, precision_recall_curve};
    /// use ml_core::ndarray::array;
    ///
    /// let y = array![false, false, true, true];
    /// let curve = precision_recall_curve(y.view(), array![0.1, 0.4, 0.35, 0.8].view(), Points::All)?;
    /// assert_eq!(curve.thresholds, array![0.1, 0.35, 0.4, 0.8]);
    /// assert_eq!(curve.precision, array![0.5, 2.0 / 3.0, 0.5, 1.0, 1.0]);
    /// assert_eq!(curve.recall, array![1.0, 1.0, 0.5, 0.5, 0.0]);
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    precision_recall_curve, precision_recall_curve_weighted<F: Float>(
        y: ArrayView1<'_, bool>,
        scores: ArrayView1<'_, F>,
        points: Points,
    ) -> PrecisionRecallCurve = precision_recall_curve_with
}

fn precision_recall_curve_with<F: Float>(
    y: ArrayView1<'_, bool>,
    scores: ArrayView1<'_, F>,
    points: Points,
    weights: Weights<'_>,
) -> Result<PrecisionRecallCurve> {
    let op = "precision_recall_curve";
    let mut all = some_positive(op, Cumulated::new(op, y, scores, weights)?)?;
    if points == Points::Corners {
        all.retain_changes();
    }
    let positives = all.positives();
    let Cumulated {
        mut thresholds,
        mut true_positives,
        mut false_positives,
    } = all;
    for (wrong, &right) in false_positives.iter_mut().zip(&true_positives) {
        *wrong = right / (right + *wrong);
    }
    let mut precision = false_positives;
    true_positives.iter_mut().for_each(|right| *right /= positives);
    for list in [&mut thresholds, &mut precision, &mut true_positives] {
        list.reverse();
    }
    precision.push(1.0);
    true_positives.push(0.0);
    Ok(PrecisionRecallCurve {
        precision: precision.into(),
        recall: true_positives.into(),
        thresholds: thresholds.into(),
    })
}

/// At least one positive row, or recall is not defined.
pub(super) fn some_positive(op: &'static str, all: Cumulated) -> Result<Cumulated> {
    if all.positives() > 0.0 {
        return Ok(all);
    }
    Err(Error::Data {
        op,
        problem: "y holds no positive row, so recall is not defined".to_owned(),
        remedy: "use rows of both classes; in cross-validation, stratified folds",
    })
}

impl PrecisionRecallCurve {
    /// The lowest threshold whose precision is at least this: the point of the highest recall.
    ///
    /// # Errors
    /// `precision` outside `[0, 1]`; [`Error::Data`] naming the highest precision where none reaches it.
    ///
    /// # Examples
    /// ```
    /// use ml_classic::metrics::{Points, precision_recall_curve};
    /// use ml_core::ndarray::array;
    ///
    /// let y = array![false, false, true, true];
    /// let curve = precision_recall_curve(y.view(), array![0.1, 0.4, 0.35, 0.8].view(), Points::All)?;
    /// let point = curve.lowest_threshold(0.9)?;
    /// assert_eq!((point.threshold, point.precision, point.recall), (0.8, 1.0, 0.5));
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    pub fn lowest_threshold(&self, precision: f64) -> Result<OperatingPoint> {
        check::parameter(
            "precision",
            precision,
            (0.0..=1.0).contains(&precision),
            "in [0, 1]",
        )?;
        let reached = self.precision.iter().position(|&p| p >= precision);
        // The last point is beyond all thresholds.
        let place = reached.filter(|&place| place < self.thresholds.len());
        let highest = self
            .precision
            .iter()
            .take(self.thresholds.len())
            .copied()
            .fold(0.0, f64::max);
        place.map(|place| self.point(place)).ok_or_else(|| Error::Data {
            op: "PrecisionRecallCurve::lowest_threshold",
            problem: format!("no threshold has a precision of {precision}, the highest is {highest}"),
            remedy: "ask for less, or improve the model",
        })
    }

    /// The highest threshold whose recall is at least this: few false alarms among the points that find as much.
    ///
    /// # Errors
    /// `recall` outside `[0, 1]`.
    ///
    /// # Examples
    /// ```
    /// use ml_classic::metrics::{Points, precision_recall_curve};
    /// use ml_core::ndarray::array;
    ///
    /// let y = array![false, false, true, true];
    /// let curve = precision_recall_curve(y.view(), array![0.1, 0.4, 0.35, 0.8].view(), Points::All)?;
    /// assert_eq!(curve.highest_threshold(0.9)?.threshold, 0.35);
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    pub fn highest_threshold(&self, recall: f64) -> Result<OperatingPoint> {
        check::parameter("recall", recall, (0.0..=1.0).contains(&recall), "in [0, 1]")?;
        let enough = self
            .recall
            .iter()
            .take(self.thresholds.len())
            .take_while(|&&r| r >= recall);
        // The lowest threshold finds all, so that one at least is enough.
        Ok(self.point(enough.count().saturating_sub(1)))
    }

    fn point(&self, place: usize) -> OperatingPoint {
        OperatingPoint {
            threshold: self.thresholds[place],
            precision: self.precision[place],
            recall: self.recall[place],
        }
    }
}

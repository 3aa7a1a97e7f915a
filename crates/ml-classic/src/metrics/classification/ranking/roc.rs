//! The receiver operating characteristic.

use ml_core::{
    Float, Result, check,
    ndarray::{Array1, ArrayView1},
};
use serde::{Deserialize, Serialize};

use super::{
    super::{labelled::Weights, twins::twins},
    curve::{Cumulated, Points, trapezoids, two_classes},
    sorted::{AnyBuckets, Buckets, Item, Sorted, buckets},
};

/// True against false positive rates at every threshold, from high thresholds to low ones.
///
/// A row counts as positive when its score is at least the threshold. The first threshold is infinite: nothing is
/// positive, both rates are 0.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RocCurve {
    /// `FP / N`: 1 - specificity, ascending from 0 to 1.
    pub false_positive_rate: Array1<f64>,
    /// `TP / P`: recall, ascending from 0 to 1.
    pub true_positive_rate: Array1<f64>,
    /// Descending from infinity.
    pub thresholds: Array1<f64>,
}

twins! {
    /// The [`RocCurve`] of scores, where `y` says which rows are positive.
    ///
    /// [`Points::Corners`] leaves out what lies on a straight line between its neighbours, which changes neither
    /// plot nor area.
    ///
    /// # Errors
    /// Empty or mismatched arrays, scores that are NaN or infinite, one class only.
    ///
    /// # Examples
    /// ```
    /// use ml_classic::metrics::{Points, roc_curve};
    /// use ml_core::ndarray::array;
    ///
    /// let y = array![false, false, true, true];
    /// let curve = roc_curve(y.view(), array![0.1, 0.4, 0.35, 0.8].view(), Points::Corners)?;
    /// assert_eq!(curve.false_positive_rate, array![0.0, 0.0, 0.5, 0.5, 1.0]);
    /// assert_eq!(curve.true_positive_rate, array![0.0, 0.5, 0.5, 1.0, 1.0]);
    /// assert_eq!(curve.auc(), 0.75);
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    roc_curve, roc_curve_weighted<F: Float>(
        y: ArrayView1<'_, bool>,
        scores: ArrayView1<'_, F>,
        points: Points,
    ) -> RocCurve = roc_curve_with
}

fn roc_curve_with<F: Float>(
    y: ArrayView1<'_, bool>,
    scores: ArrayView1<'_, F>,
    points: Points,
    weights: Weights<'_>,
) -> Result<RocCurve> {
    let op = "roc_curve";
    let mut all = Cumulated::new(op, y, scores, weights)?.two_classes(op)?;
    if points == Points::Corners {
        // On a straight line both counts change by equal steps.
        all.retain(|all, i| {
            let bends = |counts: &[f64]| counts[i + 1] - counts[i] != counts[i] - counts[i - 1];
            bends(&all.false_positives) || bends(&all.true_positives)
        });
    }
    let (positives, negatives) = (all.positives(), all.negatives());
    let from = |first: f64, counts: Vec<f64>, all: f64| -> Array1<f64> {
        std::iter::once(first)
            .chain(counts.into_iter().map(|count| count / all))
            .collect()
    };
    Ok(RocCurve {
        false_positive_rate: from(0.0, all.false_positives, negatives),
        true_positive_rate: from(0.0, all.true_positives, positives),
        thresholds: from(f64::INFINITY, all.thresholds, 1.0),
    })
}

impl RocCurve {
    /// Area under the curve: 1 is a perfect order, 0.5 a random one.
    pub fn auc(&self) -> f64 {
        trapezoids(&self.false_positive_rate, &self.true_positive_rate)
    }

    /// Area up to a false positive rate, scaled so that 0.5 is chance and 1 is perfect (McClish).
    ///
    /// # Errors
    /// `largest_rate` outside `(0, 1]`.
    ///
    /// Source: McClish, "Analyzing a portion of the ROC curve", Medical Decision Making 9 (1989).
    ///
    /// # Examples
    /// ```
    /// use ml_classic::metrics::{Points, roc_curve};
    /// use ml_core::ndarray::array;
    ///
    /// let y = array![false, false, true, true];
    /// let curve = roc_curve(y.view(), array![0.1, 0.4, 0.35, 0.8].view(), Points::Corners)?;
    /// // A quarter of area up to a rate of 1/2, of which 1/8 is chance.
    /// assert!((curve.partial_auc(0.5)? - 0.5 * (1.0 + 0.125 / 0.375)).abs() < 1e-15);
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    pub fn partial_auc(&self, largest_rate: f64) -> Result<f64> {
        let valid = largest_rate > 0.0 && largest_rate <= 1.0;
        check::parameter("largest_rate", largest_rate, valid, "in (0, 1]")?;
        let (x, y) = (&self.false_positive_rate, &self.true_positive_rate);
        let mut area = 0.0;
        for i in 1..x.len() {
            let right = x[i].min(largest_rate);
            let width = right - x[i - 1];
            if width <= 0.0 {
                continue;
            }
            let height = y[i - 1] + (y[i] - y[i - 1]) * width / (x[i] - x[i - 1]);
            area += width * 0.5 * (y[i - 1] + height);
        }
        let chance = 0.5 * largest_rate * largest_rate;
        Ok(0.5 * (1.0 + (area - chance) / (largest_rate - chance)))
    }
}

twins! {
    /// Area under the ROC curve: the probability that a positive row scores above a negative one, ties counting
    /// half.
    ///
    /// Of pairs of rows, so a rare class counts as much as a frequent one; where positives are rare and matter,
    /// look at the [`precision_recall_curve`](crate::metrics::precision_recall_curve). Cost: a sort, no curve is
    /// stored.
    ///
    /// # Errors
    /// Empty or mismatched arrays, scores that are NaN or infinite, one class only.
    ///
    /// Source: Hanley and McNeil, Radiology 143 (1982).
    ///
    /// # Examples
    /// ```
    /// use ml_classic::metrics::roc_auc_score;
    /// use ml_core::ndarray::array;
    ///
    /// let y = array![false, false, true, true];
    /// assert_eq!(roc_auc_score(y.view(), array![0.1, 0.4, 0.35, 0.8].view())?, 0.75);
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    roc_auc_score, roc_auc_score_weighted<F: Float>(
        y: ArrayView1<'_, bool>,
        scores: ArrayView1<'_, F>,
    ) -> f64 = roc_auc_score_with
}

pub(in crate::metrics) fn roc_auc_score_with<F: Float>(
    y: ArrayView1<'_, bool>,
    scores: ArrayView1<'_, F>,
    weights: Weights<'_>,
) -> Result<f64> {
    area("roc_auc_score", y, scores, weights)
}

/// The area on behalf of `op`.
pub(super) fn area<F: Float>(
    op: &'static str,
    y: ArrayView1<'_, bool>,
    scores: ArrayView1<'_, F>,
    weights: Weights<'_>,
) -> Result<f64> {
    let pairs = match buckets(op, y, scores, weights)? {
        AnyBuckets::Plain(buckets) => Pairs::of(&buckets),
        AnyBuckets::Weighed(buckets) => Pairs::of(&buckets),
    };
    two_classes(op, pairs.positives, pairs.negatives)?;
    Ok(pairs.ordered / (pairs.positives * pairs.negatives))
}

/// Pairs of a positive and a negative row.
#[derive(Default)]
struct Pairs {
    positives: f64,
    negatives: f64,
    /// Those where the positive scores higher, and half of the ties.
    ordered: f64,
}

impl Pairs {
    fn of<T: Item>(buckets: &Buckets<T>) -> Self {
        let parts = buckets.map(|sorted| Self::of_bucket(&sorted));
        parts.into_iter().fold(Self::default(), |high, low| Self {
            ordered: high.ordered + low.ordered + high.positives * low.negatives,
            positives: high.positives + low.positives,
            negatives: high.negatives + low.negatives,
        })
    }

    fn of_bucket<T: Item>(sorted: &Sorted<T>) -> Self {
        let mut sum = Self::default();
        sorted.for_each_score(|_, positives, negatives| {
            sum.ordered += negatives * (sum.positives + 0.5 * positives);
            sum.positives += positives;
            sum.negatives += negatives;
        });
        sum
    }
}

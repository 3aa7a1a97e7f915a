//! Precision, recall and F scores.

use ml_core::{Label, Result, check, ndarray::ArrayView1};

use super::{
    average::{Averaging, Counts, averaged},
    counts::ClassCounts,
    labelled::Weights,
    twins::twins,
};

twins! {
    /// Precision: the share `TP / (TP + FP)` of the rows predicted to be of a class that are.
    ///
    /// # Errors
    /// Empty or mismatched arrays; [`Average::Binary`](crate::metrics::Average::Binary) of more than two
    /// classes, or of a class that does not occur beside two that do.
    ///
    /// # Examples
    /// ```
    /// use ml_classic::metrics::{Average, precision_score};
    /// use ml_core::ndarray::array;
    ///
    /// let (y, predicted) = (array![true, false, true, true], array![true, true, true, false]);
    /// assert_eq!(precision_score(y.view(), predicted.view(), Average::Binary(true))?, 2.0 / 3.0);
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    precision_score, precision_score_weighted<L: Label>(
        y: ArrayView1<'_, L>,
        predicted: ArrayView1<'_, L>,
        averaging: impl Into<Averaging<L>>,
    ) -> f64 = precision_score_with
}

twins! {
    /// Recall (sensitivity, true positive rate): the share `TP / (TP + FN)` of the rows of a class that are
    /// predicted to be.
    ///
    /// # Errors
    /// As [`precision_score`].
    ///
    /// # Examples
    /// ```
    /// use ml_classic::metrics::{Average, recall_score};
    /// use ml_core::ndarray::array;
    ///
    /// let (y, predicted) = (array![0, 0, 1, 2], array![0, 1, 1, 1]);
    /// assert_eq!(recall_score(y.view(), predicted.view(), Average::Macro)?, 0.5);
    /// assert_eq!(recall_score(y.view(), predicted.view(), Average::Micro)?, 0.5);
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    recall_score, recall_score_weighted<L: Label>(
        y: ArrayView1<'_, L>,
        predicted: ArrayView1<'_, L>,
        averaging: impl Into<Averaging<L>>,
    ) -> f64 = recall_score_with
}

twins! {
    /// F1: the harmonic mean `2 P R / (P + R) = TP / (TP + (FN + FP) / 2)` of precision and recall; high only
    /// if both are.
    ///
    /// # Errors
    /// As [`precision_score`].
    ///
    /// # Examples
    /// ```
    /// use ml_classic::metrics::{Average, f1_score};
    /// use ml_core::ndarray::array;
    ///
    /// let (y, predicted) = (array![1, 0, 1, 1], array![1, 1, 1, 0]);
    /// let f1: f64 = f1_score(y.view(), predicted.view(), Average::Binary(1))?;
    /// assert!((f1 - 2.0 / 3.0).abs() < 1e-15);
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    f1_score, f1_score_weighted<L: Label>(
        y: ArrayView1<'_, L>,
        predicted: ArrayView1<'_, L>,
        averaging: impl Into<Averaging<L>>,
    ) -> f64 = f1_score_with
}

twins! {
    /// F-beta: `(1 + β²) P R / (β² P + R)`, where recall counts `beta` times as much as precision; 0 gives the
    /// precision, infinity the recall.
    ///
    /// # Errors
    /// As [`precision_score`]; `beta` below 0 or NaN.
    ///
    /// # Examples
    /// ```
    /// use ml_classic::metrics::{Average, fbeta_score};
    /// use ml_core::ndarray::array;
    ///
    /// // Precision 1/2, recall 1: 5 · 1/2 / (4 · 1/2 + 1).
    /// let f2 = fbeta_score(array![1, 0].view(), array![1, 1].view(), 2.0, Average::Binary(1))?;
    /// assert!((f2 - 2.5_f64 / 3.0).abs() < 1e-15);
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    fbeta_score, fbeta_score_weighted<L: Label>(
        y: ArrayView1<'_, L>,
        predicted: ArrayView1<'_, L>,
        beta: f64,
        averaging: impl Into<Averaging<L>>,
    ) -> f64 = fbeta_score_with
}

pub(super) fn precision(counts: Counts) -> (f64, f64) {
    (counts.true_positives, counts.predicted)
}

pub(super) fn recall(counts: Counts) -> (f64, f64) {
    (counts.true_positives, counts.support)
}

/// F-beta as one ratio of counts.
pub(super) fn f_beta(beta: f64) -> impl Fn(Counts) -> (f64, f64) {
    let square = beta * beta;
    move |counts| {
        // The ratio tends to the recall long before the square overflows.
        if square.is_infinite() {
            return recall(counts);
        }
        let denominator = square * counts.support + counts.predicted;
        ((1.0 + square) * counts.true_positives, denominator)
    }
}

/// `beta` of an F score: at least 0.
pub(super) fn check_beta(beta: f64) -> Result<()> {
    check::parameter("beta", beta, beta >= 0.0, "at least 0")
}

pub(in crate::metrics) fn precision_score_with<L: Label>(
    y: ArrayView1<'_, L>,
    predicted: ArrayView1<'_, L>,
    averaging: impl Into<Averaging<L>>,
    weights: Weights<'_>,
) -> Result<f64> {
    let (op, how) = ("precision_score", averaging.into());
    let counts = ClassCounts::averaging(op, y, predicted, &how, weights)?;
    averaged(op, &counts, &how, &precision)
}

pub(in crate::metrics) fn recall_score_with<L: Label>(
    y: ArrayView1<'_, L>,
    predicted: ArrayView1<'_, L>,
    averaging: impl Into<Averaging<L>>,
    weights: Weights<'_>,
) -> Result<f64> {
    let (op, how) = ("recall_score", averaging.into());
    let counts = ClassCounts::averaging(op, y, predicted, &how, weights)?;
    averaged(op, &counts, &how, &recall)
}

pub(in crate::metrics) fn f1_score_with<L: Label>(
    y: ArrayView1<'_, L>,
    predicted: ArrayView1<'_, L>,
    averaging: impl Into<Averaging<L>>,
    weights: Weights<'_>,
) -> Result<f64> {
    let (op, how) = ("f1_score", averaging.into());
    let counts = ClassCounts::averaging(op, y, predicted, &how, weights)?;
    averaged(op, &counts, &how, &f_beta(1.0))
}

fn fbeta_score_with<L: Label>(
    y: ArrayView1<'_, L>,
    predicted: ArrayView1<'_, L>,
    beta: f64,
    averaging: impl Into<Averaging<L>>,
    weights: Weights<'_>,
) -> Result<f64> {
    check_beta(beta)?;
    let (op, how) = ("fbeta_score", averaging.into());
    let counts = ClassCounts::averaging(op, y, predicted, &how, weights)?;
    averaged(op, &counts, &how, &f_beta(beta))
}

//! Areas under the curves of several labels at once.

use ml_core::{
    Error, Float, Result, check,
    ndarray::{Array1, ArrayView1, ArrayView2, Axis},
};

use super::{average_precision::average_precision_score_with, roc::roc_auc_score_with};
use crate::{
    metrics::classification::{
        labelled::Weights,
        multilabel::{Indicator, MultilabelAverage, indicators},
        twins::twins,
    },
    outputs::in_column,
};

twins! {
    /// [`roc_auc_score`](crate::metrics::roc_auc_score) of several labels: `y` and `scores` are `[rows, labels]`.
    ///
    /// Micro takes all cells as one label, macro is the mean over the labels, weighted that by how often they hold, and
    /// samples the mean over the rows of how well each orders its labels.
    ///
    /// # Errors
    /// Empty or mismatched arrays; integers other than 0 and 1; scores that are NaN or infinite; a label (or for
    /// samples a row) that never holds, or always.
    ///
    /// # Examples
    /// ```
    /// use ml_classic::metrics::{MultilabelAverage, multilabel};
    /// use ml_core::ndarray::array;
    ///
    /// let y = array![[1, 0], [0, 1], [0, 0]];
    /// let scores = array![[0.9, 0.3], [0.1, 0.2], [0.5, 0.1]];
    /// let area = multilabel::roc_auc_score(y.view(), scores.view(), MultilabelAverage::Macro)?;
    /// assert_eq!(area, (1.0 + 0.5) / 2.0);
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    roc_auc_score, roc_auc_score_weighted<I: Indicator, F: Float>(
        y: ArrayView2<'_, I>,
        scores: ArrayView2<'_, F>,
        average: MultilabelAverage,
    ) -> f64 = roc_auc_of_labels
}

twins! {
    /// [`average_precision_score`](crate::metrics::average_precision_score) of several labels: `y` and `scores` are
    /// `[rows, labels]`, averaged as by [`roc_auc_score`].
    ///
    /// # Errors
    /// As [`roc_auc_score`]; labels that always hold are fine.
    ///
    /// # Examples
    /// ```
    /// use ml_classic::metrics::{MultilabelAverage, multilabel};
    /// use ml_core::ndarray::array;
    ///
    /// let y = array![[1, 0], [0, 1], [0, 0]];
    /// let scores = array![[0.9, 0.3], [0.1, 0.2], [0.5, 0.1]];
    /// let precision = multilabel::average_precision_score(y.view(), scores.view(), MultilabelAverage::Macro)?;
    /// assert_eq!(precision, (1.0 + 0.5) / 2.0);
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    average_precision_score, average_precision_score_weighted<I: Indicator, F: Float>(
        y: ArrayView2<'_, I>,
        scores: ArrayView2<'_, F>,
        average: MultilabelAverage,
    ) -> f64 = average_precision_of_labels
}

fn roc_auc_of_labels<I: Indicator, F: Float>(
    y: ArrayView2<'_, I>,
    scores: ArrayView2<'_, F>,
    average: MultilabelAverage,
    weights: Weights<'_>,
) -> Result<f64> {
    averaged(
        "multilabel::roc_auc_score",
        (y, scores, weights),
        average,
        roc_auc_score_with,
    )
}

fn average_precision_of_labels<I: Indicator, F: Float>(
    y: ArrayView2<'_, I>,
    scores: ArrayView2<'_, F>,
    average: MultilabelAverage,
    weights: Weights<'_>,
) -> Result<f64> {
    let op = "multilabel::average_precision_score";
    averaged(op, (y, scores, weights), average, average_precision_score_with)
}

/// A metric of one label.
type OfOne<F> = fn(ArrayView1<'_, bool>, ArrayView1<'_, F>, Weights<'_>) -> Result<f64>;

fn averaged<I: Indicator, F: Float>(
    op: &'static str,
    (y, scores, weights): (ArrayView2<'_, I>, ArrayView2<'_, F>, Weights<'_>),
    average: MultilabelAverage,
    of_one: OfOne<F>,
) -> Result<f64> {
    if y.dim() != scores.dim() {
        return Err(Error::Shape {
            op,
            left: y.shape().to_vec(),
            right: scores.shape().to_vec(),
            rule: "y and scores must have the same rows and labels",
        });
    }
    check::not_empty(op, y)?;
    if let Some(weights) = weights {
        check::weights(op, weights, y.nrows())?;
    }
    let y = indicators(op, "y", y)?;
    let of_row = |row: usize| weights.map_or(1.0, |weights| weights[row]);
    if average == MultilabelAverage::Micro {
        let flat: Array1<bool> = y.iter().copied().collect();
        let all: Array1<F> = scores.iter().copied().collect();
        let repeated: Option<Array1<f64>> =
            weights.map(|_| y.indexed_iter().map(|((row, _), _)| of_row(row)).collect());
        return of_one(flat.view(), all.view(), repeated.as_ref().map(|w| w.view()));
    }
    if average == MultilabelAverage::Samples {
        let rows = y.axis_iter(Axis(0)).zip(scores.axis_iter(Axis(0))).enumerate();
        let rows = rows.map(|(row, (y, scores))| {
            // Every label of a row weighs the same.
            let value = of_one(y, scores, None).map_err(|_| one_sided(op, row))?;
            Ok((value, of_row(row)))
        });
        return mean(rows);
    }
    let labels = y.axis_iter(Axis(1)).zip(scores.axis_iter(Axis(1))).enumerate();
    mean(labels.map(|(label, (y, scores))| {
        let value = of_one(y, scores, weights).map_err(|error| in_column(label, error))?;
        let holds = (0..y.len()).filter(|&row| y[row]).map(of_row).sum();
        let weighted = average == MultilabelAverage::Weighted;
        Ok((value, if weighted { holds } else { 1.0 }))
    }))
}

fn one_sided(op: &'static str, row: usize) -> Error {
    Error::Data {
        op,
        problem: format!("no two labels of row {row} can be compared, or a score of it is no number"),
        remedy: "leave out rows with none or all of the labels, or average over the labels",
    }
}

/// The weighted mean of values; 0 if nothing weighs anything.
fn mean(values: impl Iterator<Item = Result<(f64, f64)>>) -> Result<f64> {
    let (mut sum, mut total) = (0.0, 0.0);
    for value in values {
        let (value, weight) = value?;
        sum += weight * value;
        total += weight;
    }
    Ok(if total > 0.0 { sum / total } else { 0.0 })
}

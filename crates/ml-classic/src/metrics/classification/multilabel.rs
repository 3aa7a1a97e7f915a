//! Several labels a row that hold or not: `[rows, labels]` of `bool`, or of 0 and 1.
//!
//! Metrics are those of one label, averaged; twins with weights are in [`weighted`].

use ml_core::{
    Error, Result, check,
    ndarray::{Array1, Array2, Array3, ArrayView1, ArrayView2, Axis},
};
use serde::{Deserialize, Serialize};

use super::{
    average::{Counts, Ratio, ZeroDivision, mean},
    counts::ClassCounts,
    jaccard::jaccard,
    labelled::Weights,
    precision_recall::{check_beta, f_beta, precision, recall},
    report::{ClassificationReport, ReportLine},
    twins::twins,
};

pub use super::ranking::labels::{average_precision_score, roc_auc_score};

/// Whether a label holds: `bool`, or an integer of 0 and 1.
pub trait Indicator: Copy {
    /// `None` for what is neither 0 nor 1.
    fn holds(self) -> Option<bool>;
}

impl Indicator for bool {
    fn holds(self) -> Option<bool> {
        Some(self)
    }
}

macro_rules! indicators {
    ($($integer:ty),*) => { $(
        impl Indicator for $integer {
            fn holds(self) -> Option<bool> {
                match self {
                    0 => Some(false),
                    1 => Some(true),
                    _ => None,
                }
            }
        }
    )* };
}
indicators!(u8, u16, u32, u64, usize, i8, i16, i32, i64, isize);

/// How the figures of the labels become one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MultilabelAverage {
    /// One figure of the counts of all labels together.
    Micro,
    /// The mean over the labels, all counting alike.
    Macro,
    /// The mean over the labels, weighted by support: the rows of which they hold.
    Weighted,
    /// The mean over the rows of the figure of every row's labels.
    Samples,
}

/// Declares an averaged metric of one ratio.
macro_rules! averaged_metric {
    ($(#[$doc:meta])* $name:ident, $weighted:ident, $with:ident, $ratio:expr) => {
        twins! {
            $(#[$doc])*
            ///
            /// # Errors
            /// Empty or mismatched arrays; integers other than 0 and 1.
            $name, $weighted<I: Indicator>(
                y: ArrayView2<'_, I>,
                predicted: ArrayView2<'_, I>,
                average: MultilabelAverage,
                zero_division: ZeroDivision,
            ) -> f64 = $with
        }

        fn $with<I: Indicator>(
            y: ArrayView2<'_, I>,
            predicted: ArrayView2<'_, I>,
            average: MultilabelAverage,
            zero_division: ZeroDivision,
            weights: Weights<'_>,
        ) -> Result<f64> {
            let op = concat!("multilabel::", stringify!($name));
            Cells::new(op, y, predicted, weights)?.average(average, zero_division, &$ratio)
        }
    };
}

averaged_metric! {
    /// [`precision_score`](crate::metrics::precision_score) of several labels.
    precision_score, precision_score_weighted, precision_score_with, precision
}
averaged_metric! {
    /// [`recall_score`](crate::metrics::recall_score) of several labels.
    recall_score, recall_score_weighted, recall_score_with, recall
}
averaged_metric! {
    /// [`f1_score`](crate::metrics::f1_score) of several labels.
    ///
    /// ```
    /// use ml_classic::metrics::{MultilabelAverage, ZeroDivision, multilabel};
    /// use ml_core::ndarray::array;
    ///
    /// let y = array![[true, false], [true, true], [false, true]];
    /// let predicted = array![[true, false], [true, false], [false, true]];
    /// let f1 = multilabel::f1_score(y.view(), predicted.view(), MultilabelAverage::Macro, ZeroDivision::Warn)?;
    /// assert!((f1 - (1.0 + 2.0 / 3.0) / 2.0).abs() < 1e-15);
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    f1_score, f1_score_weighted, f1_score_with, f_beta(1.0)
}
averaged_metric! {
    /// [`jaccard_score`](crate::metrics::jaccard_score) of several labels.
    jaccard_score, jaccard_score_weighted, jaccard_score_with, jaccard
}

twins! {
    /// [`fbeta_score`](crate::metrics::fbeta_score) of several labels.
    ///
    /// # Errors
    /// As [`f1_score`]; `beta` below 0 or NaN.
    fbeta_score, fbeta_score_weighted<I: Indicator>(
        y: ArrayView2<'_, I>,
        predicted: ArrayView2<'_, I>,
        beta: f64,
        average: MultilabelAverage,
        zero_division: ZeroDivision,
    ) -> f64 = fbeta_score_with
}

fn fbeta_score_with<I: Indicator>(
    y: ArrayView2<'_, I>,
    predicted: ArrayView2<'_, I>,
    beta: f64,
    average: MultilabelAverage,
    zero_division: ZeroDivision,
    weights: Weights<'_>,
) -> Result<f64> {
    check_beta(beta)?;
    let cells = Cells::new("multilabel::fbeta_score", y, predicted, weights)?;
    cells.average(average, zero_division, &f_beta(beta))
}

twins! {
    /// The share of labels, over all rows, that are wrong.
    ///
    /// # Errors
    /// As [`f1_score`].
    ///
    /// # Examples
    /// ```
    /// use ml_classic::metrics::multilabel;
    /// use ml_core::ndarray::array;
    ///
    /// let (y, predicted) = (array![[0, 1], [1, 1]], array![[0, 1], [1, 0]]);
    /// assert_eq!(multilabel::hamming_loss(y.view(), predicted.view())?, 0.25);
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    hamming_loss, hamming_loss_weighted<I: Indicator>(
        y: ArrayView2<'_, I>,
        predicted: ArrayView2<'_, I>,
    ) -> f64 = hamming_loss_with
}

fn hamming_loss_with<I: Indicator>(
    y: ArrayView2<'_, I>,
    predicted: ArrayView2<'_, I>,
    weights: Weights<'_>,
) -> Result<f64> {
    let cells = Cells::new("multilabel::hamming_loss", y, predicted, weights)?;
    Ok(cells.mean_of_rows(|y, predicted| {
        let wrong = y
            .iter()
            .zip(predicted)
            .filter(|(y, predicted)| y != predicted)
            .count();
        wrong as f64 / y.len() as f64
    }))
}

twins! {
    /// Subset accuracy: the share of rows of which every label is right.
    ///
    /// # Errors
    /// As [`f1_score`].
    ///
    /// # Examples
    /// ```
    /// use ml_classic::metrics::multilabel;
    /// use ml_core::ndarray::array;
    ///
    /// let (y, predicted) = (array![[0, 1], [1, 1]], array![[0, 1], [1, 0]]);
    /// assert_eq!(multilabel::accuracy_score(y.view(), predicted.view())?, 0.5);
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    accuracy_score, accuracy_score_weighted<I: Indicator>(
        y: ArrayView2<'_, I>,
        predicted: ArrayView2<'_, I>,
    ) -> f64 = accuracy_score_with
}

fn accuracy_score_with<I: Indicator>(
    y: ArrayView2<'_, I>,
    predicted: ArrayView2<'_, I>,
    weights: Weights<'_>,
) -> Result<f64> {
    let cells = Cells::new("multilabel::accuracy_score", y, predicted, weights)?;
    Ok(cells.mean_of_rows(|y, predicted| f64::from(u8::from(y == predicted))))
}

twins! {
    /// `[labels, 2, 2]`: the matrix `[[TN, FP], [FN, TP]]` of every label.
    ///
    /// # Errors
    /// As [`f1_score`].
    ///
    /// # Examples
    /// ```
    /// use ml_classic::metrics::multilabel;
    /// use ml_core::ndarray::array;
    ///
    /// let (y, predicted) = (array![[0, 1], [1, 1]], array![[0, 1], [1, 0]]);
    /// let matrices = multilabel::confusion_matrix(y.view(), predicted.view())?;
    /// assert_eq!(matrices, array![[[1.0, 0.0], [0.0, 1.0]], [[0.0, 0.0], [1.0, 1.0]]]);
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    confusion_matrix, confusion_matrix_weighted<I: Indicator>(
        y: ArrayView2<'_, I>,
        predicted: ArrayView2<'_, I>,
    ) -> Array3<f64> = confusion_matrix_with
}

fn confusion_matrix_with<I: Indicator>(
    y: ArrayView2<'_, I>,
    predicted: ArrayView2<'_, I>,
    weights: Weights<'_>,
) -> Result<Array3<f64>> {
    let cells = Cells::new("multilabel::confusion_matrix", y, predicted, weights)?;
    let mut out = Array3::zeros((cells.y.ncols(), 2, 2));
    for ((row, label), &y) in cells.y.indexed_iter() {
        let predicted = cells.predicted[[row, label]];
        out[[label, usize::from(y), usize::from(predicted)]] += cells.weights[row];
    }
    Ok(out)
}

twins! {
    /// [`classification_report`](crate::metrics::classification_report) of several labels: a line a label, numbered from
    /// 0, and a mean over the rows beside the others.
    ///
    /// # Errors
    /// As [`f1_score`].
    ///
    /// # Examples
    /// ```
    /// use ml_classic::metrics::{ZeroDivision, multilabel};
    /// use ml_core::ndarray::array;
    ///
    /// let (y, predicted) = (array![[0, 1], [1, 1]], array![[0, 1], [1, 0]]);
    /// let report = multilabel::classification_report(y.view(), predicted.view(), ZeroDivision::Warn)?;
    /// assert_eq!(report.lines[1].recall, 0.5);
    /// assert_eq!(report.samples_average.map(|line| line.recall), Some(0.75));
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    classification_report, classification_report_weighted<I: Indicator>(
        y: ArrayView2<'_, I>,
        predicted: ArrayView2<'_, I>,
        zero_division: ZeroDivision,
    ) -> ClassificationReport<usize> = classification_report_with
}

fn classification_report_with<I: Indicator>(
    y: ArrayView2<'_, I>,
    predicted: ArrayView2<'_, I>,
    zero_division: ZeroDivision,
    weights: Weights<'_>,
) -> Result<ClassificationReport<usize>> {
    let op = "multilabel::classification_report";
    let cells = Cells::new(op, y, predicted, weights)?;
    let of_rows = |ratio: Ratio<'_>| cells.average(MultilabelAverage::Samples, zero_division, ratio);
    let counts = ClassCounts {
        classes: (0..y.ncols()).collect(),
        counts: cells.labels(),
        total: cells.weights.sum(),
        // Labels leave no row out, but neither is their micro average an accuracy.
        complete: false,
    };
    let report = ClassificationReport::new(op, counts, zero_division);
    Ok(ClassificationReport {
        samples_average: Some(ReportLine {
            precision: of_rows(&precision)?,
            recall: of_rows(&recall)?,
            f1: of_rows(&f_beta(1.0))?,
            support: report.micro.support,
        }),
        ..report
    })
}

/// Checked labels, with a weight a row.
struct Cells {
    op: &'static str,
    y: Array2<bool>,
    predicted: Array2<bool>,
    weights: Array1<f64>,
}

impl Cells {
    fn new<I: Indicator>(
        op: &'static str,
        y: ArrayView2<'_, I>,
        predicted: ArrayView2<'_, I>,
        weights: Weights<'_>,
    ) -> Result<Self> {
        if y.dim() != predicted.dim() {
            return Err(Error::Shape {
                op,
                left: y.shape().to_vec(),
                right: predicted.shape().to_vec(),
                rule: "y and predicted must have the same rows and labels",
            });
        }
        check::not_empty(op, y)?;
        if let Some(weights) = weights {
            check::weights(op, weights, y.nrows())?;
        }
        Ok(Self {
            op,
            y: indicators(op, "y", y)?,
            predicted: indicators(op, "predicted", predicted)?,
            weights: weights.map_or_else(|| Array1::ones(y.nrows()), |weights| weights.to_owned()),
        })
    }

    /// The weighted mean of `f(labels, predicted labels)` over the rows.
    fn mean_of_rows(&self, f: impl Fn(ArrayView1<'_, bool>, ArrayView1<'_, bool>) -> f64) -> f64 {
        let rows = self
            .y
            .rows()
            .into_iter()
            .zip(self.predicted.rows())
            .zip(&self.weights);
        let sum: f64 = rows
            .map(|((y, predicted), weight)| weight * f(y, predicted))
            .sum();
        sum / self.weights.sum()
    }

    /// The counts of every label.
    fn labels(&self) -> Vec<Counts> {
        self.along(Axis(1), &|row| self.weights[row])
    }

    /// The counts of every row, or of every label.
    fn along(&self, axis: Axis, weight: &dyn Fn(usize) -> f64) -> Vec<Counts> {
        let lanes = self.y.axis_iter(axis).zip(self.predicted.axis_iter(axis));
        lanes.map(|(y, predicted)| count(y, predicted, weight)).collect()
    }

    fn average(&self, average: MultilabelAverage, zero: ZeroDivision, ratio: Ratio<'_>) -> Result<f64> {
        let divide = |counts: Counts| {
            let (numerator, denominator) = ratio(counts);
            zero.ratio(self.op, numerator, denominator)
        };
        if average == MultilabelAverage::Samples {
            let rows = self.along(Axis(0), &|_| 1.0);
            return Ok(mean(
                rows.iter()
                    .zip(&self.weights)
                    .map(|(&c, &weight)| (divide(c), weight)),
            ));
        }
        let labels = self.labels();
        Ok(match average {
            MultilabelAverage::Micro => divide(labels.iter().fold(Counts::default(), |sum, &c| sum.plus(c))),
            MultilabelAverage::Weighted => mean(labels.iter().map(|&c| (divide(c), c.support))),
            _ => mean(labels.iter().map(|&c| (divide(c), 1.0))),
        })
    }
}

/// The counts of one label over the rows, or of one row over the labels.
fn count(y: ArrayView1<'_, bool>, predicted: ArrayView1<'_, bool>, weight: &dyn Fn(usize) -> f64) -> Counts {
    let mut counts = Counts::default();
    for (i, (&y, &predicted)) in y.iter().zip(predicted).enumerate() {
        let weight = weight(i);
        counts.support += if y { weight } else { 0.0 };
        counts.predicted += if predicted { weight } else { 0.0 };
        counts.true_positives += if y && predicted { weight } else { 0.0 };
    }
    counts
}

pub(super) fn indicators<I: Indicator>(
    op: &'static str,
    what: &str,
    labels: ArrayView2<'_, I>,
) -> Result<Array2<bool>> {
    let mut out = Array2::from_elem(labels.dim(), false);
    for ((place, &label), out) in labels.indexed_iter().zip(&mut out) {
        *out = label.holds().ok_or_else(|| Error::Data {
            op,
            problem: format!(
                "{what} holds neither 0 nor 1 at row {}, label {}",
                place.0, place.1
            ),
            remedy: "make every label a column of 0 and 1, or of bool",
        })?;
    }
    Ok(out)
}

/// Twins with a weight a row.
pub mod weighted {
    pub use super::{
        accuracy_score_weighted as accuracy_score, classification_report_weighted as classification_report,
        confusion_matrix_weighted as confusion_matrix, f1_score_weighted as f1_score,
        fbeta_score_weighted as fbeta_score, hamming_loss_weighted as hamming_loss,
        jaccard_score_weighted as jaccard_score, precision_score_weighted as precision_score,
        recall_score_weighted as recall_score,
    };
    pub use crate::metrics::classification::ranking::labels::{
        average_precision_score_weighted as average_precision_score, roc_auc_score_weighted as roc_auc_score,
    };
}

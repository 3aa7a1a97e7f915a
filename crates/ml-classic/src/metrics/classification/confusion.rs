//! Which class is taken for which.

use std::fmt;

use ml_core::{
    Error, Label, Result,
    ndarray::{Array1, Array2, ArrayView1, Axis},
};
use serde::{Deserialize, Serialize};

use super::{
    counts::check_labels,
    labelled::{Labelled, Places, Weights},
    twins::twins,
};

/// A matrix of more classes would not fit into memory (2 GiB).
const MOST_CLASSES: usize = 1 << 14;

/// By what the counts of a confusion matrix are divided.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Normalize {
    /// The true rows of every class: rows sum to 1, the diagonal is the recall.
    True,
    /// The rows predicted to be of every class: columns sum to 1, the diagonal is the precision.
    Predicted,
    /// All rows.
    All,
}

/// Counts of true against predicted classes: `counts[[i, j]]` rows of class `i` are taken for class `j`.
///
/// Of two classes `[[TN, FP], [FN, TP]]`, of perfect predictions nothing but the diagonal. With weights it holds
/// their sums.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(bound = "L: Label")]
pub struct ConfusionMatrix<L> {
    /// What rows and columns stand for.
    pub classes: Vec<L>,
    /// `[true classes, predicted classes]`.
    pub counts: Array2<f64>,
}

twins! {
    /// The [`ConfusionMatrix`] of all classes that occur, true or predicted, in ascending order.
    ///
    /// # Errors
    /// Empty or mismatched arrays; more than 16,384 classes ([`Error::Size`]).
    ///
    /// # Examples
    /// ```
    /// use ml_classic::metrics::confusion_matrix;
    /// use ml_core::ndarray::array;
    ///
    /// let y = array!["ant", "bee", "bee", "cat"].mapv(String::from);
    /// let predicted = array!["ant", "ant", "bee", "cat"].mapv(String::from);
    /// let matrix = confusion_matrix(y.view(), predicted.view())?;
    /// assert_eq!(matrix.counts, array![[1.0, 0.0, 0.0], [1.0, 1.0, 0.0], [0.0, 0.0, 1.0]]);
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    confusion_matrix, confusion_matrix_weighted<L: Label>(
        y: ArrayView1<'_, L>,
        predicted: ArrayView1<'_, L>,
    ) -> ConfusionMatrix<L> = confusion_matrix_with
}

fn confusion_matrix_with<L: Label>(
    y: ArrayView1<'_, L>,
    predicted: ArrayView1<'_, L>,
    weights: Weights<'_>,
) -> Result<ConfusionMatrix<L>> {
    ConfusionMatrix::with("confusion_matrix", y, predicted, weights)
}

impl<L: Label> ConfusionMatrix<L> {
    pub(super) fn with(
        op: &'static str,
        y: ArrayView1<'_, L>,
        predicted: ArrayView1<'_, L>,
        weights: Weights<'_>,
    ) -> Result<Self> {
        let rows = Labelled::new(op, &y, &predicted, weights.as_ref())?;
        let classes = rows.classes();
        let n = classes.len();
        let shape = vec![n, n];
        if n > MOST_CLASSES {
            return Err(Error::Size { op, shape });
        }
        // All classes that occur are listed, so that every row has its cell.
        let sums = rows.tally(&classes, n * n, |sums, y, predicted, weight| {
            sums[y * n + predicted] += weight;
        });
        let counts = Array2::from_shape_vec((n, n), sums).expect("a sum a cell");
        Ok(Self { classes, counts })
    }

    /// Rows and columns of these classes, in this order; others are left out, classes that do not occur get 0.
    ///
    /// # Errors
    /// No label, a label twice, or none that occurs.
    ///
    /// # Examples
    /// ```
    /// use ml_classic::metrics::confusion_matrix;
    /// use ml_core::ndarray::array;
    ///
    /// let matrix = confusion_matrix(array![0, 1, 1, 2].view(), array![0, 0, 1, 1].view())?;
    /// assert_eq!(matrix.of(&[1, 0])?.counts, array![[1.0, 1.0], [0.0, 1.0]]);
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    pub fn of(&self, labels: &[L]) -> Result<Self> {
        let op = "ConfusionMatrix";
        check_labels(op, labels)?;
        let places = Places::new(&self.classes);
        let from: Vec<usize> = labels.iter().map(|label| places.of(label)).collect();
        let n = self.classes.len();
        if from.iter().all(|&place| place == n) {
            return Err(Error::Data {
                op,
                problem: format!(
                    "none of the {} labels occurs, the first is {}",
                    labels.len(),
                    labels[0]
                ),
                remedy: "name classes of y or predicted",
            });
        }
        let cell = |(i, j): (usize, usize)| self.counts.get((from[i], from[j])).copied().unwrap_or(0.0);
        Ok(Self {
            classes: labels.to_vec(),
            counts: Array2::from_shape_fn((labels.len(), labels.len()), cell),
        })
    }

    /// True rows of every class.
    pub fn support(&self) -> Array1<f64> {
        self.counts.sum_axis(Axis(1))
    }

    /// Rows predicted to be of every class.
    pub fn predicted(&self) -> Array1<f64> {
        self.counts.sum_axis(Axis(0))
    }

    /// Shares instead of counts; 0 of 0 is 0.
    ///
    /// # Examples
    /// ```
    /// use ml_classic::metrics::{Normalize, confusion_matrix};
    /// use ml_core::ndarray::array;
    ///
    /// let matrix = confusion_matrix(array![0, 1, 1, 1].view(), array![0, 0, 1, 1].view())?;
    /// assert_eq!(matrix.normalized(Normalize::Predicted), array![[0.5, 0.0], [0.5, 1.0]]);
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    pub fn normalized(&self, by: Normalize) -> Array2<f64> {
        let (support, predicted, all) = (self.support(), self.predicted(), self.counts.sum());
        let share = |(cell, &count): ((usize, usize), &f64)| {
            let whole = match by {
                Normalize::True => support[cell.0],
                Normalize::Predicted => predicted[cell.1],
                Normalize::All => all,
            };
            if whole == 0.0 { 0.0 } else { count / whole }
        };
        let shares = self.counts.indexed_iter().map(share).collect();
        Array2::from_shape_vec(self.counts.dim(), shares).expect("a share a cell")
    }

    /// The shares of every class's rows that are taken for other classes: rows divided by their sums, the
    /// diagonal 0. Compares kinds of errors without favouring rare classes.
    ///
    /// # Examples
    /// ```
    /// use ml_classic::metrics::confusion_matrix;
    /// use ml_core::ndarray::array;
    ///
    /// let matrix = confusion_matrix(array![0, 1, 1, 1, 1].view(), array![0, 0, 1, 1, 1].view())?;
    /// assert_eq!(matrix.error_rates(), array![[0.0, 0.0], [0.25, 0.0]]);
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    pub fn error_rates(&self) -> Array2<f64> {
        let mut rates = self.normalized(Normalize::True);
        rates.diag_mut().fill(0.0);
        rates
    }
}

/// A table: a line a true class, a column a predicted one.
impl<L: Label> fmt::Display for ConfusionMatrix<L> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<String> = self.classes.iter().map(ToString::to_string).collect();
        let cells = self.counts.map(ToString::to_string);
        let lengths = names.iter().chain(&cells).map(|text| text.chars().count());
        let width = lengths.max().unwrap_or(0).max("actual".len());
        write!(f, "{:>width$}", "actual")?;
        for name in &names {
            write!(f, " {name:>width$}")?;
        }
        for (name, cells) in names.iter().zip(cells.rows()) {
            write!(f, "\n{name:>width$}")?;
            for cell in cells {
                write!(f, " {cell:>width$}")?;
            }
        }
        Ok(())
    }
}

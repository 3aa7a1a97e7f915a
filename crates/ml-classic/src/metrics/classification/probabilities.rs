//! Scores or probabilities by class beside the true classes, checked once for all metrics.

use ml_core::{
    Error, Float, Label, Result, check,
    ndarray::{Array1, ArrayView1, ArrayView2},
};

use super::{
    counts::check_labels,
    labelled::{Places, Weights},
};

/// The column of every row's true class.
pub(super) struct Columns<'a> {
    pub(super) codes: Array1<usize>,
    weights: Weights<'a>,
}

impl<'a> Columns<'a> {
    /// `scores` are `[rows, classes]`; `classes` names the columns.
    pub(super) fn new<L: Label, F: Float>(
        op: &'static str,
        y: ArrayView1<'_, L>,
        scores: ArrayView2<'_, F>,
        classes: &[L],
        weights: Weights<'a>,
    ) -> Result<Self> {
        Self::of_width(op, y, scores, classes, classes.len(), weights)
    }

    /// The same with another number of columns than classes.
    pub(super) fn of_width<L: Label, F: Float>(
        op: &'static str,
        y: ArrayView1<'_, L>,
        scores: ArrayView2<'_, F>,
        classes: &[L],
        width: usize,
        weights: Weights<'a>,
    ) -> Result<Self> {
        if y.len() != scores.nrows() {
            let (left_name, right_name) = ("y", "scores");
            let (left, right) = (y.len(), scores.nrows());
            return Err(Error::Length {
                op,
                left_name,
                left,
                right_name,
                right,
            });
        }
        if classes.len() < 2 {
            let what = format!("classes ({} of them)", classes.len());
            return Err(Error::Empty {
                op,
                what,
                least: "2 classes",
            });
        }
        check_labels(op, classes)?;
        if scores.ncols() != width {
            return Err(Error::BadShape {
                op,
                shape: scores.shape().to_vec(),
                rule: format!(
                    "{} classes need {width} columns, in the order of classes",
                    classes.len()
                ),
            });
        }
        check::not_empty(op, scores)?;
        check::finite(op, scores)?;
        if let Some(weights) = weights {
            check::weights(op, weights, y.len())?;
        }
        let places = Places::new(classes);
        let codes = y.map(|label| places.of(label));
        if let Some(row) = codes.iter().position(|&code| code == classes.len()) {
            return Err(Error::Data {
                op,
                problem: format!(
                    "y holds {} at row {row}, which is none of the {} classes",
                    y[row],
                    classes.len()
                ),
                remedy: "score only rows of classes that the model knows",
            });
        }
        Ok(Self { codes, weights })
    }

    /// The weighted mean of `f(row, column of the true class)`.
    pub(super) fn mean(&self, f: impl Fn(usize, usize) -> f64) -> f64 {
        let (mut sum, mut total) = (0.0, 0.0);
        for (row, &code) in self.codes.iter().enumerate() {
            let weight = self.weights.map_or(1.0, |weights| weights[row]);
            total += weight;
            // An infinite loss of a row without weight is none.
            if weight > 0.0 {
                sum += weight * f(row, code);
            }
        }
        sum / total
    }

    /// Every class must have a row.
    pub(super) fn every_class<L: Label>(&self, op: &'static str, classes: &[L]) -> Result<()> {
        let mut seen = vec![false; classes.len()];
        self.codes.iter().for_each(|&code| seen[code] = true);
        match seen.iter().position(|&seen| !seen) {
            None => Ok(()),
            Some(place) => Err(Error::Data {
                op,
                problem: format!("no row of y is of the class {}", classes[place]),
                remedy: "use rows of all classes; in cross-validation, stratified folds",
            }),
        }
    }
}

/// Numbers from 0 to 1 that sum to 1 in every row.
pub(super) fn check_probabilities<F: Float>(op: &'static str, values: ArrayView2<'_, F>) -> Result<()> {
    let tolerance = F::epsilon().as_f64().sqrt();
    for (row, values) in values.rows().into_iter().enumerate() {
        if let Some(value) = values.iter().find(|value| !(0.0..=1.0).contains(&value.as_f64())) {
            return Err(outside(op, value.as_f64(), row));
        }
        let sum: f64 = values.iter().map(|value| value.as_f64()).sum();
        if (sum - 1.0).abs() > tolerance {
            return Err(Error::Data {
                op,
                problem: format!("the probabilities of row {row} sum to {sum}"),
                remedy: "divide every row by its sum, or pass predict_proba's result",
            });
        }
    }
    Ok(())
}

/// The error for a value that is no probability.
pub(super) fn outside(op: &'static str, value: f64, row: usize) -> Error {
    Error::Data {
        op,
        problem: format!("{value} at row {row} is no probability"),
        remedy: "pass predict_proba's result; decision scores have to be calibrated first",
    }
}

//! From scores to classes and probabilities.

use ml_core::{
    Error, Label, Result,
    ndarray::{Array1, Array2, Axis},
};

use crate::tree::first_largest;

/// `1 / (1 + exp(-t))`; exp() only ever sees a negative number.
pub(crate) fn sigmoid(t: f64) -> f64 {
    let e = (-t.abs()).exp();
    if t < 0.0 { e / (1.0 + e) } else { 1.0 / (1.0 + e) }
}

/// At least two classes, or the error that says so.
pub(crate) fn at_least_two<L: Label>(op: &'static str, classes: &[L]) -> Result<()> {
    match classes {
        [only] => Err(Error::Data {
            op,
            problem: format!("y holds one class only, {only}"),
            remedy: "give rows of at least two classes",
        }),
        _ => Ok(()),
    }
}

/// The class of every row: of two the second where the one score is above 0, of more that of the largest score.
pub(crate) fn classes_of<L: Label>(classes: &[L], scores: &Array2<f64>) -> Array1<L> {
    let pick = |scores: &[f64]| match scores {
        [score] => usize::from(*score > 0.0),
        scores => first_largest(scores),
    };
    let rows = scores.rows().into_iter();
    rows.map(|row| classes[pick(row.to_slice().expect("scores are in standard layout"))].clone())
        .collect()
}

/// `[1 - p, p]` for a column of probabilities of the second class.
pub(crate) fn both(positive: Array2<f64>) -> Array2<f64> {
    let negative = positive.mapv(|p| 1.0 - p);
    ml_core::ndarray::concatenate![Axis(1), negative, positive]
}

/// Scores of two classes (one column) or of several become probabilities, each class by itself through `share`, then
/// scaled to sum to 1; rows without any share get equal ones.
pub(crate) fn one_versus_rest(mut scores: Array2<f64>, share: impl Fn(f64) -> f64) -> Array2<f64> {
    scores.mapv_inplace(share);
    if scores.ncols() == 1 {
        return both(scores);
    }
    for mut row in scores.rows_mut() {
        let sum = row.sum();
        if sum > 0.0 {
            row /= sum;
        } else {
            let n = row.len() as f64;
            row.fill(1.0 / n);
        }
    }
    scores
}

/// `exp(s) / Σ exp(s)` of every row.
pub(crate) fn softmax(mut scores: Array2<f64>) -> Array2<f64> {
    for mut row in scores.rows_mut() {
        let largest = row.fold(f64::NEG_INFINITY, |max, &v| max.max(v));
        row.mapv_inplace(|v| (v - largest).exp());
        let sum = row.sum();
        row /= sum;
    }
    scores
}

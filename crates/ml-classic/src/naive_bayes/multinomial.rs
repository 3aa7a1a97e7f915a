//! `MultinomialNB`.

use derive_setters::Setters;
use ml_core::{
    Error, FitContext, Float, Label, Result, check,
    ndarray::{Array1, Array2, ArrayView1, Axis},
};
use serde::{Deserialize, Serialize};

use super::classes::{Lesson, bayes_estimator, bayes_model, check_priors, linear, overflow};
use crate::{
    linear::dynamic::linear_estimator,
    solve::{Design, Matrix},
};

const OP: &str = "MultinomialNB";

/// Naive Bayes for counts: `log P(class) + Σ_j x_j·log(p_j)`, with
/// `p_j = (count_j + alpha) / Σ (count + alpha)` of the rows of the class.
///
/// The classic of text classification: columns are words, dense or sparse; fractions such as tf-idf do as well.
///
/// **Cost**: `O(stored values)`. **Source**: Manning, Raghavan, Schütze, "Introduction to Information Retrieval" (2008),
/// chapter 13.
///
/// # Examples
/// ```
/// use ml_classic::naive_bayes::MultinomialNB;
/// use ml_core::{Fit, Predict, ndarray::array};
///
/// let (x, y) = (array![[2.0, 0.0], [1.0, 0.0], [0.0, 3.0]], array!["ham", "ham", "spam"].mapv(String::from));
/// let model = MultinomialNB::default().fit(x.view(), y.view())?;
/// // Of ham: (3 + 1) / (3 + 2) for the first word.
/// assert!((model.feature_log_prob[[0, 0]] - 0.8_f64.ln()).abs() < 1e-12);
/// assert_eq!(model.predict(array![[0.0, 1.0]].view())?[0], "spam");
/// # Ok::<(), ml_core::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Setters, Serialize, Deserialize)]
pub struct MultinomialNB {
    /// Added to all counts (Laplace, Lidstone), at least 0; 0 forbids a class what it has not shown. Default 1.
    pub alpha: f64,
    /// Whether to learn the probabilities of the classes; else all alike. Default true.
    pub fit_prior: bool,
    /// Given ones, in the ascending order of the classes, summing to 1. Default `None`.
    #[setters(into)]
    pub class_prior: Option<Vec<f64>>,
}
ml_core::impl_params!(MultinomialNB);

impl Default for MultinomialNB {
    fn default() -> Self {
        Self {
            alpha: 1.0,
            fit_prior: true,
            class_prior: None,
        }
    }
}

/// What [`MultinomialNB`] learned.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(bound = "L: Label")]
pub struct FittedMultinomialNB<L> {
    /// The classes in ascending order: the columns of `predict_proba`.
    pub classes: Vec<L>,
    /// Weight of the rows of every class.
    pub class_count: Array1<f64>,
    /// `log P(class)`.
    pub class_log_prior: Array1<f64>,
    /// Sums of the columns over the rows of every class: `[classes, columns]`.
    pub feature_count: Array2<f64>,
    /// `log p`: `[classes, columns]`.
    pub feature_log_prob: Array2<f64>,
    how: MultinomialNB,
}

impl MultinomialNB {
    fn check(&self) -> Result<()> {
        check_alpha(self.alpha)
    }
}

pub(super) fn check_alpha(alpha: f64) -> Result<()> {
    check::parameter(
        "alpha",
        alpha,
        alpha >= 0.0 && alpha.is_finite(),
        "finite and >= 0",
    )
}

/// The logarithm of a probability, at least that of the smallest number: `0·log(0)` is to be 0.
pub(super) fn log(p: f64) -> f64 {
    p.max(f64::MIN_POSITIVE).ln()
}

/// The logarithms of the probabilities of classes.
pub(super) fn log_priors(count: &Array1<f64>, fit_prior: bool, given: Option<&[f64]>) -> Array1<f64> {
    match (given, fit_prior) {
        (Some(priors), _) => priors.iter().map(|&p| log(p)).collect(),
        (None, true) => {
            let total = count.sum();
            count.mapv(|count| log(count / total))
        }
        (None, false) => Array1::from_elem(count.len(), -(count.len() as f64).ln()),
    }
}

impl<L: Label> FittedMultinomialNB<L> {
    fn empty(how: MultinomialNB, columns: usize, classes: Vec<L>) -> Result<Self> {
        if let Some(priors) = &how.class_prior {
            check_priors(priors, classes.len())?;
        }
        Ok(Self {
            class_count: Array1::zeros(classes.len()),
            class_log_prior: Array1::zeros(classes.len()),
            feature_count: Array2::zeros((classes.len(), columns)),
            feature_log_prob: Array2::zeros((classes.len(), columns)),
            classes,
            how,
        })
    }

    /// [`partial_fit`](ml_core::PartialFit::partial_fit) with a weight a row, from `context`.
    ///
    /// # Errors
    /// As [`partial_fit`](ml_core::PartialFit::partial_fit); bad weights; [`Error::Data`] for counts below 0.
    pub fn partial_fit_with<X: Matrix>(
        &mut self,
        x: X,
        y: ArrayView1<'_, L>,
        context: &FitContext<'_>,
    ) -> Result<()> {
        let x = x.design(OP)?;
        check::columns(OP, self.feature_count.ncols(), x.n_columns())?;
        not_negative(OP, &x)?;
        let lesson = Lesson::new(OP, &self.classes, y, x.n_rows(), context)?;
        let before = self.clone();
        for (row, (&code, &weight)) in lesson.codes.iter().zip(&lesson.weights).enumerate() {
            x.for_each(row, |j, v| self.feature_count[[code, j]] += weight * v.as_f64());
        }
        self.class_count += &lesson.class_counts(self.classes.len());
        self.class_log_prior = log_priors(
            &self.class_count,
            self.how.fit_prior,
            self.how.class_prior.as_deref(),
        );
        // At most a trace of smoothing: a count of 0 has no logarithm.
        let alpha = self.how.alpha.max(1e-10);
        let smoothed = &self.feature_count + alpha;
        let totals = smoothed.sum_axis(Axis(1)).insert_axis(Axis(1));
        self.feature_log_prob = smoothed.mapv(f64::ln) - totals.mapv(f64::ln);
        if self.feature_log_prob.iter().any(|v| !v.is_finite()) {
            *self = before;
            return Err(overflow(OP));
        }
        Ok(())
    }

    /// `log P(class) + log P(row | class)`, up to a number that is the same for all classes: `[rows, classes]`.
    ///
    /// # Errors
    /// As [`Predict::predict`](ml_core::Predict::predict).
    pub fn joint_log_likelihood<X: Matrix>(&self, x: X) -> Result<Array2<f64>> {
        let x = x.queries(OP, self.feature_count.ncols())?;
        Ok(linear(&x, &self.feature_log_prob, &self.class_log_prior))
    }
}

fn not_negative<F: Float>(op: &'static str, x: &Design<'_, F>) -> Result<()> {
    let mut found = None;
    for row in 0..x.n_rows() {
        x.for_each(row, |j, v| {
            if v < F::zero() && found.is_none() {
                found = Some((row, j, v.as_f64()));
            }
        });
        if let Some((row, column, value)) = found {
            return Err(Error::Data {
                op,
                problem: format!("x holds {value} at row {row}, column {column}"),
                remedy: "give counts of at least 0, or use GaussianNB",
            });
        }
    }
    Ok(())
}

bayes_estimator!(MultinomialNB => FittedMultinomialNB, OP, Matrix);
bayes_model!(FittedMultinomialNB, "MultinomialNB", Matrix);
linear_estimator!(MultinomialNB, Classification, classes);

//! `BernoulliNB`.

use std::ops::Range;

use derive_setters::Setters;
use ml_core::{
    FitContext, Float, Label, Result, check,
    ndarray::{Array1, Array2, ArrayView1, Axis, s},
    sprs::CsMat,
};
use serde::{Deserialize, Serialize};

use super::{
    classes::{Lesson, bayes_estimator, bayes_model, check_priors, linear, overflow},
    multinomial::{check_alpha, log_priors},
};
use crate::{
    linear::dynamic::linear_estimator,
    solve::{Design, Matrix},
};

const OP: &str = "BernoulliNB";

/// Naive Bayes for columns that are there or not: `log P(class) + Σ_j log(p_j or 1 - p_j)`, with
/// `p_j = (rows with j + alpha) / (rows + 2·alpha)` of the class.
///
/// Unlike [`MultinomialNB`](super::MultinomialNB) it counts a column that is absent as evidence. Dense or sparse rows.
///
/// **Cost**: `O(stored values)`. **Source**: McCallum and Nigam, "A Comparison of Event Models for Naive Bayes Text
/// Classification" (1998).
///
/// # Examples
/// ```
/// use ml_classic::naive_bayes::BernoulliNB;
/// use ml_core::{Fit, Predict, ndarray::array};
///
/// let (x, y) = (array![[1.0, 0.0], [1.0, 1.0], [0.0, 1.0]], array![0, 0, 1]);
/// let model = BernoulliNB::default().fit(x.view(), y.view())?;
/// // Of class 0: (2 + 1) / (2 + 2) for the first column.
/// assert!((model.feature_log_prob[[0, 0]] - 0.75_f64.ln()).abs() < 1e-12);
/// assert_eq!(model.predict(array![[0.0, 1.0]].view())?, array![1]);
/// # Ok::<(), ml_core::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Setters, Serialize, Deserialize)]
pub struct BernoulliNB {
    /// Added to all counts (Laplace, Lidstone), at least 0. Default 1.
    pub alpha: f64,
    /// What a value must exceed to count as there, at least 0; `None` for values that are 0 and 1 already. Default 0.
    #[setters(into)]
    pub binarize: Option<f64>,
    /// Whether to learn the probabilities of the classes; else all alike. Default true.
    pub fit_prior: bool,
    /// Given ones, in the ascending order of the classes, summing to 1. Default `None`.
    #[setters(into)]
    pub class_prior: Option<Vec<f64>>,
}
ml_core::impl_params!(BernoulliNB);

impl Default for BernoulliNB {
    fn default() -> Self {
        Self {
            alpha: 1.0,
            binarize: Some(0.0),
            fit_prior: true,
            class_prior: None,
        }
    }
}

/// What [`BernoulliNB`] learned.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(bound = "L: Label")]
pub struct FittedBernoulliNB<L> {
    /// The classes in ascending order: the columns of `predict_proba`.
    pub classes: Vec<L>,
    /// Weight of the rows of every class.
    pub class_count: Array1<f64>,
    /// `log P(class)`.
    pub class_log_prior: Array1<f64>,
    /// Weight of the rows of every class in which a column is there: `[classes, columns]`.
    pub feature_count: Array2<f64>,
    /// `log p`: `[classes, columns]`.
    pub feature_log_prob: Array2<f64>,
    how: BernoulliNB,
}

impl BernoulliNB {
    fn check(&self) -> Result<()> {
        if let Some(threshold) = self.binarize {
            let valid = threshold.is_finite() && threshold >= 0.0;
            check::parameter("binarize", threshold, valid, "finite and >= 0, or None")?;
        }
        check_alpha(self.alpha)
    }
}

impl<L: Label> FittedBernoulliNB<L> {
    fn empty(how: BernoulliNB, columns: usize, classes: Vec<L>) -> Result<Self> {
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

    /// The columns that are there in some rows, as ones.
    fn present<F: Float>(&self, x: &Design<'_, F>, rows: Range<usize>) -> CsMat<f64> {
        let (mut starts, mut indices, mut values) = (vec![0], Vec::new(), Vec::new());
        for row in rows.clone() {
            x.for_each(row, |j, v| {
                let v = v.as_f64();
                let v = self.how.binarize.map_or(v, |threshold| f64::from(v > threshold));
                if v != 0.0 {
                    indices.push(j);
                    values.push(v);
                }
            });
            starts.push(indices.len());
        }
        CsMat::new((rows.len(), x.n_columns()), starts, indices, values)
    }

    /// [`partial_fit`](ml_core::PartialFit::partial_fit) with a weight a row, from `context`.
    ///
    /// # Errors
    /// As [`partial_fit`](ml_core::PartialFit::partial_fit); bad weights.
    pub fn partial_fit_with<X: Matrix>(
        &mut self,
        x: X,
        y: ArrayView1<'_, L>,
        context: &FitContext<'_>,
    ) -> Result<()> {
        let x = x.design(OP)?;
        check::columns(OP, self.feature_count.ncols(), x.n_columns())?;
        let lesson = Lesson::new(OP, &self.classes, y, x.n_rows(), context)?;
        let before = self.clone();
        for rows in shares(x.n_rows()) {
            let present = self.present(&x, rows.clone());
            for (row, columns) in rows.zip(present.outer_iterator()) {
                for (j, v) in columns.iter() {
                    self.feature_count[[lesson.codes[row], j]] += lesson.weights[row] * v;
                }
            }
        }
        self.class_count += &lesson.class_counts(self.classes.len());
        self.class_log_prior = log_priors(
            &self.class_count,
            self.how.fit_prior,
            self.how.class_prior.as_deref(),
        );
        let alpha = self.how.alpha.max(1e-10);
        let totals = (&self.class_count + 2.0 * alpha).insert_axis(Axis(1));
        self.feature_log_prob = (&self.feature_count + alpha).mapv(f64::ln) - totals.mapv(f64::ln);
        if self.feature_log_prob.iter().any(|v| !v.is_finite()) {
            *self = before;
            return Err(overflow(OP));
        }
        Ok(())
    }

    /// `log P(class) + log P(row | class)`: `[rows, classes]`.
    ///
    /// # Errors
    /// As [`Predict::predict`](ml_core::Predict::predict).
    pub fn joint_log_likelihood<X: Matrix>(&self, x: X) -> Result<Array2<f64>> {
        let x = x.queries(OP, self.feature_count.ncols())?;
        // Σ x·log(p) + (1 - x)·log(1 - p) = Σ x·(log(p) - log(1 - p)) + Σ log(1 - p)
        let absent = self
            .feature_log_prob
            .mapv(|log_p| (-log_p.exp()).ln_1p().max(f64::MIN_POSITIVE.ln()));
        let offsets = &self.class_log_prior + &absent.sum_axis(Axis(1));
        let weights = &self.feature_log_prob - &absent;
        let mut out = Array2::zeros((x.n_rows(), offsets.len()));
        for rows in shares(x.n_rows()) {
            let present = self.present(&x, rows.clone());
            let scores = linear(&Design::Sparse(present.view()), &weights, &offsets);
            out.slice_mut(s![rows, ..]).assign(&scores);
        }
        Ok(out)
    }
}

/// Rows whose columns are listed at a time, so that the list never becomes a copy of all rows.
const SHARE_ROWS: usize = 1024;

fn shares(n_rows: usize) -> impl Iterator<Item = Range<usize>> {
    let starts = (0..n_rows).step_by(SHARE_ROWS);
    starts.map(move |start| start..n_rows.min(start + SHARE_ROWS))
}

bayes_estimator!(BernoulliNB => FittedBernoulliNB, OP, Matrix);
bayes_model!(FittedBernoulliNB, "BernoulliNB", Matrix);
linear_estimator!(BernoulliNB, Classification, classes);

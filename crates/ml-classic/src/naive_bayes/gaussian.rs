//! `GaussianNB`.

use derive_setters::Setters;
use ml_core::{
    Error, FitContext, Label, Result, check,
    ndarray::{Array1, Array2, ArrayView1},
};
use serde::{Deserialize, Serialize};

use super::classes::{Lesson, bayes_estimator, bayes_model, check_priors, overflow};
use crate::{linear::dynamic::linear_estimator, solve::Matrix};

const OP: &str = "GaussianNB";

/// Naive Bayes with normal columns: `log P(class) - ½·Σ_j (log(2π·var_j) + (x_j - mean_j)² / var_j)`.
///
/// Columns need no scaling, but to every variance `var_smoothing` times the largest variance of a column is added, so
/// that constant columns decide nothing alone. Sample weights count as repetitions.
///
/// **Cost**: `O(rows·columns)`. **Source**: Chan, Golub, LeVeque, "Updating Formulae and a Pairwise Algorithm for
/// Computing Sample Variances" (1979), for learning in parts.
///
/// # Examples
/// ```
/// use ml_classic::naive_bayes::GaussianNB;
/// use ml_core::{Fit, Predict, ndarray::array};
///
/// let (x, y) = (array![[1.0], [3.0], [6.0], [10.0]], array!['a', 'a', 'b', 'b']);
/// let model = GaussianNB::default().fit(x.view(), y.view())?;
/// assert_eq!(model.theta, array![[2.0], [8.0]]);
/// assert_eq!(model.predict(array![[2.5], [7.0]].view())?, array!['a', 'b']);
/// # Ok::<(), ml_core::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Setters, Serialize, Deserialize)]
pub struct GaussianNB {
    /// Probabilities of the classes, in their ascending order, summing to 1. Default `None`: their shares of the rows.
    #[setters(into)]
    pub priors: Option<Vec<f64>>,
    /// What is added to all variances, as a share of the largest: at least 0. Default 1e-9.
    pub var_smoothing: f64,
}
ml_core::impl_params!(GaussianNB);

impl Default for GaussianNB {
    fn default() -> Self {
        Self {
            priors: None,
            var_smoothing: 1e-9,
        }
    }
}

/// What [`GaussianNB`] learned.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(bound = "L: Label")]
pub struct FittedGaussianNB<L> {
    /// The classes in ascending order: the columns of `predict_proba`.
    pub classes: Vec<L>,
    /// Weight of the rows of every class.
    pub class_count: Array1<f64>,
    /// Means: `[classes, columns]`.
    pub theta: Array2<f64>,
    /// Variances, smoothed: `[classes, columns]`.
    pub var: Array2<f64>,
    /// What was added to the variances.
    pub epsilon: f64,
    /// Sums of squares about the means.
    squares: Array2<f64>,
    /// Number, mean and sum of squares of all rows, whose largest variance `epsilon` is a share of.
    all: (f64, Array1<f64>, Array1<f64>),
    how: GaussianNB,
}

impl GaussianNB {
    fn check(&self) -> Result<()> {
        let v = self.var_smoothing;
        check::parameter("var_smoothing", v, v >= 0.0 && v.is_finite(), "finite and >= 0")
    }
}

impl<L: Label> FittedGaussianNB<L> {
    fn empty(how: GaussianNB, columns: usize, classes: Vec<L>) -> Result<Self> {
        if let Some(priors) = &how.priors {
            check_priors(priors, classes.len())?;
        }
        let zeros = || Array2::zeros((classes.len(), columns));
        Ok(Self {
            class_count: Array1::zeros(classes.len()),
            theta: zeros(),
            var: zeros(),
            epsilon: 0.0,
            squares: zeros(),
            all: (0.0, Array1::zeros(columns), Array1::zeros(columns)),
            classes,
            how,
        })
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
        check::columns(OP, self.theta.ncols(), x.n_columns())?;
        if x.is_sparse() {
            return Err(Error::Unsupported {
                owner: OP.to_owned(),
                what: "sparse rows",
                remedy: "make them dense, or use MultinomialNB or BernoulliNB",
            });
        }
        let lesson = Lesson::new(OP, &self.classes, y, x.n_rows(), context)?;
        let before = self.clone();
        for (row, (&code, &weight)) in lesson.codes.iter().zip(&lesson.weights).enumerate() {
            self.all.0 += 1.0;
            let share = 1.0 / self.all.0;
            self.class_count[code] += weight;
            let class_share = if weight > 0.0 {
                weight / self.class_count[code]
            } else {
                0.0
            };
            x.for_each(row, |j, v| {
                let v = ml_core::Float::as_f64(v);
                let off = v - self.all.1[j];
                self.all.1[j] += share * off;
                self.all.2[j] += off * (v - self.all.1[j]);
                let off = v - self.theta[[code, j]];
                self.theta[[code, j]] += class_share * off;
                self.squares[[code, j]] += weight * off * (v - self.theta[[code, j]]);
            });
        }
        let largest = self.all.2.fold(0.0, |most: f64, v| most.max(*v)) / self.all.0;
        self.epsilon = self.how.var_smoothing * largest;
        for (class, mut var) in self.var.rows_mut().into_iter().enumerate() {
            let count = self.class_count[class];
            let squares = self.squares.row(class);
            var.assign(&squares.mapv(|v| if count > 0.0 { v / count } else { 0.0 } + self.epsilon));
        }
        if self.theta.iter().chain(&self.var).any(|v| !v.is_finite()) {
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
        let x = x.queries(OP, self.theta.ncols())?;
        let total = self.class_count.sum();
        let mut out = Array2::zeros((x.n_rows(), self.classes.len()));
        for (class, mut out) in out.columns_mut().into_iter().enumerate() {
            let prior = match &self.how.priors {
                Some(priors) => priors[class],
                None => self.class_count[class] / total,
            };
            let (mean, var) = (self.theta.row(class), self.var.row(class));
            if prior.is_nan() || prior == 0.0 || self.class_count[class] == 0.0 {
                out.fill(f64::MIN / 4.0);
                continue;
            }
            // A variance of exactly 0, without smoothing, tells its one value from all others.
            let var = var.mapv(|v| v.max(f64::MIN_POSITIVE));
            let constant =
                prior.ln() - 0.5 * var.iter().map(|v| (std::f64::consts::TAU * v).ln()).sum::<f64>();
            for (row, out) in out.iter_mut().enumerate() {
                let mut sum = 0.0;
                x.for_each(row, |j, v| {
                    sum += (ml_core::Float::as_f64(v) - mean[j]).powi(2) / var[j]
                });
                *out = (constant - 0.5 * sum).max(f64::MIN / 4.0);
            }
        }
        Ok(out)
    }
}

bayes_estimator!(GaussianNB => FittedGaussianNB, OP, Matrix);
bayes_model!(FittedGaussianNB, "GaussianNB", Matrix);
linear_estimator!(GaussianNB, Classification, classes);

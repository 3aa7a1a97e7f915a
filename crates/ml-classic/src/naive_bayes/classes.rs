//! What the three have in common: classes, their shares, and Bayes' theorem.

use ml_core::{
    Error, FitContext, Label, Result, check,
    ndarray::{Array1, Array2, ArrayView1},
};

use crate::{
    linear::decide::softmax,
    solve::{Design, scores},
    tree::first_largest,
};
use ml_core::Float;

/// Checked rows of a lesson: the class of each, as a position, and its weight.
pub(super) struct Lesson {
    pub(super) codes: Vec<usize>,
    pub(super) weights: Vec<f64>,
}

impl Lesson {
    /// Rows of known classes.
    pub(super) fn new<L: Label>(
        op: &'static str,
        classes: &[L],
        y: ArrayView1<'_, L>,
        n_rows: usize,
        context: &FitContext<'_>,
    ) -> Result<Self> {
        check::same_rows(op, n_rows, y.len())?;
        let weights = context.weights_for(op, n_rows)?;
        let code = |label: &L| {
            classes.binary_search(label).map_err(|_| Error::Data {
                op,
                problem: format!("y holds the class {label}, which is not one of {classes:?}"),
                remedy: "name all classes at the start",
            })
        };
        Ok(Self {
            codes: y.iter().map(code).collect::<Result<_>>()?,
            weights: weights.map_or_else(|| vec![1.0; n_rows], |weights| weights.to_vec()),
        })
    }

    /// The weight of every class.
    pub(super) fn class_counts(&self, n_classes: usize) -> Array1<f64> {
        let mut out = Array1::zeros(n_classes);
        self.codes
            .iter()
            .zip(&self.weights)
            .for_each(|(&code, weight)| out[code] += weight);
        out
    }
}

/// Sums that are beyond all numbers.
pub(super) fn overflow(op: &'static str) -> Error {
    Error::Numerical {
        op,
        problem: "the sums of the columns overflow".to_owned(),
        remedy: "scale the columns first (MaxAbsScaler)",
    }
}

/// The distinct labels in ascending order.
pub(super) fn distinct<L: Label>(op: &'static str, labels: impl IntoIterator<Item = L>) -> Result<Vec<L>> {
    let mut classes: Vec<L> = labels.into_iter().collect();
    classes.sort_unstable();
    classes.dedup();
    if classes.is_empty() {
        let what = "the list of classes".to_owned();
        return Err(Error::Empty {
            op,
            what,
            least: "1 class",
        });
    }
    Ok(classes)
}

/// Checks priors that a user gives: one a class, summing to 1.
pub(super) fn check_priors(priors: &[f64], n_classes: usize) -> Result<()> {
    check::parameter(
        "priors",
        priors.len(),
        priors.len() == n_classes,
        &format!("a number for each of {n_classes} classes"),
    )?;
    if let Some(prior) = priors.iter().find(|p| p.is_nan() || **p < 0.0) {
        check::parameter("priors", prior, false, ">= 0")?;
    }
    let sum: f64 = priors.iter().sum();
    check::parameter("sum of priors", sum, (sum - 1.0).abs() < 1e-8, "1")
}

/// The class of every row: the one of the largest likelihood.
pub(super) fn most_likely<L: Label>(classes: &[L], joint: &Array2<f64>) -> Array1<L> {
    let rows = joint.rows().into_iter();
    rows.map(|row| classes[first_largest(row.to_slice().expect("in standard layout"))].clone())
        .collect()
}

/// `P(class | row) = exp(joint) / Σ exp(joint)`.
pub(super) fn probabilities(joint: Array2<f64>) -> Array2<f64> {
    softmax(joint)
}

/// `x·weightsᵀ + offsets`: the joint log-likelihood of models that are linear in it.
pub(super) fn linear<F: Float>(
    x: &Design<'_, F>,
    weights: &Array2<f64>,
    offsets: &Array1<f64>,
) -> Array2<f64> {
    scores(x, weights.view(), offsets.view())
}

/// Implements `Predict`, `PredictProba`, `Score`, `PartialFit` and the object-safe form for a fitted model with
/// `classes`, `joint_log_likelihood` and `partial_fit_with`.
macro_rules! bayes_model {
    ($fitted:ident, $owner:literal, $($bound:tt)*) => {
        impl<X: $($bound)*, L: ml_core::Label> ml_core::Predict<X> for $fitted<L> {
            type Output = ml_core::ndarray::Array1<L>;

            fn predict(&self, x: X) -> ml_core::Result<ml_core::ndarray::Array1<L>> {
                Ok($crate::naive_bayes::classes::most_likely(&self.classes, &self.joint_log_likelihood(x)?))
            }
        }

        impl<X: $($bound)*, L: ml_core::Label> ml_core::PredictProba<X> for $fitted<L> {
            fn predict_proba(&self, x: X) -> ml_core::Result<ml_core::ndarray::Array2<f64>> {
                Ok($crate::naive_bayes::classes::probabilities(self.joint_log_likelihood(x)?))
            }
        }

        impl<X: $($bound)*, L: ml_core::Label> ml_core::Score<X, ml_core::ndarray::ArrayView1<'_, L>> for $fitted<L> {
            /// Accuracy.
            fn score_with(
                &self,
                x: X,
                y: ml_core::ndarray::ArrayView1<'_, L>,
                weights: Option<ml_core::ndarray::ArrayView1<'_, f64>>,
            ) -> ml_core::Result<f64> {
                $crate::metrics::accuracy_score_with(y, ml_core::Predict::predict(self, x)?.view(), weights)
            }
        }

        impl<X: $($bound)*, L: ml_core::Label> ml_core::PartialFit<X, ml_core::ndarray::ArrayView1<'_, L>>
            for $fitted<L>
        {
            fn partial_fit(&mut self, x: X, y: ml_core::ndarray::ArrayView1<'_, L>) -> ml_core::Result<()> {
                self.partial_fit_with(x, y, &ml_core::FitContext::default())
            }
        }

        $crate::class_weight::persist_by_label!($fitted);
        $crate::linear::dynamic::linear_classifier_model!($fitted<i64>, $owner, proba);
    };
}

/// Implements `Fit` and `start` for an estimator whose `check` checks it and whose fitted model has `empty` and
/// `partial_fit_with`.
macro_rules! bayes_estimator {
    ($name:ident => $fitted:ident, $op:expr, $($bound:tt)*) => {
        impl<X: $($bound)*, L: ml_core::Label> ml_core::Fit<X, ml_core::ndarray::ArrayView1<'_, L>> for $name {
            type Fitted = $fitted<L>;

            fn fit_with(
                &self,
                x: X,
                y: ml_core::ndarray::ArrayView1<'_, L>,
                context: &ml_core::FitContext<'_>,
            ) -> ml_core::Result<$fitted<L>> {
                self.check()?;
                let columns = x.design($op)?.n_columns();
                let mut model = self.start(columns, y.to_vec())?;
                model.partial_fit_with(x, y, context)?;
                Ok(model)
            }
        }

        impl $name {
            /// A model that has seen no row yet, to be trained by [`partial_fit`](ml_core::PartialFit::partial_fit).
            ///
            /// # Errors
            /// A hyperparameter outside its domain, no class.
            pub fn start<L: ml_core::Label>(&self, columns: usize, classes: Vec<L>) -> ml_core::Result<$fitted<L>> {
                self.check()?;
                $fitted::empty(self.clone(), columns, $crate::naive_bayes::classes::distinct($op, classes)?)
            }
        }
    };
}

pub(super) use {bayes_estimator, bayes_model};

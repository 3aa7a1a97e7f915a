//! What the classifiers trained by stochastic gradient descent have learned.

use std::sync::Once;

use ml_core::{
    DecisionFunction, Error, FitContext, Float, Label, PartialFit, Predict, PredictProba, Result, Score,
    check, label,
    ndarray::{Array1, Array2, ArrayView1},
};
use serde::{Deserialize, Serialize};

use super::{
    descent::Line,
    loss::Loss,
    plan::Plan,
    train::{Classes, train_classes},
};
use crate::{
    class_weight::persist_by_label,
    linear::{
        decide::{at_least_two, classes_of, one_versus_rest, sigmoid},
        dynamic::linear_classifier_model,
        pitfalls::warn_of_sorted_classes,
    },
    metrics::accuracy_score_with,
    solve::{Matrix, scores},
};

/// What [`SGDClassifier`](super::SGDClassifier), [`Perceptron`](super::Perceptron) and
/// [`PassiveAggressiveClassifier`](super::PassiveAggressiveClassifier) learned.
///
/// It goes on learning: [`partial_fit`](PartialFit::partial_fit) is one more pass over other rows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(bound = "L: Label")]
pub struct FittedSGDClassifier<L> {
    /// The classes in ascending order.
    pub classes: Vec<L>,
    /// `[1, columns]` for two classes (positive: the second), `[classes, columns]` for more.
    pub coef: Array2<f64>,
    /// One a row of `coef`.
    pub intercept: Array1<f64>,
    /// Epochs of the last fit, the most of all classes.
    pub n_iter: usize,
    plan: Plan,
    lines: Vec<Line>,
    /// Number of the next step, from 1.
    t: f64,
}

static UNSCALED: Once = Once::new();
static SORTED: Once = Once::new();

impl<L: Label> FittedSGDClassifier<L> {
    /// All weights zero.
    pub(super) fn start(plan: Plan, columns: usize, mut classes: Vec<L>) -> Result<Self> {
        plan.check()?;
        let op = plan.op.name();
        classes.sort_unstable();
        classes.dedup();
        at_least_two(op, &classes)?;
        if classes.is_empty() || columns == 0 {
            let what = if columns == 0 { "x (0 columns)" } else { "classes" }.to_owned();
            let least = if columns == 0 { "1 column" } else { "2 classes" };
            return Err(Error::Empty { op, what, least });
        }
        let n_lines = if classes.len() == 2 { 1 } else { classes.len() };
        Ok(Self {
            coef: Array2::zeros((n_lines, columns)),
            intercept: Array1::zeros(n_lines),
            n_iter: 0,
            lines: vec![Line::zero(columns, plan.average > 0); n_lines],
            t: 1.0,
            plan,
            classes,
        })
    }

    pub(super) fn fit<X: Matrix>(
        plan: Plan,
        x: X,
        y: ArrayView1<'_, L>,
        context: &FitContext<'_>,
        from: Option<&Self>,
    ) -> Result<Self> {
        plan.check()?;
        let op = plan.op.name();
        let design = x.design(op)?;
        check::same_rows(op, design.n_rows(), y.len())?;
        let row_weights = context.weights_for(op, y.len())?;
        let (classes, codes) = label::encode(y);
        let class_weights = plan.class_weight.resolve(op, &classes, codes.iter().copied())?;
        let max_iter = plan.max_iter;
        let mut model = Self::start(plan, design.n_columns(), classes)?;
        if let Some(from) = from {
            model.take_weights(from)?;
        }
        design.warn_if_unscaled(op, &UNSCALED);
        if !model.plan.shuffle {
            let codes = codes.as_slice().expect("an owned vector is contiguous");
            warn_of_sorted_classes(op, codes, model.classes.len(), &SORTED);
        }
        let design = if max_iter > 1 { design.packed() } else { design };
        let data = Classes {
            x: &design,
            codes: &codes,
            row_weights,
            class_weights: &class_weights,
        };
        model.learn(&data, max_iter)?;
        Ok(model)
    }

    /// Starts from the weights of an earlier fit.
    fn take_weights(&mut self, from: &Self) -> Result<()> {
        let op = self.plan.op.name();
        check::columns(op, from.coef.ncols(), self.coef.ncols())?;
        if from.classes != self.classes {
            return Err(Error::Data {
                op,
                problem: format!(
                    "y holds the classes {:?}, but the model to go on from {:?}",
                    self.classes, from.classes
                ),
                remedy: "go on with rows of the same classes, or start afresh",
            });
        }
        for (line, (coef, intercept)) in self
            .lines
            .iter_mut()
            .zip(from.coef.rows().into_iter().zip(&from.intercept))
        {
            line.weights = coef.to_owned();
            line.intercept = *intercept;
        }
        Ok(())
    }

    fn learn<F: Float>(&mut self, data: &Classes<'_, '_, F>, max_iter: usize) -> Result<()> {
        self.n_iter = train_classes(&self.plan, data, &mut self.lines, (self.t, max_iter))?;
        self.t += (self.n_iter * data.codes.len()) as f64;
        let averaged = self.plan.average > 0 && self.plan.average as f64 <= self.t - 1.0;
        for (class, line) in self.lines.iter().enumerate() {
            let (weights, intercept) = match &line.average {
                Some((weights, intercept)) if averaged => (weights, *intercept),
                _ => (&line.weights, line.intercept),
            };
            self.coef.row_mut(class).assign(weights);
            self.intercept[class] = intercept;
        }
        Ok(())
    }

    /// [`partial_fit`](PartialFit::partial_fit) with a weight a row, from `context`.
    ///
    /// # Errors
    /// As [`PartialFit::partial_fit`]; bad weights.
    pub fn partial_fit_with<X: Matrix>(
        &mut self,
        x: X,
        y: ArrayView1<'_, L>,
        context: &FitContext<'_>,
    ) -> Result<()> {
        self.plan.check_partial()?;
        let op = self.plan.op.name();
        let design = x.design(op)?;
        check::columns(op, self.coef.ncols(), design.n_columns())?;
        if self.t == 1.0 {
            design.warn_if_block_unscaled(op, &UNSCALED);
        }
        check::same_rows(op, design.n_rows(), y.len())?;
        let row_weights = context.weights_for(op, y.len())?;
        let code = |label: &L| {
            self.classes.binary_search(label).map_err(|_| Error::Data {
                op,
                problem: format!(
                    "y holds the class {label}, which is not one of {:?}",
                    self.classes
                ),
                remedy: "name all classes at the start",
            })
        };
        let codes: Array1<usize> = y.iter().map(code).collect::<Result<Vec<_>>>()?.into();
        let class_weights = self
            .plan
            .class_weight
            .resolve(op, &self.classes, codes.iter().copied())?;
        let data = Classes {
            x: &design,
            codes: &codes,
            row_weights,
            class_weights: &class_weights,
        };
        // A pass that fails half-way must leave the model as it was.
        let mut next = self.clone();
        next.learn(&data, 1)?;
        *self = next;
        Ok(())
    }
}

impl<X: Matrix, L: Label> PartialFit<X, ArrayView1<'_, L>> for FittedSGDClassifier<L> {
    fn partial_fit(&mut self, x: X, y: ArrayView1<'_, L>) -> Result<()> {
        self.partial_fit_with(x, y, &FitContext::default())
    }
}

impl<X: Matrix, L: Label> DecisionFunction<X> for FittedSGDClassifier<L> {
    /// `[rows, 1]` for two classes: above 0 for the second; `[rows, classes]` for more.
    type Output = Array2<f64>;

    fn decision_function(&self, x: X) -> Result<Array2<f64>> {
        let x = x.queries(self.plan.op.name(), self.coef.ncols())?;
        Ok(scores(&x, self.coef.view(), self.intercept.view()))
    }
}

impl<X: Matrix, L: Label> Predict<X> for FittedSGDClassifier<L> {
    type Output = Array1<L>;

    fn predict(&self, x: X) -> Result<Array1<L>> {
        Ok(classes_of(&self.classes, &self.decision_function(x)?))
    }
}

impl<X: Matrix, L: Label> PredictProba<X> for FittedSGDClassifier<L> {
    /// For the losses `log` (the logistic function of the score) and `modified_huber` (`(score + 1) / 2`, cut off at
    /// 0 and 1); of more than two classes each by itself, scaled to sum to 1.
    fn predict_proba(&self, x: X) -> Result<Array2<f64>> {
        match self.plan.loss {
            Loss::Log => Ok(one_versus_rest(self.decision_function(x)?, sigmoid)),
            Loss::ModifiedHuber => {
                let share = |score: f64| (score.clamp(-1.0, 1.0) + 1.0) / 2.0;
                Ok(one_versus_rest(self.decision_function(x)?, share))
            }
            _ => Err(Error::Unsupported {
                owner: self.plan.op.name().to_owned(),
                what: "predict_proba with this loss",
                remedy: "train with loss \"log_loss\" or \"modified_huber\", or use decision_function",
            }),
        }
    }
}

impl<X: Matrix, L: Label> Score<X, ArrayView1<'_, L>> for FittedSGDClassifier<L> {
    fn score_with(&self, x: X, y: ArrayView1<'_, L>, weights: Option<ArrayView1<'_, f64>>) -> Result<f64> {
        accuracy_score_with(y, self.predict(x)?.view(), weights)
    }
}

persist_by_label!(FittedSGDClassifier);
linear_classifier_model!(FittedSGDClassifier<i64>, "SGDClassifier", decision, proba);

/// Implements what the estimators that make a [`FittedSGDClassifier`] have in common.
macro_rules! trains_classifier {
    ($owner:ident) => {
        impl<X: $crate::solve::Matrix, L: ml_core::Label> ml_core::Fit<X, ml_core::ndarray::ArrayView1<'_, L>>
            for $owner
        {
            type Fitted = $crate::linear::FittedSGDClassifier<L>;

            fn fit_with(
                &self,
                x: X,
                y: ml_core::ndarray::ArrayView1<'_, L>,
                context: &ml_core::FitContext<'_>,
            ) -> ml_core::Result<Self::Fitted> {
                $crate::linear::FittedSGDClassifier::fit(self.plan(), x, y, context, None)
            }
        }

        impl $owner {
            /// A model that has seen no row yet, all weights 0, to be trained by
            /// [`partial_fit`](ml_core::PartialFit::partial_fit).
            ///
            /// # Errors
            /// A hyperparameter outside its domain, fewer than two classes, no column.
            pub fn start<L: ml_core::Label>(
                &self,
                columns: usize,
                classes: Vec<L>,
            ) -> ml_core::Result<$crate::linear::FittedSGDClassifier<L>> {
                $crate::linear::FittedSGDClassifier::start(self.plan(), columns, classes)
            }

            /// A fit that starts from the weights of an earlier one instead of zero (a *warm start*).
            ///
            /// # Errors
            /// As [`fit_with`](ml_core::Fit::fit_with); other columns or classes than those of `from`.
            pub fn fit_from<X: $crate::solve::Matrix, L: ml_core::Label>(
                &self,
                x: X,
                y: ml_core::ndarray::ArrayView1<'_, L>,
                from: &$crate::linear::FittedSGDClassifier<L>,
                context: &ml_core::FitContext<'_>,
            ) -> ml_core::Result<$crate::linear::FittedSGDClassifier<L>> {
                $crate::linear::FittedSGDClassifier::fit(self.plan(), x, y, context, Some(from))
            }
        }

        $crate::linear::dynamic::linear_estimator!($owner, Classification, classes);
    };
}
pub(super) use trains_classifier;

//! What the regressors trained by stochastic gradient descent have learned.

use std::sync::Once;

use ml_core::{
    FitContext, Float, PartialFit, Persist, Predict, Result, Score, check,
    ndarray::{Array1, ArrayView1, Axis},
};
use serde::{Deserialize, Serialize};

use super::{descent::Line, plan::Plan, train::train_numbers};
use crate::{
    linear::{dynamic::linear_regressor_model, pitfalls::warn_of_sorted_numbers},
    metrics::r2_score_with,
    solve::{Design, Matrix, scores},
};

/// What [`SGDRegressor`](super::SGDRegressor) and [`PassiveAggressiveRegressor`](super::PassiveAggressiveRegressor)
/// learned.
///
/// It goes on learning: [`partial_fit`](PartialFit::partial_fit) is one more pass over other rows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FittedSGDRegressor {
    /// `[columns]`, in units of the target per unit of the column.
    pub coef: Array1<f64>,
    /// In units of the target.
    pub intercept: f64,
    /// Epochs of the last fit.
    pub n_iter: usize,
    plan: Plan,
    line: Line,
    /// Number of the next step, from 1.
    t: f64,
}

static UNSCALED: Once = Once::new();
static SORTED: Once = Once::new();

impl FittedSGDRegressor {
    /// All weights zero.
    pub(super) fn start(plan: Plan, columns: usize) -> Result<Self> {
        plan.check()?;
        Ok(Self {
            coef: Array1::zeros(columns),
            intercept: 0.0,
            n_iter: 0,
            line: Line::zero(columns, plan.average > 0),
            t: 1.0,
            plan,
        })
    }

    pub(super) fn fit<X: Matrix>(
        plan: Plan,
        x: X,
        y: ArrayView1<'_, X::Element>,
        context: &FitContext<'_>,
        from: Option<&Self>,
    ) -> Result<Self> {
        plan.check()?;
        let op = plan.op.name();
        let design = x.design(op)?;
        let (y, weights) = targets(op, &design, y, context)?;
        let max_iter = plan.max_iter;
        let mut model = Self::start(plan, design.n_columns())?;
        if let Some(from) = from {
            check::columns(op, from.coef.len(), design.n_columns())?;
            model.line.weights.assign(&from.coef);
            model.line.intercept = from.intercept;
        }
        design.warn_if_unscaled(op, &UNSCALED);
        if !model.plan.shuffle {
            warn_of_sorted_numbers(op, &y, &SORTED);
        }
        let design = if max_iter > 1 { design.packed() } else { design };
        model.learn(&design, (&y, weights), max_iter)?;
        Ok(model)
    }

    fn learn<F: Float>(
        &mut self,
        x: &Design<'_, F>,
        y: (&[f64], Option<ArrayView1<'_, f64>>),
        max_iter: usize,
    ) -> Result<()> {
        self.n_iter = train_numbers(&self.plan, x, y, &mut self.line, (self.t, max_iter))?;
        self.t += (self.n_iter * y.0.len()) as f64;
        let averaged = self.plan.average > 0 && self.plan.average as f64 <= self.t - 1.0;
        (self.coef, self.intercept) = match &self.line.average {
            Some((weights, intercept)) if averaged => (weights.clone(), *intercept),
            _ => (self.line.weights.clone(), self.line.intercept),
        };
        Ok(())
    }

    /// [`partial_fit`](PartialFit::partial_fit) with a weight a row, from `context`.
    ///
    /// # Errors
    /// As [`PartialFit::partial_fit`]; bad weights.
    pub fn partial_fit_with<X: Matrix>(
        &mut self,
        x: X,
        y: ArrayView1<'_, X::Element>,
        context: &FitContext<'_>,
    ) -> Result<()> {
        self.plan.check_partial()?;
        let op = self.plan.op.name();
        let design = x.design(op)?;
        check::columns(op, self.coef.len(), design.n_columns())?;
        if self.t == 1.0 {
            design.warn_if_block_unscaled(op, &UNSCALED);
        }
        let (y, weights) = targets(op, &design, y, context)?;
        // A pass that fails half-way must leave the model as it was.
        let mut next = self.clone();
        next.learn(&design, (&y, weights), 1)?;
        *self = next;
        Ok(())
    }
}

/// Checked targets in double precision, and checked weights.
fn targets<'a, F: Float>(
    op: &'static str,
    x: &Design<'_, F>,
    y: ArrayView1<'_, F>,
    context: &FitContext<'a>,
) -> Result<(Vec<f64>, Option<ArrayView1<'a, f64>>)> {
    check::same_rows(op, x.n_rows(), y.len())?;
    check::finite_target(op, y)?;
    let weights = context.weights_for(op, y.len())?;
    Ok((y.iter().map(|v| v.as_f64()).collect(), weights))
}

impl<X: Matrix> PartialFit<X, ArrayView1<'_, X::Element>> for FittedSGDRegressor {
    fn partial_fit(&mut self, x: X, y: ArrayView1<'_, X::Element>) -> Result<()> {
        self.partial_fit_with(x, y, &FitContext::default())
    }
}

impl<X: Matrix> Predict<X> for FittedSGDRegressor {
    type Output = Array1<X::Element>;

    fn predict(&self, x: X) -> Result<Array1<X::Element>> {
        let x = x.queries(self.plan.op.name(), self.coef.len())?;
        let coef = self.coef.view().insert_axis(Axis(0));
        let scores = scores(&x, coef, ArrayView1::from(&[self.intercept]));
        Ok(scores.column(0).mapv(<X::Element as Float>::of))
    }
}

impl<X: Matrix> Score<X, ArrayView1<'_, X::Element>> for FittedSGDRegressor {
    /// R².
    fn score_with(
        &self,
        x: X,
        y: ArrayView1<'_, X::Element>,
        weights: Option<ArrayView1<'_, f64>>,
    ) -> Result<f64> {
        r2_score_with(y, self.predict(x)?.view(), weights)
    }
}

impl Persist for FittedSGDRegressor {
    const TYPE_NAME: &'static str = "ml_classic::FittedSGDRegressor";
}

linear_regressor_model!(FittedSGDRegressor, "SGDRegressor");

/// Implements what the estimators that make a [`FittedSGDRegressor`] have in common.
macro_rules! trains_regressor {
    ($owner:ident) => {
        impl<X: $crate::solve::Matrix> ml_core::Fit<X, ml_core::ndarray::ArrayView1<'_, X::Element>>
            for $owner
        {
            type Fitted = $crate::linear::FittedSGDRegressor;

            fn fit_with(
                &self,
                x: X,
                y: ml_core::ndarray::ArrayView1<'_, X::Element>,
                context: &ml_core::FitContext<'_>,
            ) -> ml_core::Result<Self::Fitted> {
                $crate::linear::FittedSGDRegressor::fit(self.plan(), x, y, context, None)
            }
        }

        impl $owner {
            /// A model that has seen no row yet, all weights 0, to be trained by
            /// [`partial_fit`](ml_core::PartialFit::partial_fit).
            ///
            /// # Errors
            /// A hyperparameter outside its domain.
            pub fn start(&self, columns: usize) -> ml_core::Result<$crate::linear::FittedSGDRegressor> {
                $crate::linear::FittedSGDRegressor::start(self.plan(), columns)
            }

            /// A fit that starts from the weights of an earlier one instead of zero (a *warm start*).
            ///
            /// # Errors
            /// As [`fit_with`](ml_core::Fit::fit_with); other columns than those of `from`.
            pub fn fit_from<X: $crate::solve::Matrix>(
                &self,
                x: X,
                y: ml_core::ndarray::ArrayView1<'_, X::Element>,
                from: &$crate::linear::FittedSGDRegressor,
                context: &ml_core::FitContext<'_>,
            ) -> ml_core::Result<$crate::linear::FittedSGDRegressor> {
                $crate::linear::FittedSGDRegressor::fit(self.plan(), x, y, context, Some(from))
            }
        }

        $crate::linear::dynamic::linear_estimator!($owner, Regression, numbers);
    };
}
pub(super) use trains_regressor;

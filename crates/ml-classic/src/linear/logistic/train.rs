//! From weights and classes to the solvers.

use std::{borrow::Cow, sync::Once};

use ml_core::{
    Error, Float, Result,
    ndarray::{Array1, Array2},
};
use rayon::prelude::*;

use super::{
    coordinate::Problem,
    estimator::{LogisticRegression, LogisticSolver, OP},
    loss::LogLoss,
};
use crate::solve::{
    Average, Columns, Curved, Design, Equation, Limits, Outcome, RowLoss, SagaSettings, Smooth, lbfgs,
    newton, saga,
};

static UNSCALED: Once = Once::new();

/// Rows with positions of their classes and weights.
pub(super) struct Lesson<'a, 'd, F> {
    pub(super) x: &'a Design<'d, F>,
    pub(super) codes: &'a [usize],
    pub(super) weights: &'a [f64],
}

/// A line a class, or one for two.
pub(super) struct Learned {
    pub(super) coef: Array2<f64>,
    pub(super) intercept: Array1<f64>,
    pub(super) n_iter: usize,
}

/// Trains from the weights of `start` on.
pub(super) fn train<F: Float>(
    how: &LogisticRegression,
    lesson: &Lesson<'_, '_, F>,
    (coef, intercept): (Array2<f64>, Array1<f64>),
    one_versus_rest: bool,
) -> Result<Learned> {
    let columns = (how.solver == LogisticSolver::CoordinateDescent).then(|| Columns::of(lesson.x));
    let start = |line: usize| {
        let own = how.fit_intercept.then(|| intercept[line]);
        coef.row(line).iter().copied().chain(own).collect::<Vec<f64>>()
    };
    let n_lines = coef.nrows();
    let lines: Vec<(Vec<f64>, Outcome)> = if one_versus_rest {
        let fit = |class: usize| {
            let codes = lesson
                .codes
                .iter()
                .map(|&code| usize::from(code == class))
                .collect();
            fit(how, lesson, columns.as_ref(), codes, start(class), 1)
        };
        (0..n_lines)
            .into_par_iter()
            .with_max_len(1)
            .map(fit)
            .collect::<Result<_>>()?
    } else {
        let all = (0..n_lines).flat_map(start).collect();
        vec![fit(
            how,
            lesson,
            columns.as_ref(),
            Cow::Borrowed(lesson.codes),
            all,
            n_lines,
        )?]
    };
    for (_, outcome) in lines.iter().filter(|(_, outcome)| !outcome.converged) {
        tracing::warn!(
            n_iter = outcome.n_iter,
            steepest = outcome.steepest,
            "{OP}: not converged; raise max_iter or tol, or scale the columns first (StandardScaler)"
        );
    }
    let n_iter = lines.iter().map(|(_, outcome)| outcome.n_iter).max().unwrap_or(0);
    let flat: Vec<f64> = lines.into_iter().flat_map(|(w, _)| w).collect();
    if flat.iter().any(|v| !v.is_finite()) {
        return Err(Error::Numerical {
            op: OP,
            problem: "the weights overflow".to_owned(),
            remedy: "scale the columns first (StandardScaler)",
        });
    }
    let width = lesson.x.n_columns();
    let stride = width + usize::from(how.fit_intercept);
    Ok(Learned {
        coef: Array2::from_shape_fn(coef.dim(), |(line, j)| flat[line * stride + j]),
        intercept: (0..n_lines)
            .map(|line| {
                if how.fit_intercept {
                    flat[line * stride + width]
                } else {
                    0.0
                }
            })
            .collect(),
        n_iter,
    })
}

fn fit<F: Float>(
    how: &LogisticRegression,
    lesson: &Lesson<'_, '_, F>,
    columns: Option<&Columns>,
    codes: Cow<'_, [usize]>,
    mut w: Vec<f64>,
    n_lines: usize,
) -> Result<(Vec<f64>, Outcome)> {
    let total: f64 = lesson.weights.iter().sum();
    if total <= 0.0 || !total.is_finite() {
        return Err(Error::Data {
            op: OP,
            problem: format!("the weights of all rows, times those of their classes, sum to {total}"),
            remedy: "give rows of at least two classes finite weights above 0",
        });
    }
    let weights: Vec<f64> = lesson.weights.iter().map(|weight| weight / total).collect();
    let (l1, l2) = how.shares();
    let strength = 1.0 / (how.c * total);
    let (l1, l2) = (l1 * strength, l2 * strength);
    let limits = Limits {
        max_iter: how.max_iter,
        tol: how.tol,
        least_gain: 0.0,
    };
    if let Some(x) = columns {
        let problem = Problem {
            x,
            codes: &codes,
            weights: &weights,
            l1,
            l2,
            intercept: how.fit_intercept,
        };
        let outcome = problem.solve(&mut w, limits);
        return Ok((w, outcome));
    }
    let loss = LogLoss {
        x: lesson.x,
        codes: &codes,
        weights: &weights,
        n_lines,
        intercept: how.fit_intercept,
        l2,
    };
    let outcome = match how.solver {
        LogisticSolver::NewtonCholesky => match newton(&loss, &mut w, limits, Equation::Cholesky)? {
            Some(outcome) => outcome,
            None => {
                tracing::warn!(
                    "{OP}: the Hessian is singular, going on with lbfgs; drop repeated columns, or lower c"
                );
                lbfgs(&loss, &mut w, limits)?
            }
        },
        LogisticSolver::NewtonCg => match newton(&loss, &mut w, limits, Equation::ConjugateGradients)? {
            Some(outcome) => outcome,
            None => lbfgs(&loss, &mut w, limits)?,
        },
        LogisticSolver::Sag | LogisticSolver::Saga => {
            lesson.x.warn_if_unscaled(OP, &UNSCALED);
            let settings = SagaSettings {
                average: if how.solver == LogisticSolver::Sag {
                    Average::Sag
                } else {
                    Average::Saga
                },
                l1,
                l2,
                intercept: how.fit_intercept,
                max_iter: how.max_iter,
                tol: how.tol,
                seed: how.seed,
            };
            let (n_iter, converged) = saga(lesson.x, &loss, &mut w, &settings);
            let mut gradient = vec![0.0; w.len()];
            loss.evaluate(&w, &mut gradient)?;
            Outcome {
                n_iter,
                converged,
                steepest: crate::solve::steepest(&gradient),
            }
        }
        _ => lbfgs(&loss, &mut w, limits)?,
    };
    Ok((w, outcome))
}

impl<F: Float> Curved for LogLoss<'_, '_, F> {
    fn hessian(&self, w: &[f64]) -> Array2<f64> {
        self.matrix(w)
    }

    fn prepare(&self, w: &[f64]) -> Array2<f64> {
        self.probabilities(w)
    }

    fn hessian_product(&self, prepared: &Array2<f64>, direction: &[f64]) -> Vec<f64> {
        self.matrix_product(prepared, direction)
    }
}

impl<F: Float> RowLoss for LogLoss<'_, '_, F> {
    fn n_lines(&self) -> usize {
        self.n_lines
    }

    fn slopes(&self, row: usize, scores: &mut [f64]) {
        self.row(row, scores);
        // The weights sum to 1, but a mean over rows is asked for.
        let rows = self.codes.len() as f64;
        scores.iter_mut().for_each(|slope| *slope *= rows);
    }

    fn bend(&self) -> f64 {
        let heaviest = self
            .weights
            .iter()
            .fold(0.0, |most: f64, &weight| most.max(weight));
        let of_one = if self.n_lines == 1 { 0.25 } else { 0.5 };
        of_one * heaviest * self.codes.len() as f64
    }
}

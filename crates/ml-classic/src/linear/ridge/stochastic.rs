//! Stochastic average gradients.

use ml_core::Float;

use super::{
    problem::{Line, Problem},
    ridge::RidgeSolver,
};
use crate::{
    linear::line::Targets,
    solve::{Average, RowLoss, SagaSettings, saga},
};

impl<F: Float> Problem<'_, '_, F> {
    /// Weights, intercept, iterations of target `k`. Source: Schmidt, Le Roux, Bach, "Minimizing Finite Sums with the
    /// Stochastic Average Gradient" (2017); Defazio et al., "SAGA" (2014).
    pub(super) fn by_stochastic_gradients(&self, k: usize) -> Line {
        let (how, columns) = (self.how, self.x.n_columns());
        let mut w = vec![0.0; columns + usize::from(how.fit_intercept)];
        if how.fit_intercept {
            w[columns] = self.y_means[k];
        }
        let settings = SagaSettings {
            average: if how.solver == RidgeSolver::Sag {
                Average::Sag
            } else {
                Average::Saga
            },
            l1: 0.0,
            l2: how.alpha / self.x.n_rows() as f64,
            intercept: how.fit_intercept,
            max_iter: how.max_iter.unwrap_or(1000),
            tol: how.tol,
            seed: how.seed,
        };
        let (n_iter, converged) = saga(self.x, &Squares(&self.targets[k]), &mut w, &settings);
        if !converged {
            self.warn(n_iter);
        }
        let intercept = if how.fit_intercept { w[columns] } else { 0.0 };
        w.truncate(columns);
        (w.into(), intercept, n_iter)
    }
}

/// `½·weight·(y - score)²`.
struct Squares<'a>(&'a Targets);

impl RowLoss for Squares<'_> {
    fn n_lines(&self) -> usize {
        1
    }

    fn slopes(&self, row: usize, scores: &mut [f64]) {
        scores[0] = self.0.weights[row] * (scores[0] - self.0.y[row]);
    }

    fn bend(&self) -> f64 {
        self.0
            .weights
            .iter()
            .fold(0.0, |most: f64, &weight| most.max(weight))
    }
}

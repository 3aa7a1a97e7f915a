//! A fit about the means of the data, and which solver makes it.

use std::sync::Once;

use ml_core::{
    Float, Result,
    ndarray::{Array1, Array2},
};

use super::ridge::{OP, Ridge, RidgeSolver};
use crate::{linear::line::Targets, solve::Design};

static UNSCALED: Once = Once::new();

/// Rows, one or more targets, and their weighted means (0 without intercept).
pub(super) struct Problem<'a, 'd, F> {
    pub(super) how: &'a Ridge,
    pub(super) x: &'a Design<'d, F>,
    pub(super) targets: &'a [Targets],
    pub(super) x_mean: Array1<f64>,
    pub(super) y_means: Vec<f64>,
}

/// Weights, intercept, iterations of one target.
pub(super) type Line = (Array1<f64>, f64, usize);

impl<'a, 'd, F: Float> Problem<'a, 'd, F> {
    pub(super) fn new(how: &'a Ridge, x: &'a Design<'d, F>, targets: &'a [Targets]) -> Self {
        let (x_mean, first) = targets[0].centre(x, how.fit_intercept);
        let others = targets[1..].iter().map(|targets| targets.mean(how.fit_intercept));
        Self {
            how,
            x,
            targets,
            x_mean,
            y_means: std::iter::once(first).chain(others).collect(),
        }
    }

    /// A line a target. What depends on the rows alone is done once for all of them.
    pub(super) fn solve(&self) -> Result<Vec<Line>> {
        let coefs = match self.how.solver {
            RidgeSolver::Auto if self.x.is_sparse() => None,
            RidgeSolver::Auto => match self.by_cholesky() {
                Ok(coefs) => Some(coefs),
                Err(_) => Some(self.by_singular_values()?),
            },
            RidgeSolver::Cholesky => Some(self.by_cholesky()?),
            RidgeSolver::Svd => Some(self.by_singular_values()?),
            RidgeSolver::ConjugateGradients => None,
            RidgeSolver::Sag | RidgeSolver::Saga => {
                self.x.warn_if_unscaled(OP, &UNSCALED);
                return Ok((0..self.targets.len())
                    .map(|k| self.by_stochastic_gradients(k))
                    .collect());
            }
        };
        let line = |(k, (coef, n_iter)): (usize, (Array1<f64>, usize))| {
            let intercept = self.y_means[k] - self.x_mean.dot(&coef);
            (coef, intercept, n_iter)
        };
        let coefs: Vec<(Array1<f64>, usize)> = match coefs {
            Some(coefs) => coefs
                .columns()
                .into_iter()
                .map(|coef| (coef.to_owned(), 0))
                .collect(),
            None => (0..self.targets.len())
                .map(|k| self.by_conjugate_gradients(k))
                .collect(),
        };
        Ok(coefs.into_iter().enumerate().map(line).collect())
    }

    /// The weights of the rows, the same for every target.
    pub(super) fn weights(&self) -> &[f64] {
        &self.targets[0].weights
    }

    /// The centred target `k`.
    pub(super) fn centred_target(&self, k: usize) -> Vec<f64> {
        self.targets[k].y.iter().map(|y| y - self.y_means[k]).collect()
    }

    /// The roots of the weights.
    pub(super) fn roots(&self) -> Vec<f64> {
        self.weights().iter().map(|weight| weight.sqrt()).collect()
    }

    /// Centred targets times the roots of the weights: `[rows, targets]`.
    pub(super) fn scaled_targets(&self, roots: &[f64]) -> Array2<f64> {
        Array2::from_shape_fn((roots.len(), self.targets.len()), |(row, k)| {
            (self.targets[k].y[row] - self.y_means[k]) * roots[row]
        })
    }

    /// Centred rows and targets, times the roots of the weights: a copy.
    pub(super) fn centred(&self) -> (Array2<f64>, Array2<f64>) {
        let roots = self.roots();
        let means = self.x_mean.as_slice().expect("an owned vector is contiguous");
        let mut x = Array2::zeros((self.x.n_rows(), self.x.n_columns()));
        for (row, mut to) in x.rows_mut().into_iter().enumerate() {
            let to = to.as_slice_mut().expect("a row of an owned matrix is contiguous");
            self.x.centred(row, means, roots[row], to);
        }
        (x, self.scaled_targets(&roots))
    }

    /// `Xᵀ·W·v` of centred rows, for values `v` of the rows.
    pub(super) fn back(&self, v: &[f64]) -> Vec<f64> {
        let mut out = vec![F::zero(); self.x.n_columns()];
        let mut sum = 0.0;
        for (row, (v, weight)) in v.iter().zip(self.weights()).enumerate() {
            self.x.add(row, F::of(v * weight), &mut out);
            sum += v * weight;
        }
        out.iter()
            .zip(&self.x_mean)
            .map(|(out, mean)| out.as_f64() - sum * mean)
            .collect()
    }

    /// `X·w` of centred rows.
    pub(super) fn ahead(&self, w: &[f64]) -> Vec<f64> {
        let shift: f64 = w.iter().zip(&self.x_mean).map(|(w, mean)| w * mean).sum();
        let narrow: Vec<F> = w.iter().map(|&w| F::of(w)).collect();
        (0..self.x.n_rows())
            .map(|row| self.x.dot(row, &narrow) - shift)
            .collect()
    }

    pub(super) fn warn(&self, n_iter: usize) {
        tracing::warn!(
            n_iter,
            "{OP}: not converged; raise max_iter or tol, scale the columns first (StandardScaler), or use another solver"
        );
    }
}

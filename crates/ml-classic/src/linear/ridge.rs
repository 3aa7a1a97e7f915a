//! `Ridge`.

use std::sync::Once;

use derive_setters::Setters;
use ml_core::{
    Error, Fit, FitContext, Float, Result, Seed, check, linalg,
    ndarray::{Array1, Array2, ArrayView1},
};
use serde::{Deserialize, Serialize};

use super::{
    dynamic::linear_estimator,
    line::{Targets, finite_line, fitted_line},
    pitfalls::warn_of_closed_form,
};
use crate::solve::{
    Average, Design, Gram, Matrix, RowLoss, SagaSettings, check_iterations, saga, vector::dot,
};

const OP: &str = "Ridge";
static MANY_COLUMNS: Once = Once::new();

/// How the minimum is found. All reach the same one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RidgeSolver {
    /// Cholesky for dense rows, singular values where that fails, conjugate gradients for sparse rows.
    #[default]
    Auto,
    /// The normal equation `(XᵀX + alpha)·w = Xᵀy`, or its dual for wide data: the fastest.
    Cholesky,
    /// Singular values: the most exact for ill-conditioned columns; dense rows only.
    Svd,
    /// Conjugate gradients on the normal equation, which is never formed: many columns.
    ConjugateGradients,
    /// Stochastic average gradient: very many rows, scaled columns.
    Sag,
    /// Its successor.
    Saga,
}

/// Ridge regression: minimises `Σ (y - x·w - b)² + alpha·Σ w²`; the intercept `b` goes free.
///
/// Keeps weights small, which columns that resemble one another need most. Scale the columns first: the penalty treats
/// them alike. In the book's Eq. 4-8, whose loss is a mean, `alpha` is `2/m` of this one. Sample weights multiply the
/// squares.
///
/// **Cost**: `O(rows·columns² + columns³)`, or with rows and columns exchanged for wide data; conjugate gradients and
/// stochastic ones: `O(stored values)` an iteration.
/// **Source**: Hoerl and Kennard, "Ridge Regression", Technometrics 12 (1970).
///
/// # Examples
/// ```
/// use ml_classic::linear::Ridge;
/// use ml_core::{Fit, ndarray::array};
///
/// // One centred column: w = Sxy / (Sxx + alpha) = 4 / (2 + 2).
/// let (x, y) = (array![[-1.0], [0.0], [1.0]], array![-1.0, 1.0, 3.0]);
/// let model = Ridge::default().alpha(2.0).fit(x.view(), y.view())?;
/// assert!((model.coef[0] - 1.0).abs() < 1e-12 && (model.intercept - 1.0).abs() < 1e-12);
/// # Ok::<(), ml_core::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Setters, Serialize, Deserialize)]
pub struct Ridge {
    /// Strength of the penalty, at least 0. Default 1.
    pub alpha: f64,
    /// Whether to learn an intercept; without it, centre the data. Default true.
    pub fit_intercept: bool,
    /// How the minimum is found. Default by the data.
    pub solver: RidgeSolver,
    /// Most iterations (epochs, for the stochastic solvers) of a solver that iterates, from 1 to a million. Default `None`: 1000,
    /// or 10 times the columns for conjugate gradients.
    #[setters(into)]
    pub max_iter: Option<usize>,
    /// Where a solver that iterates stops, above 0: the residual of the normal equation as a share of its right side, or
    /// the largest change of a weight in an epoch, relative to the largest weight. Default 0.0001.
    pub tol: f64,
    /// Source of the order of rows, for the stochastic solvers.
    #[setters(into)]
    pub seed: Seed,
}
ml_core::impl_params!(Ridge);

impl Default for Ridge {
    fn default() -> Self {
        Self {
            alpha: 1.0,
            fit_intercept: true,
            solver: RidgeSolver::Auto,
            max_iter: None,
            tol: 1e-4,
            seed: Seed::default(),
        }
    }
}

fitted_line! {
    /// What [`Ridge`] learned.
    FittedRidge, "Ridge", {
        /// Iterations of a solver that iterates, else 0.
        n_iter: usize,
    }
}

impl<X: Matrix> Fit<X, ArrayView1<'_, X::Element>> for Ridge {
    type Fitted = FittedRidge;

    fn fit_with(&self, x: X, y: ArrayView1<'_, X::Element>, context: &FitContext<'_>) -> Result<FittedRidge> {
        check::parameter(
            "alpha",
            self.alpha,
            self.alpha >= 0.0 && self.alpha.is_finite(),
            "finite and >= 0",
        )?;
        check::parameter(
            "tol",
            self.tol,
            self.tol > 0.0 && self.tol.is_finite(),
            "finite and > 0",
        )?;
        if let Some(max_iter) = self.max_iter {
            check_iterations("max_iter", max_iter)?;
        }
        let x = x.design(OP)?;
        let targets = Targets::new(OP, &x, y, context)?;
        let (x_mean, y_mean) = targets.centre(&x, self.fit_intercept);
        let problem = Problem {
            how: self,
            x: &x,
            targets: &targets,
            x_mean,
            y_mean,
        };
        let (coef, intercept, n_iter) = problem.solve()?;
        finite_line(OP, &coef, intercept)?;
        Ok(FittedRidge {
            coef,
            intercept,
            n_iter,
        })
    }
}

linear_estimator!(Ridge, Regression, numbers);

/// A fit, about the means of the data.
struct Problem<'a, 'd, F> {
    how: &'a Ridge,
    x: &'a Design<'d, F>,
    targets: &'a Targets,
    x_mean: Array1<f64>,
    y_mean: f64,
}

impl<F: Float> Problem<'_, '_, F> {
    /// Weights, intercept, iterations.
    fn solve(&self) -> Result<(Array1<f64>, f64, usize)> {
        let (coef, n_iter) = match self.how.solver {
            RidgeSolver::Auto if self.x.is_sparse() => self.by_conjugate_gradients(),
            RidgeSolver::Auto => match self.by_cholesky() {
                Ok(coef) => (coef, 0),
                Err(_) => (self.by_singular_values()?, 0),
            },
            RidgeSolver::Cholesky => (self.by_cholesky()?, 0),
            RidgeSolver::Svd => (self.by_singular_values()?, 0),
            RidgeSolver::ConjugateGradients => self.by_conjugate_gradients(),
            RidgeSolver::Sag | RidgeSolver::Saga => return Ok(self.by_stochastic_gradients()),
        };
        let intercept = self.y_mean - self.x_mean.dot(&coef);
        Ok((coef, intercept, n_iter))
    }

    fn by_cholesky(&self) -> Result<Array1<f64>> {
        let shape = (self.x.n_rows(), self.x.n_columns());
        warn_of_closed_form(OP, shape, "use the solver \"conjugate_gradients\"", &MANY_COLUMNS);
        let singular = |_| Error::Numerical {
            op: OP,
            problem: format!("the normal equation is singular at alpha = {}", self.how.alpha),
            remedy: "raise alpha, or use the solver \"svd\"",
        };
        if self.x.n_columns() > self.x.n_rows() {
            // w = Xᵀ·(X·Xᵀ + alpha)⁻¹·y
            let (x, y) = self.centred();
            let mut gram = x.dot(&x.t());
            gram.diag_mut().mapv_inplace(|v| v + self.how.alpha);
            return Ok(x
                .t()
                .dot(&linalg::solve_spd(gram.view(), y.view()).map_err(singular)?));
        }
        let rows = (&self.targets.y[..], &self.targets.weights[..]);
        let mut gram = Gram::new(self.x, rows, (&self.x_mean, self.y_mean));
        gram.xx.diag_mut().mapv_inplace(|v| v + self.how.alpha);
        linalg::solve_spd(gram.xx.view(), gram.xy.view()).map_err(singular)
    }

    /// `w = V·s / (s² + alpha)·Uᵀ·y`, leaving out what is 0 up to rounding.
    fn by_singular_values(&self) -> Result<Array1<f64>> {
        if self.x.is_sparse() {
            return Err(Error::Unsupported {
                owner: format!("{OP} with the solver \"svd\""),
                what: "sparse rows",
                remedy: "use the solver \"conjugate_gradients\" or \"cholesky\"",
            });
        }
        let (x, y) = self.centred();
        let svd = linalg::svd(x.view())?;
        let cutoff = 1e-15_f64.max(svd.s.first().copied().unwrap_or(0.0) * f64::EPSILON);
        let shares = svd.s.mapv(|s| {
            if s > cutoff {
                s / (s * s + self.how.alpha)
            } else {
                0.0
            }
        });
        Ok(svd.vt.t().dot(&(shares * svd.u.t().dot(&y))))
    }

    /// Centred rows and targets, times the roots of the weights: a copy.
    fn centred(&self) -> (Array2<f64>, Array1<f64>) {
        let mut x = Array2::zeros((self.x.n_rows(), self.x.n_columns()));
        for (row, mut to) in x.rows_mut().into_iter().enumerate() {
            self.x.for_each(row, |j, v| to[j] = v.as_f64());
            to -= &self.x_mean;
            to *= self.targets.weights[row].sqrt();
        }
        let y = self.targets.y.iter().zip(&self.targets.weights);
        (
            x,
            y.map(|(y, weight)| (y - self.y_mean) * weight.sqrt()).collect(),
        )
    }

    /// `Xᵀ·W·v` of centred rows, for values `v` of the rows.
    fn back(&self, v: &[f64]) -> Vec<f64> {
        let mut out = vec![F::zero(); self.x.n_columns()];
        let mut sum = 0.0;
        for (row, (v, weight)) in v.iter().zip(&self.targets.weights).enumerate() {
            self.x.add(row, F::of(v * weight), &mut out);
            sum += v * weight;
        }
        out.iter()
            .zip(&self.x_mean)
            .map(|(out, mean)| out.as_f64() - sum * mean)
            .collect()
    }

    /// `X·w` of centred rows.
    fn ahead(&self, w: &[f64]) -> Vec<f64> {
        let shift: f64 = w.iter().zip(&self.x_mean).map(|(w, mean)| w * mean).sum();
        let narrow: Vec<F> = w.iter().map(|&w| F::of(w)).collect();
        (0..self.x.n_rows())
            .map(|row| self.x.dot(row, &narrow) - shift)
            .collect()
    }

    /// Source: Hestenes and Stiefel (1952), in the form for least squares that Björck calls CGLS.
    fn by_conjugate_gradients(&self) -> (Array1<f64>, usize) {
        let columns = self.x.n_columns();
        let max_iter = self.how.max_iter.unwrap_or(10 * columns);
        let mut w = vec![0.0; columns];
        let mut residual: Vec<f64> = self.targets.y.iter().map(|y| y - self.y_mean).collect();
        let mut slope = self.back(&residual);
        let mut direction = slope.clone();
        let mut squares = dot(&slope, &slope);
        let enough = self.how.tol * self.how.tol * squares;
        for n_iter in 0..max_iter {
            if squares <= enough {
                return (w.into(), n_iter);
            }
            let product = self.ahead(&direction);
            let weighted = product
                .iter()
                .zip(&self.targets.weights)
                .map(|(v, weight)| weight * v * v);
            let bend = weighted.sum::<f64>() + self.how.alpha * dot(&direction, &direction);
            if bend <= 0.0 {
                return (w.into(), n_iter);
            }
            let step = squares / bend;
            w.iter_mut().zip(&direction).for_each(|(w, d)| *w += step * d);
            residual
                .iter_mut()
                .zip(&product)
                .for_each(|(r, v)| *r -= step * v);
            slope = self.back(&residual);
            slope
                .iter_mut()
                .zip(&w)
                .for_each(|(s, w)| *s -= self.how.alpha * w);
            let next = dot(&slope, &slope);
            direction
                .iter_mut()
                .zip(&slope)
                .for_each(|(d, s)| *d = s + next / squares * *d);
            squares = next;
        }
        if squares > enough {
            self.warn(max_iter);
        }
        (w.into(), max_iter)
    }

    fn by_stochastic_gradients(&self) -> (Array1<f64>, f64, usize) {
        let (how, columns) = (self.how, self.x.n_columns());
        let mut w = vec![0.0; columns + usize::from(how.fit_intercept)];
        if how.fit_intercept {
            w[columns] = self.y_mean;
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
        let (n_iter, converged) = saga(self.x, &Squares(self.targets), &mut w, &settings);
        if !converged {
            self.warn(n_iter);
        }
        let intercept = if how.fit_intercept { w[columns] } else { 0.0 };
        w.truncate(columns);
        (w.into(), intercept, n_iter)
    }

    fn warn(&self, n_iter: usize) {
        tracing::warn!(
            n_iter,
            "{OP}: not converged; raise max_iter or tol, scale the columns first (StandardScaler), or use another solver"
        );
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

//! `Ridge`.

use derive_setters::Setters;
use ml_core::{
    Fit, FitContext, Result, Seed, check,
    ndarray::{ArrayView1, ArrayView2},
};
use serde::{Deserialize, Serialize};

use super::problem::Problem;
use crate::{
    linear::{
        dynamic::linear_estimator,
        line::{Targets, finite_line, fitted_line},
        plane::{fitted_plane, stacked},
    },
    solve::{Matrix, check_iterations},
};

pub(super) const OP: &str = "Ridge";

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
/// squares. Several targets (`y` of `[rows, targets]`) are solved with one factorisation.
///
/// **Cost**: `O(rows·columns² + columns³)`, or with rows and columns exchanged for wide data; conjugate gradients and
/// stochastic ones: `O(stored values)` an iteration.
/// **Memory**: a few times `columns²`, or `rows²` for wide data, beside the rows, of which no copy is made; by singular
/// values, rows that are fewer than four a column are copied, and as much again goes to their vectors.
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

fitted_plane! {
    /// What [`Ridge`] learned of several targets.
    FittedMultiRidge, "Ridge", {
        /// Iterations of a solver that iterates, else 0: one number a target.
        n_iter: Vec<usize>,
    }
}

impl Ridge {
    fn check(&self) -> Result<()> {
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
        self.max_iter
            .map_or(Ok(()), |max_iter| check_iterations("max_iter", max_iter))
    }
}

impl<X: Matrix> Fit<X, ArrayView1<'_, X::Element>> for Ridge {
    type Fitted = FittedRidge;

    fn fit_with(&self, x: X, y: ArrayView1<'_, X::Element>, context: &FitContext<'_>) -> Result<FittedRidge> {
        self.check()?;
        let x = x.design(OP)?;
        let targets = [Targets::new(OP, &x, y, context)?];
        let mut lines = Problem::new(self, &x, &targets).solve()?;
        let (coef, intercept, n_iter) = lines.remove(0);
        finite_line(OP, &coef, intercept)?;
        Ok(FittedRidge {
            coef,
            intercept,
            n_iter,
        })
    }
}

impl<X: Matrix> Fit<X, ArrayView2<'_, X::Element>> for Ridge {
    type Fitted = FittedMultiRidge;

    /// One target a column of `y`.
    fn fit_with(
        &self,
        x: X,
        y: ArrayView2<'_, X::Element>,
        context: &FitContext<'_>,
    ) -> Result<FittedMultiRidge> {
        self.check()?;
        let x = x.design(OP)?;
        let targets = Targets::columns(OP, &x, y, context)?;
        let solved = Problem::new(self, &x, &targets).solve()?;
        let n_iter = solved.iter().map(|line| line.2).collect();
        let lines: Vec<_> = solved
            .into_iter()
            .map(|(coef, intercept, _)| finite_line(OP, &coef, intercept).map(|()| (coef, intercept)))
            .collect::<Result<_>>()?;
        let (coef, intercept) = stacked(&lines);
        Ok(FittedMultiRidge {
            coef,
            intercept,
            n_iter,
        })
    }
}

linear_estimator!(Ridge, Regression, numbers);

//! `LinearRegression` of sparse rows, which stay sparse.

use ml_core::{
    Fit, FitContext, Float, Result,
    ndarray::{Array1, ArrayView1, ArrayView2},
    sprs::CsMatView,
};
use rayon::prelude::*;

use super::{
    line::{Targets, finite_line, fitted_line},
    linear_regression::{LinearRegression, OP},
    plane::{fitted_plane, stacked},
};
use crate::solve::{Design, Matrix, Products, gather, lsqr};

/// Iterations a column after which LSQR gives up, and the fewest.
const ITERATIONS_A_COLUMN: usize = 2;
const LEAST_ITERATIONS: usize = 100;
/// Rows of a share of a product.
const SHARE_ROWS: usize = 4096;

fitted_line! {
    /// What [`LinearRegression`] learned of sparse rows: neither rank nor singular values, which LSQR does not know.
    FittedSparseLinearRegression, "LinearRegression", {
        /// Iterations of LSQR.
        n_iter: usize,
    }
}

fitted_plane! {
    /// What [`LinearRegression`] learned of sparse rows with several targets.
    FittedMultiSparseLinearRegression, "LinearRegression", {
        /// Iterations of LSQR: one number a target.
        n_iter: Vec<usize>,
    }
}

impl<F: Float> Fit<CsMatView<'_, F>, ArrayView1<'_, F>> for LinearRegression {
    type Fitted = FittedSparseLinearRegression;

    /// By LSQR, which stops where `tol` says; warns (`tracing`) if it does not.
    fn fit_with(
        &self,
        x: CsMatView<'_, F>,
        y: ArrayView1<'_, F>,
        context: &FitContext<'_>,
    ) -> Result<FittedSparseLinearRegression> {
        self.check()?;
        let x = x.design(OP)?;
        let targets = Targets::new(OP, &x, y, context)?;
        let (x_mean, _) = targets.centre(&x, self.fit_intercept);
        let (coef, intercept, n_iter) = self.line(&x, &targets, &x_mean)?;
        Ok(FittedSparseLinearRegression {
            coef,
            intercept,
            n_iter,
        })
    }
}

impl<F: Float> Fit<CsMatView<'_, F>, ArrayView2<'_, F>> for LinearRegression {
    type Fitted = FittedMultiSparseLinearRegression;

    /// One target a column of `y`, each by itself.
    fn fit_with(
        &self,
        x: CsMatView<'_, F>,
        y: ArrayView2<'_, F>,
        context: &FitContext<'_>,
    ) -> Result<FittedMultiSparseLinearRegression> {
        self.check()?;
        let x = x.design(OP)?;
        let targets = Targets::columns(OP, &x, y, context)?;
        let (x_mean, _) = targets[0].centre(&x, self.fit_intercept);
        let (mut lines, mut n_iter) = (Vec::new(), Vec::new());
        for targets in &targets {
            let (coef, intercept, iterations) = self.line(&x, targets, &x_mean)?;
            lines.push((coef, intercept));
            n_iter.push(iterations);
        }
        let (coef, intercept) = stacked(&lines);
        Ok(FittedMultiSparseLinearRegression {
            coef,
            intercept,
            n_iter,
        })
    }
}

impl LinearRegression {
    /// Weights, intercept and iterations. The rows are centred in their products only.
    fn line<F: Float>(
        &self,
        x: &Design<'_, F>,
        targets: &Targets,
        x_mean: &Array1<f64>,
    ) -> Result<(Array1<f64>, f64, usize)> {
        let y_mean = targets.mean(self.fit_intercept);
        let means = x_mean.as_slice().expect("an owned vector is contiguous");
        let roots: Vec<f64> = targets.weights.iter().map(|weight| weight.sqrt()).collect();
        let products = Products {
            columns: x.n_columns(),
            ahead: |w: &[f64]| ahead(x, means, &roots, w),
            back: |u: &[f64]| {
                let factors: Vec<f64> = u.iter().zip(&roots).map(|(u, root)| u * root).collect();
                gather(x, means, &factors)
            },
        };
        let rows = targets.y.iter().zip(&roots);
        let y = rows.map(|(y, root)| (y - y_mean) * root).collect();
        let most = LEAST_ITERATIONS.max(ITERATIONS_A_COLUMN * x.n_columns());
        let (coef, n_iter, at_rest) = lsqr(&products, y, (self.tol, most));
        if !at_rest {
            tracing::warn!(
                n_iter,
                "{OP}: not converged; raise tol, scale the columns first (MaxAbsScaler), or use Ridge"
            );
        }
        let coef = Array1::from(coef);
        let intercept = y_mean - x_mean.dot(&coef);
        finite_line(OP, &coef, intercept)?;
        Ok((coef, intercept, n_iter))
    }
}

/// `√W·(X - m)·w`.
fn ahead<F: Float>(x: &Design<'_, F>, means: &[f64], roots: &[f64], w: &[f64]) -> Vec<f64> {
    let shift: f64 = w.iter().zip(means).map(|(w, mean)| w * mean).sum();
    let mut out = vec![0.0; roots.len()];
    out.par_chunks_mut(SHARE_ROWS)
        .enumerate()
        .for_each(|(share, out)| {
            for (row, out) in (share * SHARE_ROWS..).zip(out) {
                x.for_each(row, |j, v| *out += v.as_f64() * w[j]);
                *out = (*out - shift) * roots[row];
            }
        });
    out
}

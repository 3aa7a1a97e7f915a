//! Ridge regression for many strengths, with the error on every row in turn when it is left out.

use std::ops::Range;

use ml_core::{
    Float, Result, linalg,
    ndarray::{Array1, Array2, ArrayView1, Axis, s},
};
use rayon::prelude::*;

use super::line::Targets;
use crate::solve::{Design, Gram, gather, row_products, triangle};

/// Rows whose errors are computed at a time, and shares of them that are added up in order.
const BLOCK_ROWS: usize = 256;
const SHARE_BLOCKS: usize = 16;

/// Rows and a target, with their means.
pub(super) struct Lesson<'a, 'd, F> {
    pub(super) x: &'a Design<'d, F>,
    pub(super) targets: &'a Targets,
    pub(super) x_mean: &'a [f64],
    pub(super) y_mean: f64,
    pub(super) intercept: bool,
}

/// Weights `[columns, strengths]`, and the mean squared errors of the rows left out.
pub(super) type Tried = (Array2<f64>, Array1<f64>);

impl<F: Float> Lesson<'_, '_, F> {
    /// All strengths at once.
    pub(super) fn solve(&self, alphas: &[f64]) -> Result<Tried> {
        if self.x.n_columns() < self.x.n_rows() {
            self.by_columns(alphas)
        } else {
            self.by_rows(alphas)
        }
    }

    /// By the eigenvectors `V` of the columns' products: `w = V·(Vᵀ·Xᵀ·y) / (λ + alpha)`, and the leverage of a row is
    /// `Σ (x·v)² / (λ + alpha)`.
    fn by_columns(&self, alphas: &[f64]) -> Result<Tried> {
        let (axes, values, along) = self.axes()?;
        let shares = shrinkage(&values, alphas);
        let coefs = axes.dot(&(&shares * &along.insert_axis(Axis(1))));
        let total: f64 = self.targets.weights.iter().sum();
        let n_rows = self.x.n_rows();
        let share = |start: usize| {
            let mut sums = Array1::zeros(alphas.len());
            let end = n_rows.min(start + SHARE_BLOCKS * BLOCK_ROWS);
            for start in (start..end).step_by(BLOCK_ROWS) {
                let rows = start..end.min(start + BLOCK_ROWS);
                let (x, y) = self.centred(rows.clone());
                let residuals = y.insert_axis(Axis(1)) - x.dot(&coefs);
                let leverage = x.dot(&axes).mapv_into(|v| v * v).dot(&shares);
                for ((row, residuals), leverage) in rows.zip(residuals.rows()).zip(leverage.rows()) {
                    let of_mean = self.of_mean(row, total);
                    for ((sum, e), h) in sums.iter_mut().zip(&residuals).zip(&leverage) {
                        *sum += left_out(*e, h + of_mean);
                    }
                }
            }
            sums
        };
        let starts: Vec<usize> = (0..n_rows).step_by(SHARE_BLOCKS * BLOCK_ROWS).collect();
        let sums: Vec<Array1<f64>> = starts.into_par_iter().map(share).collect();
        let errors = sums
            .into_iter()
            .fold(Array1::zeros(alphas.len()), |sum, part| sum + part);
        Ok((coefs, errors / total))
    }

    /// `V`, `λ` and `Vᵀ·Xᵀ·y`: of sparse rows from the products of their columns, of dense ones, with more digits, from
    /// the triangle that has the same products.
    fn axes(&self) -> Result<(Array2<f64>, Array1<f64>, Array1<f64>)> {
        let columns = self.x.n_columns();
        if self.x.is_sparse() {
            let rows = (&self.targets.y[..], &self.targets.weights[..]);
            let means = Array1::from(self.x_mean.to_vec());
            let gram = Gram::new(self.x, rows, (&means, self.y_mean));
            let eigen = linalg::eigh(gram.xx.view())?;
            let along = eigen.vectors.t().dot(&gram.xy);
            return Ok((eigen.vectors, eigen.values.mapv(|v| v.max(0.0)), along));
        }
        let r = triangle(self.x.n_rows(), columns + 1, |rows, mut to| {
            let (x, y) = self.centred(rows);
            to.slice_mut(s![.., ..columns]).assign(&x);
            to.column_mut(columns).assign(&y);
        })?;
        let svd = linalg::svd(r.slice(s![.., ..columns]))?;
        let along = &svd.s * &svd.u.t().dot(&r.column(columns));
        Ok((svd.vt.reversed_axes(), svd.s.mapv(|s| s * s), along))
    }

    /// By the eigenvectors `U` of the rows' products: errors and leverages are rows of `U`.
    fn by_rows(&self, alphas: &[f64]) -> Result<Tried> {
        let roots: Vec<f64> = self.targets.weights.iter().map(|weight| weight.sqrt()).collect();
        let products = row_products(self.x, self.x_mean, &roots);
        let eigen = linalg::eigh(products.view())?;
        let values = eigen.values.mapv(|v| v.max(0.0));
        let y: Array1<f64> = (0..roots.len()).map(|row| self.target(row)).collect();
        let along = eigen.vectors.t().dot(&y).insert_axis(Axis(1));
        let shares = shrinkage(&values, alphas);
        let kept = &shares * &values.insert_axis(Axis(1));
        let residuals = y.insert_axis(Axis(1)) - eigen.vectors.dot(&(&kept * &along));
        let leverage = eigen.vectors.mapv(|u| u * u).dot(&kept);
        let total: f64 = self.targets.weights.iter().sum();
        let mut errors = Array1::zeros(alphas.len());
        for ((row, e), h) in residuals.rows().into_iter().enumerate().zip(leverage.rows()) {
            let of_mean = self.of_mean(row, total);
            for ((sum, e), h) in errors.iter_mut().zip(&e).zip(&h) {
                *sum += left_out(*e, h + of_mean);
            }
        }
        let factors = eigen.vectors.dot(&(&shares * &along));
        let mut coefs = Array2::zeros((self.x.n_columns(), alphas.len()));
        for (factors, mut to) in factors.columns().into_iter().zip(coefs.columns_mut()) {
            let factors: Vec<f64> = factors.iter().zip(&roots).map(|(f, root)| f * root).collect();
            to.assign(&ArrayView1::from(&gather(self.x, self.x_mean, &factors)));
        }
        Ok((coefs, errors / total))
    }

    /// Rows and targets less their means, times the roots of their weights.
    fn centred(&self, rows: Range<usize>) -> (Array2<f64>, Array1<f64>) {
        let mut x = Array2::zeros((rows.len(), self.x.n_columns()));
        for (row, mut to) in rows.clone().zip(x.rows_mut()) {
            let to = to.as_slice_mut().expect("a row of an owned matrix is contiguous");
            self.x
                .centred(row, self.x_mean, self.targets.weights[row].sqrt(), to);
        }
        (x, rows.map(|row| self.target(row)).collect())
    }

    fn target(&self, row: usize) -> f64 {
        (self.targets.y[row] - self.y_mean) * self.targets.weights[row].sqrt()
    }

    /// What of a row's leverage the mean takes.
    fn of_mean(&self, row: usize, total: f64) -> f64 {
        if self.intercept {
            self.targets.weights[row] / total
        } else {
            0.0
        }
    }
}

/// `1 / (λ + alpha)`: `[values, strengths]`.
fn shrinkage(values: &Array1<f64>, alphas: &[f64]) -> Array2<f64> {
    Array2::from_shape_fn((values.len(), alphas.len()), |(i, k)| {
        1.0 / (values[i] + alphas[k])
    })
}

/// The squared error of a row that took no part, from its error and its leverage when it did.
fn left_out(error: f64, leverage: f64) -> f64 {
    (error / (1.0 - leverage).max(f64::MIN_POSITIVE)).powi(2)
}

//! The same features by columns, as coordinate descent wants them.

use ml_core::{Float, ndarray::Array2, sprs::CsMat};

use super::{
    Design,
    vector::{add, dot},
};

/// Features by columns, in double precision: a copy.
#[derive(Debug)]
pub(crate) enum Columns {
    /// `[columns, rows]`.
    Dense(Array2<f64>),
    /// Compressed columns.
    Sparse(CsMat<f64>),
}

impl Columns {
    pub(crate) fn of<F: Float>(x: &Design<'_, F>) -> Self {
        let (rows, columns) = (x.n_rows(), x.n_columns());
        match x {
            Design::Sparse(x) => Self::Sparse(x.to_csc().map(|v| v.as_f64())),
            _ => {
                let mut out = Array2::zeros((columns, rows));
                for row in 0..rows {
                    x.for_each(row, |j, v| out[[j, row]] = v.as_f64());
                }
                Self::Dense(out)
            }
        }
    }

    pub(crate) fn n_rows(&self) -> usize {
        match self {
            Self::Dense(x) => x.ncols(),
            Self::Sparse(x) => x.rows(),
        }
    }

    pub(crate) fn len(&self) -> usize {
        match self {
            Self::Dense(x) => x.nrows(),
            Self::Sparse(x) => x.cols(),
        }
    }

    /// Multiplies every row by a factor.
    pub(crate) fn scale_rows(&mut self, factors: &[f64]) {
        match self {
            Self::Dense(x) => {
                for mut column in x.rows_mut() {
                    column.iter_mut().zip(factors).for_each(|(v, f)| *v *= f);
                }
            }
            Self::Sparse(x) => {
                for mut column in x.outer_iterator_mut() {
                    column.iter_mut().for_each(|(row, v)| *v *= factors[row]);
                }
            }
        }
    }

    /// Calls `act` with the rows and values of a column that are stored.
    #[inline]
    pub(crate) fn for_each(&self, column: usize, mut act: impl FnMut(usize, f64)) {
        match self {
            Self::Dense(x) => x.row(column).iter().enumerate().for_each(|(row, &v)| act(row, v)),
            Self::Sparse(x) => {
                let stored = x.indptr().outer_inds_sz(column);
                let pairs = x.indices()[stored.clone()].iter().zip(&x.data()[stored]);
                pairs.for_each(|(&row, &v)| act(row, v));
            }
        }
    }

    /// `Σ x·v`.
    #[inline]
    pub(crate) fn dot(&self, column: usize, v: &[f64]) -> f64 {
        if let Self::Dense(x) = self {
            return dot(
                x.row(column)
                    .to_slice()
                    .expect("a row of an owned matrix is contiguous"),
                v,
            );
        }
        let mut sum = 0.0;
        self.for_each(column, |row, x| sum += x * v[row]);
        sum
    }

    /// `v += factor·x`.
    #[inline]
    pub(crate) fn add(&self, column: usize, factor: f64, v: &mut [f64]) {
        if let Self::Dense(x) = self {
            return add(
                factor,
                x.row(column)
                    .to_slice()
                    .expect("a row of an owned matrix is contiguous"),
                v,
            );
        }
        self.for_each(column, |row, x| v[row] += factor * x);
    }
}

/// The value nearest to `v` that is `by` closer to 0: what minimises `½·(w - v)² + by·|w|`.
#[inline]
pub(crate) fn soft_threshold(v: f64, by: f64) -> f64 {
    v.signum() * (v.abs() - by).max(0.0)
}

//! Products of centred columns: all that least squares needs to know of tall data.

use faer::{
    Accum, Par,
    linalg::matmul::triangular::{self, BlockStructure},
    mat::{MatMut, MatRef},
};
use ml_core::{
    Float,
    ndarray::{Array1, Array2},
};
use rayon::prelude::*;

use super::Design;

/// Rows that are centred and multiplied at a time: they stay in the cache.
const BLOCK_ROWS: usize = 256;
/// Shares of the rows with products of their own until these are added up in order, and the fewest rows of one.
const MOST_SHARES: usize = 16;
const LEAST_ROWS: usize = 2048;
/// What part of the rows' memory the products of all shares together may take, where two shares take no more.
const PART: usize = 8;
/// Most elements that they may take.
const MOST_ELEMENTS: usize = 1 << 25;

/// `Xᵀ·X`, `Xᵀ·y` and `y·y` of rows less their mean, times the roots of their weights.
#[derive(Debug, Clone)]
pub(crate) struct Gram {
    pub(crate) xx: Array2<f64>,
    pub(crate) xy: Array1<f64>,
    pub(crate) yy: f64,
}

impl Gram {
    /// Dense rows are centred before they are multiplied, which keeps all digits; of sparse ones the products of the
    /// means are taken off afterwards.
    pub(crate) fn new<F: Float>(
        x: &Design<'_, F>,
        (y, weights): (&[f64], &[f64]),
        (x_mean, y_mean): (&Array1<f64>, f64),
    ) -> Self {
        let (rows, columns) = (x.n_rows(), x.n_columns());
        let room = (rows / (PART * columns).max(1)).max(2);
        let shares = (MOST_ELEMENTS / (columns * columns).max(1))
            .min(room)
            .clamp(1, MOST_SHARES);
        let size = rows.div_ceil(shares).max(LEAST_ROWS);
        let share = |start: usize| {
            let mut sum = Self::zero(columns);
            let end = rows.min(start + size);
            if x.is_sparse() {
                (start..end).for_each(|row| sum.add_sparse(x, row, weights[row], y[row] - y_mean));
                return sum;
            }
            let mut buffer = Array2::zeros((BLOCK_ROWS, columns));
            for start in (start..end).step_by(BLOCK_ROWS) {
                let block = start..end.min(start + BLOCK_ROWS);
                sum.add_block(x, block, (y, weights), (x_mean, y_mean), &mut buffer);
            }
            sum
        };
        let starts: Vec<usize> = (0..rows).step_by(size).collect();
        let shares: Vec<Self> = starts.into_par_iter().with_max_len(1).map(share).collect();
        let mut sum = Self::zero(columns);
        for part in shares {
            sum.xx += &part.xx;
            sum.xy += &part.xy;
            sum.yy += part.yy;
        }
        if x.is_sparse() {
            sum.centre_sparse(weights.iter().sum(), x_mean);
        } else {
            sum.mirror();
        }
        sum
    }

    fn zero(columns: usize) -> Self {
        Self {
            xx: Array2::zeros((columns, columns)),
            xy: Array1::zeros(columns),
            yy: 0.0,
        }
    }

    fn add_block<F: Float>(
        &mut self,
        x: &Design<'_, F>,
        rows: std::ops::Range<usize>,
        (y, weights): (&[f64], &[f64]),
        (x_mean, y_mean): (&Array1<f64>, f64),
        buffer: &mut Array2<f64>,
    ) {
        let means = x_mean.as_slice().expect("an owned vector is contiguous");
        let mut block = buffer.slice_mut(ml_core::ndarray::s![..rows.len(), ..]);
        for (mut to, row) in block.rows_mut().into_iter().zip(rows) {
            let root = weights[row].sqrt();
            let to = to.as_slice_mut().expect("a row of an owned matrix is contiguous");
            x.centred(row, means, root, to);
            let y = (y[row] - y_mean) * root;
            self.yy += y * y;
            super::vector::add(
                y,
                to,
                self.xy.as_slice_mut().expect("an owned vector is contiguous"),
            );
        }
        let (rows, columns) = block.dim();
        let block = block
            .as_slice()
            .expect("the first rows of an owned matrix are contiguous");
        let block = MatRef::from_row_major_slice(block, rows, columns);
        let xx = self.xx.as_slice_mut().expect("an owned matrix is contiguous");
        // The products are symmetric: half of them are enough.
        triangular::matmul(
            MatMut::from_row_major_slice_mut(xx, columns, columns),
            BlockStructure::TriangularLower,
            Accum::Add,
            block.transpose(),
            BlockStructure::Rectangular,
            block,
            BlockStructure::Rectangular,
            1.0,
            Par::Seq,
        );
    }

    /// Fills the upper half from the lower.
    fn mirror(&mut self) {
        for i in 0..self.xx.nrows() {
            for j in 0..i {
                self.xx[[j, i]] = self.xx[[i, j]];
            }
        }
    }

    fn add_sparse<F: Float>(&mut self, x: &Design<'_, F>, row: usize, weight: f64, y: f64) {
        x.for_each(row, |i, v| {
            let v = weight * v.as_f64();
            self.xy[i] += v * y;
            let mut to = self.xx.row_mut(i);
            x.for_each(row, |j, other| to[j] += v * other.as_f64());
        });
        self.yy += weight * y * y;
    }

    /// `Σ w·(x - m)(x - m)ᵀ = Σ w·x·xᵀ - W·m·mᵀ`; the targets are centred already.
    fn centre_sparse(&mut self, total: f64, x_mean: &Array1<f64>) {
        for (i, mut row) in self.xx.rows_mut().into_iter().enumerate() {
            row.scaled_add(-total * x_mean[i], x_mean);
        }
    }
}

//! Means and centred second moments of tall data, in one pass each, whatever the number of threads.

use ml_core::{
    Float,
    ndarray::{Array1, Array2, ArrayView1, ArrayView2, Axis, linalg::general_mat_mul, s},
};
use rayon::prelude::*;

/// Rows below which a share of the work is not cut further.
const LEAST_ROWS: usize = 8192;
/// Most shares; each holds moments of its own until the shares are added up.
const MOST_SHARES: usize = 32;
/// Most elements that the moments of all shares together may take.
const MOST_ELEMENTS: usize = 1 << 24;
/// Rows that are centred and multiplied at a time: they stay in the cache.
const BLOCK_ROWS: usize = 256;

/// Rows of features and targets with a weight each.
#[derive(Clone, Copy)]
pub(super) struct Rows<'a, F> {
    /// `[rows, columns]`.
    pub(super) x: ArrayView2<'a, F>,
    /// `[rows, outputs]`.
    pub(super) y: ArrayView2<'a, F>,
    /// One a row; `None` weighs all rows 1.
    pub(super) weights: Option<ArrayView1<'a, f64>>,
}

/// The point that is taken as origin.
pub(super) struct Centre {
    /// `[columns]`.
    pub(super) x: Array1<f64>,
    /// `[outputs]`.
    pub(super) y: Array1<f64>,
}

/// Products of the centred columns, weighted.
pub(super) struct Moments {
    /// `Σ w·(x - x̄)(x - x̄)ᵀ`: `[columns, columns]`.
    pub(super) xx: Array2<f64>,
    /// `Σ w·(x - x̄)(y - ȳ)ᵀ`: `[columns, outputs]`.
    pub(super) xy: Array2<f64>,
}

impl<F: Float> Rows<'_, F> {
    /// The origin itself.
    pub(super) fn zero(&self) -> Centre {
        Centre {
            x: Array1::zeros(self.x.ncols()),
            y: Array1::zeros(self.y.ncols()),
        }
    }

    /// The weighted means.
    pub(super) fn mean(&self) -> Centre {
        let total = match self.weights {
            None => self.x.nrows() as f64,
            Some(weights) => weights.sum(),
        };
        let sums = self.shares(|rows| {
            let mut sums = rows.zero();
            for row in 0..rows.x.nrows() {
                let weight = rows.weights.map_or(1.0, |w| w[row]);
                let add = |sum: &mut f64, v: &F| *sum += weight * v.as_f64();
                sums.x.zip_mut_with(&rows.x.row(row), add);
                sums.y.zip_mut_with(&rows.y.row(row), add);
            }
            sums
        });
        let mut mean = self.zero();
        for share in sums {
            mean.x += &share.x;
            mean.y += &share.y;
        }
        mean.x /= total;
        mean.y /= total;
        mean
    }

    /// The second moments about `centre`.
    pub(super) fn moments(&self, centre: &Centre) -> Moments {
        let zero = || Moments {
            xx: Array2::zeros((self.x.ncols(), self.x.ncols())),
            xy: Array2::zeros((self.x.ncols(), self.y.ncols())),
        };
        let shares = self.shares(|rows| {
            let mut moments = zero();
            let mut start = 0;
            while start < rows.x.nrows() {
                let end = rows.x.nrows().min(start + BLOCK_ROWS);
                let (x, y) = rows.slice(start, end).centred(centre);
                general_mat_mul(1.0, &x.t(), &x, 1.0, &mut moments.xx);
                general_mat_mul(1.0, &x.t(), &y, 1.0, &mut moments.xy);
                start = end;
            }
            moments
        });
        let mut sum = zero();
        for share in shares {
            sum.xx += &share.xx;
            sum.xy += &share.xy;
        }
        sum
    }

    /// The rows with `centre` as origin, times the root of their weights.
    pub(super) fn centred(&self, centre: &Centre) -> (Array2<f64>, Array2<f64>) {
        let root = |row: usize| self.weights.map_or(1.0, |w| w[row].sqrt());
        let shift = |values: ArrayView2<'_, F>, origin: &Array1<f64>| {
            let mut out = Array2::zeros(values.raw_dim());
            for (row, (mut to, from)) in out.rows_mut().into_iter().zip(values.rows()).enumerate() {
                let root = root(row);
                for ((to, from), origin) in to.iter_mut().zip(&from).zip(origin) {
                    *to = (from.as_f64() - origin) * root;
                }
            }
            out
        };
        (shift(self.x, &centre.x), shift(self.y, &centre.y))
    }

    pub(super) fn slice(&self, start: usize, end: usize) -> Self {
        Rows {
            x: self.x.slice_move(s![start..end, ..]),
            y: self.y.slice_move(s![start..end, ..]),
            weights: self.weights.map(|w| w.slice_move(s![start..end])),
        }
    }

    /// Applies `work` to shares of the rows, in parallel. How they are cut depends on the data alone,
    /// so sums over the shares in their order come out the same for any number of threads.
    fn shares<T: Send>(&self, work: impl Fn(Self) -> T + Sync) -> Vec<T> {
        let (rows, columns) = self.x.dim();
        let room = (MOST_ELEMENTS / (columns * columns).max(1)).clamp(1, MOST_SHARES);
        let size = rows.div_ceil(room).max(LEAST_ROWS);
        let starts: Vec<usize> = (0..self.x.len_of(Axis(0))).step_by(size).collect();
        let share = |&start: &usize| work(self.slice(start, rows.min(start + size)));
        match starts.len() {
            1 => starts.iter().map(share).collect(),
            _ => starts.par_iter().map(share).collect(),
        }
    }
}

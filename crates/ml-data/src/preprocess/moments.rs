//! Mean and variance of every column: stable, in parallel, the same for any number of threads.

use ml_core::{
    Float,
    ndarray::{ArrayView1, ArrayView2, Axis, s},
    sprs::CsVecView,
};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::numbers::{CHUNK_ROWS, Numbers, SERIAL_ELEMENTS, Storage};

/// Weight, mean and sum of squared deviations of one column without its missing values.
///
/// Within a chunk of rows two passes are made (the mean, then the deviations from it); chunks are
/// merged in order. Source: Chan, Golub and LeVeque, "Algorithms for Computing the Sample Variance",
/// The American Statistician 37 (1983).
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub(crate) struct Moments {
    /// Sum of the weights of the rows that have a value.
    pub(crate) weight: f64,
    pub(crate) mean: f64,
    /// `Σ w·(x - mean)²`
    pub(crate) squares: f64,
}

impl Moments {
    /// `Σ w·(x - mean)² / Σ w`; 0 for a column without values.
    pub(crate) fn variance(&self) -> f64 {
        if self.weight > 0.0 {
            self.squares / self.weight
        } else {
            0.0
        }
    }

    /// The moments of both sets of rows together.
    pub(crate) fn merge(self, other: Self) -> Self {
        if other.weight == 0.0 {
            return self;
        }
        if self.weight == 0.0 {
            return other;
        }
        let weight = self.weight + other.weight;
        let delta = other.mean - self.mean;
        Self {
            weight,
            mean: self.mean + delta * (other.weight / weight),
            squares: self.squares + other.squares + delta * delta * (self.weight * other.weight / weight),
        }
    }
}

/// The moments of every column; `weights` holds one a row.
pub(crate) fn moments<F: Float>(x: &Numbers<'_, F>, weights: Option<ArrayView1<'_, f64>>) -> Vec<Moments> {
    let parallel = x.n_rows() * x.n_columns() >= SERIAL_ELEMENTS;
    let of_block = |block: &ArrayView2<'_, F>| -> Vec<Moments> {
        let starts: Vec<usize> = (0..block.nrows()).step_by(CHUNK_ROWS).collect();
        let of_chunk = |&start: &usize| {
            let end = (start + CHUNK_ROWS).min(block.nrows());
            let weights = weights.map(|w| w.slice_move(s![start..end]));
            chunk_moments(block.slice(s![start..end, ..]), weights)
        };
        let parts: Vec<Vec<Moments>> = if parallel {
            starts.par_iter().map(of_chunk).collect()
        } else {
            starts.iter().map(of_chunk).collect()
        };
        let mut all = vec![Moments::default(); block.ncols()];
        for part in parts {
            for (one, more) in all.iter_mut().zip(part) {
                *one = one.merge(more);
            }
        }
        all
    };
    match x.storage() {
        Storage::Blocks(blocks) => blocks.iter().flat_map(of_block).collect(),
        Storage::Sparse(x) => {
            let all_weight = weights.map_or(x.rows() as f64, |w| w.sum());
            let of_column = |column: CsVecView<'_, F>| sparse_moments(column, all_weight, weights);
            x.outer_iterator().map(of_column).collect()
        }
    }
}

fn chunk_moments<F: Float>(x: ArrayView2<'_, F>, weights: Option<ArrayView1<'_, f64>>) -> Vec<Moments> {
    if x.ncols() == 1 {
        let cells = x.index_axis(Axis(1), 0);
        return vec![column_moments(cells.iter().enumerate(), 0.0, weights)];
    }
    // Row by row, as the matrix lies in memory; per column the order of additions is that of
    // `column_moments`, hence the same bits.
    let weight_of = |row: usize| weights.map_or(1.0, |w| w[row]);
    let mut all = vec![Moments::default(); x.ncols()];
    for (i, row) in x.rows().into_iter().enumerate() {
        for (m, v) in all.iter_mut().zip(row) {
            let (w, v) = present(v.as_f64(), weight_of(i));
            m.weight += w;
            m.mean += w * v;
        }
    }
    for m in &mut all {
        m.mean = mean(*m);
    }
    let mut rest = vec![0.0; x.ncols()];
    for (i, row) in x.rows().into_iter().enumerate() {
        for ((m, rest), v) in all.iter_mut().zip(&mut rest).zip(row) {
            let (w, d) = deviation(v.as_f64(), m.mean, weight_of(i));
            m.squares += w * d * d;
            *rest += w * d;
        }
    }
    for (m, rest) in all.iter_mut().zip(rest) {
        m.squares = corrected(*m, rest);
    }
    all
}

/// The moments of a column of a sparse matrix; `all_weight` is that of all rows.
fn sparse_moments<F: Float>(
    column: CsVecView<'_, F>,
    all_weight: f64,
    weights: Option<ArrayView1<'_, f64>>,
) -> Moments {
    let listed: f64 = match weights {
        Some(weights) => column.indices().iter().map(|&row| weights[row]).sum(),
        None => column.nnz() as f64,
    };
    // The difference of two sums may be off by their rounding.
    let zeros = if column.nnz() == column.dim() {
        0.0
    } else {
        (all_weight - listed).max(0.0)
    };
    column_moments(column.iter(), zeros, weights)
}

/// The moments of one column: its cells by row, and the weight of zeros that are not among them.
fn column_moments<'v, F: Float>(
    cells: impl Iterator<Item = (usize, &'v F)> + Clone,
    zeros: f64,
    weights: Option<ArrayView1<'_, f64>>,
) -> Moments {
    let weight_of = |row: usize| weights.map_or(1.0, |w| w[row]);
    let mut m = Moments::default();
    for (row, v) in cells.clone() {
        let (w, v) = present(v.as_f64(), weight_of(row));
        m.weight += w;
        m.mean += w * v;
    }
    m.weight += zeros;
    m.mean = mean(m);
    let mut rest = -zeros * m.mean;
    for (row, v) in cells {
        let (w, d) = deviation(v.as_f64(), m.mean, weight_of(row));
        m.squares += w * d * d;
        rest += w * d;
    }
    m.squares += zeros * m.mean * m.mean;
    m.squares = corrected(m, rest);
    m
}

/// The weight and value to add: nothing for a missing value.
#[inline]
fn present(v: f64, weight: f64) -> (f64, f64) {
    if v.is_nan() { (0.0, 0.0) } else { (weight, v) }
}

#[inline]
fn deviation(v: f64, mean: f64, weight: f64) -> (f64, f64) {
    if v.is_nan() {
        (0.0, 0.0)
    } else {
        (weight, v - mean)
    }
}

fn mean(sums: Moments) -> f64 {
    if sums.weight > 0.0 {
        sums.mean / sums.weight
    } else {
        0.0
    }
}

/// Takes out what the rounding of the mean put into the squares.
fn corrected(m: Moments, rest: f64) -> f64 {
    if m.weight > 0.0 {
        (m.squares - rest * rest / m.weight).max(0.0)
    } else {
        0.0
    }
}

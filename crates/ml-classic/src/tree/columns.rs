//! The training matrix as ranks: what every tree of a forest shares.
//!
//! A threshold falls between two neighbouring values of a column, so growing a tree needs only the
//! order of the values, not the values. Each column is therefore replaced, exactly, by the ranks of
//! its values among the column's distinct values: one byte each where no column has more than 256
//! (pixels), two or four otherwise.

use std::sync::OnceLock;

use ml_core::{Float, ndarray::ArrayView2};
use rayon::prelude::*;

use super::distinct;

/// Rows with at most this many bytes of ranks are worth a second copy by rows.
const CELLS_BY_ROW_MIN: usize = 64;

/// Rows and columns of one square of the transposition: both sides stay in the L1 cache.
const TILE: usize = 64;

/// The rank of a value among the distinct values of its column.
pub(super) trait Rank: Copy + Ord + Default + Send + Sync + 'static {
    fn of(rank: u32) -> Self;
    fn get(self) -> u32;
}

macro_rules! ranks {
    ($($t:ty),*) => { $(
        impl Rank for $t {
            #[inline(always)]
            fn of(rank: u32) -> Self {
                rank as $t
            }

            #[inline(always)]
            fn get(self) -> u32 {
                u32::from(self)
            }
        }
    )* };
}
ranks!(u8, u16, u32);

/// Ranks by column and, once asked for, by row.
#[derive(Debug)]
pub(super) struct RankMatrix<R> {
    pub(super) n_rows: usize,
    pub(super) n_features: usize,
    by_column: Vec<R>,
    by_row: OnceLock<Vec<R>>,
}

impl<R: Rank> RankMatrix<R> {
    #[inline(always)]
    pub(super) fn column(&self, feature: usize) -> &[R] {
        &self.by_column[feature * self.n_rows..(feature + 1) * self.n_rows]
    }

    /// `[row * n_features + feature]`, for nodes of few rows: the rows of a node and all of their
    /// features then stay in the cache while its subtree is grown. `None` for narrow matrices, whose
    /// columns serve as well.
    pub(super) fn by_row(&self) -> Option<&[R]> {
        if self.n_features * size_of::<R>() < CELLS_BY_ROW_MIN {
            return None;
        }
        Some(self.by_row.get_or_init(|| self.transpose()))
    }

    fn transpose(&self) -> Vec<R> {
        let p = self.n_features;
        let mut out = vec![R::default(); self.by_column.len()];
        out.par_chunks_mut(TILE * p).enumerate().for_each(|(block, out)| {
            let first = block * TILE;
            for features in (0..p).step_by(TILE) {
                for feature in features..(features + TILE).min(p) {
                    let column = &self.column(feature)[first..];
                    for (row, &rank) in out.chunks_exact_mut(p).zip(column) {
                        row[feature] = rank;
                    }
                }
            }
        });
        out
    }
}

/// Ranks in the narrowest type that holds them.
#[derive(Debug)]
pub(super) enum Ranks {
    U8(RankMatrix<u8>),
    U16(RankMatrix<u16>),
    U32(RankMatrix<u32>),
}

/// Runs `$body` with `$matrix` bound to the ranks of whichever width.
macro_rules! with_ranks {
    ($ranks:expr, $matrix:ident => $body:expr) => {
        match $ranks {
            $crate::tree::columns::Ranks::U8($matrix) => $body,
            $crate::tree::columns::Ranks::U16($matrix) => $body,
            $crate::tree::columns::Ranks::U32($matrix) => $body,
        }
    };
}
pub(super) use with_ranks;

/// A training matrix as ranks, with the values that the ranks stand for.
#[derive(Debug)]
pub(crate) struct Columns {
    pub(super) n_rows: usize,
    pub(super) n_features: usize,
    /// The distinct values of every column, ascending.
    values: Vec<Vec<f64>>,
    pub(super) ranks: Ranks,
    /// Every column's rows in the order of their values, as `rank << 32 | row`.
    sorted: OnceLock<Vec<u64>>,
}

impl Columns {
    /// Ranks every column of `x` (finite, not empty).
    pub(crate) fn new<F: Float>(x: ArrayView2<'_, F>) -> Self {
        let ranked = distinct::rank_columns(x);
        let widest = ranked.iter().map(|column| column.values.len()).max().unwrap_or(0);
        let n_rows = x.nrows();
        let ranks = if widest <= 1 << 8 {
            Ranks::U8(join(&ranked, n_rows))
        } else if widest <= 1 << 16 {
            Ranks::U16(join(&ranked, n_rows))
        } else {
            Ranks::U32(join(&ranked, n_rows))
        };
        Self {
            n_rows,
            n_features: x.ncols(),
            values: ranked.into_iter().map(|column| column.values).collect(),
            ranks,
            sorted: OnceLock::new(),
        }
    }

    /// Number of distinct values of a column.
    pub(super) fn n_distinct(&self, feature: usize) -> usize {
        self.values[feature].len()
    }

    /// The value of a rank.
    pub(super) fn value(&self, feature: usize, rank: u32) -> f64 {
        self.values[feature][rank as usize]
    }

    /// The rank of the largest value that is at most `threshold`, which lies in the column's range.
    pub(super) fn rank_at_most(&self, feature: usize, threshold: f64) -> u32 {
        let above = self.values[feature].partition_point(|&v| super::node::goes_left(v, threshold));
        above.saturating_sub(1) as u32
    }

    /// The threshold between two ranks that follow each other in a node: the midpoint of their
    /// values, or the lower value where the midpoint rounds to the upper one.
    pub(super) fn threshold(&self, feature: usize, lower: u32, upper: u32) -> f64 {
        let (lower, upper) = (self.value(feature, lower), self.value(feature, upper));
        let middle = lower / 2.0 + upper / 2.0;
        // Halves of the smallest numbers may round below the lower value.
        if middle >= lower && middle < upper {
            middle
        } else {
            lower
        }
    }

    /// Every column's rows sorted by value; computed once.
    pub(super) fn sorted(&self) -> &[u64] {
        self.sorted.get_or_init(|| {
            let mut out = vec![0_u64; self.n_rows * self.n_features];
            with_ranks!(&self.ranks, matrix => {
                out.par_chunks_mut(self.n_rows).enumerate().for_each(|(feature, out)| {
                    counting_sort(matrix.column(feature), self.n_distinct(feature), out);
                });
            });
            out
        })
    }
}

fn join<R: Rank>(columns: &[distinct::RankedColumn], n_rows: usize) -> RankMatrix<R> {
    let mut by_column = vec![R::default(); n_rows * columns.len()];
    by_column
        .par_chunks_mut(n_rows)
        .zip(columns)
        .for_each(|(out, column)| column.copy_to(out));
    RankMatrix {
        n_rows,
        n_features: columns.len(),
        by_column,
        by_row: OnceLock::new(),
    }
}

fn counting_sort<R: Rank>(ranks: &[R], n_distinct: usize, out: &mut [u64]) {
    let mut next = vec![0_u32; n_distinct + 1];
    for rank in ranks {
        next[rank.get() as usize + 1] += 1;
    }
    for i in 1..next.len() {
        next[i] += next[i - 1];
    }
    for (row, rank) in ranks.iter().enumerate() {
        let at = &mut next[rank.get() as usize];
        out[*at as usize] = u64::from(rank.get()) << 32 | row as u64;
        *at += 1;
    }
}

#[cfg(test)]
mod tests {
    use ml_core::ndarray::{Array2, array};

    use super::*;

    #[test]
    fn ranks_stand_for_the_values() {
        let x = array![[3.0, -0.0], [1.0, 0.0], [3.0, 7.0]];
        let columns = Columns::new(x.view());
        assert_eq!(columns.values, vec![vec![1.0, 3.0], vec![0.0, 7.0]]);
        let Ranks::U8(ranks) = &columns.ranks else {
            panic!("few values take one byte each")
        };
        assert_eq!(ranks.column(0), &[1, 0, 1]);
        assert_eq!(ranks.column(1), &[0, 0, 1]);
        assert_eq!(columns.sorted()[..3], [1, 1 << 32, 1 << 32 | 2]);
        assert_eq!(columns.threshold(0, 0, 1), 2.0);
    }

    #[test]
    fn many_values_take_two_bytes_and_transpose_back() {
        let x = Array2::from_shape_fn((300, 70), |(i, j)| ((i * 7919 + j) % 293) as f32 * 0.5);
        let columns = Columns::new(x.view());
        let Ranks::U16(ranks) = &columns.ranks else {
            panic!("293 values take two bytes each")
        };
        let by_row = ranks.by_row().unwrap();
        for (i, j) in [(0, 0), (63, 64), (64, 63), (299, 69)] {
            let rank = by_row[i * 70 + j];
            assert_eq!(rank, ranks.column(j)[i]);
            assert_eq!(columns.value(j, rank.get()), f64::from(x[[i, j]]));
        }
    }

    #[test]
    fn a_threshold_keeps_neighbouring_numbers_apart() {
        let (a, b) = (1.0, 1.0_f64.next_up());
        let columns = Columns::new(array![[a], [b]].view());
        let threshold = columns.threshold(0, 0, 1);
        assert!(a <= threshold && b > threshold);
        let huge = Columns::new(array![[-f64::MAX], [f64::MAX]].view());
        assert_eq!(huge.threshold(0, 0, 1), 0.0);
        let tiny = Columns::new(array![[0.0], [f64::from_bits(1)]].view());
        assert_eq!(tiny.threshold(0, 0, 1), 0.0);
    }
}

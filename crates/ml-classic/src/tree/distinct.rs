//! The distinct values of every column, and every row's rank among them.

use ml_core::{
    Float,
    ndarray::{ArrayView2, s},
};
use rayon::prelude::*;

use super::columns::Rank;

/// Columns that are read together: a cache line of a row holds at least eight numbers.
const BLOCK: usize = 16;

/// Most distinct values for which a rank takes one byte.
const FEW: usize = 256;

/// Slots of the table of distinct values: a power of two, at most a quarter full.
const SLOTS: usize = 1024;

/// One column as ranks.
pub(super) struct RankedColumn {
    /// The distinct values, ascending; `-0.0` counts as `0.0`.
    pub(super) values: Vec<f64>,
    ranks: Wide,
}

enum Wide {
    Bytes(Vec<u8>),
    Words(Vec<u32>),
}

impl RankedColumn {
    pub(super) fn copy_to<R: Rank>(&self, out: &mut [R]) {
        match &self.ranks {
            Wide::Bytes(ranks) => {
                for (to, &from) in out.iter_mut().zip(ranks) {
                    *to = R::of(u32::from(from));
                }
            }
            Wide::Words(ranks) => {
                for (to, &from) in out.iter_mut().zip(ranks) {
                    *to = R::of(from);
                }
            }
        }
    }
}

/// Ranks every column.
pub(super) fn rank_columns<F: Float>(x: ArrayView2<'_, F>) -> Vec<RankedColumn> {
    let n_blocks = x.ncols().div_ceil(BLOCK);
    let ranked = (0..n_blocks).into_par_iter().map(|block| {
        let columns = block * BLOCK..((block + 1) * BLOCK).min(x.ncols());
        let part = x.slice(s![.., columns]);
        // Row by row into column buffers: each cache line of a row-major matrix is read once.
        let mut buffers = vec![Vec::with_capacity(x.nrows()); part.ncols()];
        for row in part.rows() {
            for (buffer, &value) in buffers.iter_mut().zip(row) {
                buffer.push(value.as_f64() + 0.0);
            }
        }
        buffers
            .into_iter()
            .map(|column| rank_column(&column))
            .collect::<Vec<_>>()
    });
    ranked.collect::<Vec<_>>().into_iter().flatten().collect()
}

fn rank_column(column: &[f64]) -> RankedColumn {
    rank_few(column).unwrap_or_else(|| rank_many(column))
}

/// By a small table of the values seen; `None` once there are too many.
fn rank_few(column: &[f64]) -> Option<RankedColumn> {
    let mut table = [(0_u64, u16::MAX); SLOTS];
    let mut values: Vec<f64> = Vec::new();
    let mut ranks = Vec::with_capacity(column.len());
    for &value in column {
        let bits = value.to_bits();
        // Multiplicative hashing by 2^64 / golden ratio; the top bits are the best mixed.
        let mut slot = (bits.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> (64 - SLOTS.trailing_zeros())) as usize;
        let found = loop {
            match table[slot] {
                (_, u16::MAX) => {
                    if values.len() == FEW {
                        return None;
                    }
                    table[slot] = (bits, values.len() as u16);
                    values.push(value);
                    break values.len() as u16 - 1;
                }
                (other, found) if other == bits => break found,
                _ => slot = (slot + 1) % SLOTS,
            }
        };
        ranks.push(found as u8);
    }
    let mut order: Vec<u8> = (0..values.len()).map(|i| i as u8).collect();
    order.sort_unstable_by(|&a, &b| values[usize::from(a)].total_cmp(&values[usize::from(b)]));
    let mut rank_of = [0_u8; FEW];
    for (rank, &seen) in order.iter().enumerate() {
        rank_of[usize::from(seen)] = rank as u8;
    }
    ranks
        .iter_mut()
        .for_each(|rank| *rank = rank_of[usize::from(*rank)]);
    Some(RankedColumn {
        values: order.iter().map(|&seen| values[usize::from(seen)]).collect(),
        ranks: Wide::Bytes(ranks),
    })
}

/// By sorting.
fn rank_many(column: &[f64]) -> RankedColumn {
    let mut order: Vec<(f64, u32)> = column.iter().copied().zip(0..).collect();
    order.sort_unstable_by(|a, b| a.0.total_cmp(&b.0));
    let mut values: Vec<f64> = Vec::new();
    let mut ranks = vec![0; column.len()];
    for (value, row) in order {
        if values.last() != Some(&value) {
            values.push(value);
        }
        ranks[row as usize] = values.len() as u32 - 1;
    }
    RankedColumn {
        values,
        ranks: Wide::Words(ranks),
    }
}

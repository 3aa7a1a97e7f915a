//! The distinct values of every column, and every row's rank among them.

use ml_core::{
    Float,
    ndarray::{ArrayView2, s},
};
use rayon::prelude::*;

use super::columns::Rank;

/// Columns that are read together: a cache line of a row holds at least eight numbers.
const BLOCK: usize = 16;

/// Rows that are read together: with a block of columns they stay in the L1 cache.
const TILE: usize = 64;

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
        rank_block(x.slice(s![.., columns]))
    });
    ranked.collect::<Vec<_>>().into_iter().flatten().collect()
}

/// Columns side by side, in tiles of rows, so that each cache line of a row-major matrix is read once;
/// then column by column, so that one table of distinct values at a time is in use.
fn rank_block<F: Float>(block: ArrayView2<'_, F>) -> Vec<RankedColumn> {
    let n = block.nrows();
    let mut columns = vec![F::zero(); n * block.ncols()];
    for first in (0..n).step_by(TILE) {
        let rows = first..(first + TILE).min(n);
        for (to, from) in columns
            .chunks_exact_mut(n)
            .zip(block.slice(s![rows.clone(), ..]).columns())
        {
            to[rows.clone()]
                .iter_mut()
                .zip(from)
                .for_each(|(to, &from)| *to = from);
        }
    }
    columns
        .chunks_exact(n)
        .map(|column| rank_few(column).unwrap_or_else(|| rank_many(column)))
        .collect()
}

/// By a table of the values seen; `None` if there are too many.
fn rank_few<F: Float>(column: &[F]) -> Option<RankedColumn> {
    let mut seen = Seen::new();
    let positions = column
        .iter()
        .map(|value| seen.position(value.as_f64()))
        .collect::<Option<Vec<u8>>>()?;
    Some(seen.into_ranked(positions))
}

/// The distinct values seen so far in a column, in the order of their first appearance: a small hash
/// table that gives up once there are too many.
struct Seen {
    table: Vec<(u64, u16)>,
    values: Vec<f64>,
}

impl Seen {
    /// Marks a free slot: no position is as high.
    const FREE: u16 = u16::MAX;

    fn new() -> Self {
        Self {
            table: vec![(0, Self::FREE); SLOTS],
            values: Vec::new(),
        }
    }

    /// Position of the value among those seen; `None` once they are too many.
    #[inline]
    fn position(&mut self, value: f64) -> Option<u8> {
        // Adding zero makes a positive zero of the negative one.
        let bits = (value + 0.0).to_bits();
        // Multiplicative hashing by 2^64 / golden ratio; the top bits are the best mixed.
        let mut slot = (bits.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> (64 - SLOTS.trailing_zeros())) as usize;
        loop {
            let (other, position) = self.table[slot];
            if other == bits && position != Self::FREE {
                return Some(position as u8);
            }
            if position == Self::FREE {
                return self.add(slot, bits);
            }
            slot = (slot + 1) % SLOTS;
        }
    }

    #[cold]
    fn add(&mut self, slot: usize, bits: u64) -> Option<u8> {
        let position = self.values.len();
        if position == FEW {
            return None;
        }
        self.table[slot] = (bits, position as u16);
        self.values.push(f64::from_bits(bits));
        Some(position as u8)
    }

    /// Positions by first appearance become ranks.
    fn into_ranked(self, mut ranks: Vec<u8>) -> RankedColumn {
        let values = &self.values;
        let mut order: Vec<u8> = (0..values.len()).map(|i| i as u8).collect();
        order.sort_unstable_by(|&a, &b| values[usize::from(a)].total_cmp(&values[usize::from(b)]));
        let mut rank_of = [0_u8; FEW];
        for (rank, &position) in order.iter().enumerate() {
            rank_of[usize::from(position)] = rank as u8;
        }
        ranks
            .iter_mut()
            .for_each(|rank| *rank = rank_of[usize::from(*rank)]);
        RankedColumn {
            values: order
                .iter()
                .map(|&position| values[usize::from(position)])
                .collect(),
            ranks: Wide::Bytes(ranks),
        }
    }
}

/// By sorting.
fn rank_many<F: Float>(column: &[F]) -> RankedColumn {
    let mut order: Vec<(f64, u32)> = column.iter().map(|v| v.as_f64() + 0.0).zip(0..).collect();
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

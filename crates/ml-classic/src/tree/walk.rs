//! Many rows through a tree.

use ml_core::{
    Float, Result, check,
    ndarray::{Array1, Array2, ArrayView2, CowArray, Ix2},
};
use rayon::prelude::*;

use super::node::{Tree, goes_left};

/// Rows below which a prediction stays on one thread.
const PARALLEL_ROWS: usize = 2048;

/// Rows that one thread takes at a time: enough to use a tree while it is in the cache, few enough to stay there beside it.
const BLOCK_ROWS: usize = 256;

/// Rows that walk side by side: their memory reads overlap.
const LANES: usize = 8;

/// Rows for prediction: checked, and each in one piece of memory.
pub(crate) struct Rows<'a, F> {
    values: CowArray<'a, F, Ix2>,
}

impl<'a, F: Float> Rows<'a, F> {
    pub(crate) fn new(op: &'static str, x: &'a ArrayView2<'_, F>, n_features: usize) -> Result<Self> {
        check::prediction_rows(op, x.view(), n_features)?;
        Ok(Self {
            values: x.as_standard_layout(),
        })
    }

    pub(crate) fn len(&self) -> usize {
        self.values.nrows()
    }

    /// All cells, row by row.
    pub(crate) fn cells(&self) -> &[F] {
        self.values.as_slice().expect("made in standard layout")
    }

    /// Fills one `width`-wide output a row by `fill`, which is given a block of rows and its output.
    pub(crate) fn fill_blocks<T: Send>(
        &self,
        out: &mut [T],
        width: usize,
        fill: impl Fn(&[F], &mut [T]) + Sync,
    ) {
        let cells = self.cells();
        let cells_per_block = BLOCK_ROWS * self.values.ncols();
        if self.len() < PARALLEL_ROWS {
            for (out, rows) in out
                .chunks_mut(BLOCK_ROWS * width)
                .zip(cells.chunks(cells_per_block))
            {
                fill(rows, out);
            }
            return;
        }
        out.par_chunks_mut(BLOCK_ROWS * width)
            .zip(cells.par_chunks(cells_per_block))
            .for_each(|(out, rows)| fill(rows, out));
    }
}

impl Tree {
    /// The leaf of every row of `x`.
    pub(crate) fn apply<F: Float>(&self, op: &'static str, x: ArrayView2<'_, F>) -> Result<Array1<usize>> {
        let rows = Rows::new(op, &x, self.n_features)?;
        let mut leaves = vec![0; rows.len()];
        rows.fill_blocks(&mut leaves, 1, |rows, out| {
            self.for_each_leaf(rows, |row, leaf| out[row] = leaf);
        });
        Ok(leaves.into())
    }

    /// For every row of `x` the share of each value of its leaf: `[rows, values]`.
    pub(crate) fn shares<F: Float>(&self, op: &'static str, x: ArrayView2<'_, F>) -> Result<Array2<f64>> {
        let leaves = self.apply(op, x)?;
        let shares = leaves.iter().flat_map(|&leaf| {
            let weight = self.weight(leaf);
            self.value(leaf).iter().map(move |class| class / weight)
        });
        let shape = (leaves.len(), self.n_values);
        Ok(Array2::from_shape_vec(shape, shares.collect()).expect("the values of a leaf a row"))
    }

    /// Calls `visit(row, leaf)` for each of `rows`, which hold `n_features` cells each, in no certain order.
    ///
    /// A row that has arrived makes room for the next, so nobody waits for the deepest of its neighbours.
    pub(crate) fn for_each_leaf<F: Float>(&self, rows: &[F], mut visit: impl FnMut(usize, usize)) {
        let mut waiting = rows
            .chunks_exact(self.n_features)
            .enumerate()
            .map(|(row, cells)| Walk { row, cells, at: 0 });
        let mut lanes: Vec<_> = waiting.by_ref().take(LANES).collect();
        while !lanes.is_empty() {
            let mut lane = 0;
            while let Some(walk) = lanes.get_mut(lane) {
                let node = &self.nodes[walk.at];
                if node.is_leaf() {
                    visit(walk.row, walk.at);
                    if let Some(next) = waiting.next() {
                        *walk = next;
                    } else {
                        lanes.swap_remove(lane);
                    }
                    continue;
                }
                let x = walk.cells[node.feature as usize].as_f64();
                walk.at = if goes_left(x, node.threshold) {
                    walk.at + 1
                } else {
                    node.right as usize
                };
                lane += 1;
            }
        }
    }
}

/// A row on its way.
struct Walk<'a, F> {
    row: usize,
    cells: &'a [F],
    /// The node that it has come to.
    at: usize,
}

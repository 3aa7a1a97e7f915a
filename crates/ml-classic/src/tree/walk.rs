//! Many rows through a tree.

use ml_core::{
    Float, Result, check,
    ndarray::{Array1, Array2, ArrayView2, CowArray, Ix2},
};
use rayon::prelude::*;

use super::node::{Tree, goes_left};

/// Rows below which a prediction stays on one thread.
const PARALLEL_ROWS: usize = 2048;

/// Bytes of rows that one thread takes at a time: the more rows, the less often a tree comes from memory.
const BLOCK_BYTES: usize = 1 << 21;

/// Rows that walk side by side: their memory reads overlap.
const LANES: usize = 8;

/// A row for so many nodes of a tree pays for laying them out anew.
const NODES_PER_ROW: usize = 16;

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
        let p = self.values.ncols();
        let block_rows = (BLOCK_BYTES / (p * size_of::<F>()))
            .max(1)
            .next_multiple_of(LANES);
        let cells = self.cells();
        if self.len() < PARALLEL_ROWS {
            let blocks = out
                .chunks_mut(block_rows * width)
                .zip(cells.chunks(block_rows * p));
            blocks.for_each(|(out, rows)| fill(rows, out));
            return;
        }
        let blocks = out
            .par_chunks_mut(block_rows * width)
            .zip(cells.par_chunks(block_rows * p));
        blocks.for_each(|(out, rows)| fill(rows, out));
    }
}

impl Tree {
    /// The leaf of every row of `x`.
    pub(crate) fn apply<F: Float>(&self, op: &'static str, x: ArrayView2<'_, F>) -> Result<Array1<usize>> {
        let rows = Rows::new(op, &x, self.n_features)?;
        let mut leaves = vec![0; rows.len()];
        let walk = Walk::through(self, rows.len());
        rows.fill_blocks(&mut leaves, 1, |rows, out| {
            walk.for_each_leaf(rows, |row, leaf| out[row] = leaf);
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
}

/// The way through a tree for a number of rows: as it stands, or laid out anew where that pays.
pub(crate) struct Walk<'a, F> {
    tree: &'a Tree,
    layout: Option<Layout<F>>,
}

impl<'a, F: Float> Walk<'a, F> {
    pub(crate) fn through(tree: &'a Tree, n_rows: usize) -> Self {
        let pays = n_rows.saturating_mul(NODES_PER_ROW) >= tree.n_nodes();
        Self {
            tree,
            layout: pays.then(|| Layout::new(tree)),
        }
    }

    pub(crate) fn through_all(trees: &'a [Tree], n_rows: usize) -> Vec<Self> {
        let walk = |tree| Self::through(tree, n_rows);
        if n_rows < PARALLEL_ROWS {
            trees.iter().map(walk).collect()
        } else {
            trees.par_iter().map(walk).collect()
        }
    }

    pub(crate) fn tree(&self) -> &'a Tree {
        self.tree
    }

    /// Calls `visit(row, leaf)` for each of `rows`, which hold `n_features` cells each.
    pub(crate) fn for_each_leaf(&self, rows: &[F], mut visit: impl FnMut(usize, usize)) {
        let p = self.tree.n_features;
        let Some(layout) = &self.layout else {
            let rows = rows.chunks_exact(p).enumerate();
            rows.for_each(|(row, cells)| visit(row, self.tree.leaf(cells)));
            return;
        };
        let mut blocks = rows.chunks_exact(LANES * p);
        let mut first = 0;
        for block in &mut blocks {
            for (lane, leaf) in layout.leaves::<LANES>(block, p).into_iter().enumerate() {
                visit(first + lane, leaf);
            }
            first += LANES;
        }
        for (row, cells) in (first..).zip(blocks.remainder().chunks_exact(p)) {
            let [leaf] = layout.leaves(cells, p);
            visit(row, leaf);
        }
    }
}

/// A tree for many rows: level by level, so that the questions of the first levels share few cache lines,
/// and with thresholds in the precision of the rows.
struct Layout<F> {
    steps: Vec<Step<F>>,
    /// The number in the tree of every step.
    nodes: Vec<u32>,
}

/// A question, whose right child stands behind its left one. A leaf asks whether a number is at most
/// infinity, and is its own left child: walking on from there needs no test.
#[derive(Clone, Copy)]
struct Step<F> {
    threshold: F,
    feature: u32,
    left: u32,
}

impl<F: Float> Layout<F> {
    fn new(tree: &Tree) -> Self {
        let mut steps = Vec::with_capacity(tree.n_nodes());
        let mut nodes = Vec::with_capacity(tree.n_nodes());
        nodes.push(0);
        while let Some(&number) = nodes.get(steps.len()) {
            let node = &tree.nodes[number as usize];
            if node.is_leaf() {
                steps.push(Step {
                    threshold: F::infinity(),
                    feature: 0,
                    left: steps.len() as u32,
                });
                continue;
            }
            steps.push(Step {
                // A number is at most a threshold if it is at most the next lower one of its own type.
                threshold: F::floor_of(node.threshold),
                feature: node.feature,
                left: nodes.len() as u32,
            });
            nodes.extend([number + 1, node.right]);
        }
        Self { steps, nodes }
    }

    /// The leaves of `N` rows of `p` cells each.
    #[inline(always)]
    fn leaves<const N: usize>(&self, rows: &[F], p: usize) -> [usize; N] {
        let mut at = [0_u32; N];
        loop {
            let mut moved = 0;
            for (lane, at) in at.iter_mut().enumerate() {
                let step = &self.steps[*at as usize];
                let x = rows[lane * p + step.feature as usize];
                let next = step.left + u32::from(!goes_left(x, step.threshold));
                moved |= next ^ *at;
                *at = next;
            }
            if moved == 0 {
                return at.map(|at| self.nodes[at as usize] as usize);
            }
        }
    }
}

//! How a product is cut into tasks, and what of the left factor is packed beforehand.

use std::marker::PhantomData;

use super::{BLOCK_ROWS, GROUP, Geometry, MOST_STRIPPED, MOST_VECTORS, Matrix, Measure, NEARBY, Real};
use crate::{
    kernels::{pack::pack, parallel, simd::arch},
    tensor::scratch,
};

/// Bytes of the inner axis that a tile passes over at once: a panel stays in the second-level cache.
const DEPTH_BYTES: usize = 2048;
/// Steps of so many bytes between rows fall on the same lines of the first-level cache.
const ALIASED: usize = 4096;

/// Most of an inner axis of `k` elements at once; the pieces are of nearly equal length.
pub(super) fn depth<T>(k: usize) -> usize {
    k.div_ceil(k.div_ceil(DEPTH_BYTES / size_of::<T>()))
}

/// How a product is cut. Nothing here changes the bits of the result but `depth`, which follows from the type.
pub(super) struct Plan<'a, T> {
    pub(super) geometry: Geometry,
    pub(super) m: usize,
    pub(super) k: usize,
    pub(super) n: usize,
    /// Of [`depth`].
    pub(super) depth: usize,
    /// Vertical strips of the output.
    pub(super) panels: usize,
    /// Of so many groups of panels each is one task.
    pub(super) groups: usize,
    /// Horizontal strips of the output, of whole tiles.
    pub(super) bands: usize,
    pub(super) batch: usize,
    pub(super) bias: Option<&'a [T]>,
}

impl<'a, T: Real> Plan<'a, T> {
    pub(super) fn new(
        [m, k, n]: [usize; 3],
        batch: usize,
        threads: usize,
        bias: Option<&'a [T]>,
        left: Matrix<'_, T>,
    ) -> Self {
        let geometry = arch().dispatch(Measure::<T>(PhantomData));
        let vectors = n.div_ceil(geometry.lanes);
        let mut panels = vectors.div_ceil(MOST_VECTORS);
        let mut bands = 1;
        // A few tasks must divide evenly among the threads; many do anyway.
        if batch * panels < 8 * threads && !(batch * panels).is_multiple_of(threads) {
            let even = panels.next_multiple_of(threads);
            if batch == 1 && even <= vectors && panels > 1 {
                panels = even;
            } else {
                bands = threads.min(m.div_ceil(2 * geometry.rows));
            }
        }
        let plan = Self {
            groups: panels,
            geometry,
            m,
            k,
            n,
            depth: depth::<T>(k),
            panels,
            bands,
            batch,
            bias,
        };
        // Rows that do not stay in the cache are brought there once a group, not once a panel; so are those that are
        // packed by each task, if there are few tasks.
        let grouped = panels.div_ceil(GROUP).next_multiple_of(threads).min(panels);
        let stripped = batch * bands * grouped <= MOST_STRIPPED * threads && plan.packs_left(left);
        let groups = match m > BLOCK_ROWS || stripped {
            true => grouped,
            false => panels,
        };
        Self { groups, ..plan }
    }

    pub(super) fn tasks(&self) -> usize {
        self.batch * self.groups * self.bands
    }

    /// The panels of group number `group`.
    pub(super) fn group(&self, group: usize) -> std::ops::Range<usize> {
        let edge = |group: usize| group * self.panels / self.groups;
        edge(group)..edge(group + 1)
    }

    /// Elements of the widest panel.
    pub(super) fn panel(&self) -> usize {
        self.depth * MOST_VECTORS * self.geometry.lanes
    }

    /// Rows of tiles.
    pub(super) fn tiles(&self) -> usize {
        self.m.div_ceil(self.geometry.rows)
    }

    pub(super) fn packs_left(&self, a: Matrix<'_, T>) -> bool {
        let aliased = (a.row_step * size_of::<T>()).is_multiple_of(ALIASED) && self.m > 1;
        let reused = self.n > MOST_VECTORS * self.geometry.lanes;
        let turned = a.column_step != 1 && self.m * self.k * size_of::<T>() > NEARBY;
        reused && (turned || aliased)
    }

    /// The left factors by rows of tiles: `[tile][inner][row of the tile]`.
    pub(super) fn pack_left(&self, pairs: &[(Matrix<'_, T>, Matrix<'_, T>)], threads: usize) -> Vec<T> {
        let (rows, tiles) = (self.geometry.rows, self.tiles());
        let tile = rows * self.k;
        let mut packed = scratch::<T>(pairs.len() * tiles * tile);
        let fill = |number: usize, out: &mut [T]| {
            let (a, first) = (pairs[number / tiles].0, number % tiles * rows);
            let height = rows.min(self.m - first);
            let strip = Matrix {
                start: a.start + first * a.row_step,
                rows: height,
                ..a
            };
            pack(strip.transposed(), rows, out);
        };
        let worth_threads = threads > 1 && packed.len() >= parallel::WORTH_THREADS;
        parallel::spread(worth_threads, packed.chunks_exact_mut(tile), fill);
        packed
    }

    /// The columns of panel number `panel`: whole vectors but for the last.
    pub(super) fn columns(&self, panel: usize) -> std::ops::Range<usize> {
        let vectors = self.n.div_ceil(self.geometry.lanes);
        let edge = |panel: usize| (panel * vectors / self.panels * self.geometry.lanes).min(self.n);
        edge(panel)..edge(panel + 1)
    }

    pub(super) fn rows(&self, band: usize) -> std::ops::Range<usize> {
        let edge = |band: usize| (band * self.tiles() / self.bands * self.geometry.rows).min(self.m);
        edge(band)..edge(band + 1)
    }
}

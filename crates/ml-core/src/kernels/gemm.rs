//! Products of floating-point matrices.
//!
//! A tile of the output, 8 rows by 3 vectors on AVX-512, stays in registers while one pass over the inner axis
//! adds to it; the left factor is read an element at a time, the right one a vector at a time. The right factor
//! is copied into a panel as wide as the tile where that pays, the left one where its steps are unkind to the
//! cache. An element of the output is one chain of sums in the order of the inner axis, cut at fixed places:
//! neither the tiling nor the number of threads shows in its bits.
//!
//! Source: Goto and van de Geijn, "Anatomy of high-performance matrix multiplication", ACM TOMS 34 (2008).

use std::marker::PhantomData;

use pulp::{Simd, WithSimd};

use super::{
    pack::pack,
    parallel,
    simd::{arch, prefetch_place},
};
use crate::{dtype::Element, tensor::scratch};

/// Vectors in the widest tile.
const MOST_VECTORS: usize = 3;
/// Rows of the tallest tile, where there are registers enough.
const MOST_ROWS: usize = 8;
/// Elements of the widest vector: 512 bits of `f32`.
const MOST_LANES: usize = 16;
/// Bytes of the inner axis that a tile passes over at once: a panel stays in the second-level cache.
const DEPTH_BYTES: usize = 2048;
/// Rows up to which copying the right factor costs more than it saves.
const FEW_ROWS: usize = 32;
/// Steps of so many bytes between rows fall on the same lines of the first-level cache.
const ALIASED: usize = 4096;
/// Bytes of a left factor, and twice those of a right one, that are read where they lie: they stay in the cache nearby.
const NEARBY: usize = 64 << 10;
/// Rows of the left factor that stay in the second-level cache while several panels pass over them.
const BLOCK_ROWS: usize = 256;
/// Panels that one task packs before it passes over the rows, where those are several blocks.
const GROUP: usize = 6;
/// Tasks for each thread up to which each packs its own rows of the left factor, a tile at a time, in its own cache.
const MOST_STRIPPED: usize = 2;
/// Multiplications below which a second thread costs more than it saves.
const WORTH_THREADS: usize = 1 << 19;

/// An element with vectors of every width.
pub(crate) trait Real:
    Element + Copy + super::pack::Turn + std::ops::Add<Output = Self> + std::ops::Mul<Output = Self>
{
    type Vector<S: Simd>: Copy;
    fn splat<S: Simd>(simd: S, value: Self) -> Self::Vector<S>;
    fn one() -> Self;
    /// `a · b + c`.
    fn fma<S: Simd>(simd: S, a: Self::Vector<S>, b: Self::Vector<S>, c: Self::Vector<S>) -> Self::Vector<S>;
}

macro_rules! real {
    ($type:ty, $vector:ident, $splat:ident, $fma:ident) => {
        impl Real for $type {
            type Vector<S: Simd> = S::$vector;

            #[inline(always)]
            fn one() -> Self {
                1.0
            }

            #[inline(always)]
            fn splat<S: Simd>(simd: S, value: Self) -> S::$vector {
                simd.$splat(value)
            }

            #[inline(always)]
            fn fma<S: Simd>(simd: S, a: S::$vector, b: S::$vector, c: S::$vector) -> S::$vector {
                simd.$fma(a, b, c)
            }
        }
    };
}
real!(f32, f32s, splat_f32s, mul_add_e_f32s);
real!(f64, f64s, splat_f64s, mul_add_e_f64s);

/// Elements in a vector, and rows of the tallest tile.
#[derive(Clone, Copy)]
struct Geometry {
    lanes: usize,
    rows: usize,
}

struct Measure<T>(PhantomData<T>);

impl<T: Real> WithSimd for Measure<T> {
    type Output = Geometry;

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) -> Geometry {
        Geometry {
            lanes: size_of::<T::Vector<S>>() / size_of::<T>(),
            rows: if S::REGISTER_COUNT >= 32 {
                MOST_ROWS
            } else {
                MOST_ROWS / 2
            },
        }
    }
}

/// A matrix somewhere in `values`: element `(i, j)` lies at `start + i·row_step + j·column_step`.
#[derive(Clone, Copy)]
pub(crate) struct Matrix<'a, T> {
    pub(super) values: &'a [T],
    pub(super) start: usize,
    pub(super) rows: usize,
    pub(super) columns: usize,
    pub(super) row_step: usize,
    pub(super) column_step: usize,
}

impl<'a, T> Matrix<'a, T> {
    /// # Panics
    /// If it reaches beyond `values`: everything unsafe below relies on that it does not.
    pub(crate) fn new(
        values: &'a [T],
        start: usize,
        [rows, columns]: [usize; 2],
        [row_step, column_step]: [usize; 2],
    ) -> Self {
        if rows > 0 && columns > 0 {
            let last = (rows - 1)
                .checked_mul(row_step)
                .zip((columns - 1).checked_mul(column_step))
                .and_then(|(down, right)| start.checked_add(down)?.checked_add(right));
            assert!(
                last.is_some_and(|last| last < values.len()),
                "a matrix lies inside its block"
            );
        }
        Self {
            values,
            start,
            rows,
            columns,
            row_step,
            column_step,
        }
    }

    fn transposed(self) -> Self
    where
        T: Copy,
    {
        Self {
            rows: self.columns,
            columns: self.rows,
            row_step: self.column_step,
            column_step: self.row_step,
            ..self
        }
    }

    /// The element in row `i`, column `j`.
    pub(crate) fn at(&self, i: usize, j: usize) -> T
    where
        T: Copy,
    {
        self.values[self.start + i * self.row_step + j * self.column_step]
    }

    fn pointer(&self) -> *const T {
        self.values[self.start..].as_ptr()
    }
}

/// Where the tasks write, each in columns and rows of its own.
#[derive(Clone, Copy)]
struct Output<T> {
    pointer: *mut T,
    /// From one row to the next.
    step: usize,
}

// SAFETY: every task writes elements that no other task touches, see `Product::run`.
unsafe impl<T: Send> Send for Output<T> {}
// SAFETY: as above.
unsafe impl<T: Send> Sync for Output<T> {}

/// `out = a · b`, row by row, plus `bias` in every row if there is one.
#[cfg(test)]
fn product<T: Real>(a: Matrix<'_, T>, b: Matrix<'_, T>, bias: Option<&[T]>, out: &mut [T]) {
    products(&[(a, b)], bias, out);
}

/// The products of all `pairs`, which are of one size and layout, one after the other in `out`.
///
/// # Panics
/// If the sizes do not fit each other and `out`.
pub(crate) fn products<T: Real>(pairs: &[(Matrix<'_, T>, Matrix<'_, T>)], bias: Option<&[T]>, out: &mut [T]) {
    let Some((a, b)) = pairs.first().copied() else {
        return;
    };
    let (m, k, n) = (a.rows, a.columns, b.columns);
    let same =
        |(x, y): &(Matrix<'_, T>, Matrix<'_, T>)| [x.rows, x.columns, y.rows, y.columns] == [m, k, k, n];
    assert!(
        pairs.iter().all(same) && out.len() == pairs.len() * m * n,
        "infer() has checked the sizes"
    );
    assert!(
        bias.is_none_or(|bias| bias.len() == n),
        "infer() has checked the bias"
    );
    if out.is_empty() {
        return;
    }
    if k == 0 {
        return fill(bias, n, out);
    }
    if n == 1 && m > 1 && bias.is_none() && a.row_step == 1 && a.column_step != 1 {
        // A column times a matrix that lies by columns is a row times one that lies by rows.
        let turned: Vec<_> = pairs
            .iter()
            .map(|(a, b)| (b.transposed(), a.transposed()))
            .collect();
        return products(&turned, None, out);
    }
    if n == 1 || (m == 1 && b.row_step == 1 && b.column_step != 1) {
        return dots(pairs, bias, out);
    }
    let work = (pairs.len() * m * n).saturating_mul(k);
    let threads = if work < WORTH_THREADS {
        1
    } else {
        rayon::current_num_threads()
    };
    let plan = Plan::new([m, k, n], pairs.len(), threads, bias, a);
    let packs = plan.packs_left(a);
    let strips = packs && plan.tasks() <= MOST_STRIPPED * threads;
    let packed = (packs && !strips).then(|| plan.pack_left(pairs, threads));
    let output = Output {
        pointer: out.as_mut_ptr(),
        step: n,
    };
    let strip = if strips {
        plan.geometry.rows * plan.depth
    } else {
        0
    };
    let tools = || {
        let panels = plan.panel() * plan.panels.div_ceil(plan.groups);
        (scratch::<T>(panels), scratch::<T>(strip))
    };
    parallel::tasks(plan.tasks(), threads, tools, |task, (panels, strip)| {
        arch().dispatch(Task {
            plan: &plan,
            pairs,
            packed: packed.as_deref(),
            output,
            task,
            panels,
            strip,
        });
    });
}

fn fill<T: Real>(bias: Option<&[T]>, n: usize, out: &mut [T]) {
    match bias {
        Some(bias) => out.chunks_exact_mut(n).for_each(|row| row.copy_from_slice(bias)),
        None => out.fill(T::default()),
    }
}

/// How a product is cut. Nothing here changes the bits of the result but `depth`, which follows from the type.
struct Plan<'a, T> {
    geometry: Geometry,
    m: usize,
    k: usize,
    n: usize,
    /// Most of the inner axis at once; the pieces are of nearly equal length.
    depth: usize,
    /// Vertical strips of the output.
    panels: usize,
    /// Of so many groups of panels each is one task.
    groups: usize,
    /// Horizontal strips of the output, of whole tiles.
    bands: usize,
    batch: usize,
    bias: Option<&'a [T]>,
}

impl<'a, T: Real> Plan<'a, T> {
    fn new(
        [m, k, n]: [usize; 3],
        batch: usize,
        threads: usize,
        bias: Option<&'a [T]>,
        left: Matrix<'_, T>,
    ) -> Self {
        let geometry = arch().dispatch(Measure::<T>(PhantomData));
        let depth = DEPTH_BYTES / size_of::<T>();
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
            depth: k.div_ceil(k.div_ceil(depth)),
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

    fn tasks(&self) -> usize {
        self.batch * self.groups * self.bands
    }

    /// The panels of group number `group`.
    fn group(&self, group: usize) -> std::ops::Range<usize> {
        let edge = |group: usize| group * self.panels / self.groups;
        edge(group)..edge(group + 1)
    }

    /// Elements of the widest panel.
    fn panel(&self) -> usize {
        self.depth * MOST_VECTORS * self.geometry.lanes
    }

    /// Rows of tiles.
    fn tiles(&self) -> usize {
        self.m.div_ceil(self.geometry.rows)
    }

    fn packs_left(&self, a: Matrix<'_, T>) -> bool {
        let aliased = (a.row_step * size_of::<T>()).is_multiple_of(ALIASED) && self.m > 1;
        let reused = self.n > MOST_VECTORS * self.geometry.lanes;
        let turned = a.column_step != 1 && self.m * self.k * size_of::<T>() > NEARBY;
        reused && (turned || aliased)
    }

    /// The left factors by rows of tiles: `[tile][inner][row of the tile]`.
    fn pack_left(&self, pairs: &[(Matrix<'_, T>, Matrix<'_, T>)], threads: usize) -> Vec<T> {
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
    fn columns(&self, panel: usize) -> std::ops::Range<usize> {
        let vectors = self.n.div_ceil(self.geometry.lanes);
        let edge = |panel: usize| (panel * vectors / self.panels * self.geometry.lanes).min(self.n);
        edge(panel)..edge(panel + 1)
    }

    fn rows(&self, band: usize) -> std::ops::Range<usize> {
        let edge = |band: usize| (band * self.tiles() / self.bands * self.geometry.rows).min(self.m);
        edge(band)..edge(band + 1)
    }
}

/// Some panels of the output.
struct Task<'a, T> {
    plan: &'a Plan<'a, T>,
    pairs: &'a [(Matrix<'a, T>, Matrix<'a, T>)],
    packed: Option<&'a [T]>,
    output: Output<T>,
    task: usize,
    panels: &'a mut Vec<T>,
    /// Room for a tile's rows of the left factor, if they are packed when their turn comes.
    strip: &'a mut Vec<T>,
}

/// A panel of the right factor that is ready to be multiplied.
#[derive(Clone, Copy)]
struct Right<T> {
    pointer: *const T,
    step: usize,
}

impl<T: Real> WithSimd for Task<'_, T> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(mut self, simd: S) {
        let plan = self.plan;
        let (rest, band) = (self.task / plan.bands, self.task % plan.bands);
        let (number, group) = (rest / plan.groups, rest % plan.groups);
        let (rows, group) = (plan.rows(band), plan.group(group));
        for from in (0..plan.k).step_by(plan.depth) {
            let depth = plan.depth.min(plan.k - from);
            let mut right = [Right {
                pointer: std::ptr::null(),
                step: 0,
            }; GROUP];
            for (slot, panel) in group.clone().enumerate() {
                right[slot] = self.right(number, panel, slot, from..from + depth, rows.len());
            }
            for start in rows.clone().step_by(BLOCK_ROWS) {
                let block = start..(start + BLOCK_ROWS).min(rows.end);
                let (tiles, panels) = (block.len().div_ceil(plan.geometry.rows), group.len());
                for turn in 0..tiles * panels {
                    // A strip meets all panels of the group, or a panel all rows of the block.
                    let (tile, slot) = match self.strip.is_empty() {
                        false => (turn / panels, turn % panels),
                        true => (turn % tiles, turn / tiles),
                    };
                    let first = block.start + tile * plan.geometry.rows;
                    if !self.strip.is_empty() && slot == 0 {
                        self.pack_strip(number, first, from..from + depth);
                    }
                    self.tile(
                        simd,
                        number,
                        group.start + slot,
                        right[slot],
                        first,
                        from..from + depth,
                    );
                }
            }
        }
    }
}

impl<T: Real> Task<'_, T> {
    /// The rows `inner` of a panel: read where they lie, or packed at `slot`.
    #[inline(always)]
    fn right(
        &mut self,
        number: usize,
        panel: usize,
        slot: usize,
        inner: std::ops::Range<usize>,
        rows: usize,
    ) -> Right<T> {
        let (plan, b) = (self.plan, self.pairs[number].1);
        let columns = plan.columns(panel);
        let piece = Matrix {
            start: b.start + inner.start * b.row_step + columns.start * b.column_step,
            rows: inner.len(),
            columns: columns.len(),
            ..b
        };
        let width = columns.len().next_multiple_of(plan.geometry.lanes);
        // Rows of whole vectors that few tiles look at, or that are close anyway.
        let pays = rows > FEW_ROWS && inner.len() * b.row_step * size_of::<T>() > NEARBY / 2;
        if b.column_step == 1 && !pays && width == columns.len() {
            return Right {
                pointer: piece.pointer(),
                step: b.row_step,
            };
        }
        let out = &mut self.panels[slot * plan.panel()..][..plan.panel()];
        pack(piece, width, out);
        Right {
            pointer: out.as_ptr(),
            step: width,
        }
    }

    /// A tile's rows of the left factor, from `first` on: they stay in the nearest cache for all panels of the group.
    fn pack_strip(&mut self, number: usize, first: usize, inner: std::ops::Range<usize>) {
        let (plan, a) = (self.plan, self.pairs[number].0);
        let strip = Matrix {
            start: a.start + first * a.row_step + inner.start * a.column_step,
            rows: plan.geometry.rows.min(plan.m - first),
            columns: inner.len(),
            ..a
        };
        pack(strip.transposed(), plan.geometry.rows, self.strip);
    }

    /// The tile of a panel whose first row is `first`, over the elements `inner` of the inner axis.
    #[inline(always)]
    fn tile<S: Simd>(
        &self,
        simd: S,
        number: usize,
        panel: usize,
        right: Right<T>,
        first: usize,
        inner: std::ops::Range<usize>,
    ) {
        let (plan, a) = (self.plan, self.pairs[number].0);
        let (columns, tall) = (plan.columns(panel), plan.geometry.rows);
        let left = match self.packed {
            _ if !self.strip.is_empty() => Left {
                pointer: self.strip.as_ptr(),
                row_step: 1,
                column_step: tall,
            },
            Some(packed) => Left {
                pointer: packed[(number * plan.tiles() * tall + first) * plan.k..][inner.start * tall..]
                    .as_ptr(),
                row_step: 1,
                column_step: tall,
            },
            None => Left {
                pointer: a.values[a.start + first * a.row_step + inner.start * a.column_step..].as_ptr(),
                row_step: a.row_step,
                column_step: a.column_step,
            },
        };
        let begin = match plan.bias {
            _ if inner.start > 0 => Begin::FromOutput,
            Some(bias) => Begin::From(&bias[columns.clone()]),
            None => Begin::FromZero,
        };
        let tile = Tile {
            left,
            right: right.pointer,
            right_step: right.step,
            depth: inner.len(),
            height: tall.min(plan.m - first),
            width: columns.len(),
            begin,
        };
        let vectors = columns.len().div_ceil(plan.geometry.lanes);
        // SAFETY: the group's columns and the band's rows of matrix `number` are this task's alone and lie inside the
        // output, whose size `products` has checked.
        unsafe {
            let out = (self.output.pointer).add((number * plan.m + first) * plan.n + columns.start);
            tile.run_any::<S>(simd, vectors, out, self.output.step);
        }
    }
}

struct Left<T> {
    pointer: *const T,
    row_step: usize,
    column_step: usize,
}

/// What the sums of a tile start from.
#[derive(Clone, Copy)]
enum Begin<'a, T> {
    FromZero,
    FromOutput,
    From(&'a [T]),
}

/// A tile of the output: `height` rows, `width` columns.
struct Tile<'a, T> {
    /// `height` rows of `depth` elements.
    left: Left<T>,
    /// `depth` rows of as many whole vectors as cover `width`.
    right: *const T,
    right_step: usize,
    depth: usize,
    height: usize,
    width: usize,
    begin: Begin<'a, T>,
}

impl<T: Real> Tile<'_, T> {
    /// # Safety
    /// The pointers lead to as many elements as their documentation says, and `out` to `height` rows of `width`
    /// elements, `step` apart, that nobody else accesses.
    #[inline(always)]
    unsafe fn run_any<S: Simd>(self, simd: S, vectors: usize, out: *mut T, step: usize) {
        // SAFETY: the caller's promise.
        unsafe {
            match (self.height, vectors) {
                (5.., 3) => self.run::<S, 8, 3>(simd, out, step),
                (5.., 2) => self.run::<S, 8, 2>(simd, out, step),
                (5.., _) => self.run::<S, 8, 1>(simd, out, step),
                (2..=4, 3) => self.run::<S, 4, 3>(simd, out, step),
                (2..=4, 2) => self.run::<S, 4, 2>(simd, out, step),
                (2..=4, _) => self.run::<S, 4, 1>(simd, out, step),
                (_, 3) => self.run::<S, 1, 3>(simd, out, step),
                (_, 2) => self.run::<S, 1, 2>(simd, out, step),
                (_, _) => self.run::<S, 1, 1>(simd, out, step),
            }
        }
    }

    /// # Safety
    /// As [`run_any`](Self::run_any); `height` is at most `M`, and `N` vectors cover `width`.
    #[inline(always)]
    unsafe fn run<S: Simd, const M: usize, const N: usize>(self, simd: S, out: *mut T, step: usize) {
        let lanes = size_of::<T::Vector<S>>() / size_of::<T>();
        let zero = T::splat(simd, T::default());
        if matches!(self.begin, Begin::FromOutput) {
            // What is added to comes from far; it arrives while the loop below runs.
            for i in 0..self.height {
                (0..N).for_each(|j| prefetch_place(out.wrapping_add(i * step + j * lanes)));
            }
        }
        let mut sums = [[zero; N]; M];
        // Rows beyond the height repeat the last one, and are not stored.
        let mut rows = [self.left.pointer; M];
        for (i, row) in rows.iter_mut().enumerate() {
            // SAFETY: a row below `height`.
            *row = unsafe { row.add(i.min(self.height - 1) * self.left.row_step) };
        }
        let mut right = self.right;
        for p in 0..self.depth {
            let mut vectors = [zero; N];
            for (j, vector) in vectors.iter_mut().enumerate() {
                // SAFETY: `N` whole vectors lie in each of the `depth` rows; vectors are plain data.
                *vector = unsafe { right.add(j * lanes).cast::<T::Vector<S>>().read_unaligned() };
            }
            for i in 0..M {
                // SAFETY: element `p`, below `depth`, of a row below `height`.
                let factor = T::splat(simd, unsafe { *rows[i].add(p * self.left.column_step) });
                for j in 0..N {
                    sums[i][j] = T::fma(simd, factor, vectors[j], sums[i][j]);
                }
            }
            right = right.wrapping_add(self.right_step);
        }
        if self.width < N * lanes {
            // SAFETY: the caller's promise.
            return unsafe { self.store_narrow::<S>(sums.as_flattened(), N * lanes, out, step) };
        }
        let one = T::splat(simd, T::one());
        // Adding by a product with 1 rounds once, as a sum does.
        // SAFETY: the caller's promise; the bias has as many elements as a row of the tile.
        unsafe {
            match self.begin {
                Begin::FromZero => self.put::<S, M, N>(
                    &sums,
                    out,
                    step,
                    #[inline(always)]
                    |_, sum, _| sum,
                ),
                Begin::FromOutput => self.put::<S, M, N>(
                    &sums,
                    out,
                    step,
                    #[inline(always)]
                    |_, sum, place| T::fma(simd, one, sum, place.read_unaligned()),
                ),
                Begin::From(bias) => self.put::<S, M, N>(
                    &sums,
                    out,
                    step,
                    #[inline(always)]
                    |j, sum, _| {
                        let bias = bias.as_ptr().add(j * lanes).cast::<T::Vector<S>>();
                        T::fma(simd, one, sum, bias.read_unaligned())
                    },
                ),
            }
        }
    }

    /// Writes whole vectors: what `value` makes of the number of the vector in its row, the sums, and their place.
    ///
    /// # Safety
    /// As [`run_any`](Self::run_any).
    #[inline(always)]
    unsafe fn put<S: Simd, const M: usize, const N: usize>(
        &self,
        sums: &[[T::Vector<S>; N]; M],
        out: *mut T,
        step: usize,
        value: impl Fn(usize, T::Vector<S>, *mut T::Vector<S>) -> T::Vector<S>,
    ) {
        let lanes = size_of::<T::Vector<S>>() / size_of::<T>();
        // Arrays of fixed length, so that the sums stay in registers.
        for (i, row) in sums.iter().enumerate() {
            if i < self.height {
                for (j, &sum) in row.iter().enumerate() {
                    // SAFETY: row `i` is below `height`, and has `N` whole vectors that are this tile's alone.
                    unsafe {
                        let place = out.add(i * step + j * lanes).cast::<T::Vector<S>>();
                        place.write_unaligned(value(j, sum, place));
                    }
                }
            }
        }
    }

    /// Writes sums, rows of `width` of which the tile's columns count, where the last vectors reach beyond them.
    ///
    /// # Safety
    /// As [`run_any`](Self::run_any).
    #[inline(always)]
    unsafe fn store_narrow<S: Simd>(&self, sums: &[T::Vector<S>], width: usize, out: *mut T, step: usize) {
        let lanes = size_of::<T::Vector<S>>() / size_of::<T>();
        let mut flat = [T::default(); MOST_ROWS * MOST_VECTORS * MOST_LANES];
        for (place, &sum) in flat.chunks_exact_mut(lanes).zip(sums) {
            // SAFETY: a vector is `lanes` elements, and so is the slice.
            unsafe { place.as_mut_ptr().cast::<T::Vector<S>>().write_unaligned(sum) };
        }
        // SAFETY: the caller's promise.
        unsafe { self.store(&flat, width, out, step) };
    }

    /// Writes the sums, rows of `width` of which the tile's columns count. Apart from the loop above, so that it
    /// is compiled once a type and not once a tile.
    ///
    /// # Safety
    /// As [`run_any`](Self::run_any).
    #[inline(never)]
    unsafe fn store(&self, sums: &[T], width: usize, out: *mut T, step: usize) {
        for (i, sums) in sums.chunks_exact(width).take(self.height).enumerate() {
            // SAFETY: row `i` is below `height`, and has `width` elements that are this tile's alone.
            let out = unsafe { std::slice::from_raw_parts_mut(out.add(i * step), self.width) };
            match self.begin {
                Begin::FromZero => out.copy_from_slice(&sums[..self.width]),
                Begin::FromOutput => out.iter_mut().zip(sums).for_each(|(out, &sum)| *out = *out + sum),
                Begin::From(bias) => {
                    out.iter_mut()
                        .zip(sums)
                        .zip(bias)
                        .for_each(|((out, &sum), &bias)| *out = bias + sum);
                }
            }
        }
    }
}

/// Products with a single column, or a single row by a transposed matrix: a dot product an element.
fn dots<T: Real>(pairs: &[(Matrix<'_, T>, Matrix<'_, T>)], bias: Option<&[T]>, out: &mut [T]) {
    let (a, b) = pairs[0];
    let (m, k, n) = (a.rows, a.columns, b.columns);
    let compute = |start: usize, out: &mut [T]| {
        let mut buffers = [Vec::new(), Vec::new()];
        for (element, out) in (start..).zip(out) {
            let (a, b) = pairs[element / (m * n)];
            let (i, j) = (element / n % m, element % n);
            let [left, right] = &mut buffers;
            let x = line(a.values, a.start + i * a.row_step, a.column_step, k, left);
            let y = line(b.values, b.start + j * b.column_step, b.row_step, k, right);
            let dot = super::simd::vectorize(Dot(x, y));
            *out = bias.map_or(dot, |bias| bias[j] + dot);
        }
    };
    parallel::fill_folds(out, k, compute);
}

/// `k` elements `step` apart, gathered unless they are neighbours.
fn line<'v, T: Real>(
    values: &'v [T],
    start: usize,
    step: usize,
    k: usize,
    buffer: &'v mut Vec<T>,
) -> &'v [T] {
    if step == 1 || k == 1 {
        return &values[start..start + k];
    }
    buffer.clear();
    if step == 0 {
        // A stretched axis: one element for all.
        buffer.resize(k, values[start]);
    } else {
        buffer.extend(values[start..].iter().step_by(step).take(k).copied());
    }
    buffer
}

struct Dot<'a, T>(&'a [T], &'a [T]);

impl<T: Real> super::simd::Loop for Dot<'_, T> {
    type Output = T;

    #[inline(always)]
    fn run(self) -> T {
        const LANES: usize = 64;
        let mut sums = [T::default(); LANES];
        let (x, x_rest) = self.0.as_chunks::<LANES>();
        let (y, y_rest) = self.1.as_chunks::<LANES>();
        for (x, y) in x.iter().zip(y) {
            for lane in 0..LANES {
                sums[lane] = sums[lane] + x[lane] * y[lane];
            }
        }
        for ((sum, &x), &y) in sums.iter_mut().zip(x_rest).zip(y_rest) {
            *sum = *sum + x * y;
        }
        super::fold::halves(
            sums,
            #[inline(always)]
            |a, b| a + b,
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Rng;

    /// One by one, in double precision.
    fn twin<T: Real + Into<f64>>(a: Matrix<'_, T>, b: Matrix<'_, T>, bias: Option<&[T]>) -> Vec<f64> {
        let at = |m: &Matrix<'_, T>, i: usize, j: usize| -> f64 {
            m.values[m.start + i * m.row_step + j * m.column_step].into()
        };
        let element = |i: usize, j: usize| {
            let sum: f64 = (0..a.columns).map(|p| at(&a, i, p) * at(&b, p, j)).sum();
            sum + bias.map_or(0.0, |bias| bias[j].into())
        };
        (0..a.rows)
            .flat_map(|i| (0..b.columns).map(move |j| (i, j)))
            .map(|(i, j)| element(i, j))
            .collect()
    }

    fn close(got: &[f64], expected: &[f64], k: usize, epsilon: f64, what: &str) {
        for (i, (x, y)) in got.iter().zip(expected).enumerate() {
            assert!(
                (x - y).abs() <= 4.0 * epsilon * (k as f64 + 4.0),
                "{what}: element {i}: {x} against {y}"
            );
        }
    }

    const SIZES: [[usize; 3]; 17] = [
        [1, 1, 1],
        [3, 0, 2],
        [1, 5, 7],
        [7, 5, 1],
        [2, 3, 33],
        [8, 16, 48],
        [9, 17, 49],
        [32, 784, 300],
        [33, 100, 130],
        [64, 64, 64],
        [5, 1030, 50],
        [100, 33, 10],
        [130, 1024, 96],
        [12, 2049, 17],
        [41, 7, 513],
        [260, 600, 400],
        [270, 20, 701],
    ];

    #[test]
    fn every_size_and_layout_agrees_with_the_scalar_twin() {
        let mut rng = Rng::new(5);
        for [m, k, n] in SIZES {
            let x: Vec<f32> = (0..m * k + 3).map(|_| rng.uniform() as f32 - 0.5).collect();
            let y: Vec<f32> = (0..k * n + 3).map(|_| rng.uniform() as f32 - 0.5).collect();
            let bias: Vec<f32> = (0..n).map(|_| rng.uniform() as f32).collect();
            for layout in 0..8 {
                let a_steps = if layout & 1 == 0 { [k.max(1), 1] } else { [1, m] };
                let b_steps = if layout & 2 == 0 { [n, 1] } else { [1, k.max(1)] };
                let a = Matrix::new(&x, 1, [m, k], a_steps);
                let b = Matrix::new(&y, 2, [k, n], b_steps);
                let bias = (layout & 4 == 4).then_some(&bias[..]);
                let mut out = vec![f32::NAN; m * n];
                product(a, b, bias, &mut out);
                let got: Vec<f64> = out.iter().map(|&v| v.into()).collect();
                close(
                    &got,
                    &twin(a, b, bias),
                    k,
                    f32::EPSILON.into(),
                    &format!("{m}x{k}x{n} {layout}"),
                );
            }
        }
    }

    #[test]
    fn double_precision_and_batches_agree_with_the_twin() {
        let mut rng = Rng::new(6);
        for [m, k, n] in SIZES {
            let x: Vec<f64> = (0..3 * m * k).map(|_| rng.uniform() - 0.5).collect();
            let y: Vec<f64> = (0..3 * k * n).map(|_| rng.uniform() - 0.5).collect();
            let pairs: Vec<_> = (0..3)
                .map(|i| {
                    let a = Matrix::new(&x, i * m * k, [m, k], [k, 1]);
                    (a, Matrix::new(&y, i * k * n, [k, n], [n, 1]))
                })
                .collect();
            let mut out = vec![f64::NAN; 3 * m * n];
            products(&pairs, None, &mut out);
            for ((a, b), out) in pairs.iter().zip(out.chunks(m * n)) {
                close(out, &twin(*a, *b, None), k, f64::EPSILON, &format!("{m}x{k}x{n}"));
            }
        }
    }

    #[test]
    fn the_number_of_threads_does_not_change_a_bit() {
        let mut rng = Rng::new(7);
        let [m, k, n] = [270, 1100, 700];
        let x: Vec<f32> = (0..m * k).map(|_| rng.uniform() as f32 - 0.5).collect();
        let y: Vec<f32> = (0..k * n).map(|_| rng.uniform() as f32 - 0.5).collect();
        let compute = |threads: usize| {
            let pool = rayon::ThreadPoolBuilder::new()
                .num_threads(threads)
                .build()
                .unwrap();
            let mut out = vec![0.0f32; m * n];
            pool.install(|| {
                product(
                    Matrix::new(&x, 0, [m, k], [k, 1]),
                    Matrix::new(&y, 0, [k, n], [n, 1]),
                    None,
                    &mut out,
                );
            });
            out
        };
        let one = compute(1);
        for threads in [2, 3, 8] {
            assert_eq!(compute(threads), one, "{threads} threads");
        }
    }
}

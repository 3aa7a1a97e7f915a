//! Products of floating-point matrices.
//!
//! A tile of the output, 8 rows by 3 vectors on AVX-512, stays in registers while one pass over the inner axis
//! adds to it; the left factor is read an element at a time, the right one a vector at a time. The right factor
//! is copied into a panel as wide as the tile where that pays, the left one where its steps are unkind to the
//! cache. An element of the output is one chain of sums in the order of the inner axis, cut at fixed places:
//! neither the tiling nor the number of threads shows in its bits.
//!
//! Source: Goto and van de Geijn, "Anatomy of high-performance matrix multiplication", ACM TOMS 34 (2008).

mod dots;
mod plan;
mod row;
mod tile;

use std::marker::PhantomData;

use pulp::{Simd, WithSimd};

use self::{
    dots::dots,
    plan::Plan,
    tile::{Begin, Left, Tile},
};
use super::{pack::pack, parallel, simd::arch};
use crate::{dtype::Element, tensor::scratch};

/// Vectors in the widest tile.
const MOST_VECTORS: usize = 3;
/// Rows of the tallest tile, where there are registers enough.
const MOST_ROWS: usize = 8;
/// Elements of the widest vector: 512 bits of `f32`.
const MOST_LANES: usize = 16;
/// Rows up to which copying the right factor costs more than it saves.
const FEW_ROWS: usize = 32;
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
    /// Whole vectors, and what is left.
    fn vectors<S: Simd>(values: &[Self]) -> (&[Self::Vector<S>], &[Self]);
    fn vectors_mut<S: Simd>(values: &mut [Self]) -> (&mut [Self::Vector<S>], &mut [Self]);
    /// Fewer values than a vector has lanes; the others are 0.
    fn partial<S: Simd>(simd: S, values: &[Self]) -> Self::Vector<S>;
    fn store_partial<S: Simd>(simd: S, out: &mut [Self], vector: Self::Vector<S>);
}

macro_rules! real {
    ($type:ty, $vector:ident, $splat:ident, $fma:ident, $split:ident, $split_mut:ident, $load:ident, $store:ident) => {
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

            #[inline(always)]
            fn vectors<S: Simd>(values: &[Self]) -> (&[S::$vector], &[Self]) {
                S::$split(values)
            }

            #[inline(always)]
            fn vectors_mut<S: Simd>(values: &mut [Self]) -> (&mut [S::$vector], &mut [Self]) {
                S::$split_mut(values)
            }

            #[inline(always)]
            fn partial<S: Simd>(simd: S, values: &[Self]) -> S::$vector {
                simd.$load(values)
            }

            #[inline(always)]
            fn store_partial<S: Simd>(simd: S, out: &mut [Self], vector: S::$vector) {
                simd.$store(out, vector);
            }
        }
    };
}
real!(
    f32,
    f32s,
    splat_f32s,
    mul_add_e_f32s,
    as_simd_f32s,
    as_mut_simd_f32s,
    partial_load_f32s,
    partial_store_f32s
);
real!(
    f64,
    f64s,
    splat_f64s,
    mul_add_e_f64s,
    as_simd_f64s,
    as_mut_simd_f64s,
    partial_load_f64s,
    partial_store_f64s
);

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
    if m == 1 && b.column_step == 1 {
        return row::rows(pairs, bias, arch().dispatch(Measure::<T>(PhantomData)), out);
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

    const SIZES: [[usize; 3]; 19] = [
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
        [1, 784, 300],
        [1, 2049, 10],
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
    fn a_row_alone_has_the_bits_it_has_among_others() {
        let mut rng = Rng::new(8);
        for [k, n] in [[1100, 700], [784, 300], [300, 10], [5, 3]] {
            let x: Vec<f32> = (0..2 * k).map(|_| rng.uniform() as f32 - 0.5).collect();
            let y: Vec<f32> = (0..k * n).map(|_| rng.uniform() as f32 - 0.5).collect();
            let bias: Vec<f32> = (0..n).map(|_| rng.uniform() as f32).collect();
            let b = Matrix::new(&y, 0, [k, n], [n, 1]);
            for bias in [None, Some(&bias[..])] {
                let (mut two, mut one) = (vec![0.0; 2 * n], vec![0.0; n]);
                product(Matrix::new(&x, 0, [2, k], [k, 1]), b, bias, &mut two);
                product(Matrix::new(&x, k, [1, k], [k, 1]), b, bias, &mut one);
                assert_eq!(one, two[n..], "{k}x{n}");
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

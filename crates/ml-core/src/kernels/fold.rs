//! Folding axes in a fixed order: the same bits for any number of threads.
//!
//! Work is cut by the shape alone. Long runs are halved down to leaves, and leaves keep partial results side by
//! side, so that they fit vector registers and rounding errors of sums grow with the logarithm of the length.

use std::marker::PhantomData;

use rayon::prelude::*;
use smallvec::SmallVec;

use super::{
    parallel::{self, PIECE},
    simd::{Loop, vectorize},
};
use crate::{
    Shape,
    dtype::Element,
    shape::Strides,
    tensor::{Array, scratch},
};

/// Elements that a leaf folds before halves are joined.
const LEAF: usize = 2048;
/// Partial results that a leaf keeps side by side.
const LANES: usize = 64;
/// Runs up to this length are folded one by one: joining the lanes would cost more.
const SHORT: usize = 16;
/// Rows that are folded one after the other before pairs of such results are joined.
const ROWS: usize = 64;
/// Columns that one piece of work folds.
const BAND: usize = 1024;
/// Narrower rows are folded several at once, side by side.
const NARROW: usize = 128;

/// A way to fold many elements into one: `join` is associative but for rounding, `start` is neutral.
pub(crate) trait Fold<I, A>: Copy + Send + Sync {
    /// Folds what was folded already.
    type Rest: Fold<A, A, Rest = Self::Rest>;

    fn rest(self) -> Self::Rest;
    fn start(self) -> A;
    fn lift(self, x: I) -> A;
    fn join(self, a: A, b: A) -> A;
}

/// The [`Fold::Rest`] of `F`, a fold of `I`: joins without lifting.
pub(crate) struct Again<F, I>(F, PhantomData<fn(I)>);

impl<F, I> Again<F, I> {
    #[inline(always)]
    pub(crate) fn of(f: F) -> Self {
        Self(f, PhantomData)
    }
}

impl<F: Copy, I> Clone for Again<F, I> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<F: Copy, I> Copy for Again<F, I> {}

impl<I, A, F: Fold<I, A>> Fold<A, A> for Again<F, I> {
    type Rest = Self;

    #[inline(always)]
    fn rest(self) -> Self {
        self
    }

    #[inline(always)]
    fn start(self) -> A {
        self.0.start()
    }

    #[inline(always)]
    fn lift(self, x: A) -> A {
        x
    }

    #[inline(always)]
    fn join(self, a: A, b: A) -> A {
        self.0.join(a, b)
    }
}

/// Element types that are folded.
pub(crate) trait Value: Element + Copy {}
impl<T: Element + Copy> Value for T {}

/// Folds `axes`, ascending and inside the rank, which stay with length 1.
pub(crate) fn fold<I: Value, A: Value, F: Fold<I, A>>(x: &Array, axes: &[usize], f: F) -> Array {
    match memory_order(x) {
        Some(order) if x.as_packed::<I>().is_some() => fold_permuted(x, axes, f, &order),
        _ => Array::dense(
            fold_dense(&x.elements::<I>(), x.shape(), axes, f),
            x.shape().reduced(axes, true),
        ),
    }
}

/// The axes from the largest step to the smallest, unless they stand so already.
fn memory_order(x: &Array) -> Option<SmallVec<[usize; 4]>> {
    if x.is_contiguous() {
        return None;
    }
    let mut order: SmallVec<[usize; 4]> = (0..x.shape().rank()).collect();
    order.sort_by_key(|&axis| (std::cmp::Reverse(x.strides()[axis]), axis));
    Some(order)
}

/// Folds where the elements lie: the result has its axes in the order of memory, too.
fn fold_permuted<I: Value, A: Value, F: Fold<I, A>>(
    x: &Array,
    axes: &[usize],
    f: F,
    order: &[usize],
) -> Array {
    let values = x.as_packed::<I>().expect("the caller found it packed");
    let shape: Shape = order.iter().map(|&axis| x.shape()[axis]).collect();
    let moved: SmallVec<[usize; 4]> = (0..order.len())
        .filter(|&axis| axes.contains(&order[axis]))
        .collect();
    let folded = fold_dense(values, &shape, &moved, f);
    let result = shape.reduced(&moved, true);
    let mut strides = Strides::from_elem(0, order.len());
    for (&axis, &stride) in order.iter().zip(&result.row_major()) {
        strides[axis] = stride;
    }
    Array::dense(folded, result).view(x.shape().reduced(axes, true), strides, 0)
}

fn fold_dense<I: Value, A: Value, F: Fold<I, A>>(
    values: &[I],
    shape: &Shape,
    axes: &[usize],
    f: F,
) -> Vec<A> {
    let Some((rest, outer, n, inner)) = last_group(shape, axes) else {
        let mut out = scratch::<A>(values.len());
        parallel::fill(&mut out, 1, |start, out| {
            for (a, &x) in out.iter_mut().zip(&values[start..]) {
                *a = f.lift(x);
            }
        });
        return out;
    };
    let mut folded = group(values, outer, n, inner, f);
    // Neighbouring axes go together, the last ones first: what remains to be folded shrinks fastest.
    let mut shape = shape.reduced(&axes[rest..], true);
    let mut axes = &axes[..rest];
    while let Some((rest, outer, n, inner)) = last_group(&shape, axes) {
        folded = group(&folded, outer, n, inner, f.rest());
        shape = shape.reduced(&axes[rest..], true);
        axes = &axes[..rest];
    }
    folded
}

/// The last run of neighbours among `axes`: where it starts there, and `[outer, n, inner]` around it.
fn last_group(shape: &Shape, axes: &[usize]) -> Option<(usize, usize, usize, usize)> {
    let last = *axes.last()?;
    let together = axes
        .iter()
        .rev()
        .zip((0..=last).rev())
        .take_while(|&(&axis, expected)| axis == expected)
        .count();
    let first = last + 1 - together;
    let length = |range: std::ops::Range<usize>| shape[range].iter().product::<usize>();
    Some((
        axes.len() - together,
        length(0..first),
        length(first..last + 1),
        length(last + 1..shape.rank()),
    ))
}

fn group<I: Value, A: Value, F: Fold<I, A>>(
    values: &[I],
    outer: usize,
    n: usize,
    inner: usize,
    f: F,
) -> Vec<A> {
    let mut out = scratch::<A>(outer * inner);
    if n == 0 || out.is_empty() {
        out.fill(f.start());
    } else if inner == 1 {
        rows(values, n, f, &mut out);
    } else {
        columns(values, n, inner, f, &mut out);
    }
    out
}

/// `[outer, n]` to `[outer]`.
fn rows<I: Value, A: Value, F: Fold<I, A>>(values: &[I], n: usize, f: F, out: &mut [A]) {
    if n > PIECE {
        for (row, out) in values.chunks_exact(n).zip(out) {
            *out = long_run(row, f);
        }
        return;
    }
    parallel::fill_folds(out, n, |start, out| {
        vectorize(Rows {
            values: &values[start * n..],
            n,
            f,
            out,
        });
    });
}

struct Rows<'a, I, A, F> {
    values: &'a [I],
    n: usize,
    f: F,
    out: &'a mut [A],
}

impl<I: Value, A: Value, F: Fold<I, A>> Loop for Rows<'_, I, A, F> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        for (row, out) in self.values.chunks_exact(self.n).zip(self.out) {
            *out = if row.len() <= LEAF {
                leaf(row, self.f)
            } else {
                run(row, self.f)
            };
        }
    }
}

/// A single long run: pieces of fixed size side by side, then their results.
pub(crate) fn long_run<I: Value, A: Value, F: Fold<I, A>>(values: &[I], f: F) -> A {
    if values.len() <= PIECE {
        return run(values, f);
    }
    let mut parts = scratch::<A>(values.len().div_ceil(PIECE));
    let pieces = values.chunks(PIECE);
    if parallel::worth_threads(values.len(), 1) {
        parts
            .par_iter_mut()
            .zip(values.par_chunks(PIECE))
            .for_each(|(part, piece)| *part = run(piece, f));
    } else {
        parts
            .iter_mut()
            .zip(pieces)
            .for_each(|(part, piece)| *part = run(piece, f));
    }
    long_run(&parts, f.rest())
}

/// Pairwise: halves down to leaves.
pub(crate) fn run<I: Value, A: Value, F: Fold<I, A>>(values: &[I], f: F) -> A {
    if values.len() <= LEAF {
        return vectorize(Leaf(values, f, PhantomData));
    }
    let (left, right) = values.split_at((values.len() / 2).next_multiple_of(LANES));
    f.join(run(left, f), run(right, f))
}

struct Leaf<'a, I, A, F>(&'a [I], F, PhantomData<A>);

impl<I: Value, A: Value, F: Fold<I, A>> Loop for Leaf<'_, I, A, F> {
    type Output = A;

    #[inline(always)]
    fn run(self) -> A {
        leaf(self.0, self.1)
    }
}

#[inline(always)]
fn leaf<I: Value, A: Value, F: Fold<I, A>>(values: &[I], f: F) -> A {
    if values.len() <= SHORT {
        return values.iter().fold(f.start(), |sum, &x| f.join(sum, f.lift(x)));
    }
    let mut lanes = [f.start(); LANES];
    let (chunks, rest) = values.as_chunks::<LANES>();
    for chunk in chunks {
        for (lane, &x) in lanes.iter_mut().zip(chunk) {
            *lane = f.join(*lane, f.lift(x));
        }
    }
    for (lane, &x) in lanes.iter_mut().zip(rest) {
        *lane = f.join(*lane, f.lift(x));
    }
    let mut width = LANES;
    while width > 1 {
        width /= 2;
        for lane in 0..width {
            lanes[lane] = f.join(lanes[lane], lanes[lane + width]);
        }
    }
    lanes[0]
}

/// `[outer, n, inner]` to `[outer, inner]`.
fn columns<I: Value, A: Value, F: Fold<I, A>>(values: &[I], n: usize, inner: usize, f: F, out: &mut [A]) {
    let outer = out.len() / inner;
    let height = (PIECE / inner).max(ROWS).next_multiple_of(ROWS);
    if outer * inner <= BAND && n > height {
        return tall(values, n, inner, height, f, out);
    }
    let band = inner.min(BAND);
    let bands = out.chunks_mut(inner).enumerate().flat_map(|(row, out)| {
        out.chunks_mut(band)
            .enumerate()
            .map(move |(piece, out)| (row * n * inner + piece * band, out))
    });
    if parallel::worth_threads(values.len(), 1) {
        let bands: Vec<_> = bands.collect();
        bands
            .into_par_iter()
            .for_each(|(start, out)| stack(&values[start..], n, inner, f, out));
    } else {
        bands.for_each(|(start, out)| stack(&values[start..], n, inner, f, out));
    }
}

/// Few columns of many rows: pieces of `height` rows, then their results.
fn tall<I: Value, A: Value, F: Fold<I, A>>(
    values: &[I],
    n: usize,
    inner: usize,
    height: usize,
    f: F,
    out: &mut [A],
) {
    let pieces = n.div_ceil(height);
    let mut parts = scratch::<A>(out.len() * pieces);
    let fold_piece = |(number, part): (usize, &mut [A])| {
        let (row, piece) = (number / pieces, number % pieces);
        let rows = height.min(n - piece * height);
        stack(
            &values[(row * n + piece * height) * inner..],
            rows,
            inner,
            f,
            part,
        );
    };
    if parallel::worth_threads(values.len(), 1) {
        parts.par_chunks_mut(inner).enumerate().for_each(fold_piece);
    } else {
        parts.chunks_mut(inner).enumerate().for_each(fold_piece);
    }
    columns(&parts, pieces, inner, f.rest(), out);
}

/// Folds `n` rows, `step` elements apart, into `out`.
fn stack<I: Value, A: Value, F: Fold<I, A>>(values: &[I], n: usize, step: usize, f: F, out: &mut [A]) {
    let together = NARROW / step;
    if out.len() < step || together < 2 || n < 2 * together {
        return band(values, n, step, f, out);
    }
    // Narrow rows without gaps: `together` of them are one wide row.
    let mut wide: SmallVec<[A; NARROW]> = SmallVec::from_elem(f.start(), together * step);
    band(values, n / together, together * step, f, &mut wide);
    let again = f.rest();
    out.copy_from_slice(&wide[..step]);
    for row in wide[step..].chunks_exact(step) {
        join_rows(again, [row], out);
    }
    for row in values[n / together * together * step..n * step].chunks_exact(step) {
        join_rows(f, [row], out);
    }
}

/// Folds `n` rows, `step` elements apart, into `out`; pairwise above [`ROWS`].
fn band<I: Value, A: Value, F: Fold<I, A>>(values: &[I], n: usize, step: usize, f: F, out: &mut [A]) {
    if n <= ROWS {
        vectorize(Band {
            values,
            n,
            step,
            f,
            out,
        });
        return;
    }
    let half = (n / 2).next_multiple_of(ROWS);
    band(values, half, step, f, out);
    let mut right = scratch::<A>(out.len());
    band(&values[half * step..], n - half, step, f, &mut right);
    join_rows(f.rest(), [&right], out);
}

struct Band<'a, I, A, F> {
    values: &'a [I],
    n: usize,
    step: usize,
    f: F,
    out: &'a mut [A],
}

impl<I: Value, A: Value, F: Fold<I, A>> Loop for Band<'_, I, A, F> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        let Self {
            values,
            n,
            step,
            f,
            out,
        } = self;
        let width = out.len();
        let row = |number: usize| &values[number * step..][..width];
        for (a, &x) in out.iter_mut().zip(row(0)) {
            *a = f.lift(x);
        }
        let mut next = 1;
        while next + 4 <= n {
            let rows = [row(next), row(next + 1), row(next + 2), row(next + 3)];
            add_rows(f, rows, out);
            next += 4;
        }
        while next < n {
            add_rows(f, [row(next)], out);
            next += 1;
        }
    }
}

struct JoinRows<'a, I, A, F, const N: usize> {
    f: F,
    rows: [&'a [I]; N],
    out: &'a mut [A],
}

impl<I: Value, A: Value, F: Fold<I, A>, const N: usize> Loop for JoinRows<'_, I, A, F, N> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        add_rows(self.f, self.rows, self.out);
    }
}

fn join_rows<I: Value, A: Value, F: Fold<I, A>, const N: usize>(f: F, rows: [&[I]; N], out: &mut [A]) {
    vectorize(JoinRows { f, rows, out });
}

/// `out[j] = out[j] ∘ (rows[0][j] ∘ rows[1][j] ∘ ...)`.
#[inline(always)]
fn add_rows<I: Value, A: Value, F: Fold<I, A>, const N: usize>(f: F, rows: [&[I]; N], out: &mut [A]) {
    let rows = rows.map(|row| &row[..out.len()]);
    for (j, a) in out.iter_mut().enumerate() {
        let mut sum = f.lift(rows[0][j]);
        for row in &rows[1..] {
            sum = f.join(sum, f.lift(row[j]));
        }
        *a = f.join(*a, sum);
    }
}

//! Folding axes in a fixed order: the same bits for any number of threads.
//!
//! Work is cut by the shape alone. Long runs are halved down to leaves, and leaves keep partial results side by
//! side, so that they fit vector registers and rounding errors of sums grow with the logarithm of the length.

use std::marker::PhantomData;

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
pub(crate) const LEAF: usize = 2048;
/// Partial results that a leaf keeps side by side.
const LANES: usize = 64;
/// The same for shorter runs than [`MANY`]: joining more of them would take longer than filling them.
const FEW_LANES: usize = 16;
/// Elements from which on there is work for all lanes.
const MANY: usize = 512;
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
    let Some(first) = next_group(shape, axes) else {
        let mut out = scratch::<A>(values.len());
        parallel::fill(&mut out, 1, |start, out| {
            for (a, &x) in out.iter_mut().zip(&values[start..]) {
                *a = f.lift(x);
            }
        });
        return out;
    };
    let [outer, n, inner] = first.around(shape);
    let mut folded = group(values, outer, n, inner, f);
    let mut shape = shape.reduced(&axes[first.axes.clone()], true);
    let mut axes: SmallVec<[usize; 4]> = SmallVec::from_slice(axes);
    axes.drain(first.axes);
    while let Some(next) = next_group(&shape, &axes) {
        let [outer, n, inner] = next.around(&shape);
        folded = group(&folded, outer, n, inner, f.rest());
        shape = shape.reduced(&axes[next.axes.clone()], true);
        axes.drain(next.axes);
    }
    folded
}

/// Neighbouring axes, which are folded together.
struct Group {
    /// Where they stand in the list of axes.
    axes: std::ops::Range<usize>,
    /// Which axes they are.
    range: std::ops::Range<usize>,
}

impl Group {
    /// Elements before, in and after them.
    fn around(&self, shape: &Shape) -> [usize; 3] {
        let length = |range: std::ops::Range<usize>| shape[range].iter().product::<usize>();
        [
            length(0..self.range.start),
            length(self.range.clone()),
            length(self.range.end..shape.rank()),
        ]
    }
}

/// The last group, so that what remains shrinks fastest; but the first if the last one's rows are so short that they
/// would be folded slower than columns are.
fn next_group(shape: &Shape, axes: &[usize]) -> Option<Group> {
    let neighbours = |a: &usize, b: &usize| a + 1 == *b;
    let last = axes.chunk_by(neighbours).next_back()?;
    let first = axes.chunk_by(neighbours).next()?;
    let of = |axes: std::ops::Range<usize>, members: &[usize]| Group {
        axes,
        range: members[0]..members[0] + members.len(),
    };
    let rows = of(axes.len() - last.len()..axes.len(), last);
    let [_, n, inner] = rows.around(shape);
    if inner == 1 && n < MANY && first.len() < axes.len() {
        return Some(of(0..first.len(), first));
    }
    Some(rows)
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

/// `[n, inner]` to `[inner]`.
pub(crate) fn fold_columns<I: Value, A: Value, F: Fold<I, A>>(
    values: &[I],
    n: usize,
    inner: usize,
    f: F,
) -> Vec<A> {
    group(values, 1, n, inner, f)
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
    parallel::fill_folds(&mut parts, PIECE, |start, parts| {
        for (part, piece) in parts.iter_mut().zip(values[start * PIECE..].chunks(PIECE)) {
            *part = run(piece, f);
        }
    });
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

/// A run that fits the nearest cache; part of a [`Loop`].
#[inline(always)]
pub(crate) fn leaf<I: Value, A: Value, F: Fold<I, A>>(values: &[I], f: F) -> A {
    if values.len() <= SHORT {
        values.iter().fold(f.start(), |sum, &x| f.join(sum, f.lift(x)))
    } else if values.len() < MANY {
        side_by_side::<I, A, F, FEW_LANES>(values, f)
    } else {
        side_by_side::<I, A, F, LANES>(values, f)
    }
}

/// At least `N` elements.
#[inline(always)]
fn side_by_side<I: Value, A: Value, F: Fold<I, A>, const N: usize>(values: &[I], f: F) -> A {
    let mut lanes = [f.start(); N];
    let (chunks, rest) = values.as_chunks::<N>();
    for chunk in chunks {
        for (lane, &x) in lanes.iter_mut().zip(chunk) {
            *lane = f.join(*lane, f.lift(x));
        }
    }
    if let (false, Some(last)) = (rest.is_empty(), values.last_chunk::<N>()) {
        // The last whole vectors, of which those elements do not count that a chunk had: no element is alone.
        let had = N - rest.len();
        for (number, (lane, &x)) in lanes.iter_mut().zip(last).enumerate() {
            let joined = f.join(*lane, f.lift(x));
            *lane = if number >= had { joined } else { *lane };
        }
    }
    halves(
        lanes,
        #[inline(always)]
        |a, b| f.join(a, b),
    )
}

/// All lanes in one: halves are joined until one is left. Part of a [`Loop`].
#[inline(always)]
pub(crate) fn halves<A: Copy, const N: usize>(mut lanes: [A; N], join: impl Fn(A, A) -> A) -> A {
    const { assert!(N.is_power_of_two() && N <= 64) };
    // Widths that the compiler knows: a loop that divides them would go lane by lane.
    macro_rules! down_to {
        ($($width:literal)*) => { $(
            if N > $width {
                for lane in 0..$width {
                    lanes[lane] = join(lanes[lane], lanes[(lane + $width) % N]);
                }
            }
        )* };
    }
    down_to!(32 16 8 4 2 1);
    lanes[0]
}

/// `[outer, n, inner]` to `[outer, inner]`.
fn columns<I: Value, A: Value, F: Fold<I, A>>(values: &[I], n: usize, inner: usize, f: F, out: &mut [A]) {
    let outer = out.len() / inner;
    let height = (PIECE / inner).max(ROWS).next_multiple_of(ROWS);
    if outer * inner <= BAND && n > height {
        return tall(values, n, inner, height, f, out);
    }
    let worth_threads = parallel::worth_threads(values.len(), 1);
    if inner <= BAND {
        let together = (PIECE / (n * inner)).max(1);
        return parallel::spread(worth_threads, out.chunks_mut(together * inner), |piece, out| {
            let values = values[piece * together * n * inner..].chunks(n * inner);
            for (values, out) in values.zip(out.chunks_mut(inner)) {
                stack(values, n, inner, f, out);
            }
        });
    }
    let bands = out.chunks_mut(inner).enumerate().flat_map(|(row, out)| {
        out.chunks_mut(BAND)
            .enumerate()
            .map(move |(piece, out)| (row * n * inner + piece * BAND, out))
    });
    parallel::spread(worth_threads, bands, |_, (start, out)| {
        stack(&values[start..], n, inner, f, out)
    });
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
    let fold_piece = |number: usize, part: &mut [A]| {
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
    let worth_threads = parallel::worth_threads(values.len(), 1);
    parallel::spread(worth_threads, parts.chunks_mut(inner), fold_piece);
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

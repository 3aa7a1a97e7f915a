//! Folding axes in a fixed order: the same bits for any number of threads.
//!
//! Work is cut by the shape alone. Long runs are halved down to leaves, and leaves keep partial results side by
//! side, so that they fit vector registers and rounding errors of sums grow with the logarithm of the length.

mod columns;
mod rows;
mod vectors;

use pulp::Simd;
use smallvec::SmallVec;

use super::parallel;
use crate::{
    Shape,
    dtype::Element,
    shape::Strides,
    tensor::{Array, Store},
};

use columns::columns;
use rows::rows;

pub(crate) use rows::{halves, long_run, row_of, rows_together};
pub(crate) use vectors::{Folded, Known};

/// Shorter rows are folded slower than columns are.
const SHORT_ROW: usize = 512;

/// A way to fold many elements into one: `join` is associative but for rounding, `start` is neutral.
pub(crate) trait Fold<I, A>: Copy + Send + Sync {
    /// Folds what was folded already.
    type Rest: Fold<A, A, Rest = Self::Rest>;

    fn rest(self) -> Self::Rest;
    fn start(self) -> A;
    fn lift(self, x: I) -> A;
    fn join(self, a: A, b: A) -> A;

    /// A run of at least one, by vectors that the element type may have; part of a [`Loop`](super::simd::Loop).
    #[inline(always)]
    fn by_vectors<S: Simd>(self, _: S, _: &[I]) -> Option<A> {
        None
    }
}

/// Whether folding `elements` is worth a second thread: an addition alone is a fraction of what others of its cost are.
pub(crate) fn worth_threads(elements: usize) -> bool {
    parallel::worth_threads(elements / 4, 1)
}

/// Element types that are folded.
pub(crate) trait Value: Element + Copy {}
impl<T: Element + Copy> Value for T {}

/// Folds `axes`, ascending and inside the rank, which stay with length 1.
pub(crate) fn fold<I: Value, A: Value, F: Fold<I, A>>(x: &Array, axes: &[usize], f: F) -> Array {
    match memory_order(x) {
        Some(order) if x.as_packed::<I>().is_some() => fold_permuted(x, axes, f, &order),
        _ => Array::stored(
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
    Array::stored(folded, result).view(x.shape().reduced(axes, true), strides, 0)
}

fn fold_dense<I: Value, A: Value, F: Fold<I, A>>(
    values: &[I],
    shape: &Shape,
    axes: &[usize],
    f: F,
) -> Store<A> {
    let Some(first) = next_group(shape, axes) else {
        let mut out = Store::<A>::scratch(values.len());
        parallel::fill(out.fresh(), 1, |start, out| {
            for (a, &x) in out.iter_mut().zip(&values[start..]) {
                *a = f.lift(x);
            }
        });
        return out;
    };
    let [outer, n, inner] = first.around(shape);
    let mut folded = group(values, outer, n, inner, f);
    if first.axes.len() == axes.len() {
        return folded;
    }
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
    if inner == 1 && n < SHORT_ROW && first.len() < axes.len() {
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
) -> Store<A> {
    let mut out = Store::<A>::scratch(outer * inner);
    let slots = out.fresh();
    if n == 0 || slots.is_empty() {
        slots.fill(f.start());
    } else if inner == 1 {
        rows(values, n, f, slots);
    } else {
        columns(values, n, inner, f, slots);
    }
    out
}

/// `[n, inner]` to `[inner]`.
pub(crate) fn fold_columns<I: Value, A: Value, F: Fold<I, A>>(
    values: &[I],
    n: usize,
    inner: usize,
    f: F,
) -> Store<A> {
    group(values, 1, n, inner, f)
}

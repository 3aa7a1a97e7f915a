//! Folds of the last axes: every row is a run of neighbours.

use std::marker::PhantomData;

use pulp::{Simd, WithSimd};

use super::{Fold, Value, worth_threads};
use crate::{
    kernels::{
        parallel::{self, PIECE},
        simd::arch,
    },
    tensor::scratch,
};

/// Pieces of work for each thread, so that one that is held up leaves its work to the others.
const TASKS: usize = 4;
/// [`PIECE`]s that are read in a row, if there are enough for all threads.
const STREAM: usize = 16;
/// Elements that a leaf folds before halves are joined.
const LEAF: usize = 2048;
/// Partial results that a leaf keeps side by side.
const LANES: usize = 64;
/// The same for shorter runs than [`MANY`]: joining more of them would take longer than filling them.
const FEW_LANES: usize = 16;
/// Elements from which on there is work for all lanes.
const MANY: usize = 512;
/// Runs up to this length are folded one by one: joining the lanes would cost more.
const SHORT: usize = 16;

/// Rows of `n` that are one piece of work: long enough for memory to be read in a stream, short enough for all threads.
pub(crate) fn rows_together(n: usize, rows: usize) -> usize {
    let pieces = n * rows / (PIECE * TASKS * rayon::current_num_threads());
    (PIECE * pieces.clamp(1, STREAM) / n).max(1)
}

/// Fills `out`, every element of which folds `n` of the input.
fn fill<A: Send>(out: &mut [A], n: usize, fill: impl Fn(usize, &mut [A]) + Sync) {
    let rows = rows_together(n, out.len());
    let worth_threads = worth_threads(out.len() * n);
    parallel::spread(worth_threads, out.chunks_mut(rows), |number, out| {
        fill(number * rows, out);
    });
}

/// `[outer, n]` to `[outer]`.
pub(super) fn rows<I: Value, A: Value, F: Fold<I, A>>(values: &[I], n: usize, f: F, out: &mut [A]) {
    if n > PIECE {
        for (row, out) in values.chunks_exact(n).zip(out) {
            *out = long_run(row, f);
        }
        return;
    }
    fill(out, n, |start, out| {
        arch().dispatch(Rows {
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

impl<I: Value, A: Value, F: Fold<I, A>> WithSimd for Rows<'_, I, A, F> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        for (row, out) in self.values.chunks_exact(self.n).zip(self.out) {
            *out = row_of(simd, row, self.f);
        }
    }
}

/// A row, which is no longer than a few pieces of work; part of a loop over rows.
#[inline(always)]
pub(crate) fn row_of<S: Simd, I: Value, A: Value, F: Fold<I, A>>(simd: S, row: &[I], f: F) -> A {
    if row.len() <= LEAF {
        leaf(simd, row, f)
    } else {
        run(row, f)
    }
}

/// A single long run: pieces of fixed size side by side, then their results.
pub(crate) fn long_run<I: Value, A: Value, F: Fold<I, A>>(values: &[I], f: F) -> A {
    if values.len() <= PIECE {
        return run(values, f);
    }
    let mut parts = scratch::<A>(values.len().div_ceil(PIECE));
    fill(&mut parts, PIECE, |start, parts| {
        for (part, piece) in parts.iter_mut().zip(values[start * PIECE..].chunks(PIECE)) {
            *part = run(piece, f);
        }
    });
    long_run(&parts, f.rest())
}

/// Pairwise: halves down to leaves.
fn run<I: Value, A: Value, F: Fold<I, A>>(values: &[I], f: F) -> A {
    if values.len() <= LEAF {
        return arch().dispatch(Leaf(values, f, PhantomData));
    }
    let (left, right) = values.split_at((values.len() / 2).next_multiple_of(LANES));
    f.join(run(left, f), run(right, f))
}

struct Leaf<'a, I, A, F>(&'a [I], F, PhantomData<A>);

impl<I: Value, A: Value, F: Fold<I, A>> WithSimd for Leaf<'_, I, A, F> {
    type Output = A;

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) -> A {
        leaf(simd, self.0, self.1)
    }
}

/// A run that fits the nearest cache; part of a [`Loop`].
#[inline(always)]
fn leaf<S: Simd, I: Value, A: Value, F: Fold<I, A>>(simd: S, values: &[I], f: F) -> A {
    if let Some(folded) = f.by_vectors(simd, values) {
        folded
    } else if values.len() <= SHORT {
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

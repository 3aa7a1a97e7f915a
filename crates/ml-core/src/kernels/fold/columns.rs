//! Folds of axes that others follow: rows are joined element by element.

use smallvec::SmallVec;

use super::{Fold, Value, worth_threads};
use crate::{
    kernels::{
        parallel::{self, PIECE},
        simd::{Loop, vectorize},
    },
    tensor::scratch,
};

/// Rows that are folded one after the other before pairs of such results are joined.
const ROWS: usize = 64;
/// Columns that one piece of work folds.
const BAND: usize = 1024;
/// Narrower rows are folded several at once, side by side.
const NARROW: usize = 128;

/// `[outer, n, inner]` to `[outer, inner]`.
pub(super) fn columns<I: Value, A: Value, F: Fold<I, A>>(
    values: &[I],
    n: usize,
    inner: usize,
    f: F,
    out: &mut [A],
) {
    let outer = out.len() / inner;
    let height = (PIECE / inner).max(ROWS).next_multiple_of(ROWS);
    if outer * inner <= BAND && n > height {
        return tall(values, n, inner, height, f, out);
    }
    let worth_threads = worth_threads(values.len());
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
    let worth_threads = worth_threads(values.len());
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

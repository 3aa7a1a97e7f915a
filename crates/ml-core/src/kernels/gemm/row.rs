//! A row by a matrix that lies by rows.
//!
//! Arithmetic is nothing here, memory is all: a tile as wide as registers allow reads long pieces of every row, once.
//! Sums are cut as in other products, so that a row's bits do not depend on the rows around it.

use std::ops::Range;

use pulp::{Simd, WithSimd};

use super::{Geometry, Matrix, Real, plan};
use crate::kernels::{parallel, simd::arch};

/// Whole vectors of sums that stay in registers beside what is multiplied.
const MOST_VECTORS: usize = 12;
/// Elements of the matrices from which on two cores, each with a cache of its own, read them faster than one.
const WORTH_THREADS: usize = 1 << 17;

/// Products of a single row each by matrices whose rows are neighbours' runs.
pub(super) fn rows<T: Real>(
    pairs: &[(Matrix<'_, T>, Matrix<'_, T>)],
    bias: Option<&[T]>,
    geometry: Geometry,
    out: &mut [T],
) {
    let (k, n) = (pairs[0].1.rows, pairs[0].1.columns);
    let depth = plan::depth::<T>(k);
    let threads = match pairs.len() * k * n < WORTH_THREADS {
        true => 1,
        false => rayon::current_num_threads(),
    };
    let vectors = n.div_ceil(geometry.lanes);
    let strips = vectors.div_ceil(MOST_VECTORS);
    let strips = if pairs.len() == 1 {
        strips.next_multiple_of(threads).min(vectors)
    } else {
        strips
    };
    let edge = |strip: usize| (strip * vectors / strips * geometry.lanes).min(n);
    let mut pieces = Vec::with_capacity(pairs.len() * strips);
    for (&(a, b), mut out) in pairs.iter().zip(out.chunks_exact_mut(n)) {
        for strip in 0..strips {
            let columns = edge(strip)..edge(strip + 1);
            let (now, rest) = out.split_at_mut(columns.len());
            pieces.push(Strip {
                a,
                b,
                columns,
                depth,
                bias,
                out: now,
            });
            out = rest;
        }
    }
    parallel::spread(threads > 1, pieces.into_iter(), |_, strip| arch().dispatch(strip));
}

/// Some columns of the result.
struct Strip<'a, T> {
    a: Matrix<'a, T>,
    b: Matrix<'a, T>,
    columns: Range<usize>,
    depth: usize,
    bias: Option<&'a [T]>,
    out: &'a mut [T],
}

impl<T: Real> WithSimd for Strip<'_, T> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let lanes = size_of::<T::Vector<S>>() / size_of::<T>();
        macro_rules! run {
            ($($whole:literal)*) => {
                match self.columns.len() / lanes {
                    $($whole => self.run::<S, $whole>(simd),)*
                    whole => unreachable!("{whole} vectors: a strip has at most {MOST_VECTORS}"),
                }
            };
        }
        run!(0 1 2 3 4 5 6 7 8 9 10 11 12);
    }
}

impl<T: Real> Strip<'_, T> {
    /// `WHOLE` vectors and perhaps a part of one.
    #[inline(always)]
    fn run<S: Simd, const WHOLE: usize>(self, simd: S) {
        let (zero, one) = (T::splat(simd, T::default()), T::splat(simd, T::one()));
        let (k, width) = (self.b.rows, self.columns.len());
        let (out, out_rest) = T::vectors_mut::<S>(self.out);
        for from in (0..k).step_by(self.depth) {
            let (mut sums, mut last) = ([zero; WHOLE], zero);
            for p in from..(from + self.depth).min(k) {
                let first = self.b.start + p * self.b.row_step + self.columns.start;
                let (row, rest) = T::vectors::<S>(&self.b.values[first..first + width]);
                let factor = T::splat(simd, self.a.at(0, p));
                for (sum, &vector) in sums.iter_mut().zip(row) {
                    *sum = T::fma(simd, factor, vector, *sum);
                }
                if !rest.is_empty() {
                    last = T::fma(simd, factor, T::partial(simd, rest), last);
                }
            }
            let bias = self.bias.map(|bias| T::vectors::<S>(&bias[self.columns.clone()]));
            for (number, (out, sum)) in out.iter_mut().zip(sums).enumerate() {
                *out = match bias {
                    // Adding by a product with 1 rounds once, as a sum does.
                    _ if from > 0 => T::fma(simd, one, sum, *out),
                    Some((bias, _)) => T::fma(simd, one, sum, bias[number]),
                    None => sum,
                };
            }
            if !out_rest.is_empty() {
                let whole = match bias {
                    _ if from > 0 => T::fma(simd, one, last, T::partial(simd, out_rest)),
                    Some((_, bias)) => T::fma(simd, one, last, T::partial(simd, bias)),
                    None => last,
                };
                T::store_partial(simd, out_rest, whole);
            }
        }
    }
}

//! Sums in a fixed order: the same bits for any number of threads.

use super::{
    parallel,
    simd::{Loop, vectorize},
};
use crate::{
    DType, Error, Result,
    dtype::Element,
    tensor::{Array, scratch},
};

/// Elements that are summed one after the other; longer runs are halved, so that rounding errors grow with
/// the logarithm of the length.
const RUN: usize = 512;
/// Partial sums that a run keeps side by side, so that they fit vector registers.
const LANES: usize = 32;

/// Element types that sums are taken of.
trait Summable: Element + Copy {
    fn plus(self, other: Self) -> Self;
}
macro_rules! summable {
    ($($type:ty: $a:ident, $b:ident => $sum:expr;)*) => { $(
        impl Summable for $type {
            #[inline(always)]
            fn plus(self, other: Self) -> Self { let ($a, $b) = (self, other); $sum }
        }
    )* };
}
summable! {
    f32: a, b => a + b;
    f64: a, b => a + b;
    i32: a, b => a.wrapping_add(b);
    i64: a, b => a.wrapping_add(b);
    u8: a, b => a.wrapping_add(b);
}

/// Sums over `axes`, ascending, which stay with length 1.
pub(crate) fn sum(op: &'static str, x: &Array, axes: &[usize]) -> Result<Array> {
    Ok(match x.dtype() {
        DType::F32 => sum_as::<f32>(x, axes),
        DType::F64 => sum_as::<f64>(x, axes),
        DType::I32 => sum_as::<i32>(x, axes),
        DType::I64 => sum_as::<i64>(x, axes),
        DType::U8 => sum_as::<u8>(x, axes),
        other => {
            return Err(Error::DType {
                op,
                found: other.name(),
                needed: "numbers",
            });
        }
    })
}

fn sum_as<T: Summable>(x: &Array, axes: &[usize]) -> Array {
    let target = x.shape().reduced(axes, true);
    let mut shape = x.shape().clone();
    let mut values = x.elements::<T>();
    // Neighbouring axes go together, the last ones first: what remains to be summed shrinks fastest.
    let mut axes = axes;
    while let Some(&last) = axes.last() {
        let first = axes
            .iter()
            .rev()
            .zip((0..=last).rev())
            .take_while(|&(&axis, expected)| axis == expected)
            .count();
        let (rest, group) = axes.split_at(axes.len() - first);
        let outer: usize = shape[..group[0]].iter().product();
        let n: usize = shape[group[0]..=last].iter().product();
        let inner: usize = shape[last + 1..].iter().product();
        let summed = if inner == 1 {
            rows(&values, outer, n)
        } else {
            columns(&values, outer, n, inner)
        };
        values = summed.into();
        group.iter().for_each(|&axis| shape[axis] = 1);
        axes = rest;
    }
    Array::dense(values.into_owned(), target)
}

/// `[outer, n]` to `[outer]`.
fn rows<T: Summable>(values: &[T], outer: usize, n: usize) -> Vec<T> {
    let mut out = scratch::<T>(outer);
    if n == 0 {
        out.fill(T::default());
    } else if outer == 1 {
        out[0] = long_run(values);
    } else {
        parallel::fill(&mut out, n, |start, out| {
            for (row, out) in values[start * n..].chunks_exact(n).zip(out) {
                *out = run(row);
            }
        });
    }
    out
}

/// A single long sum: pieces of fixed size side by side, then the pieces' sums.
fn long_run<T: Summable>(values: &[T]) -> T {
    if values.len() <= parallel::PIECE {
        return run(values);
    }
    let mut parts = scratch::<T>(values.len().div_ceil(parallel::PIECE));
    let add = |start: usize, out: &mut [T]| {
        for (piece, out) in values[start * parallel::PIECE..].chunks(parallel::PIECE).zip(out) {
            *out = run(piece);
        }
    };
    if parallel::worth_threads(values.len(), 1) {
        use rayon::prelude::*;
        parts
            .par_iter_mut()
            .enumerate()
            .for_each(|(piece, out)| add(piece, std::slice::from_mut(out)));
    } else {
        add(0, &mut parts);
    }
    long_run(&parts)
}

struct Run<'a, T>(&'a [T]);

impl<T: Summable> Loop for Run<'_, T> {
    type Output = T;

    #[inline(always)]
    fn run(self) -> T {
        let mut lanes = [T::default(); LANES];
        let chunks = self.0.chunks_exact(LANES);
        let rest = chunks.remainder();
        for chunk in chunks {
            for (lane, &value) in lanes.iter_mut().zip(chunk) {
                *lane = lane.plus(value);
            }
        }
        for (lane, &value) in lanes.iter_mut().zip(rest) {
            *lane = lane.plus(value);
        }
        let mut width = LANES;
        while width > 1 {
            width /= 2;
            for lane in 0..width {
                lanes[lane] = lanes[lane].plus(lanes[lane + width]);
            }
        }
        lanes[0]
    }
}

/// Pairwise: halves down to runs.
fn run<T: Summable>(values: &[T]) -> T {
    if values.len() <= RUN * LANES / 8 {
        return vectorize(Run(values));
    }
    let (left, right) = values.split_at((values.len() / 2).next_multiple_of(LANES));
    run(left).plus(run(right))
}

/// `[outer, n, inner]` to `[outer, inner]`.
fn columns<T: Summable>(values: &[T], outer: usize, n: usize, inner: usize) -> Vec<T> {
    let mut out = scratch::<T>(outer * inner);
    if n == 0 || out.is_empty() {
        out.fill(T::default());
        return out;
    }
    // Bands of columns: each is summed by one thread, in the order of the rows.
    let band = inner.min(1024);
    let fill = |start: usize, out: &mut [T]| {
        let (outer, column) = (start / inner, start % inner);
        let base = outer * n * inner + column;
        sum_band(&values[base..], n, inner, out);
    };
    let pieces = out.chunks_mut(inner).enumerate().flat_map(|(row, out)| {
        out.chunks_mut(band)
            .enumerate()
            .map(move |(piece, out)| (row * inner + piece * band, out))
    });
    if parallel::worth_threads(values.len(), 1) {
        use rayon::prelude::*;
        pieces
            .collect::<Vec<_>>()
            .into_par_iter()
            .for_each(|(start, out)| fill(start, out));
    } else {
        pieces.for_each(|(start, out)| fill(start, out));
    }
    out
}

struct AddRow<'a, T> {
    row: &'a [T],
    out: &'a mut [T],
}

impl<T: Summable> Loop for AddRow<'_, T> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        for (sum, &value) in self.out.iter_mut().zip(self.row) {
            *sum = sum.plus(value);
        }
    }
}

/// Rows that are added one after the other before pairs of such sums are.
const ROWS: usize = 64;

/// Sums `n` rows, `step` elements apart, into `out`; pairwise above [`ROWS`].
fn sum_band<T: Summable>(values: &[T], n: usize, step: usize, out: &mut [T]) {
    if n <= ROWS {
        out.copy_from_slice(&values[..out.len()]);
        for row in 1..n {
            vectorize(AddRow {
                row: &values[row * step..][..out.len()],
                out,
            });
        }
        return;
    }
    let half = (n / 2).next_multiple_of(ROWS);
    sum_band(values, half, step, out);
    let mut right = vec![T::default(); out.len()];
    sum_band(&values[half * step..], n - half, step, &mut right);
    vectorize(AddRow { row: &right, out });
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Shape;

    #[test]
    fn every_combination_of_axes_agrees_with_adding_one_by_one() {
        let shape = [3, 5, 7, 2];
        let values: Vec<i64> = (0..210).map(|v| v * v % 97).collect();
        let x = Array::new(values.clone(), shape).unwrap();
        for mask in 1usize..16 {
            let axes: Vec<usize> = (0..4).filter(|axis| mask >> axis & 1 == 1).collect();
            let got = sum("sum", &x, &axes).unwrap();
            let target = Shape::from(shape).reduced(&axes, true);
            let mut expected = vec![0i64; target.len()];
            for (flat, value) in values.iter().enumerate() {
                let mut position = 0;
                let mut rest = flat;
                let index: Vec<usize> = shape
                    .iter()
                    .rev()
                    .map(|&length| {
                        let i = rest % length;
                        rest /= length;
                        i
                    })
                    .collect();
                for (axis, &i) in index.iter().rev().enumerate() {
                    position = position * target[axis] + if axes.contains(&axis) { 0 } else { i };
                }
                expected[position] += value;
            }
            assert_eq!(got.as_slice::<i64>().unwrap(), expected, "{axes:?}");
        }
    }
}

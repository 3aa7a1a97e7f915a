//! Exponentials that sum to 1, along one axis, and the logarithms of their sums.

use super::{
    fold::{Fold, fold, fold_columns, long_run, row_of},
    math::{self, Real},
    parallel::{self, PIECE},
    reduce::{self, Largest, Sum},
    simd::{Loop, arch, map_lanes, vectorize},
};
use pulp::{Simd, WithSimd};

use crate::tensor::{Array, scratch};

/// What an exponential is worth, in additions.
const COST: usize = 8;
/// Elements that are computed side by side.
const LANES: usize = 16;
/// Columns that are worked on together.
const BAND: usize = 512;

/// What to make of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    /// `exp(x) / Σ exp(x)`.
    Share,
    /// `x - log Σ exp(x)`.
    Log,
}

/// The element types: `f32` and `f64`.
pub(crate) trait Number: Real + reduce::Number {}
impl<T: Real + reduce::Number> Number for T {}

#[inline(always)]
fn larger<T: Real>(a: T, b: T) -> T {
    // NaN wins; the inner comparison is the processor's own maximum.
    #[allow(clippy::eq_op, clippy::if_same_then_else)]
    if a != a {
        a
    } else if a > b {
        a
    } else {
        b
    }
}

/// Along `axis` of an array with elements.
pub(crate) fn softmax<T: Number>(x: &Array, axis: usize, form: Form) -> Array {
    let shape = x.shape();
    let (n, inner) = (shape[axis], shape[axis + 1..].iter().product::<usize>());
    let values = x.elements::<T>();
    let mut out = scratch::<T>(values.len());
    if out.is_empty() {
        return Array::dense(out, shape.clone());
    }
    if inner == 1 && n > 4 * PIECE {
        out.chunks_exact_mut(n)
            .zip(values.chunks_exact(n))
            .for_each(|(out, x)| long(x, form, out));
    } else if inner == 1 {
        parallel::fill_rows(&mut out, n, COST, |row, out| {
            arch().dispatch(Rows {
                x: &values[row * n..][..out.len()],
                n,
                form,
                out,
            });
        });
    } else {
        let whole = n * inner;
        let height = (PIECE / inner).max(1);
        if inner <= BAND && n >= 2 * height {
            let blocks = out.chunks_exact_mut(whole).zip(values.chunks_exact(whole));
            blocks.for_each(|(out, x)| tall(x, inner, height, form, out));
            return Array::dense(out, shape.clone());
        }
        let worth_threads = parallel::worth_threads(values.len(), COST);
        let together = (PIECE / whole).max(1) * whole;
        parallel::spread(worth_threads, out.chunks_mut(together), |piece, out| {
            let values = values[piece * together..].chunks_exact(whole);
            for (x, out) in values.zip(out.chunks_exact_mut(whole)) {
                blocks(x, n, inner, form, out);
            }
        });
    }
    Array::dense(out, shape.clone())
}

/// `log Σ exp(x)` along the last axis of `[rows, n]`.
pub(crate) fn log_sum_exp_rows<T: Number>(values: &[T], n: usize, out: &mut [T]) {
    parallel::fill_folds(out, n * COST, |start, out| {
        arch().dispatch(LogSums {
            x: &values[start * n..],
            n,
            out,
        });
    });
}

/// `log Σ exp(x)` over `axes` of an array with elements; -∞ of no elements.
pub(crate) fn log_sum_exp<T: Number>(x: &Array, axes: &[usize]) -> Array {
    let target = x.shape().reduced(axes, true);
    let trailing = axes
        .iter()
        .rev()
        .zip((0..x.shape().rank()).rev())
        .all(|(&axis, expected)| axis == expected);
    if let (true, Some(values)) = (trailing && !axes.is_empty() && !x.is_empty(), x.as_slice::<T>()) {
        let mut out = scratch::<T>(target.len());
        let n = values.len() / out.len();
        if n > 4 * PIECE {
            for (out, row) in out.iter_mut().zip(values.chunks_exact(n)) {
                let largest = long_run(row, Largest);
                *out = log_of(largest, long_run(row, ExpSum(shift(largest))));
            }
        } else {
            log_sum_exp_rows(values, n, &mut out);
        }
        return Array::dense(out, target);
    }
    let largest = fold::<T, T, _>(x, axes, Largest);
    let shifted = super::elementwise::binary("logsumexp", x, &largest, COST, &|operands, out: &mut [T]| {
        vectorize(super::elementwise::Zip {
            f: exp_above::<T>,
            operands,
            out,
        });
    })
    .expect("the largest elements have the axes of x, some with length 1");
    let sums = fold::<T, T, _>(&shifted, axes, Sum);
    let (largest, sums) = (largest.elements::<T>(), sums.elements::<T>());
    let logs = largest
        .iter()
        .zip(sums.iter())
        .map(|(&largest, &sum)| log_of(largest, sum))
        .collect();
    Array::dense(logs, target)
}

#[inline(always)]
fn exp_above<T: Real>(&x: &T, &largest: &T) -> T {
    math::exp(x - shift(largest))
}

/// What exponents are lowered by: the largest, unless infinite, which would make NaN of the others.
#[inline(always)]
fn shift<T: Real>(largest: T) -> T {
    if largest.abs() == T::INFINITY {
        T::ZERO
    } else {
        largest
    }
}

#[inline(always)]
fn log_of<T: Real>(largest: T, sum: T) -> T {
    shift(largest) + math::log(sum)
}

/// `Σ exp(x - shift)`.
#[derive(Clone, Copy)]
struct ExpSum<T>(T);

impl<T: Number> Fold<T, T> for ExpSum<T> {
    type Rest = Sum;

    #[inline(always)]
    fn rest(self) -> Sum {
        Sum
    }

    #[inline(always)]
    fn start(self) -> T {
        T::ZERO
    }

    #[inline(always)]
    fn lift(self, x: T) -> T {
        math::exp(x - self.0)
    }

    #[inline(always)]
    fn join(self, a: T, b: T) -> T {
        a + b
    }
}

struct Rows<'a, T> {
    x: &'a [T],
    n: usize,
    form: Form,
    out: &'a mut [T],
}

impl<T: Number> WithSimd for Rows<'_, T> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        for (x, out) in self.x.chunks_exact(self.n).zip(self.out.chunks_exact_mut(self.n)) {
            let largest = row_of(simd, x, Largest);
            match self.form {
                Form::Share => {
                    map_lanes::<T, LANES>(
                        x,
                        out,
                        #[inline(always)]
                        |v| math::exp(v - largest),
                    );
                    let share = T::ONE / row_of(simd, out, Sum);
                    out.iter_mut().for_each(|y| *y = *y * share);
                }
                Form::Log => {
                    let lower = largest + math::log(row_of(simd, x, ExpSum(largest)));
                    map_lanes::<T, LANES>(
                        x,
                        out,
                        #[inline(always)]
                        |v| v - lower,
                    );
                }
            }
        }
    }
}

struct LogSums<'a, T> {
    x: &'a [T],
    n: usize,
    out: &'a mut [T],
}

impl<T: Number> WithSimd for LogSums<'_, T> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        for (x, out) in self.x.chunks_exact(self.n).zip(self.out) {
            let largest = row_of(simd, x, Largest);
            *out = log_of(largest, row_of(simd, x, ExpSum(shift(largest))));
        }
    }
}

/// A single long row: three passes, each in pieces of fixed size.
fn long<T: Number>(x: &[T], form: Form, out: &mut [T]) {
    let largest = long_run(x, Largest);
    let lower = match form {
        Form::Share => largest,
        Form::Log => largest + math::log(long_run(x, ExpSum(largest))),
    };
    let exponential = form == Form::Share;
    parallel::fill(out, COST, |start, out| {
        vectorize(Lowered {
            x: &x[start..start + out.len()],
            lower,
            exponential,
            out,
        });
    });
    if exponential {
        let share = T::ONE / long_run(out, Sum);
        parallel::fill(out, 1, |_, out| vectorize(Scale { share, out }));
    }
}

/// `x - lower`, or its exponential.
struct Lowered<'a, T> {
    x: &'a [T],
    lower: T,
    exponential: bool,
    out: &'a mut [T],
}

impl<T: Number> Loop for Lowered<'_, T> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        if self.exponential {
            self.out
                .iter_mut()
                .zip(self.x)
                .for_each(|(y, &v)| *y = math::exp(v - self.lower));
        } else {
            self.out
                .iter_mut()
                .zip(self.x)
                .for_each(|(y, &v)| *y = v - self.lower);
        }
    }
}

struct Scale<'a, T> {
    share: T,
    out: &'a mut [T],
}

impl<T: Number> Loop for Scale<'_, T> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        self.out.iter_mut().for_each(|y| *y = *y * self.share);
    }
}

/// Few columns of many rows: three passes in pieces of `height` rows.
fn tall<T: Number>(x: &[T], inner: usize, height: usize, form: Form, out: &mut [T]) {
    let n = x.len() / inner;
    let largest = fold_columns(x, n, inner, Largest);
    // Several rows side by side, so that they are whole vectors.
    let together = (LANES >> inner.trailing_zeros().min(LANES.trailing_zeros())).min(height);
    let wide = largest.repeat(together);
    let pieces = n.div_ceil(height);
    let mut sums = scratch::<T>(pieces * inner);
    let parts = out.chunks_mut(height * inner).zip(sums.chunks_mut(inner));
    let worth_threads = parallel::worth_threads(x.len(), COST);
    parallel::spread(
        worth_threads,
        parts,
        |piece, (out, sums): (&mut [T], &mut [T])| {
            let x = &x[piece * height * inner..][..out.len()];
            let mut wide_sums = vec![T::ZERO; wide.len()];
            vectorize(ExpRows {
                x,
                largest: &wide,
                keep: form == Form::Share,
                out,
                sums: &mut wide_sums,
            });
            sums.fill(T::ZERO);
            for part in wide_sums.chunks_exact(inner) {
                sums.iter_mut()
                    .zip(part)
                    .for_each(|(sum, &part)| *sum = *sum + part);
            }
        },
    );
    let mut last = fold_columns(&sums, pieces, inner, Sum);
    for (sum, &largest) in last.fresh().iter_mut().zip(largest.iter()) {
        *sum = match form {
            Form::Share => T::ONE / *sum,
            Form::Log => largest + math::log(*sum),
        };
    }
    let wide = last.repeat(together);
    let parts = out.chunks_mut(height * inner);
    parallel::spread(worth_threads, parts, |piece, out: &mut [T]| {
        let x = &x[piece * height * inner..][..out.len()];
        vectorize(LastRows {
            x,
            last: &wide,
            form,
            out,
        });
    });
}

/// `out = exp(x - largest)` in rows as wide as `largest`, and the sums of those; the last row may be shorter.
struct ExpRows<'a, T> {
    x: &'a [T],
    largest: &'a [T],
    keep: bool,
    out: &'a mut [T],
    sums: &'a mut [T],
}

impl<T: Number> Loop for ExpRows<'_, T> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        let width = self.largest.len();
        for (x, out) in self.x.chunks(width).zip(self.out.chunks_mut(width)) {
            let columns = x.iter().zip(self.largest).zip(self.sums.iter_mut());
            if self.keep {
                for (((&v, &largest), sum), y) in columns.zip(out) {
                    *y = math::exp(v - largest);
                    *sum = *sum + *y;
                }
            } else {
                for ((&v, &largest), sum) in columns {
                    *sum = *sum + math::exp(v - largest);
                }
            }
        }
    }
}

/// What is left to do in every row once `last` is known: the factor of a share, or what a logarithm is lowered by.
struct LastRows<'a, T> {
    x: &'a [T],
    last: &'a [T],
    form: Form,
    out: &'a mut [T],
}

impl<T: Number> Loop for LastRows<'_, T> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        let width = self.last.len();
        for (x, out) in self.x.chunks(width).zip(self.out.chunks_mut(width)) {
            let columns = out.iter_mut().zip(self.last);
            match self.form {
                Form::Share => columns.for_each(|(y, &share)| *y = *y * share),
                Form::Log => columns.zip(x).for_each(|((y, &lower), &v)| *y = v - lower),
            }
        }
    }
}

/// `[n, inner]` down its columns, a band of them at a time.
fn blocks<T: Number>(x: &[T], n: usize, inner: usize, form: Form, out: &mut [T]) {
    let mut largest = [T::ZERO; BAND];
    let mut sums = [T::ZERO; BAND];
    for from in (0..inner).step_by(BAND) {
        let width = BAND.min(inner - from);
        let (largest, sums) = (&mut largest[..width], &mut sums[..width]);
        vectorize(Columns {
            x,
            n,
            inner,
            from,
            form,
            largest,
            sums,
            out: &mut *out,
        });
    }
}

struct Columns<'a, T> {
    x: &'a [T],
    n: usize,
    inner: usize,
    from: usize,
    form: Form,
    largest: &'a mut [T],
    sums: &'a mut [T],
    out: &'a mut [T],
}

impl<T: Number> Loop for Columns<'_, T> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        let Self {
            x,
            n,
            inner,
            from,
            form,
            largest,
            sums,
            out,
        } = self;
        let width = largest.len();
        let row = |i: usize| i * inner + from..i * inner + from + width;
        largest.copy_from_slice(&x[row(0)]);
        for i in 1..n {
            largest
                .iter_mut()
                .zip(&x[row(i)])
                .for_each(|(best, &v)| *best = larger(*best, v));
        }
        sums.fill(T::ZERO);
        for i in 0..n {
            let (x, out) = (&x[row(i)], &mut out[row(i)]);
            for (((y, &v), sum), &largest) in out.iter_mut().zip(x).zip(sums.iter_mut()).zip(largest.iter()) {
                *y = math::exp(v - largest);
                *sum = *sum + *y;
            }
        }
        for (sum, &largest) in sums.iter_mut().zip(largest.iter()) {
            *sum = if form == Form::Share {
                T::ONE / *sum
            } else {
                largest + math::log(*sum)
            };
        }
        for i in 0..n {
            let (x, out) = (&x[row(i)], &mut out[row(i)]);
            match form {
                Form::Share => out
                    .iter_mut()
                    .zip(sums.iter())
                    .for_each(|(y, &share)| *y = *y * share),
                Form::Log => out
                    .iter_mut()
                    .zip(x)
                    .zip(sums.iter())
                    .for_each(|((y, &v), &lower)| *y = v - lower),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::Tensor;

    /// Down the columns of `[outer, n, inner]`, one by one, in double precision.
    fn twin(x: &[f32], n: usize, inner: usize, log: bool) -> Vec<f64> {
        let mut out = vec![0.0; x.len()];
        for start in (0..x.len()).step_by(n * inner) {
            for column in start..start + inner {
                let places = || (0..n).map(|row| column + row * inner);
                let largest = places().map(|p| f64::from(x[p])).fold(f64::MIN, f64::max);
                let sum: f64 = places().map(|p| (f64::from(x[p]) - largest).exp()).sum();
                for p in places() {
                    let lowered = f64::from(x[p]) - largest - sum.ln();
                    out[p] = if log { lowered } else { lowered.exp() };
                }
            }
        }
        out
    }

    fn numbers(len: usize) -> Vec<f32> {
        (0..len)
            .map(|i| ((i * 7919) % 2003) as f32 / 200.0 - 5.0)
            .collect()
    }

    #[test]
    fn every_length_and_axis_agrees_with_the_twin() {
        let rows = (1..=70).chain([100, 511, 513, 3000]).map(|n| [5, n, 1]);
        // Narrow and wide, few rows and several pieces of them, a last piece that is not whole.
        let columns = [
            [1, 9, 100],
            [2, 700, 33],
            [1, 1001, 100],
            [1, 5000, 7],
            [3, 400, 64],
            [2, 30, 1000],
            [900, 10, 10],
        ];
        for [outer, n, inner] in rows.chain(columns) {
            let values = numbers(outer * n * inner);
            let x = Tensor::from_vec(values.clone(), [outer, n, inner]).unwrap();
            for log in [false, true] {
                let y = if log { x.log_softmax(1) } else { x.softmax(1) };
                let pairs = y
                    .unwrap()
                    .to_vec::<f32>()
                    .unwrap()
                    .into_iter()
                    .zip(twin(&values, n, inner, log));
                for (got, expected) in pairs {
                    let error = (f64::from(got) - expected).abs();
                    // The logarithm of a sum near 1 keeps the sum's rounding, whatever is left of it: two of its ulps.
                    let least = if log { 2.4e-7 } else { 2e-9 };
                    assert!(
                        error <= (2e-6 * expected.abs()).max(least),
                        "[{outer}, {n}, {inner}]: {got} {expected}"
                    );
                }
            }
        }
    }

    #[test]
    fn the_number_of_threads_does_not_change_a_bit() {
        let x = Tensor::from_vec(numbers(400_000), [4000, 100]).unwrap();
        let compute = |threads: usize| {
            let pool = rayon::ThreadPoolBuilder::new()
                .num_threads(threads)
                .build()
                .unwrap();
            pool.install(|| [0, 1].map(|axis| x.softmax(axis).unwrap().to_vec::<f32>().unwrap()))
        };
        assert_eq!(compute(1), compute(3));
    }
}

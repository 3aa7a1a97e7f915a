//! Exponentials that sum to 1, along one axis, and the logarithms of their sums.

use rayon::prelude::*;

use super::{
    fold::{Again, Fold, Value, fold, long_run},
    math::{self, Real},
    parallel::{self, PIECE},
    simd::{Loop, vectorize},
};
use crate::tensor::{Array, scratch};

/// What an exponential is worth, in additions.
const COST: usize = 8;
/// Partial results that a row keeps side by side.
const LANES: usize = 32;
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
pub(crate) trait Number: Real + Value {}
impl<T: Real + Value> Number for T {}

#[inline(always)]
fn larger<T: Real>(a: T, b: T) -> T {
    // NaN wins.
    #[allow(clippy::eq_op)]
    if b > a || b != b { b } else { a }
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
            vectorize(Rows {
                x: &values[row * n..][..out.len()],
                n,
                form,
                out,
            });
        });
    } else {
        let whole = values
            .par_chunks_exact(n * inner)
            .zip(out.par_chunks_exact_mut(n * inner));
        if parallel::worth_threads(values.len(), COST) && values.len() / (n * inner) > 1 {
            whole.for_each(|(x, out)| blocks(x, n, inner, form, out));
        } else {
            let whole = values
                .chunks_exact(n * inner)
                .zip(out.chunks_exact_mut(n * inner));
            whole.for_each(|(x, out)| blocks(x, n, inner, form, out));
        }
    }
    Array::dense(out, shape.clone())
}

/// `log Σ exp(x)` along the last axis of `[rows, n]`.
pub(crate) fn log_sum_exp_rows<T: Number>(values: &[T], n: usize, out: &mut [T]) {
    parallel::fill_folds(out, n * COST, |start, out| {
        vectorize(LogSums {
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

#[derive(Clone, Copy)]
struct Largest;
#[derive(Clone, Copy)]
struct Sum;
/// `Σ exp(x - shift)`.
#[derive(Clone, Copy)]
struct ExpSum<T>(T);

impl<T: Number> Fold<T, T> for Largest {
    type Rest = Self;

    #[inline(always)]
    fn rest(self) -> Self {
        self
    }

    #[inline(always)]
    fn start(self) -> T {
        -T::INFINITY
    }

    #[inline(always)]
    fn lift(self, x: T) -> T {
        x
    }

    #[inline(always)]
    fn join(self, a: T, b: T) -> T {
        larger(a, b)
    }
}

impl<T: Number> Fold<T, T> for Sum {
    type Rest = Self;

    #[inline(always)]
    fn rest(self) -> Self {
        self
    }

    #[inline(always)]
    fn start(self) -> T {
        T::ZERO
    }

    #[inline(always)]
    fn lift(self, x: T) -> T {
        x
    }

    #[inline(always)]
    fn join(self, a: T, b: T) -> T {
        a + b
    }
}

impl<T: Number> Fold<T, T> for ExpSum<T> {
    type Rest = Again<Self, T>;

    #[inline(always)]
    fn rest(self) -> Self::Rest {
        Again::of(self)
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

#[inline(always)]
fn row_max<T: Number>(x: &[T]) -> T {
    let mut lanes = [-T::INFINITY; LANES];
    let (chunks, rest) = x.as_chunks::<LANES>();
    for chunk in chunks {
        for (lane, &v) in lanes.iter_mut().zip(chunk) {
            *lane = larger(*lane, v);
        }
    }
    rest.iter()
        .chain(&lanes)
        .fold(-T::INFINITY, |best, &v| larger(best, v))
}

#[inline(always)]
fn row_sum<T: Number>(x: &[T], f: impl Fn(T) -> T) -> T {
    let mut lanes = [T::ZERO; LANES];
    let (chunks, rest) = x.as_chunks::<LANES>();
    for chunk in chunks {
        for (lane, &v) in lanes.iter_mut().zip(chunk) {
            *lane = *lane + f(v);
        }
    }
    for (lane, &v) in lanes.iter_mut().zip(rest) {
        *lane = *lane + f(v);
    }
    let mut width = LANES;
    while width > 1 {
        width /= 2;
        for lane in 0..width {
            lanes[lane] = lanes[lane] + lanes[lane + width];
        }
    }
    lanes[0]
}

struct Rows<'a, T> {
    x: &'a [T],
    n: usize,
    form: Form,
    out: &'a mut [T],
}

impl<T: Number> Loop for Rows<'_, T> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        for (x, out) in self.x.chunks_exact(self.n).zip(self.out.chunks_exact_mut(self.n)) {
            let largest = row_max(x);
            for (y, &v) in out.iter_mut().zip(x) {
                *y = math::exp(v - largest);
            }
            let sum = row_sum(
                out,
                #[inline(always)]
                |v| v,
            );
            match self.form {
                Form::Share => {
                    let share = T::ONE / sum;
                    out.iter_mut().for_each(|y| *y = *y * share);
                }
                Form::Log => {
                    let lower = largest + math::log(sum);
                    out.iter_mut().zip(x).for_each(|(y, &v)| *y = v - lower);
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

impl<T: Number> Loop for LogSums<'_, T> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        for (x, out) in self.x.chunks_exact(self.n).zip(self.out) {
            let largest = row_max(x);
            let lower = shift(largest);
            *out = log_of(
                largest,
                row_sum(
                    x,
                    #[inline(always)]
                    |v| math::exp(v - lower),
                ),
            );
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

//! The reductions: what is folded, for which element types.

use num_traits::{WrappingAdd, WrappingMul};
use pulp::{Simd, WithSimd};

use super::{
    fold::{Fold, Folded, Known, Value, fold, long_run, row_of, rows_together, worth_threads},
    parallel::{self, PIECE},
    simd::{arch, vectorize},
};
use crate::{DType, Error, Result, dtype::Element, tensor::Array, tensor::scratch};

/// Arithmetic that wraps around for integers.
pub(crate) trait Number: Value + Folded + PartialOrd {
    const EMPTY_SUM: Self;
    const EMPTY_PRODUCT: Self;
    const LOWEST: Self;
    const HIGHEST: Self;
    fn plus(self, other: Self) -> Self;
    fn times(self, other: Self) -> Self;
    fn is_nan(self) -> bool;
}

macro_rules! numbers {
    ($($type:ty: $low:expr, $high:expr, $nan:expr, $plus:expr, $times:expr;)*) => { $(
        impl Number for $type {
            const EMPTY_SUM: Self = 0 as Self;
            const EMPTY_PRODUCT: Self = 1 as Self;
            const LOWEST: Self = $low;
            const HIGHEST: Self = $high;

            #[inline(always)]
            fn plus(self, other: Self) -> Self {
                $plus(self, other)
            }

            #[inline(always)]
            fn times(self, other: Self) -> Self {
                $times(self, other)
            }

            #[inline(always)]
            fn is_nan(self) -> bool {
                $nan(self)
            }
        }
    )* };
}
numbers! {
    f32: f32::NEG_INFINITY, f32::INFINITY, f32::is_nan, |a, b| a + b, |a, b| a * b;
    f64: f64::NEG_INFINITY, f64::INFINITY, f64::is_nan, |a, b| a + b, |a, b| a * b;
    i32: i32::MIN, i32::MAX, |_| false, |a: i32, b| a.wrapping_add(b), |a: i32, b| a.wrapping_mul(b);
    i64: i64::MIN, i64::MAX, |_| false, |a: i64, b| a.wrapping_add(b), |a: i64, b| a.wrapping_mul(b);
    u8: u8::MIN, u8::MAX, |_| false, |a: u8, b| WrappingAdd::wrapping_add(&a, &b), |a: u8, b| WrappingMul::wrapping_mul(&a, &b);
}

/// A fold of elements into one of the same or another type, and how what it has folded is folded on.
macro_rules! fold_of {
    (
        $name:ident [$($t:ident: $bound:path)?] $input:ty => $output:ty: $start:expr,
        |$x:ident| $lift:expr, |$a:ident, $b:ident| $join:expr, rest $rest:ident $(, vectors $known:expr)?
    ) => {
        #[derive(Clone, Copy)]
        pub(super) struct $name;

        impl<$($t: $bound)?> Fold<$input, $output> for $name {
            type Rest = $rest;

            #[inline(always)]
            fn rest(self) -> $rest {
                $rest
            }

            #[inline(always)]
            fn start(self) -> $output {
                $start
            }

            #[inline(always)]
            fn lift(self, $x: $input) -> $output {
                $lift
            }

            #[inline(always)]
            #[allow(clippy::if_same_then_else)]
            fn join(self, $a: $output, $b: $output) -> $output {
                $join
            }

            $(
                #[inline(always)]
                fn by_vectors<S: Simd>(self, simd: S, values: &[$input]) -> Option<$output> {
                    Folded::fold(simd, $known, values)
                }
            )?
        }
    };
}
fold_of!(Sum [T: Number] T => T: T::EMPTY_SUM, |x| x, |a, b| a.plus(b), rest Sum, vectors Known::Sum);
fold_of!(Product [T: Number] T => T: T::EMPTY_PRODUCT, |x| x, |a, b| a.times(b), rest Product);
// NaN wins, wherever it stands. The inner comparison is the processor's own maximum, which takes the second of two
// operands that cannot be compared.
fold_of!(Largest [T: Number] T => T: T::LOWEST, |x| x, |a, b| if a.is_nan() { a } else if a > b { a } else { b }, rest Largest, vectors Known::Largest);
fold_of!(Smallest [T: Number] T => T: T::HIGHEST, |x| x, |a, b| if a.is_nan() { a } else if a < b { a } else { b }, rest Smallest, vectors Known::Smallest);
fold_of!(SumOfSquares [T: Number] T => T: T::EMPTY_SUM, |x| x.times(x), |a, b| a.plus(b), rest Sum, vectors Known::SumOfSquares);
fold_of!(Nonzero [T: Number] T => i64: 0, |x| i64::from(x != T::EMPTY_SUM), |a, b| a + b, rest Sum);
fold_of!(Any [] bool => bool: false, |x| x, |a, b| a | b, rest Any);
fold_of!(All [] bool => bool: true, |x| x, |a, b| a & b, rest All);
fold_of!(CountTrue [] bool => i64: 0, |x| i64::from(x), |a, b| a + b, rest Sum);

/// `Σ (x - mean)²`.
#[derive(Clone, Copy)]
struct Deviations<T>(T);

impl<T: Number + std::ops::Sub<Output = T>> Fold<T, T> for Deviations<T> {
    type Rest = Sum;

    #[inline(always)]
    fn rest(self) -> Sum {
        Sum
    }

    #[inline(always)]
    fn start(self) -> T {
        T::EMPTY_SUM
    }

    #[inline(always)]
    fn lift(self, x: T) -> T {
        let away = x - self.0;
        away.times(away)
    }

    #[inline(always)]
    fn join(self, a: T, b: T) -> T {
        a.plus(b)
    }

    #[inline(always)]
    fn by_vectors<S: Simd>(self, simd: S, values: &[T]) -> Option<T> {
        T::fold(simd, Known::Deviations(self.0), values)
    }
}

fn refuse(op: &'static str, dtype: DType, needed: &'static str) -> Error {
    Error::DType {
        op,
        found: dtype.name(),
        needed,
    }
}

/// Calls `$body` with `$T` as the Rust type of a numeric array.
macro_rules! for_number {
    ($op:expr, $x:expr, $T:ident => $body:expr) => {
        match $x.dtype() {
            DType::F32 => {
                type $T = f32;
                $body
            }
            DType::F64 => {
                type $T = f64;
                $body
            }
            DType::I32 => {
                type $T = i32;
                $body
            }
            DType::I64 => {
                type $T = i64;
                $body
            }
            DType::U8 => {
                type $T = u8;
                $body
            }
            other => return Err(refuse($op, other, "f32, f64 or an integer type")),
        }
    };
}

/// Sums over `axes`, ascending, which stay with length 1.
pub(crate) fn sum(op: &'static str, x: &Array, axes: &[usize]) -> Result<Array> {
    Ok(for_number!(op, x, T => fold::<T, T, _>(x, axes, Sum)))
}

/// Products over `axes`.
pub(crate) fn product(x: &Array, axes: &[usize]) -> Result<Array> {
    Ok(for_number!("prod", x, T => fold::<T, T, _>(x, axes, Product)))
}

/// Largest elements over `axes`; NaN if there is one.
///
/// # Errors
/// [`Error::Empty`] if an axis without elements is folded and something is asked of it.
pub(crate) fn max(op: &'static str, x: &Array, axes: &[usize]) -> Result<Array> {
    not_empty(op, x, axes)?;
    Ok(for_number!(op, x, T => fold::<T, T, _>(x, axes, Largest)))
}

/// Smallest elements over `axes`; NaN if there is one.
///
/// # Errors
/// As [`max`].
pub(crate) fn min(op: &'static str, x: &Array, axes: &[usize]) -> Result<Array> {
    not_empty(op, x, axes)?;
    Ok(for_number!(op, x, T => fold::<T, T, _>(x, axes, Smallest)))
}

fn not_empty(op: &'static str, x: &Array, axes: &[usize]) -> Result<()> {
    if x.is_empty() && !x.shape().reduced(axes, true).is_empty() {
        return Err(Error::Empty {
            op,
            what: format!("a tensor of shape {}", x.shape()),
            least: "1 element",
        });
    }
    Ok(())
}

/// Sums of squares over `axes`.
pub(crate) fn sum_of_squares(op: &'static str, x: &Array, axes: &[usize]) -> Result<Array> {
    Ok(for_number!(op, x, T => fold::<T, T, _>(x, axes, SumOfSquares)))
}

/// Numbers of elements that are not 0, or true.
pub(crate) fn count_nonzero(x: &Array, axes: &[usize]) -> Result<Array> {
    if x.dtype() == DType::Bool {
        return Ok(fold::<bool, i64, _>(x, axes, CountTrue));
    }
    Ok(for_number!("count_nonzero", x, T => fold::<T, i64, _>(x, axes, Nonzero)))
}

/// Whether any element over `axes` is true.
pub(crate) fn any(x: &Array, axes: &[usize]) -> Array {
    fold::<bool, bool, _>(x, axes, Any)
}

/// Whether all elements over `axes` are true.
pub(crate) fn all(x: &Array, axes: &[usize]) -> Array {
    fold::<bool, bool, _>(x, axes, All)
}

/// Means over `axes`: NaN of no elements.
pub(crate) fn mean(op: &'static str, x: &Array, axes: &[usize]) -> Result<Array> {
    let count = count(x, axes) as f64;
    Ok(match x.dtype() {
        DType::F32 => scaled::<f32>(fold::<f32, f32, _>(x, axes, Sum), |sum| sum / count as f32),
        DType::F64 => scaled::<f64>(fold::<f64, f64, _>(x, axes, Sum), |sum| sum / count),
        other => return Err(refuse(op, other, "f32 or f64")),
    })
}

/// Elements that are folded into one.
fn count(x: &Array, axes: &[usize]) -> usize {
    axes.iter().map(|&axis| x.shape()[axis]).product()
}

fn scaled<T: Value>(mut array: Array, f: impl Fn(T) -> T) -> Array {
    match array.unique_slice_mut::<T>() {
        Some(values) => {
            values.iter_mut().for_each(|value| *value = f(*value));
            array
        }
        None => {
            let values = array.elements::<T>().iter().map(|&value| f(value)).collect();
            Array::dense(values, array.shape().clone())
        }
    }
}

/// Means and variances over `axes`; the sum of squared deviations is divided by the count less `ddof`.
pub(crate) fn moments(op: &'static str, x: &Array, axes: &[usize], ddof: f64) -> Result<[Array; 2]> {
    Ok(match x.dtype() {
        DType::F32 => moments_as::<f32>(x, axes, ddof),
        DType::F64 => moments_as::<f64>(x, axes, ddof),
        other => return Err(refuse(op, other, "f32 or f64")),
    })
}

/// The arithmetic of [`moments`] beyond [`Number`].
trait Divided: Number + Element + std::ops::Sub<Output = Self> + std::ops::Div<Output = Self> {
    fn of(value: f64) -> Self;
}
impl Divided for f32 {
    fn of(value: f64) -> Self {
        value as Self
    }
}
impl Divided for f64 {
    fn of(value: f64) -> Self {
        value
    }
}

fn moments_as<T: Divided>(x: &Array, axes: &[usize], ddof: f64) -> [Array; 2] {
    let n = count(x, axes);
    let (size, left) = (T::of(n as f64), T::of((n as f64 - ddof).max(0.0)));
    let rank = x.shape().rank();
    let trailing = axes
        .iter()
        .rev()
        .zip((0..rank).rev())
        .all(|(&axis, expected)| axis == expected);
    if let (true, Some(values), true) = (trailing && !axes.is_empty(), x.as_slice::<T>(), n > 0) {
        return moments_of_rows(values, n, x, axes, size, left);
    }
    let mean = scaled::<T>(fold::<T, T, _>(x, axes, Sum), |sum| sum / size);
    let away = deviations::<T>(x, &mean);
    let variance = scaled::<T>(fold::<T, T, _>(&away, axes, SumOfSquares), |sum| sum / left);
    [mean, variance]
}

/// Both passes over a row while it is in the cache.
fn moments_of_rows<T: Divided>(
    values: &[T],
    n: usize,
    x: &Array,
    axes: &[usize],
    size: T,
    left: T,
) -> [Array; 2] {
    let shape = x.shape().reduced(axes, true);
    let [mut means, mut variances] = [0, 1].map(|_| scratch::<T>(shape.len()));
    if n > PIECE {
        for ((mean, variance), row) in means.iter_mut().zip(&mut variances).zip(values.chunks_exact(n)) {
            *mean = long_run(row, Sum) / size;
            *variance = long_run(row, Deviations(*mean)) / left;
        }
    } else {
        let rows = rows_together(n, shape.len());
        let pieces = means.chunks_mut(rows).zip(variances.chunks_mut(rows));
        parallel::spread(
            worth_threads(4 * values.len()),
            pieces,
            |piece, (means, variances)| {
                arch().dispatch(MomentsOfRows {
                    values: &values[piece * rows * n..],
                    n,
                    size,
                    left,
                    means,
                    variances,
                });
            },
        );
    }
    [means, variances].map(|values| Array::dense(values, shape.clone()))
}

struct MomentsOfRows<'a, T> {
    values: &'a [T],
    n: usize,
    size: T,
    left: T,
    means: &'a mut [T],
    variances: &'a mut [T],
}

impl<T: Divided> WithSimd for MomentsOfRows<'_, T> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let moments = self.means.iter_mut().zip(self.variances);
        for ((mean, variance), row) in moments.zip(self.values.chunks_exact(self.n)) {
            *mean = row_of(simd, row, Sum) / self.size;
            *variance = row_of(simd, row, Deviations(*mean)) / self.left;
        }
    }
}

/// `x - mean`, stretched.
fn deviations<T: Divided>(x: &Array, mean: &Array) -> Array {
    use super::elementwise::{Operand, Zip, binary};
    #[inline(always)]
    fn less<T: Divided>(&x: &T, &mean: &T) -> T {
        x - mean
    }
    fn block<T: Divided>(operands: [Operand<'_, T>; 2], out: &mut [T]) {
        vectorize(Zip {
            f: less::<T>,
            operands,
            out,
        });
    }
    binary("moments", x, mean, 1, &block::<T>).expect("the mean has the axes of x, some with length 1")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Shape, shape::Strides};

    /// Every element on its own, by its index.
    fn one_by_one(x: &Array, axes: &[usize], start: i64, join: impl Fn(i64, i64) -> i64) -> Vec<i64> {
        let target = x.shape().reduced(axes, true);
        let mut expected = vec![start; target.len()];
        for (flat, &value) in x.elements::<i64>().iter().enumerate() {
            let mut rest = flat;
            let mut position = 0;
            let mut step = 1;
            for axis in (0..x.shape().rank()).rev() {
                let i = rest % x.shape()[axis];
                rest /= x.shape()[axis];
                position += if axes.contains(&axis) { 0 } else { i * step };
                step *= target[axis];
            }
            expected[position] = join(expected[position], value);
        }
        expected
    }

    #[test]
    fn rows_of_every_length_agree_with_folding_one_by_one() {
        for n in (1..=140).chain(505..=520) {
            let values: Vec<i64> = (0..3 * n as i64).map(|v| (v * v + 7 * v) % 97 - 60).collect();
            let x = Array::new(values.clone(), [3, n]).unwrap();
            let folded = |f: fn(std::slice::Iter<'_, i64>) -> i64| -> Vec<i64> {
                values.chunks(n).map(|row| f(row.iter())).collect()
            };
            assert_eq!(
                *sum("sum", &x, &[1]).unwrap().elements::<i64>(),
                folded(|row| row.sum()),
                "{n}"
            );
            let largest = folded(|row| row.copied().fold(i64::MIN, i64::max));
            assert_eq!(*max("max", &x, &[1]).unwrap().elements::<i64>(), largest, "{n}");
        }
    }

    #[test]
    fn nan_is_the_largest_and_the_smallest_wherever_it_stands() {
        for n in [1, 15, 16, 17, 100, 600] {
            for place in 0..n {
                let mut values: Vec<f32> = (0..n).map(|v| (v % 7) as f32).collect();
                values[place] = f32::NAN;
                let x = Array::new(values, [1, n]).unwrap();
                for found in [max("max", &x, &[1]), min("min", &x, &[1])] {
                    assert!(found.unwrap().first::<f32>().is_nan(), "{place} of {n}");
                }
            }
        }
    }

    #[test]
    fn every_combination_of_axes_agrees_with_folding_one_by_one() {
        let shapes: [[usize; 4]; 4] = [[3, 5, 7, 2], [2, 300, 3, 1], [1, 4, 2, 40_000], [70, 1, 2, 150]];
        for shape in shapes {
            let len: usize = shape.iter().product();
            let values: Vec<i64> = (0..len as i64).map(|v| (v * v + 7 * v) % 97 - 40).collect();
            let x = Array::new(values, shape).unwrap();
            for mask in 1usize..16 {
                let axes: Vec<usize> = (0..4).filter(|axis| mask >> axis & 1 == 1).collect();
                let got = sum("sum", &x, &axes).unwrap();
                assert_eq!(
                    got.elements::<i64>(),
                    one_by_one(&x, &axes, 0, |a, b| a + b),
                    "{shape:?} {axes:?}"
                );
                let got = max("max", &x, &axes).unwrap();
                assert_eq!(
                    got.elements::<i64>(),
                    one_by_one(&x, &axes, i64::MIN, i64::max),
                    "{shape:?} {axes:?}"
                );
            }
        }
    }

    #[test]
    fn transposed_memory_is_folded_where_it_lies() {
        let base = Array::new((0..2 * 3 * 70).collect::<Vec<i64>>(), [2, 3, 70]).unwrap();
        let turned = base.view(Shape::from([70, 2, 3]), Strides::from_slice(&[1, 210, 70]), 0);
        for axes in [vec![0], vec![1], vec![2], vec![0, 2], vec![0, 1, 2]] {
            let got = sum("sum", &turned, &axes).unwrap();
            assert_eq!(
                got.elements::<i64>(),
                one_by_one(&turned, &axes, 0, |a, b| a + b),
                "{axes:?}"
            );
        }
    }
}

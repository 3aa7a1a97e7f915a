//! Dot products and sums of vectors, at the width of the processor at hand.
//!
//! Sums run in [`LANES`] parts side by side, added up at the end: the same bits on every processor that has no
//! fused multiplication, whatever the width of its instructions.

use std::{marker::PhantomData, sync::LazyLock};

use ml_core::Float;
use pulp::{Arch, Simd, WithSimd};

/// Partial sums: four to eight of the widest vectors, enough to hide the latency of an addition.
const LANES: usize = 32;

/// Asked for once: the answer is a dozen questions to the processor.
static ARCH: LazyLock<Arch> = LazyLock::new(Arch::new);

/// A loop that the compiler turns into vector instructions; `run` and all it calls are `#[inline(always)]`, because
/// what is not inlined is compiled for the baseline processor.
pub(crate) trait Loop {
    type Output;

    fn run(self) -> Self::Output;
}

struct Wide<L>(L);

impl<L: Loop> WithSimd for Wide<L> {
    type Output = L::Output;

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) -> L::Output {
        self.0.run()
    }
}

/// Runs a loop compiled for AVX-512, AVX2, or what else there is.
#[inline]
pub(crate) fn vectorize<L: Loop>(body: L) -> L::Output {
    ARCH.dispatch(Wide(body))
}

/// What a row is stored as; numbers that are whole and below 256 take a byte.
pub(crate) trait Cell<F>: Copy {
    fn value(self) -> F;
}

impl<F: Float> Cell<F> for F {
    #[inline(always)]
    fn value(self) -> F {
        self
    }
}

/// A whole number from 0 to 255.
#[derive(Debug, Clone, Copy)]
#[repr(transparent)]
pub(crate) struct Byte(pub(crate) u8);

impl<F: Float> Cell<F> for Byte {
    #[inline(always)]
    fn value(self) -> F {
        F::of(f64::from(self.0))
    }
}

/// The value of a cell.
#[inline(always)]
pub(crate) fn number<X: Cell<F>, F: Float>(cell: X) -> F {
    cell.value()
}

/// Elements of a vector of the widest instructions.
const WIDTH: usize = 8;

/// The partial sums of [`LANES`], by vectors: arrays of their own, passed by value, stay in registers.
struct Lanes<F>([F; WIDTH], [F; WIDTH], [F; WIDTH], [F; WIDTH]);

impl<F: Float> Lanes<F> {
    #[inline(always)]
    fn zero() -> Self {
        let zero = [F::zero(); WIDTH];
        Self(zero, zero, zero, zero)
    }

    /// `sums += x·w`.
    #[inline(always)]
    fn add_products<X: Cell<F>>(&mut self, x: &[X; LANES], w: &[F; LANES]) {
        let (x, w) = (x.as_chunks::<WIDTH>().0, w.as_chunks::<WIDTH>().0);
        self.0 = plus_products(self.0, &x[0], &w[0]);
        self.1 = plus_products(self.1, &x[1], &w[1]);
        self.2 = plus_products(self.2, &x[2], &w[2]);
        self.3 = plus_products(self.3, &x[3], &w[3]);
    }

    #[inline(always)]
    fn sums(self) -> [F; LANES] {
        let mut sums = [F::zero(); LANES];
        let parts = [self.0, self.1, self.2, self.3];
        sums.as_chunks_mut::<WIDTH>().0.copy_from_slice(&parts);
        sums
    }
}

#[inline(always)]
fn plus_products<X: Cell<F>, F: Float>(sums: [F; WIDTH], x: &[X; WIDTH], w: &[F; WIDTH]) -> [F; WIDTH] {
    std::array::from_fn(|lane| sums[lane] + x[lane].value() * w[lane])
}

struct Dot<'a, X, F> {
    x: &'a [X],
    w: &'a [F],
}

impl<X: Cell<F>, F: Float> Loop for Dot<'_, X, F> {
    type Output = f64;

    #[inline(always)]
    fn run(self) -> f64 {
        let (x, x_rest) = self.x.as_chunks::<LANES>();
        let (w, w_rest) = self.w.as_chunks::<LANES>();
        let mut lanes = Lanes::zero();
        for (x, w) in x.iter().zip(w) {
            lanes.add_products(x, w);
        }
        let mut sums = lanes.sums();
        for (lane, (x, w)) in x_rest.iter().zip(w_rest).enumerate() {
            sums[lane] += x.value() * *w;
        }
        total(&sums)
    }
}

/// The lanes added up in double precision.
///
/// Never inlined: the order of these additions would lead the compiler to pair lanes in the loop before.
#[inline(never)]
fn total<F: Float>(sums: &[F; LANES]) -> f64 {
    let mut parts = [0.0; WIDTH];
    for chunk in sums.as_chunks::<WIDTH>().0 {
        for (part, sum) in parts.iter_mut().zip(chunk) {
            *part += sum.as_f64();
        }
    }
    (parts[0] + parts[4]) + (parts[1] + parts[5]) + ((parts[2] + parts[6]) + (parts[3] + parts[7]))
}

struct Plain<'a, F> {
    values: &'a [Byte],
    out: &'a mut [F],
}

impl<F: Float> Loop for Plain<'_, F> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        for (number, value) in self.out.iter_mut().zip(self.values) {
            *number = value.value();
        }
    }
}

/// The bytes as numbers.
pub(crate) fn plain<F: Float>(values: &[Byte]) -> Vec<F> {
    let mut out = vec![F::zero(); values.len()];
    vectorize(Plain {
        values,
        out: &mut out,
    });
    out
}

/// `Σ x·w`.
#[inline]
pub(crate) fn dot<X: Cell<F>, F: Float>(x: &[X], w: &[F]) -> f64 {
    vectorize(Dot { x, w })
}

struct Add<'a, X, F> {
    factor: F,
    x: &'a [X],
    w: &'a mut [F],
}

impl<X: Cell<F>, F: Float> Loop for Add<'_, X, F> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        for (w, x) in self.w.iter_mut().zip(self.x) {
            *w += self.factor * x.value();
        }
    }
}

/// `w += factor·x`.
#[inline]
pub(crate) fn add<X: Cell<F>, F: Float>(factor: F, x: &[X], w: &mut [F]) {
    vectorize(Add { factor, x, w });
}

struct AddWide<'a, X, F> {
    factor: f64,
    x: &'a [X],
    sums: &'a mut [f64],
    number: PhantomData<F>,
}

impl<X: Cell<F>, F: Float> Loop for AddWide<'_, X, F> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        for (sum, x) in self.sums.iter_mut().zip(self.x) {
            *sum += self.factor * x.value().as_f64();
        }
    }
}

/// `sums += factor·x` in double precision.
#[inline]
pub(crate) fn add_wide<X: Cell<F>, F: Float>(factor: f64, x: &[X], sums: &mut [f64]) {
    vectorize(AddWide {
        factor,
        x,
        sums,
        number: PhantomData,
    });
}

struct Centred<'a, X, F> {
    x: &'a [X],
    means: &'a [f64],
    factor: f64,
    out: &'a mut [f64],
    number: PhantomData<F>,
}

impl<X: Cell<F>, F: Float> Loop for Centred<'_, X, F> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        for ((out, x), mean) in self.out.iter_mut().zip(self.x).zip(self.means) {
            *out = (x.value().as_f64() - mean) * self.factor;
        }
    }
}

/// `out = (x - means)·factor` in double precision.
#[inline]
pub(crate) fn centred<X: Cell<F>, F: Float>(x: &[X], means: &[f64], factor: f64, out: &mut [f64]) {
    vectorize(Centred {
        x,
        means,
        factor,
        out,
        number: PhantomData,
    });
}

struct AddAndMeasure<'a, X, F> {
    factor: F,
    x: &'a [X],
    w: &'a mut [F],
}

impl<X: Cell<F>, F: Float> Loop for AddAndMeasure<'_, X, F> {
    type Output = [f64; 2];

    #[inline(always)]
    fn run(self) -> [f64; 2] {
        let (x, x_rest) = self.x.as_chunks::<LANES>();
        let (w, w_rest) = self.w.as_chunks_mut::<LANES>();
        let mut squares = [F::zero(); LANES];
        let mut sizes = [F::zero(); LANES];
        for (x, w) in x.iter().zip(w) {
            for lane in 0..LANES {
                let value = w[lane] + self.factor * x[lane].value();
                w[lane] = value;
                squares[lane] += value * value;
                sizes[lane] += value.abs();
            }
        }
        for (lane, (x, w)) in x_rest.iter().zip(w_rest).enumerate() {
            *w += self.factor * x.value();
            squares[lane] += *w * *w;
            sizes[lane] += w.abs();
        }
        [total(&squares), total(&sizes)]
    }
}

/// `w += factor·x`; then `Σ w²` and `Σ |w|`.
#[inline]
pub(crate) fn add_and_measure<X: Cell<F>, F: Float>(factor: F, x: &[X], w: &mut [F]) -> [f64; 2] {
    vectorize(AddAndMeasure { factor, x, w })
}

/// Takes from `scale·weight` what it still owes of a penalty of `due` since the start, never past 0, and adds it to what
/// has been paid.
#[inline(always)]
pub(crate) fn pay<F: Float>(weight: &mut F, paid: &mut F, due: f64, scale: f64) {
    let before = weight.as_f64();
    let owed = (due + before.signum() * paid.as_f64()) / scale;
    let after = before.signum() * (before.abs() - owed).max(0.0);
    // A weight of 0 has nothing to give, whatever was paid too much.
    let after = if before == 0.0 { before } else { after };
    *weight = F::of(after);
    *paid += F::of(scale * (after - before));
}

struct PayAll<'a, F> {
    weights: &'a mut [F],
    paid: &'a mut [F],
    due: f64,
    scale: f64,
}

impl<F: Float> Loop for PayAll<'_, F> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        for (weight, paid) in self.weights.iter_mut().zip(self.paid) {
            pay(weight, paid, self.due, self.scale);
        }
    }
}

/// [`pay`] for all weights.
#[inline]
pub(crate) fn pay_all<F: Float>(weights: &mut [F], paid: &mut [F], due: f64, scale: f64) {
    vectorize(PayAll {
        weights,
        paid,
        due,
        scale,
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_of_any_length_are_right() {
        for n in [0, 1, 7, 31, 32, 33, 100, 256, 300, 784] {
            let x: Vec<f64> = (0..n).map(|i| (i % 13) as f64).collect();
            let bytes: Vec<Byte> = x.iter().map(|&v| Byte(v as u8)).collect();
            let w: Vec<f64> = (0..n).map(|i| (i % 7) as f64 - 3.0).collect();
            // All numbers are whole, so every order of adding gives the same.
            let expected: f64 = x.iter().zip(&w).map(|(x, w)| x * w).sum();
            assert_eq!((dot(&x, &w), dot(&bytes, &w)), (expected, expected), "{n}");
            let (mut one, mut two) = (w.clone(), w.clone());
            add(2.0, &x, &mut one);
            let [squares, sizes] = add_and_measure(2.0, &bytes, &mut two);
            assert_eq!(one, two, "{n}");
            assert_eq!(squares, one.iter().map(|v| v * v).sum::<f64>(), "{n}");
            assert_eq!(sizes, one.iter().map(|v| v.abs()).sum::<f64>(), "{n}");
        }
    }
}

//! Transforms of many rows: axes brought to the end and back, plans kept, rows spread over threads.

use std::sync::{Arc, Mutex, PoisonError};

use rustfft::{Fft, FftDirection, FftNum, FftPlanner, num_complex::Complex};
use smallvec::SmallVec;

use crate::{
    Shape,
    dtype::Element,
    kernels::parallel,
    shape::Strides,
    tensor::{Array, scratch},
};

/// Floating-point numbers that are transformed.
pub(super) trait Real: Element + FftNum {
    /// The plans made so far.
    fn plans() -> &'static Mutex<Plans<Self>>;
}

macro_rules! real {
    ($($type:ty),*) => { $(
        impl Real for $type {
            fn plans() -> &'static Mutex<Plans<Self>> {
                static PLANS: Mutex<Plans<$type>> = Mutex::new(Plans(None, 0));
                &PLANS
            }
        }
    )* };
}
real!(f32, f64);

/// A planner, which remembers what it made, and how often it was asked.
pub(super) struct Plans<T: FftNum>(Option<FftPlanner<T>>, usize);

/// After so many plans the planner is made anew, so that its memory does not grow with every length ever seen.
const MOST_PLANS: usize = 256;

fn plan<T: Real>(length: usize, direction: FftDirection) -> Arc<dyn Fft<T>> {
    let mut plans = T::plans().lock().unwrap_or_else(PoisonError::into_inner);
    plans.1 += 1;
    if plans.1 > MOST_PLANS {
        *plans = Plans(None, 1);
    }
    plans
        .0
        .get_or_insert_with(FftPlanner::new)
        .plan_fft(length, direction)
}

/// The array with axis `from` moved to position `to`: a view.
fn moved(array: &Array, from: usize, to: usize) -> Array {
    let mut order: SmallVec<[usize; 4]> = (0..array.shape().rank()).collect();
    let axis = order.remove(from);
    order.insert(to, axis);
    let shape: Shape = order.iter().map(|&axis| array.shape()[axis]).collect();
    let strides: Strides = order.iter().map(|&axis| array.strides()[axis]).collect();
    array.view(shape, strides, array.offset())
}

/// How a row enters the transform, and how it leaves it. Complex numbers are pairs along a last axis.
pub(super) struct Rows {
    /// The axis that is transformed, not counting that of the pairs.
    pub(super) axis: usize,
    /// Whether the rows of the input are pairs, and those of the output.
    pub(super) pairs: [bool; 2],
    /// Length of the transform.
    pub(super) length: usize,
    /// Rows of the output along the axis.
    pub(super) out: usize,
    pub(super) direction: FftDirection,
}

impl Rows {
    /// Transforms every row of `x`: `read` fills the buffer of the transform from a row, `write` a row of the
    /// output from the buffer.
    pub(super) fn run<T: Real>(
        &self,
        x: &Array,
        read: impl Fn(&[T], &mut [Complex<T>]) + Sync,
        write: impl Fn(&[Complex<T>], &mut [T]) + Sync,
    ) -> Array {
        let numbers = |pairs: bool| if pairs { 2 } else { 1 };
        let rank = x.shape().rank() - usize::from(self.pairs[0]);
        let lined_up = moved(x, self.axis, rank - 1);
        let values = lined_up.elements::<T>();
        let mut shape: Shape = lined_up.shape()[..rank - 1].iter().copied().collect();
        shape.push(self.out);
        if self.pairs[1] {
            shape.push(2);
        }
        let (row_in, row_out) = (
            lined_up.shape()[rank - 1] * numbers(self.pairs[0]),
            self.out * numbers(self.pairs[1]),
        );
        let mut out = scratch::<T>(shape.len());
        let plan = plan::<T>(self.length, self.direction);
        // A transform takes about 5·log2(n) operations an element.
        let cost = 5 * (usize::BITS - self.length.leading_zeros()) as usize;
        parallel::fill_rows(&mut out, row_out.max(1), cost, |first, out| {
            let zero = Complex::new(T::zero(), T::zero());
            let mut buffer = vec![zero; self.length];
            let mut tools = vec![zero; plan.get_inplace_scratch_len()];
            for (row, out) in (first..).zip(out.chunks_exact_mut(row_out)) {
                read(&values[row * row_in..][..row_in], &mut buffer);
                plan.process_with_scratch(&mut buffer, &mut tools);
                write(&buffer, out);
            }
        });
        moved(&Array::dense(out, shape), rank - 1, self.axis)
    }
}

/// The pairs of a row as complex numbers.
pub(super) fn read_pairs<T: Real>(row: &[T], buffer: &mut [Complex<T>]) {
    for (number, pair) in buffer.iter_mut().zip(row.chunks_exact(2)) {
        *number = Complex::new(pair[0], pair[1]);
    }
}

/// The first complex numbers, each times its factor, as pairs that fill a row.
pub(super) fn write_pairs<T: Real>(buffer: &[Complex<T>], row: &mut [T], factor: impl Fn(usize) -> T) {
    for (k, (pair, number)) in row.chunks_exact_mut(2).zip(buffer).enumerate() {
        pair[0] = number.re * factor(k);
        pair[1] = number.im * factor(k);
    }
}

//! Products that are dot products.

use super::{Matrix, Real};
use crate::kernels::{
    fold::halves,
    parallel,
    simd::{Loop, vectorize},
};

/// Products with a single column, or a single row by a transposed matrix: a dot product an element.
pub(super) fn dots<T: Real>(pairs: &[(Matrix<'_, T>, Matrix<'_, T>)], bias: Option<&[T]>, out: &mut [T]) {
    let (a, b) = pairs[0];
    let (m, k, n) = (a.rows, a.columns, b.columns);
    let compute = |start: usize, out: &mut [T]| {
        let mut buffers = [Vec::new(), Vec::new()];
        for (element, out) in (start..).zip(out) {
            let (a, b) = pairs[element / (m * n)];
            let (i, j) = (element / n % m, element % n);
            let [left, right] = &mut buffers;
            let x = line(a.values, a.start + i * a.row_step, a.column_step, k, left);
            let y = line(b.values, b.start + j * b.column_step, b.row_step, k, right);
            let dot = vectorize(Dot(x, y));
            *out = bias.map_or(dot, |bias| bias[j] + dot);
        }
    };
    parallel::fill_folds(out, k, compute);
}

/// `k` elements `step` apart, gathered unless they are neighbours.
fn line<'v, T: Real>(
    values: &'v [T],
    start: usize,
    step: usize,
    k: usize,
    buffer: &'v mut Vec<T>,
) -> &'v [T] {
    if step == 1 || k == 1 {
        return &values[start..start + k];
    }
    buffer.clear();
    if step == 0 {
        // A stretched axis: one element for all.
        buffer.resize(k, values[start]);
    } else {
        buffer.extend(values[start..].iter().step_by(step).take(k).copied());
    }
    buffer
}

struct Dot<'a, T>(&'a [T], &'a [T]);

impl<T: Real> Loop for Dot<'_, T> {
    type Output = T;

    #[inline(always)]
    fn run(self) -> T {
        const LANES: usize = 64;
        let mut sums = [T::default(); LANES];
        let (x, x_rest) = self.0.as_chunks::<LANES>();
        let (y, y_rest) = self.1.as_chunks::<LANES>();
        for (x, y) in x.iter().zip(y) {
            for lane in 0..LANES {
                sums[lane] = sums[lane] + x[lane] * y[lane];
            }
        }
        for ((sum, &x), &y) in sums.iter_mut().zip(x_rest).zip(y_rest) {
            *sum = *sum + x * y;
        }
        halves(
            sums,
            #[inline(always)]
            |a, b| a + b,
        )
    }
}

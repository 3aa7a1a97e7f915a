//! Running sums and linear recurrences along an axis.

use super::{arithmetic::Arithmetic, parallel};
use crate::tensor::{Array, scratch};

/// An array seen as `[outer, n, inner]`, walked along its middle axis, backwards if `reverse`.
#[derive(Clone, Copy)]
pub(crate) struct Scan {
    pub(crate) outer: usize,
    pub(crate) n: usize,
    pub(crate) inner: usize,
    pub(crate) reverse: bool,
}

impl Scan {
    pub(crate) fn along(shape: &[usize], axis: usize, reverse: bool) -> Self {
        Self {
            outer: shape[..axis].iter().product(),
            n: shape[axis],
            inner: shape[axis + 1..].iter().product(),
            reverse,
        }
    }

    /// Running sums, rounded in order.
    pub(crate) fn sums<T: Arithmetic>(self, x: &Array) -> Array {
        let values = x.elements::<T>();
        self.run(x, |place, before: Option<T>| match before {
            None => values[place],
            Some(before) => before.plus(values[place]),
        })
    }

    /// `y[k] = b[k] + a[k]·y[k - 1]`, with 0 before the first.
    pub(crate) fn recurrence<T: Arithmetic>(self, a: &Array, b: &Array) -> Array {
        let (a, values) = (a.elements::<T>(), b.elements::<T>());
        self.run(b, |place, before: Option<T>| match before {
            None => values[place],
            Some(before) => values[place].plus(a[place].times(before)),
        })
    }

    /// Computes every element of a slab from its place and the element before it.
    fn run<T: Arithmetic>(self, like: &Array, next: impl Fn(usize, Option<T>) -> T + Sync) -> Array {
        let Self { n, inner, .. } = self;
        let mut out = scratch::<T>(self.outer * n * inner);
        let slab = n * inner;
        parallel::fill_rows(&mut out, slab, 2, |first, out| {
            for (number, out) in out.chunks_exact_mut(slab).enumerate() {
                let base = (first + number) * slab;
                for k in 0..n {
                    let (row, before) = match self.reverse {
                        false => (k, k.wrapping_sub(1)),
                        true => (n - 1 - k, n - k),
                    };
                    for column in 0..inner {
                        let before = (k > 0).then(|| out[before * inner + column]);
                        out[row * inner + column] = next(base + row * inner + column, before);
                    }
                }
            }
        });
        Array::dense(out, like.shape().clone())
    }
}

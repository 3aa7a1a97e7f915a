//! Runs of elements read from, and written to, places that a list names.

use super::{arithmetic::Arithmetic, parallel, strided};
use crate::{
    Shape,
    dtype::Element,
    tensor::{Array, scratch},
};

/// What copying an element is worth, in additions.
const COPY: usize = 2;

/// An array seen as `[outer, n, inner]`, and the positions along its middle axis that are asked for.
pub(crate) struct Plan {
    pub(crate) outer: usize,
    pub(crate) n: usize,
    pub(crate) inner: usize,
    /// Each less than `n`.
    pub(crate) positions: Vec<usize>,
}

impl Plan {
    /// Elements of `[outer, positions, inner]`.
    fn len(&self) -> usize {
        self.outer * self.positions.len() * self.inner
    }

    /// For every position, whether no later one is the same: who has the last word where several write.
    fn last_words(&self) -> Vec<bool> {
        let mut taken = vec![false; self.n];
        let mut last = vec![false; self.positions.len()];
        for (last, &position) in last.iter_mut().zip(&self.positions).rev() {
            *last = !std::mem::replace(&mut taken[position], true);
        }
        last
    }

    /// The positions of `x`, as an array of `shape`.
    pub(crate) fn gather<T: Element>(&self, x: &Array, shape: Shape) -> Array {
        let values = x.elements::<T>();
        let (m, inner) = (self.positions.len(), self.inner);
        let mut out = scratch::<T>(self.len());
        parallel::fill_rows(&mut out, inner, COPY, |first, out| {
            let (mut outer, mut number) = (first / m, first % m);
            if inner == 1 && self.outer == 1 {
                let positions = &self.positions[number..];
                for (value, &position) in out.iter_mut().zip(positions) {
                    value.clone_from(&values[position]);
                }
                return;
            }
            for row in out.chunks_exact_mut(inner) {
                let start = (outer * self.n + self.positions[number]) * inner;
                row.clone_from_slice(&values[start..start + inner]);
                number += 1;
                if number == m {
                    (outer, number) = (outer + 1, 0);
                }
            }
        });
        Array::dense(out, shape)
    }

    /// As [`gather`](Self::gather), but a position that comes again later gets zeros.
    pub(crate) fn gather_last<T: Element>(&self, x: &Array, shape: Shape) -> Array {
        let all = self.gather::<T>(x, shape.clone());
        let last = self.last_words();
        if last.iter().all(|&last| last) {
            return all;
        }
        let mut values = all.into_vec::<T>();
        for (row, values) in values.chunks_exact_mut(self.inner.max(1)).enumerate() {
            if !last[row % last.len()] {
                values.fill(T::default());
            }
        }
        Array::dense(values, shape)
    }

    /// `x` with the positions replaced by `updates`, `[outer, positions, inner]`; the last one has its way.
    pub(crate) fn replace<T: Element>(&self, x: &Array, updates: &Array) -> Array {
        self.scatter(x, updates, |old: &mut [T], new: &[T]| old.clone_from_slice(new))
    }

    /// `x` with `updates` added at the positions, in their order.
    pub(crate) fn add<T: Arithmetic>(&self, x: &Array, updates: &Array) -> Array {
        self.scatter(x, updates, |old: &mut [T], new: &[T]| {
            for (old, &new) in old.iter_mut().zip(new) {
                *old = old.plus(new);
            }
        })
    }

    fn scatter<T: Element>(&self, x: &Array, updates: &Array, put: impl Fn(&mut [T], &[T]) + Sync) -> Array {
        let mut out = strided::owned::<T>(x);
        let updates = updates.elements::<T>();
        let (n, m, inner) = (self.n, self.positions.len(), self.inner);
        if updates.is_empty() {
            return Array::dense(out, x.shape().clone());
        }
        if !parallel::worth_threads(updates.len(), COPY) || m < self.n / 64 {
            for (row, new) in updates.chunks_exact(inner).enumerate() {
                let start = (row / m * n + self.positions[row % m]) * inner;
                put(&mut out[start..start + inner], new);
            }
            return Array::dense(out, x.shape().clone());
        }
        // Every target gets its updates in their order from one thread: the same bits for any number of them.
        let (starts, order) = self.by_target();
        parallel::fill_rows(&mut out, inner, COPY, |first, out| {
            for (row, old) in out.chunks_exact_mut(inner).enumerate() {
                let (outer, target) = ((first + row) / n, (first + row) % n);
                for &number in &order[starts[target]..starts[target + 1]] {
                    let start = (outer * m + number) * inner;
                    put(old, &updates[start..start + inner]);
                }
            }
        });
        Array::dense(out, x.shape().clone())
    }

    /// The numbers of the updates sorted by target, and where those of each target start.
    fn by_target(&self) -> (Vec<usize>, Vec<usize>) {
        let mut starts = vec![0; self.n + 1];
        for &position in &self.positions {
            starts[position + 1] += 1;
        }
        for target in 0..self.n {
            starts[target + 1] += starts[target];
        }
        let mut next = starts.clone();
        let mut order = vec![0; self.positions.len()];
        for (number, &position) in self.positions.iter().enumerate() {
            order[next[position]] = number;
            next[position] += 1;
        }
        (starts, order)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scattering_on_many_threads_is_scattering_one_by_one() {
        let (outer, n, inner, m) = (3, 50, 7, 4_000);
        let positions: Vec<usize> = (0..m).map(|i| i * i % n).collect();
        let updates: Vec<f32> = (0..outer * m * inner).map(|i| (i as f32 * 0.37).sin()).collect();
        let x = Array::new(vec![0.25f32; outer * n * inner], [outer, n, inner]).unwrap();
        let mut sums = vec![0.25f32; outer * n * inner];
        let mut last = sums.clone();
        for o in 0..outer {
            for (i, &position) in positions.iter().enumerate() {
                for k in 0..inner {
                    let to = (o * n + position) * inner + k;
                    sums[to] += updates[(o * m + i) * inner + k];
                    last[to] = updates[(o * m + i) * inner + k];
                }
            }
        }
        let plan = Plan {
            outer,
            n,
            inner,
            positions,
        };
        let updates = Array::new(updates, [outer, m, inner]).unwrap();
        assert_eq!(plan.add::<f32>(&x, &updates).as_slice::<f32>().unwrap(), sums);
        assert_eq!(plan.replace::<f32>(&x, &updates).as_slice::<f32>().unwrap(), last);
    }
}

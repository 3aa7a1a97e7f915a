//! Adding in place.

use std::ops::AddAssign;

use super::{
    parallel,
    simd::{Loop, vectorize},
};

struct AddTo<'a, T> {
    sum: &'a mut [T],
    term: &'a [T],
}

impl<T: Copy + AddAssign> Loop for AddTo<'_, T> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        for (sum, &term) in self.sum.iter_mut().zip(self.term) {
            *sum += term;
        }
    }
}

/// `sum[i] += term[i]`; the same bits as a sum of its own.
pub(crate) fn add_to<T: Copy + Send + Sync + AddAssign>(sum: &mut [T], term: &[T]) {
    parallel::fill(sum, 1, |start, sum| {
        let term = &term[start..start + sum.len()];
        vectorize(AddTo { sum, term });
    });
}

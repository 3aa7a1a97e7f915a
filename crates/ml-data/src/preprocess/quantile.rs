//! Order statistics without a full sort.

use std::cmp::Ordering;

use ml_core::Float;

/// Order of numbers that are not NaN.
pub(crate) fn order<F: Float>(a: &F, b: &F) -> Ordering {
    a.partial_cmp(b).unwrap_or(Ordering::Equal)
}

/// The values of one column that are there: those that are listed, and some zeros that are not.
///
/// A column of a sparse matrix lists few of its zeros; a dense one lists all.
pub(crate) struct Present<'v, F> {
    pub(crate) values: &'v mut [F],
    pub(crate) zeros: usize,
}

impl<F: Float> Present<'_, F> {
    fn len(&self) -> usize {
        self.values.len() + self.zeros
    }

    /// The values at this position and the next, counted from the smallest, 0; at the last position
    /// that value twice. Reorders `values`.
    fn neighbours(&mut self, position: usize) -> (F, F) {
        let negative = match self.zeros {
            0 => self.values.len(),
            _ => self.values.iter().filter(|v| **v < F::zero()).count(),
        };
        // The unlisted zeros lie between the negative values and the others.
        let (low, above, zero_above) = if position < negative {
            let (_, &mut low, above) = self.values.select_nth_unstable_by(position, order);
            (low, &*above, self.zeros > 0)
        } else if position < negative + self.zeros {
            if negative < self.values.len() {
                self.values.select_nth_unstable_by(negative, order);
            }
            let zero_above = position + 1 < negative + self.zeros;
            (F::zero(), &self.values[negative..], zero_above)
        } else {
            let listed = position - self.zeros;
            let (_, &mut low, above) = self.values.select_nth_unstable_by(listed, order);
            (low, &*above, false)
        };
        let zero = zero_above.then(F::zero);
        let next = above.iter().copied().chain(zero).min_by(order);
        (low, next.unwrap_or(low))
    }
}

/// The value below which the share `q` (0 to 1) of the values lies, interpolated linearly between
/// the two nearest; `None` without values. Reorders `values`.
///
/// The position is `q·(n - 1)`: quantile 7 of Hyndman and Fan, "Sample Quantiles in Statistical
/// Packages", The American Statistician 50 (1996).
pub(crate) fn quantile<F: Float>(present: &mut Present<'_, F>, q: f64) -> Option<F> {
    let position = q * present.len().checked_sub(1)? as f64;
    let share = position.fract();
    let (low, high) = present.neighbours(position.floor() as usize);
    if share == 0.0 {
        return Some(low);
    }
    let range = high - low;
    // From the nearer end, so that q = 1 meets `high` exactly.
    Some(if share < 0.5 {
        low + range * F::of(share)
    } else {
        high - range * F::of(1.0 - share)
    })
}

/// The middle value, or the mean of the two in the middle; `None` without values. Reorders `values`.
pub(crate) fn median<F: Float>(present: &mut Present<'_, F>) -> Option<F> {
    let last = present.len().checked_sub(1)?;
    let (low, high) = present.neighbours(last / 2);
    let two = F::of(2.0);
    Some(if last % 2 == 0 {
        low
    } else {
        low / two + high / two
    })
}

/// The value that comes most often, the smallest of them if several do; `None` without values.
/// Reorders `values`.
pub(crate) fn most_frequent<F: Float>(present: &mut Present<'_, F>) -> Option<F> {
    present.values.sort_unstable_by(order);
    let runs = present.values.chunk_by(|a, b| a == b);
    let listed_zeros = present.values.iter().filter(|v| v.is_zero()).count();
    let zeros = (F::zero(), present.zeros + listed_zeros);
    let counts = runs
        .map(|run| (run[0], run.len()))
        .filter(|(value, _)| !value.is_zero());
    let better = |a: (F, usize), b: (F, usize)| {
        let ahead = b.1 > a.1 || (b.1 == a.1 && b.0 < a.0);
        if ahead { b } else { a }
    };
    let best = counts.fold(zeros, better);
    (best.1 > 0).then_some(best.0)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Present, median, most_frequent, quantile};

    /// What `f` makes of these values and as many unlisted zeros.
    fn of<T>(values: &[f64], zeros: usize, f: impl Fn(&mut Present<'_, f64>) -> T) -> T {
        let values = &mut values.to_vec();
        f(&mut Present { values, zeros })
    }

    #[test]
    fn quantiles_interpolate_between_neighbours() {
        let at = |q| of(&[4.0, 1.0, 3.0, 2.0], 0, |v| quantile(v, q));
        assert_eq!(at(0.25), Some(1.75));
        assert_eq!(at(0.75), Some(3.25));
        assert_eq!(at(1.0), Some(4.0));
        assert_eq!(of(&[], 0, |v| quantile(v, 0.5)), None);
    }

    #[test]
    fn median_of_even_and_odd_counts() {
        assert_eq!(of(&[3.0, 1.0, 2.0], 0, median), Some(2.0));
        assert_eq!(of(&[3.0, 1.0, 2.0, 10.0], 0, median), Some(2.5));
        assert_eq!(of(&[-3.0, 5.0], 1, median), Some(0.0));
        assert_eq!(of(&[3.0, 5.0], 1, median), Some(3.0));
        assert_eq!(of(&[], 3, median), Some(0.0));
    }

    #[test]
    fn the_smaller_of_two_equally_frequent_values_wins() {
        assert_eq!(of(&[2.0, 1.0, 2.0, 1.0, 3.0], 0, most_frequent), Some(1.0));
        assert_eq!(of(&[2.0, 2.0, 0.0], 1, most_frequent), Some(0.0));
        assert_eq!(of(&[-2.0, -2.0, 0.0], 1, most_frequent), Some(-2.0));
        assert_eq!(of(&[], 0, most_frequent), None);
    }

    proptest! {
        #[test]
        fn unlisted_zeros_count_like_listed_ones(
            values in prop::collection::vec((-3..4_i32).prop_map(f64::from), 0..12), zeros in 0_usize..5, q in 0.0..=1.0_f64,
        ) {
            let all: Vec<f64> = values.iter().copied().chain(std::iter::repeat_n(0.0, zeros)).collect();
            prop_assert_eq!(of(&values, zeros, |v| quantile(v, q)), of(&all, 0, |v| quantile(v, q)));
            prop_assert_eq!(of(&values, zeros, median), of(&all, 0, median));
            prop_assert_eq!(of(&values, zeros, most_frequent), of(&all, 0, most_frequent));
        }
    }
}

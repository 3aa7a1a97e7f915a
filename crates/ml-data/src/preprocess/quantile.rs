//! Order statistics without a full sort.

use std::cmp::Ordering;

use ml_core::Float;

/// Order of numbers that are not NaN.
pub(crate) fn order<F: Float>(a: &F, b: &F) -> Ordering {
    a.partial_cmp(b).unwrap_or(Ordering::Equal)
}

/// The value below which the share `q` (0 to 1) of the values lies, interpolated linearly between
/// the two nearest; `None` without values. Reorders `values`.
///
/// The position is `q·(n - 1)`: quantile 7 of Hyndman and Fan, "Sample Quantiles in Statistical
/// Packages", The American Statistician 50 (1996).
pub(crate) fn quantile<F: Float>(values: &mut [F], q: f64) -> Option<F> {
    if values.is_empty() {
        return None;
    }
    let position = q * (values.len() - 1) as f64;
    let (below, share) = (position.floor() as usize, position.fract());
    let (_, &mut low, above) = values.select_nth_unstable_by(below, order);
    if share == 0.0 {
        return Some(low);
    }
    // The next larger value is the smallest of those above.
    let high = above.iter().copied().min_by(order).unwrap_or(low);
    let step = (high - low) * F::of(share);
    // From the nearer end, so that q = 1 meets `high` exactly.
    Some(if share < 0.5 {
        low + step
    } else {
        high - (high - low) * F::of(1.0 - share)
    })
}

/// The middle value, or the mean of the two in the middle; `None` without values. Reorders `values`.
pub(crate) fn median<F: Float>(values: &mut [F]) -> Option<F> {
    if values.is_empty() {
        return None;
    }
    let half = values.len() / 2;
    let (_, &mut upper_middle, _) = values.select_nth_unstable_by(half, order);
    if values.len() % 2 == 1 {
        return Some(upper_middle);
    }
    let (two, lower) = (F::of(2.0), &values[..half]);
    let lower_middle = lower.iter().copied().max_by(order).unwrap_or(upper_middle);
    Some(lower_middle / two + upper_middle / two)
}

/// The value that comes most often, the smallest of them if several do; `None` without values.
/// Reorders `values`.
pub(crate) fn most_frequent<F: Float>(values: &mut [F]) -> Option<F> {
    values.sort_unstable_by(order);
    let mut best: Option<(usize, F)> = None;
    for run in values.chunk_by(|a, b| a == b) {
        if best.is_none_or(|(count, _)| run.len() > count) {
            best = Some((run.len(), run[0]));
        }
    }
    best.map(|(_, value)| value)
}

#[cfg(test)]
mod tests {
    use super::{median, most_frequent, quantile};

    #[test]
    fn quantiles_interpolate_between_neighbours() {
        let mut values = [4.0, 1.0, 3.0, 2.0];
        assert_eq!(quantile(&mut values, 0.25), Some(1.75));
        assert_eq!(quantile(&mut values, 0.75), Some(3.25));
        assert_eq!(quantile(&mut values, 1.0), Some(4.0));
        assert_eq!(quantile::<f64>(&mut [], 0.5), None);
    }

    #[test]
    fn median_of_even_and_odd_counts() {
        assert_eq!(median(&mut [3.0, 1.0, 2.0]), Some(2.0));
        assert_eq!(median(&mut [3.0, 1.0, 2.0, 10.0]), Some(2.5));
        assert_eq!(median(&mut [5.0_f32]), Some(5.0));
    }

    #[test]
    fn the_smaller_of_two_equally_frequent_values_wins() {
        assert_eq!(most_frequent(&mut [2.0, 1.0, 2.0, 1.0, 3.0]), Some(1.0));
    }
}

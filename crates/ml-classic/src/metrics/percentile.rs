//! Quantiles of weighted values.

use ml_core::ndarray::ArrayView1;

/// The median; with weights, the value at which half of the weight is reached, the mean of it and the
/// next if it is reached exactly. There is at least one value, and weights are not all 0.
pub(crate) fn weighted_median(values: ArrayView1<'_, f64>, weights: Option<ArrayView1<'_, f64>>) -> f64 {
    let Some(weights) = weights else {
        return weighted_quantile(values, None, 0.5);
    };
    let (sorted, cumulative) = sorted(values, weights);
    let half = cumulative[cumulative.len() - 1] * 0.5;
    let at = first_reaching(&cumulative, half);
    // Exactly half below: the next value has as much claim. (Values of weight 0 were left out.)
    if cumulative[at] - half > f64::EPSILON || at + 1 == sorted.len() {
        return sorted[at];
    }
    (sorted[at] + sorted[at + 1]) / 2.0
}

/// The quantile `q`: linear between neighbours without weights, as NumPy; with weights, the smallest
/// value at which the share `q` of the weight is reached.
pub(crate) fn weighted_quantile(
    values: ArrayView1<'_, f64>,
    weights: Option<ArrayView1<'_, f64>>,
    q: f64,
) -> f64 {
    if let Some(weights) = weights {
        let (sorted, cumulative) = sorted(values, weights);
        let reach = cumulative[cumulative.len() - 1] * q;
        return sorted[first_reaching(&cumulative, reach)];
    }
    let mut sorted = values.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    linear_quantile(&sorted, q)
}

/// The quantile `q` of ascending values, linear between neighbours.
pub(crate) fn linear_quantile(sorted: &[f64], q: f64) -> f64 {
    let position = q * (sorted.len() - 1) as f64;
    let below = position.floor() as usize;
    let above = (below + 1).min(sorted.len() - 1);
    let (low, high) = (sorted[below], sorted[above]);
    let part = position - below as f64;
    // From the nearer end, which keeps the result exact at both and monotone in between.
    if part < 0.5 {
        low + (high - low) * part
    } else {
        high - (high - low) * (1.0 - part)
    }
}

/// Values of positive weight in ascending order, with the running sum of their weights.
fn sorted(values: ArrayView1<'_, f64>, weights: ArrayView1<'_, f64>) -> (Vec<f64>, Vec<f64>) {
    let mut pairs: Vec<(f64, f64)> = values
        .iter()
        .copied()
        .zip(weights.iter().copied())
        .filter(|&(_, weight)| weight > 0.0)
        .collect();
    pairs.sort_by(|a, b| a.0.total_cmp(&b.0));
    let mut sum = 0.0;
    pairs
        .into_iter()
        .map(|(value, weight)| {
            sum += weight;
            (value, sum)
        })
        .unzip()
}

fn first_reaching(cumulative: &[f64], reach: f64) -> usize {
    cumulative
        .partition_point(|&c| c < reach)
        .min(cumulative.len() - 1)
}

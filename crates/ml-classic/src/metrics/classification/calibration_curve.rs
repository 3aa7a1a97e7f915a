//! Whether probabilities come true as often as they say.

use ml_core::{
    Error, Float, Result, check,
    ndarray::{Array1, ArrayView1},
};
use serde::{Deserialize, Serialize};

use super::probabilities::outside;
use crate::metrics::percentile::linear_quantile;

/// How probabilities are put into bins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Bins {
    /// Bins of equal width.
    #[default]
    Uniform,
    /// Bins of equal numbers of rows.
    Quantile,
}

/// The reliability diagram: on the diagonal, probabilities are what they say. A point a bin that has rows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CalibrationCurve {
    /// Share of the bin's rows that are positive.
    pub true_share: Array1<f64>,
    /// Mean probability of the bin's rows.
    pub mean_probability: Array1<f64>,
    /// Rows of the bin.
    pub n_rows: Array1<usize>,
}

/// The [`CalibrationCurve`] of the probabilities of the positive class, where `y` says which rows are positive.
///
/// # Errors
/// Empty or mismatched arrays, probabilities outside `[0, 1]`, no bin.
///
/// # Examples
/// ```
/// use ml_classic::metrics::{Bins, calibration_curve};
/// use ml_core::ndarray::array;
///
/// let (y, p) = (array![false, true, true, true], array![0.125, 0.25, 0.75, 1.0]);
/// let curve = calibration_curve(y.view(), p.view(), 2, Bins::Uniform)?;
/// assert_eq!(curve.true_share, array![0.5, 1.0]);
/// assert_eq!(curve.mean_probability, array![0.1875, 0.875]);
/// # Ok::<(), ml_core::Error>(())
/// ```
pub fn calibration_curve<F: Float>(
    y: ArrayView1<'_, bool>,
    probabilities: ArrayView1<'_, F>,
    n_bins: usize,
    bins: Bins,
) -> Result<CalibrationCurve> {
    let op = "calibration_curve";
    check::parameter(
        "n_bins",
        n_bins,
        (1..=1 << 20).contains(&n_bins),
        "from 1 to 1,048,576",
    )?;
    if y.len() != probabilities.len() {
        let (left_name, right_name) = ("y", "probabilities");
        let (left, right) = (y.len(), probabilities.len());
        return Err(Error::Length {
            op,
            left_name,
            left,
            right_name,
            right,
        });
    }
    if y.is_empty() {
        let (what, least) = ("y".to_owned(), "1 row");
        return Err(Error::Empty { op, what, least });
    }
    let p = probabilities.mapv(F::as_f64);
    if let Some(row) = p.iter().position(|p| !(0.0..=1.0).contains(p)) {
        return Err(outside(op, p[row], row));
    }
    let edges = inner_edges(&p, n_bins, bins);
    let (mut positives, mut sums, mut rows) = (vec![0.0; n_bins], vec![0.0; n_bins], vec![0; n_bins]);
    for (&y, &p) in y.iter().zip(&p) {
        let bin = edges.partition_point(|&edge| edge < p);
        positives[bin] += f64::from(u8::from(y));
        sums[bin] += p;
        rows[bin] += 1;
    }
    let filled = || (0..n_bins).filter(|&bin| rows[bin] > 0);
    Ok(CalibrationCurve {
        true_share: filled().map(|bin| positives[bin] / rows[bin] as f64).collect(),
        mean_probability: filled().map(|bin| sums[bin] / rows[bin] as f64).collect(),
        n_rows: filled().map(|bin| rows[bin]).collect(),
    })
}

/// Where bins meet; a probability on an edge belongs to the lower bin.
fn inner_edges(p: &Array1<f64>, n_bins: usize, bins: Bins) -> Vec<f64> {
    let shares = (1..n_bins).map(|bin| bin as f64 / n_bins as f64);
    match bins {
        Bins::Uniform => shares.collect(),
        Bins::Quantile => {
            let mut sorted = p.to_vec();
            sorted.sort_unstable_by(f64::total_cmp);
            shares.map(|share| linear_quantile(&sorted, share)).collect()
        }
    }
}

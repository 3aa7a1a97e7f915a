//! True and false positives at every threshold.

use ml_core::{
    Error, Float, Result, check,
    ndarray::{Array1, ArrayView1},
};
use rayon::prelude::*;

use super::{
    super::labelled::Weights,
    sorted::{AnyBuckets, Buckets, Item, Sorted, buckets, score},
};

/// Points that one thread looks at, at a time.
const CHUNK: usize = 1 << 16;

/// Which points of a curve are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Points {
    /// One a distinct score.
    All,
    /// Only those without which the curve would look different.
    Corners,
}

/// Counts (weights) of the rows whose score is at least the threshold, thresholds from high to low.
#[derive(Default)]
pub(super) struct Cumulated {
    pub(super) thresholds: Vec<f64>,
    pub(super) true_positives: Vec<f64>,
    pub(super) false_positives: Vec<f64>,
}

impl Cumulated {
    /// One point a distinct score.
    pub(super) fn new<F: Float>(
        op: &'static str,
        y: ArrayView1<'_, bool>,
        scores: ArrayView1<'_, F>,
        weights: Weights<'_>,
    ) -> Result<Self> {
        Ok(match buckets(op, y, scores, weights)? {
            AnyBuckets::Plain(buckets) => Self::joined(&buckets),
            AnyBuckets::Weighed(buckets) => Self::joined(&buckets),
        })
    }

    fn joined<T: Item>(buckets: &Buckets<T>) -> Self {
        let parts = buckets.map(|sorted| Self::of_bucket(&sorted));
        let n = parts.iter().map(|part| part.thresholds.len()).sum();
        let mut out = Self {
            thresholds: vec![0.0; n],
            true_positives: vec![0.0; n],
            false_positives: vec![0.0; n],
        };
        let mut jobs = Vec::with_capacity(parts.len());
        let mut rest = (
            &mut *out.thresholds,
            &mut *out.true_positives,
            &mut *out.false_positives,
        );
        let mut before = (0.0, 0.0);
        for part in parts {
            let n = part.thresholds.len();
            let (thresholds, behind) = rest.0.split_at_mut(n);
            let (true_positives, behind_true) = rest.1.split_at_mut(n);
            let (false_positives, behind_false) = rest.2.split_at_mut(n);
            rest = (behind, behind_true, behind_false);
            let last = |counts: &[f64]| counts.last().copied().unwrap_or(0.0);
            let sums = (last(&part.true_positives), last(&part.false_positives));
            jobs.push((part, before, thresholds, true_positives, false_positives));
            before = (before.0 + sums.0, before.1 + sums.1);
        }
        jobs.into_par_iter()
            .for_each(|(part, before, thresholds, true_positives, false_positives)| {
                thresholds.copy_from_slice(&part.thresholds);
                let shift = |to: &mut [f64], from: &[f64], by: f64| {
                    to.iter_mut().zip(from).for_each(|(to, from)| *to = from + by);
                };
                shift(true_positives, &part.true_positives, before.0);
                shift(false_positives, &part.false_positives, before.1);
            });
        out
    }

    fn of_bucket<T: Item>(sorted: &Sorted<T>) -> Self {
        let n = sorted.positives.len() + sorted.negatives.len();
        let list = || Vec::with_capacity(n);
        let (mut thresholds, mut true_positives, mut false_positives) = (list(), list(), list());
        let mut sums = (0.0, 0.0);
        sorted.for_each_score(|key, positives, negatives| {
            sums = (sums.0 + positives, sums.1 + negatives);
            thresholds.push(score(key));
            true_positives.push(sums.0);
            false_positives.push(sums.1);
        });
        Self {
            thresholds,
            true_positives,
            false_positives,
        }
    }

    pub(super) fn len(&self) -> usize {
        self.thresholds.len()
    }

    /// Weight of all positive rows.
    pub(super) fn positives(&self) -> f64 {
        self.true_positives.last().copied().unwrap_or(0.0)
    }

    /// Weight of all negative rows.
    pub(super) fn negatives(&self) -> f64 {
        self.false_positives.last().copied().unwrap_or(0.0)
    }

    /// Keeps the ends and the points of which `keep(place)` holds.
    pub(super) fn retain(&mut self, keep: impl Fn(&Self, usize) -> bool + Sync) {
        let n = self.len();
        if n <= 2 {
            return;
        }
        let chunks: Vec<usize> = (0..n).step_by(CHUNK).collect();
        let kept = |&start: &usize| -> Vec<usize> {
            let places = start..n.min(start + CHUNK);
            places
                .filter(|&i| i == 0 || i + 1 == n || keep(self, i))
                .collect()
        };
        let kept: Vec<Vec<usize>> = chunks.par_iter().map(kept).collect();
        let choose = |values: &[f64]| kept.iter().flatten().map(|&i| values[i]).collect();
        *self = Self {
            thresholds: choose(&self.thresholds),
            true_positives: choose(&self.true_positives),
            false_positives: choose(&self.false_positives),
        };
    }

    /// Keeps the first and the last point of every number of true positives.
    pub(super) fn retain_changes(&mut self) {
        self.retain(|points, i| {
            let counts = &points.true_positives;
            counts[i] != counts[i - 1] || counts[i] != counts[i + 1]
        });
    }

    /// Both classes must occur.
    pub(super) fn two_classes(self, op: &'static str) -> Result<Self> {
        two_classes(op, self.positives(), self.negatives())?;
        Ok(self)
    }
}

/// Both classes must occur (with a weight).
pub(super) fn two_classes(op: &'static str, positives: f64, negatives: f64) -> Result<()> {
    let missing = match (positives > 0.0, negatives > 0.0) {
        (true, true) => return Ok(()),
        (false, _) => "no positive row",
        (true, false) => "no negative row",
    };
    Err(Error::Data {
        op,
        problem: format!("y holds {missing}, so the curve is not defined"),
        remedy: "use rows of both classes; in cross-validation, stratified folds",
    })
}

/// Area under a curve by trapezoids: `Σ (x[i+1] - x[i]) (y[i] + y[i+1]) / 2`.
///
/// # Errors
/// Mismatched arrays, fewer than 2 points, NaN or infinities, `x` that neither ascends nor descends.
///
/// # Examples
/// ```
/// use ml_classic::metrics::auc;
/// use ml_core::ndarray::array;
///
/// assert_eq!(auc(array![0.0, 0.5, 1.0].view(), array![0.0, 0.8, 1.0].view())?, 0.65);
/// # Ok::<(), ml_core::Error>(())
/// ```
pub fn auc<F: Float>(x: ArrayView1<'_, F>, y: ArrayView1<'_, F>) -> Result<f64> {
    let op = "auc";
    if x.len() != y.len() {
        let (left_name, right_name) = ("x", "y");
        return Err(Error::Length {
            op,
            left_name,
            left: x.len(),
            right_name,
            right: y.len(),
        });
    }
    if x.len() < 2 {
        let (what, least) = (format!("the curve ({} points)", x.len()), "2 points");
        return Err(Error::Empty { op, what, least });
    }
    check::finite_target(op, x)?;
    check::finite_target(op, y)?;
    let (x, y) = (x.mapv(F::as_f64), y.mapv(F::as_f64));
    let ascends = x.windows(2).into_iter().all(|pair| pair[0] <= pair[1]);
    if !ascends && x.windows(2).into_iter().any(|pair| pair[0] < pair[1]) {
        return Err(Error::Data {
            op,
            problem: "x goes up and down".to_owned(),
            remedy: "sort the points by x",
        });
    }
    let area = trapezoids(&x, &y);
    Ok(if ascends { area } else { -area })
}

/// The area for `x` from low to high.
pub(super) fn trapezoids(x: &Array1<f64>, y: &Array1<f64>) -> f64 {
    let sides = x.windows(2).into_iter().zip(y.windows(2));
    sides
        .map(|(x, y)| (x[1] - x[0]) * (0.5 * y[0] + 0.5 * y[1]))
        .sum()
}

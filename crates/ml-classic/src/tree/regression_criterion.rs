//! Criteria for numbers that follow from sums: squared error and Poisson deviance.

use std::marker::PhantomData;

use serde::{Deserialize, Serialize};

use super::criterion::{Criterion, NodeStatistics};

/// What a split of a regression tree is to reduce.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RegressionCriterion {
    /// Variance of the targets: `1/W · Σ w·(y - mean)²`.
    #[default]
    SquaredError,
    /// `W_left·W_right / W · (mean_left - mean_right)²` (Friedman, "Greedy Function Approximation",
    /// 2001, eq. 35): by algebra exactly what the squared error loses, so another name of it.
    FriedmanMse,
    /// Mean absolute error: `1/W · Σ w·|y - median|`, which outliers move less; a leaf predicts the
    /// (weighted) median. `log(rows)` times the cost of the others.
    AbsoluteError,
    /// Half the Poisson deviance: `1/W · Σ w·y·ln(y / mean)`; targets at least 0, their sum above 0.
    Poisson,
}

/// Weight and weighted target of a row; the target is measured from the mean of all, which keeps
/// sums of squares accurate for targets far from zero.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct WeightedTarget {
    weight: f64,
    sum: f64,
}

/// How the criteria differ, over the sums of weights and weighted targets.
pub(super) trait Rule {
    /// Whether targets may be measured from their mean.
    const CENTRED: bool;

    /// Decrease of impurity, times the weight, when these rows part from the others.
    fn gain(moved: WeightedTarget, total: WeightedTarget, mean: f64) -> f64;

    /// Impurity of rows (weight, target) with this mean and this sum of weights.
    fn impurity(rows: impl Iterator<Item = (f64, f64)>, mean: f64, weight: f64) -> f64;
}

#[derive(Debug)]
pub(super) struct SquaredError;
#[derive(Debug)]
pub(super) struct Poisson;

impl Rule for SquaredError {
    const CENTRED: bool = true;

    // W_m·W_r/W·(mean_m - mean_r)², with the distance of the moved side's sum from what its weight
    // would give at the node's mean: one division.
    #[inline(always)]
    fn gain(moved: WeightedTarget, total: WeightedTarget, mean: f64) -> f64 {
        let excess = moved.sum - moved.weight * mean;
        excess * excess * total.weight / (moved.weight * (total.weight - moved.weight))
    }

    fn impurity(rows: impl Iterator<Item = (f64, f64)>, mean: f64, weight: f64) -> f64 {
        rows.map(|(w, y)| w * (y - mean) * (y - mean)).sum::<f64>() / weight
    }
}

impl Rule for Poisson {
    const CENTRED: bool = false;

    // Σ y·ln(y) is the same for every split, which leaves S·ln(mean) of the two sides.
    fn gain(moved: WeightedTarget, total: WeightedTarget, mean: f64) -> f64 {
        let rest = WeightedTarget {
            weight: total.weight - moved.weight,
            sum: total.sum - moved.sum,
        };
        // A side without events would predict a rate of 0, under which nothing may ever happen.
        if moved.sum <= f64::EPSILON || rest.sum <= f64::EPSILON {
            return f64::NEG_INFINITY;
        }
        let side = |side: WeightedTarget| side.sum * (side.sum / side.weight / mean).ln();
        side(moved) + side(rest)
    }

    fn impurity(rows: impl Iterator<Item = (f64, f64)>, mean: f64, weight: f64) -> f64 {
        let term = |(w, y): (f64, f64)| if y > 0.0 { w * y * (y / mean).ln() } else { 0.0 };
        rows.map(term).sum::<f64>() / weight
    }
}

/// A regression criterion over the rows of one tree.
pub(super) struct Regression<'a, R> {
    targets: &'a [f64],
    items: Vec<WeightedTarget>,
    total: WeightedTarget,
    /// Mean of the node, measured as the items are.
    mean: f64,
    moved: WeightedTarget,
    rule: PhantomData<R>,
}

impl<'a, R: Rule> Regression<'a, R> {
    /// Targets and weights of all rows; rows of weight 0 are never asked for.
    pub(super) fn new(targets: &'a [f64], weights: &[f64]) -> Self {
        let zero = WeightedTarget::default();
        let weight: f64 = weights.iter().sum();
        let sum: f64 = targets.iter().zip(weights).map(|(y, w)| y * w).sum();
        let origin = if R::CENTRED { sum / weight } else { 0.0 };
        let item = |(&y, &weight): (&f64, &f64)| WeightedTarget {
            weight,
            sum: weight * (y - origin),
        };
        Self {
            targets,
            items: targets.iter().zip(weights).map(item).collect(),
            total: zero,
            mean: 0.0,
            moved: zero,
            rule: PhantomData,
        }
    }
}

impl<R: Rule> Criterion for Regression<'_, R> {
    type Item = WeightedTarget;

    #[inline(always)]
    fn item(&self, row: u32) -> WeightedTarget {
        self.items[row as usize]
    }

    fn n_values(&self) -> usize {
        1
    }

    fn begin(&mut self, rows: &[u32], values: &mut Vec<f64>) -> NodeStatistics {
        let mut total = WeightedTarget::default();
        let mut sum = 0.0;
        for &row in rows {
            let item = self.items[row as usize];
            total.weight += item.weight;
            total.sum += item.sum;
            sum += item.weight * self.targets[row as usize];
        }
        self.total = total;
        self.mean = total.sum / total.weight;
        let pure = self.is_pure(rows);
        // The mean of equal numbers is that number, whatever the weights round to.
        let mean = if pure {
            self.targets[rows[0] as usize]
        } else {
            sum / total.weight
        };
        values.push(mean);
        let pairs = rows
            .iter()
            .map(|&row| (self.items[row as usize].weight, self.targets[row as usize]));
        let impurity = if pure {
            0.0
        } else {
            R::impurity(pairs, mean, total.weight)
        };
        NodeStatistics {
            weight: total.weight,
            impurity,
            pure,
        }
    }

    fn is_pure(&self, rows: &[u32]) -> bool {
        all_equal(self.targets, rows)
    }

    #[inline(always)]
    fn reset(&mut self) {
        self.moved = WeightedTarget::default();
    }

    #[inline(always)]
    fn shift(&mut self, item: WeightedTarget) {
        self.moved.weight += item.weight;
        self.moved.sum += item.sum;
    }

    fn bin_width(&self) -> Option<usize> {
        Some(2)
    }

    #[inline(always)]
    fn fill(&self, bins: &mut [f64], bin: usize, item: WeightedTarget) {
        bins[2 * bin] += item.weight;
        bins[2 * bin + 1] += item.sum;
    }

    #[inline(always)]
    fn shift_bin(&mut self, bins: &[f64], bin: usize) {
        self.shift(WeightedTarget {
            weight: bins[2 * bin],
            sum: bins[2 * bin + 1],
        });
    }

    #[inline(always)]
    fn side_weights(&self) -> (f64, f64) {
        (self.moved.weight, self.total.weight - self.moved.weight)
    }

    #[inline(always)]
    fn gain(&self) -> f64 {
        R::gain(self.moved, self.total, self.mean)
    }
}

/// Whether these rows have the same target.
pub(super) fn all_equal(targets: &[f64], rows: &[u32]) -> bool {
    let first = targets[rows[0] as usize];
    rows.iter().all(|&row| targets[row as usize] == first)
}

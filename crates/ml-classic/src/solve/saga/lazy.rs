//! Sparse rows: a step costs the row's stored values, not the number of columns.
//!
//! While no row has a column, its mean slope `m` stays, and its weight takes the same step again and again:
//! `w ← soft(s·w - γ·m, γ·l1)` with `s = 1 - γ·l2`. Many of them have a closed form, so the weight waits until a row
//! has the column, and then catches up (*lagged* or *just-in-time* updates). Up to rounding this is what dense rows of
//! the same values give.
//!
//! Source: Schmidt, Le Roux, Bach, "Minimizing Finite Sums with the Stochastic Average Gradient" (2017), section 4.1.

use ml_core::Float;

use super::{Pace, Weights};
use crate::solve::{Design, soft_threshold};

/// A column, side by side: a stored value then costs one line of the cache.
#[derive(Clone, Copy)]
struct Cell<F> {
    weight: F,
    /// Mean of slope times value.
    mean: F,
    /// How many steps the weight has taken since all weights were read.
    steps: usize,
}

pub(super) struct Lazy<F> {
    columns: usize,
    pace: Pace,
    powers: Powers,
    /// `[lines, columns]`.
    cells: Vec<Cell<F>>,
    /// Steps since all weights were read.
    now: usize,
}

impl<F: Float> Weights<F> for Lazy<F> {
    fn new(start: &[f64], columns: usize, pace: Pace, n_rows: usize) -> Self {
        let cell = |&v: &f64| Cell {
            weight: F::of(v),
            mean: F::zero(),
            steps: 0,
        };
        Self {
            columns,
            pace,
            powers: Powers::new(pace.shrink, n_rows),
            cells: start.iter().map(cell).collect(),
            now: 0,
        }
    }

    fn scores(&mut self, x: &Design<'_, F>, row: usize, scores: &mut [f64]) {
        let Self {
            columns,
            pace,
            powers,
            cells,
            now,
        } = self;
        for (score, cells) in scores.iter_mut().zip(cells.chunks_mut(*columns)) {
            let mut sum = 0.0;
            x.for_each(row, |j, v| {
                let cell = &mut cells[j];
                catch_up(cell, *now, *pace, powers);
                sum += v.as_f64() * cell.weight.as_f64();
            });
            *score = sum;
        }
    }

    fn step(&mut self, x: &Design<'_, F>, row: usize, shifts: &[f64], changes: &[f64]) {
        self.now += 1;
        let lines = self.cells.chunks_mut(self.columns);
        for (cells, (&shift, &change)) in lines.zip(shifts.iter().zip(changes)) {
            x.for_each(row, |j, v| {
                let (cell, v) = (&mut cells[j], v.as_f64());
                let moved = (cell.weight.as_f64() + shift * v) * self.pace.shrink;
                let moved = moved - self.pace.rate * cell.mean.as_f64();
                cell.weight = F::of(soft_threshold(moved, self.pace.due));
                cell.mean = F::of(cell.mean.as_f64() + change * v);
                cell.steps = self.now;
            });
        }
    }

    fn read(&mut self, to: &mut [f64]) {
        for (to, cell) in to.iter_mut().zip(&mut self.cells) {
            catch_up(cell, self.now, self.pace, &self.powers);
            cell.steps = 0;
            *to = cell.weight.as_f64();
        }
        self.now = 0;
    }
}

/// Takes the steps up to number `now` that the weight has not taken yet.
#[inline]
fn catch_up<F: Float>(cell: &mut Cell<F>, now: usize, pace: Pace, powers: &Powers) {
    let missed = now - cell.steps;
    if missed == 0 {
        return;
    }
    cell.steps = now;
    let drift = -pace.rate * cell.mean.as_f64();
    let weight = cell.weight.as_f64();
    cell.weight = F::of(if pace.due == 0.0 {
        powers.slide(weight, drift, missed)
    } else {
        slide_to_zero(weight, drift, pace.due, missed, powers)
    });
}

/// `missed` times `w ← soft(s·w + drift, due)`.
///
/// On one side of zero the penalty is a drift towards it, so the closed form holds up to the step that would pass zero.
/// From zero a weight leaves only if the drift is stronger than the penalty, and then for good.
fn slide_to_zero(mut weight: f64, drift: f64, due: f64, mut missed: usize, powers: &Powers) -> f64 {
    if weight != 0.0 {
        let side = weight.signum();
        let stays = |steps: usize| powers.slide(weight, drift - side * due, steps) * side > 0.0;
        if stays(missed) {
            return powers.slide(weight, drift - side * due, missed);
        }
        let kept = powers.last(missed, stays);
        let arrives = powers.slide(weight, drift - side * due, kept);
        weight = soft_threshold(arrives * powers.shrink + drift, due);
        missed -= kept + 1;
        if weight * side > 0.0 {
            // Arrived, but for rounding.
            weight = 0.0;
        }
    }
    if weight == 0.0 {
        let leaves = soft_threshold(drift, due);
        // Most weights rest: they need no look at the table.
        return if leaves == 0.0 {
            0.0
        } else {
            powers.slide(0.0, leaves, missed)
        };
    }
    powers.slide(weight, drift - weight.signum() * due, missed)
}

/// Powers of the shrinkage `s` and their sums, for as many steps as an epoch has.
struct Powers {
    shrink: f64,
    /// `sᵏ` and `1 + s + … + sᵏ⁻¹`.
    table: Vec<[f64; 2]>,
}

impl Powers {
    fn new(shrink: f64, most: usize) -> Self {
        let first = Some([1.0, 0.0]);
        let table = std::iter::successors(first, |[power, sum]| Some([power * shrink, sum + power]));
        Self {
            shrink,
            table: table.take(most + 1).collect(),
        }
    }

    /// `steps` times `w ← s·w + drift`.
    #[inline]
    fn slide(&self, weight: f64, drift: f64, steps: usize) -> f64 {
        let [power, sum] = self.table[steps];
        power * weight + sum * drift
    }

    /// The most steps below `end` for which `holds`, which does for none and, once it fails, fails for good.
    fn last(&self, end: usize, holds: impl Fn(usize) -> bool) -> usize {
        let (mut low, mut high) = (0, end);
        while low + 1 < high {
            let middle = low.midpoint(high);
            if holds(middle) {
                low = middle;
            } else {
                high = middle;
            }
        }
        low
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_steps_at_once_are_those_one_by_one() {
        for shrink in [1.0, 0.999, 0.9] {
            let powers = Powers::new(shrink, 300);
            for weight in [-2.0, -0.01, 0.0, 0.003, 1.5] {
                for drift in [-0.3, -0.011, -0.002, 0.0, 0.002, 0.011, 0.3] {
                    for due in [0.0, 0.001, 0.01, 0.1] {
                        let mut slow = weight;
                        for steps in 1..=300 {
                            slow = soft_threshold(slow * shrink + drift, due);
                            let fast = slide_to_zero(weight, drift, due, steps, &powers);
                            assert!(
                                (fast - slow).abs() < 1e-11 * (1.0 + slow.abs()),
                                "{weight} {drift} {due} {shrink}: {fast} {slow} after {steps}"
                            );
                        }
                    }
                }
            }
        }
    }
}

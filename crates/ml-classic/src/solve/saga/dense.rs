//! Dense rows: every weight moves in every step.

use ml_core::Float;

use super::{Pace, Weights};
use crate::solve::Design;

pub(super) struct Dense<F> {
    columns: usize,
    pace: Pace,
    /// `[lines, columns]`.
    weights: Vec<F>,
    /// Mean of slope times row: `[lines, columns]`.
    mean: Vec<F>,
}

impl<F: Float> Weights<F> for Dense<F> {
    fn new(start: &[f64], columns: usize, pace: Pace, _: usize) -> Self {
        Self {
            columns,
            pace,
            weights: start.iter().map(|&v| F::of(v)).collect(),
            mean: vec![F::zero(); start.len()],
        }
    }

    fn scores(&mut self, x: &Design<'_, F>, row: usize, scores: &mut [f64]) {
        for (score, weights) in scores.iter_mut().zip(self.weights.chunks(self.columns)) {
            *score = x.dot(row, weights);
        }
    }

    fn step(&mut self, x: &Design<'_, F>, row: usize, shifts: &[f64], changes: &[f64]) {
        let lines = self.weights.chunks_mut(self.columns);
        let lines = lines.zip(self.mean.chunks_mut(self.columns));
        for ((weights, mean), (&shift, &change)) in lines.zip(shifts.iter().zip(changes)) {
            x.add(row, F::of(shift), weights);
            slide(weights, mean, self.pace);
            x.add(row, F::of(change), mean);
        }
    }

    fn read(&mut self, to: &mut [f64]) {
        to.iter_mut()
            .zip(&self.weights)
            .for_each(|(to, w)| *to = w.as_f64());
    }
}

/// The part of a step that every weight takes: along the mean slope, then what the penalties take.
fn slide<F: Float>(weights: &mut [F], mean: &[F], pace: Pace) {
    let (shrink, rate, due) = (F::of(pace.shrink), F::of(pace.rate), F::of(pace.due));
    if pace.due == 0.0 {
        for (w, mean) in weights.iter_mut().zip(mean) {
            *w = *w * shrink - rate * *mean;
        }
        return;
    }
    for (w, mean) in weights.iter_mut().zip(mean) {
        let moved = *w * shrink - rate * *mean;
        *w = (moved - due).max(F::zero()) - (-moved - due).max(F::zero());
    }
}

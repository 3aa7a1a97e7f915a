//! Logistic regression with an l1 penalty: Newton's parabola, minimised one weight at a time.

use super::super::decide::sigmoid;
use crate::solve::{Columns, Limits, Outcome, soft_threshold};

/// Most passes over the columns for one parabola.
const MOST_PASSES: usize = 100;
/// Share of the first change of a pass below which the parabola is minimised well enough.
const ENOUGH: f64 = 1e-3;
/// Share of the promised gain that a step must bring, and how often it is halved until then.
const GAIN: f64 = 1e-2;
const MOST_HALVINGS: usize = 40;

/// `Σ weight·log(1 + exp(-y·score)) + l1·Σ |w| + ½·l2·Σ w²`, for two classes.
pub(super) struct Problem<'a> {
    pub(super) x: &'a Columns,
    /// 1 for the second class, 0 for the first.
    pub(super) codes: &'a [usize],
    /// They sum to 1.
    pub(super) weights: &'a [f64],
    pub(super) l1: f64,
    pub(super) l2: f64,
    pub(super) intercept: bool,
}

/// The loss where the weights are, and its parabola.
struct Point {
    /// `x·w + intercept` of every row.
    scores: Vec<f64>,
    /// First and second derivative in the score.
    slopes: Vec<f64>,
    bends: Vec<f64>,
}

impl Problem<'_> {
    /// Brings `w`, the weights and the intercept behind them, to the minimum.
    ///
    /// Source: Yuan, Ho, Lin, "An Improved GLMNET for L1-regularized Logistic Regression", JMLR 13 (2012).
    pub(super) fn solve(&self, w: &mut [f64], limits: Limits) -> Outcome {
        let columns = self.x.len();
        let mut scores = vec![if self.intercept { w[columns] } else { 0.0 }; self.x.n_rows()];
        for (j, &w) in w[..columns].iter().enumerate().filter(|(_, w)| **w != 0.0) {
            self.x.add(j, w, &mut scores);
        }
        let mut value = self.value(&scores, w);
        let mut steepest = f64::INFINITY;
        for n_iter in 0..limits.max_iter {
            let point = self.point(scores);
            let gradient = self.gradient(&point, w);
            steepest = self.violation(&gradient, w);
            if steepest <= limits.tol {
                return Outcome {
                    n_iter,
                    converged: true,
                    steepest,
                };
            }
            let (step, change) = self.newton_step(&point, &gradient, w);
            scores = point.scores;
            let Some(length) = self.halve(&scores, w, (&step, &change), &gradient, value) else {
                return Outcome {
                    n_iter,
                    converged: steepest <= 1e3 * limits.tol,
                    steepest,
                };
            };
            w.iter_mut().zip(&step).for_each(|(w, step)| *w += length * step);
            scores
                .iter_mut()
                .zip(&change)
                .for_each(|(score, change)| *score += length * change);
            value = self.value(&scores, w);
        }
        Outcome {
            n_iter: limits.max_iter,
            converged: false,
            steepest,
        }
    }

    fn value(&self, scores: &[f64], w: &[f64]) -> f64 {
        let loss = |((&score, &code), &weight): ((&f64, &usize), &f64)| {
            let margin: f64 = if code == 1 { score } else { -score };
            weight * ((-margin.abs()).exp().ln_1p() + (-margin).max(0.0))
        };
        let loss: f64 = scores.iter().zip(self.codes).zip(self.weights).map(loss).sum();
        let penalty: f64 = w[..self.x.len()]
            .iter()
            .map(|w| self.l1 * w.abs() + 0.5 * self.l2 * w * w)
            .sum();
        loss + penalty
    }

    fn point(&self, scores: Vec<f64>) -> Point {
        let rows = scores.iter().zip(self.codes).zip(self.weights);
        let (slopes, bends) = rows
            .map(|((&score, &code), &weight)| {
                let p = sigmoid(score);
                // Where the loss is all but straight, a trace of curvature keeps steps finite.
                (weight * (p - code as f64), weight * (p * (1.0 - p)).max(1e-10))
            })
            .unzip();
        Point {
            scores,
            slopes,
            bends,
        }
    }

    /// Of the smooth part.
    fn gradient(&self, point: &Point, w: &[f64]) -> Vec<f64> {
        let columns = self.x.len();
        let mut out: Vec<f64> = (0..columns)
            .map(|j| self.x.dot(j, &point.slopes) + self.l2 * w[j])
            .collect();
        if self.intercept {
            out.push(point.slopes.iter().sum());
        }
        out
    }

    /// The largest component of the gradient that the l1 penalty does not balance.
    fn violation(&self, gradient: &[f64], w: &[f64]) -> f64 {
        let columns = self.x.len();
        let one = |(j, (&g, &w)): (usize, (&f64, &f64))| match w {
            _ if j == columns => g.abs(),
            w if w != 0.0 => (g + self.l1 * w.signum()).abs(),
            _ => (g.abs() - self.l1).max(0.0),
        };
        gradient.iter().zip(w).enumerate().map(one).fold(0.0, f64::max)
    }

    /// The minimum of the parabola plus penalties, as a change of the weights and of the scores.
    fn newton_step(&self, point: &Point, gradient: &[f64], w: &[f64]) -> (Vec<f64>, Vec<f64>) {
        let columns = self.x.len();
        let bends: Vec<f64> = (0..columns)
            .map(|j| {
                let mut sum = self.l2;
                self.x.for_each(j, |row, v| sum += point.bends[row] * v * v);
                sum
            })
            .collect();
        let bend: f64 = point.bends.iter().sum();
        let mut step = vec![0.0; w.len()];
        let mut change = vec![0.0; point.scores.len()];
        let mut first = 0.0;
        for pass in 0..MOST_PASSES {
            let mut most: f64 = 0.0;
            for j in 0..columns {
                if bends[j] <= 0.0 {
                    continue;
                }
                let mut slope = gradient[j] + self.l2 * step[j];
                self.x
                    .for_each(j, |row, v| slope += point.bends[row] * v * change[row]);
                let old = w[j] + step[j];
                let new = soft_threshold(old - slope / bends[j], self.l1 / bends[j]);
                if new != old {
                    self.x.add(j, new - old, &mut change);
                    step[j] += new - old;
                    most = most.max((new - old).abs() * bends[j].sqrt());
                }
            }
            if self.intercept {
                let bent: f64 = point
                    .bends
                    .iter()
                    .zip(&change)
                    .map(|(bend, change)| bend * change)
                    .sum();
                let by = -(gradient[columns] + bent) / bend;
                change.iter_mut().for_each(|change| *change += by);
                step[columns] += by;
                most = most.max(by.abs() * bend.sqrt());
            }
            if pass == 0 {
                first = most;
            }
            if most <= ENOUGH * first {
                break;
            }
        }
        (step, change)
    }

    /// The longest of the steps 1, 1/2, ... that gains enough.
    fn halve(
        &self,
        scores: &[f64],
        w: &[f64],
        (step, change): (&[f64], &[f64]),
        gradient: &[f64],
        value: f64,
    ) -> Option<f64> {
        let columns = self.x.len();
        let smooth: f64 = gradient.iter().zip(step).map(|(g, step)| g * step).sum();
        let size = |(w, step): (&f64, &f64)| self.l1 * ((w + step).abs() - w.abs());
        let promise = smooth + w[..columns].iter().zip(step).map(size).sum::<f64>();
        let mut length = 1.0;
        for _ in 0..MOST_HALVINGS {
            let end: Vec<f64> = w.iter().zip(step).map(|(w, step)| w + length * step).collect();
            let there: Vec<f64> = scores
                .iter()
                .zip(change)
                .map(|(score, change)| score + length * change)
                .collect();
            if self.value(&there, &end) <= value + GAIN * length * promise {
                return Some(length);
            }
            length *= 0.5;
        }
        None
    }
}

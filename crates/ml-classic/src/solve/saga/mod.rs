//! Stochastic average gradients: steps as cheap as those of stochastic gradient descent, yet they come to rest.
//!
//! Every row's last slope is remembered, so that the average slope of all rows is known at every step:
//! `w ← w - γ·((new - old)·x + average)`, then the penalties. SAG, the older one, divides the first term by the number
//! of rows: less variance, some bias, and no l1 penalty.
//!
//! | file | whose rows |
//! |---|---|
//! | `dense` | all weights take part in every step |
//! | `lazy` | sparse: a weight catches up with the steps that it missed when a row next has its column |

mod dense;
mod lazy;

use ml_core::{Float, Rng, Seed, random::Generator};

use super::Design;

/// How many rows ahead memory is asked for: the order is drawn, which no processor can guess.
const AHEAD: usize = 4;

/// What is minimised: `mean(weight·loss(scores)) + ½·l2·Σ w² + l1·Σ |w|` over lines of weights with intercepts.
pub(crate) trait RowLoss {
    /// Lines of weights, hence scores a row.
    fn n_lines(&self) -> usize;
    /// Turns the scores of a row into slopes, times the row's weight.
    fn slopes(&self, row: usize, scores: &mut [f64]);
    /// A bound of the second derivative in a score, times the largest weight.
    fn bend(&self) -> f64;
}

/// Which of the two.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Average {
    /// Schmidt, Le Roux, Bach, "Minimizing Finite Sums with the Stochastic Average Gradient" (2013).
    Sag,
    /// Defazio, Bach, Lacoste-Julien, "SAGA" (2014).
    Saga,
}

/// How long and how strictly.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Settings {
    pub(crate) average: Average,
    pub(crate) l1: f64,
    pub(crate) l2: f64,
    pub(crate) intercept: bool,
    pub(crate) max_iter: usize,
    /// Stops when no weight has moved by this share of the largest in an epoch.
    pub(crate) tol: f64,
    pub(crate) seed: Seed,
}

/// The weights of all columns and their average slopes, and how a step changes them.
trait Weights<F: Float> {
    /// From weights `[lines, columns]`.
    fn new(start: &[f64], columns: usize, pace: Pace, n_rows: usize) -> Self;
    /// The scores of a row, without intercepts.
    fn scores(&mut self, x: &Design<'_, F>, row: usize, scores: &mut [f64]);
    /// One step: along `shifts·x`, along the average slopes, what the penalties take; then the row's `changes` of slope
    /// join the average.
    fn step(&mut self, x: &Design<'_, F>, row: usize, shifts: &[f64], changes: &[f64]);
    /// Writes the weights as they are now: `[lines, columns]`.
    fn read(&mut self, to: &mut [f64]);
}

/// What every step has in common.
#[derive(Debug, Clone, Copy)]
struct Pace {
    /// `γ`.
    rate: f64,
    /// What is left of a weight after the l2 penalty: `1 - γ·l2`.
    shrink: f64,
    /// What the l1 penalty takes: `γ·l1`.
    due: f64,
}

/// Trains `w`, the weights of every line and behind them its intercept, if there is one; gives the number of epochs
/// and whether it came to rest.
pub(crate) fn descend<F: Float>(
    x: &Design<'_, F>,
    loss: &impl RowLoss,
    w: &mut [f64],
    settings: &Settings,
) -> (usize, bool) {
    if x.is_sparse() {
        run::<F, lazy::Lazy<F>>(x, loss, w, settings)
    } else {
        run::<F, dense::Dense<F>>(x, loss, w, settings)
    }
}

fn run<F: Float, W: Weights<F>>(
    x: &Design<'_, F>,
    loss: &impl RowLoss,
    w: &mut [f64],
    settings: &Settings,
) -> (usize, bool) {
    let (n_rows, columns) = (x.n_rows(), x.n_columns());
    let stride = columns + usize::from(settings.intercept);
    let lines = || w.chunks(stride);
    let mut after: Vec<f64> = lines().flat_map(|line| &line[..columns]).copied().collect();
    let intercepts = lines().map(|line| line.get(columns).copied().unwrap_or(0.0));
    let mut walk = Walk::<F, W, _>::new(x, loss, (&after, intercepts.collect()), settings);
    let mut rng: Box<dyn Generator> = match settings.seed {
        Seed::Fast(seed) => Box::new(Rng::new(seed)),
        numpy => numpy.generator(),
    };
    let mut order = vec![0; n_rows];
    let mut before = after.clone();
    let (mut epoch, mut at_rest) = (0, false);
    while epoch < settings.max_iter && !at_rest {
        epoch += 1;
        std::mem::swap(&mut before, &mut after);
        order.iter_mut().for_each(|row| *row = rng.below(n_rows));
        walk.epoch(&order);
        walk.weights.read(&mut after);
        let largest = after.iter().fold(0.0, |most: f64, v| most.max(v.abs()));
        let moved = before.iter().zip(&after);
        let moved = moved.fold(0.0, |most: f64, (a, b)| most.max((a - b).abs()));
        at_rest = moved <= settings.tol * largest;
    }
    for (line, to) in w.chunks_mut(stride).enumerate() {
        to[..columns].copy_from_slice(&after[line * columns..][..columns]);
        if settings.intercept {
            to[columns] = walk.intercepts[line];
        }
    }
    (epoch, at_rest)
}

struct Walk<'a, 'd, F, W, L> {
    x: &'a Design<'d, F>,
    loss: &'a L,
    settings: &'a Settings,
    weights: W,
    intercepts: Vec<f64>,
    /// Last slopes of every row: `[rows, lines]`.
    slopes: Vec<f64>,
    mean_intercepts: Vec<f64>,
    /// Scores, then how much the slopes of the row change, then by how much that is shared among the rows; and how far
    /// the weights go along the row: one a line.
    scores: Vec<f64>,
    shifts: Vec<f64>,
    rate: f64,
}

impl<'a, 'd, F: Float, W: Weights<F>, L: RowLoss> Walk<'a, 'd, F, W, L> {
    fn new(
        x: &'a Design<'d, F>,
        loss: &'a L,
        (start, intercepts): (&[f64], Vec<f64>),
        settings: &'a Settings,
    ) -> Self {
        let (n_rows, n_lines) = (x.n_rows(), loss.n_lines());
        let longest = (0..n_rows).map(|row| x.squares(row)).fold(0.0, f64::max);
        let steepness = loss.bend() * (longest + f64::from(settings.intercept)) + settings.l2;
        let rate = match settings.average {
            Average::Sag => 1.0 / steepness,
            Average::Saga => 1.0 / (3.0 * steepness),
        };
        let pace = Pace {
            rate,
            shrink: 1.0 - rate * settings.l2,
            due: rate * settings.l1,
        };
        Self {
            x,
            loss,
            settings,
            weights: W::new(start, x.n_columns(), pace, n_rows),
            intercepts,
            slopes: vec![0.0; n_rows * n_lines],
            mean_intercepts: vec![0.0; n_lines],
            scores: vec![0.0; n_lines],
            shifts: vec![0.0; n_lines],
            rate,
        }
    }

    fn epoch(&mut self, order: &[usize]) {
        for (place, &row) in order.iter().enumerate() {
            if let Some(&soon) = order.get(place + AHEAD) {
                self.x.prefetch(soon);
            }
            self.step(row);
        }
    }

    fn step(&mut self, row: usize) {
        let (n_lines, n_rows) = (self.scores.len(), self.x.n_rows() as f64);
        self.weights.scores(self.x, row, &mut self.scores);
        for (score, intercept) in self.scores.iter_mut().zip(&self.intercepts) {
            *score += intercept;
        }
        self.loss.slopes(row, &mut self.scores);
        let correction = match self.settings.average {
            Average::Sag => 1.0 / n_rows,
            Average::Saga => 1.0,
        };
        let slopes = &mut self.slopes[row * n_lines..][..n_lines];
        for (line, last) in slopes.iter_mut().enumerate() {
            let slope = self.scores[line];
            let change = slope - *last;
            *last = slope;
            self.shifts[line] = -self.rate * correction * change;
            self.scores[line] = change / n_rows;
            if self.settings.intercept {
                self.intercepts[line] -= self.rate * (correction * change + self.mean_intercepts[line]);
                self.mean_intercepts[line] += change / n_rows;
            }
        }
        self.weights.step(self.x, row, &self.shifts, &self.scores);
    }
}

#[cfg(test)]
mod tests;

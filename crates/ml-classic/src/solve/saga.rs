//! Stochastic average gradients: steps as cheap as those of stochastic gradient descent, yet they come to rest.
//!
//! Every row's last slope is remembered, so that the average slope of all rows is known at every step:
//! `w ← w - γ·((new - old)·x + average)`, then the penalties. SAG, the older one, divides the first term by the number
//! of rows: less variance, some bias, and no l1 penalty.

use ml_core::{Float, Rng, Seed, random::Generator};

use super::Design;

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

/// Trains `w`, the weights of every line and behind them its intercept, if there is one; gives the number of epochs
/// and whether it came to rest.
pub(crate) fn descend<F: Float>(
    x: &Design<'_, F>,
    loss: &impl RowLoss,
    w: &mut [f64],
    settings: &Settings,
) -> (usize, bool) {
    let (n_rows, columns, n_lines) = (x.n_rows(), x.n_columns(), loss.n_lines());
    let mut walk = Walk::new(x, loss, w, settings);
    let mut rng: Box<dyn Generator> = match settings.seed {
        Seed::Fast(seed) => Box::new(Rng::new(seed)),
        numpy => numpy.generator(),
    };
    for epoch in 1..=settings.max_iter {
        let before = walk.weights.clone();
        for _ in 0..n_rows {
            walk.step(rng.below(n_rows));
        }
        let largest = walk
            .weights
            .iter()
            .fold(0.0, |most: f64, v| most.max(v.as_f64().abs()));
        let moved = before.iter().zip(&walk.weights);
        let moved = moved.fold(0.0, |most: f64, (a, b)| most.max((a.as_f64() - b.as_f64()).abs()));
        if moved <= settings.tol * largest || epoch == settings.max_iter {
            let stride = columns + usize::from(settings.intercept);
            for line in 0..n_lines {
                let to = &mut w[line * stride..][..stride];
                let from = &walk.weights[line * columns..][..columns];
                to.iter_mut().zip(from).for_each(|(to, from)| *to = from.as_f64());
                if settings.intercept {
                    to[columns] = walk.intercepts[line];
                }
            }
            return (epoch, moved <= settings.tol * largest);
        }
    }
    (0, false)
}

struct Walk<'a, 'd, F, L> {
    x: &'a Design<'d, F>,
    loss: &'a L,
    settings: &'a Settings,
    /// `[lines, columns]`.
    weights: Vec<F>,
    intercepts: Vec<f64>,
    /// Last slopes of every row: `[rows, lines]`.
    slopes: Vec<f64>,
    /// Mean of slope times row: `[lines, columns]`.
    mean: Vec<F>,
    mean_intercepts: Vec<f64>,
    scores: Vec<f64>,
    /// `γ`.
    rate: f64,
}

impl<'a, 'd, F: Float, L: RowLoss> Walk<'a, 'd, F, L> {
    fn new(x: &'a Design<'d, F>, loss: &'a L, w: &[f64], settings: &'a Settings) -> Self {
        let (n_rows, columns, n_lines) = (x.n_rows(), x.n_columns(), loss.n_lines());
        let stride = columns + usize::from(settings.intercept);
        let longest = (0..n_rows).map(|row| x.squares(row)).fold(0.0, f64::max);
        let steepness = loss.bend() * (longest + f64::from(settings.intercept)) + settings.l2;
        Self {
            x,
            loss,
            settings,
            weights: w
                .chunks(stride)
                .flat_map(|line| &line[..columns])
                .map(|&v| F::of(v))
                .collect(),
            intercepts: w
                .chunks(stride)
                .map(|line| line.get(columns).copied().unwrap_or(0.0))
                .collect(),
            slopes: vec![0.0; n_rows * n_lines],
            mean: vec![F::zero(); n_lines * columns],
            mean_intercepts: vec![0.0; n_lines],
            scores: vec![0.0; n_lines],
            rate: match settings.average {
                Average::Sag => 1.0 / steepness,
                Average::Saga => 1.0 / (3.0 * steepness),
            },
        }
    }

    fn step(&mut self, row: usize) {
        let (columns, n_lines, n_rows) = (self.x.n_columns(), self.scores.len(), self.x.n_rows() as f64);
        for line in 0..n_lines {
            let weights = &self.weights[line * columns..][..columns];
            self.scores[line] = self.x.dot(row, weights) + self.intercepts[line];
        }
        self.loss.slopes(row, &mut self.scores);
        let correction = match self.settings.average {
            Average::Sag => 1.0 / n_rows,
            Average::Saga => 1.0,
        };
        for line in 0..n_lines {
            let old = &mut self.slopes[row * n_lines + line];
            let change = self.scores[line] - *old;
            *old = self.scores[line];
            let weights = &mut self.weights[line * columns..][..columns];
            let mean = &mut self.mean[line * columns..][..columns];
            let shift = -self.rate * correction * change;
            self.x.add(row, F::of(shift), weights);
            slide(weights, mean, self.rate, self.settings);
            self.x.add(row, F::of(change / n_rows), mean);
            if self.settings.intercept {
                self.intercepts[line] -= self.rate * (correction * change + self.mean_intercepts[line]);
                self.mean_intercepts[line] += change / n_rows;
            }
        }
    }
}

/// The part of a step that every weight takes: along the mean slope, then what the penalties take.
fn slide<F: Float>(weights: &mut [F], mean: &[F], rate: f64, settings: &Settings) {
    let (shrink, rate, due) = (
        F::of(1.0 - rate * settings.l2),
        F::of(rate),
        F::of(rate * settings.l1),
    );
    if settings.l1 == 0.0 {
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

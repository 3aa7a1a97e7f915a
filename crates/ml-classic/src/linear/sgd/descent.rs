//! The algorithm: one row after the other, in an order that is shuffled anew for every epoch.

use ml_core::{Error, Float, Result, ndarray::Array1, prefetch};
use serde::{Deserialize, Serialize};

use super::{
    plan::{LearningRate, Plan},
    weight_vector::WeightVector,
};
use crate::{linear::Penalty, solve::Design};

/// Slopes of the loss are cut off here, so that one absurd row cannot make the weights infinite.
const STEEPEST: f64 = 1e12;
/// How much more slowly the intercept learns from sparse rows, in which it is the one value that is always there.
const SPARSE_INTERCEPT: f64 = 0.01;
/// What an adaptive learning rate is divided by, and the smallest that is divided.
const ADAPTIVE_DIVISOR: f64 = 5.0;
const ADAPTIVE_LEAST: f64 = 1e-6;

/// How many rows ahead memory is asked for: the order is shuffled, which no processor can guess.
const AHEAD: usize = 4;

/// The weights of one output, to go on from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Line {
    pub(super) weights: Array1<f64>,
    pub(super) intercept: f64,
    /// The average of all past weights and intercepts, if asked for.
    pub(super) average: Option<(Array1<f64>, f64)>,
}

impl Line {
    pub(super) fn zero(columns: usize, average: bool) -> Self {
        Self {
            weights: Array1::zeros(columns),
            intercept: 0.0,
            average: average.then(|| (Array1::zeros(columns), 0.0)),
        }
    }
}

/// Rows that are left out of training, and how good weights and intercept are on them.
pub(super) type Validation<'a, F> = (&'a [bool], &'a (dyn Fn(&[F], f64) -> f64 + Sync));

/// Rows with targets; class targets are 1 and -1.
pub(super) struct Lesson<'a, 'd, F> {
    pub(super) x: &'a Design<'d, F>,
    pub(super) y: &'a [f64],
    /// Of the row times that of its class.
    pub(super) weights: &'a [f64],
    /// What to stop by, if not by the objective.
    pub(super) validation: Option<Validation<'a, F>>,
}

/// The generator of Scikit-Learn's shuffles: Marsaglia's xorshift of 32 bits, without the highest.
struct Shuffler(u32);

impl Shuffler {
    fn next(&mut self) -> u32 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 17;
        self.0 ^= self.0 << 5;
        self.0 & 0x7fff_ffff
    }

    fn shuffle(seed: u32, items: &mut [u32]) {
        // Zero is the one number that it never leaves.
        let mut random = Self(seed.max(1));
        let n = items.len();
        for i in 0..n.saturating_sub(1) {
            items.swap(i, i + random.next() as usize % (n - i));
        }
    }
}

/// Counts how long nothing has improved.
struct Patience {
    best: f64,
    idle: usize,
}

impl Patience {
    /// Takes a score of which more is better.
    fn improved(&mut self, score: f64, tol: Option<f64>) {
        self.idle = match tol {
            Some(tol) if score < self.best + tol => self.idle + 1,
            _ => 0,
        };
        self.best = self.best.max(score);
    }
}

/// Trains `line` for at most `max_iter` epochs from step `t` on; gives the number of epochs and whether it stopped
/// by itself.
pub(super) fn descend<F: Float>(
    plan: &Plan,
    lesson: &Lesson<'_, '_, F>,
    line: &mut Line,
    (seed, t, max_iter): (u32, f64, usize),
) -> Result<(usize, bool)> {
    let average = line.average.as_ref().map(|(weights, _)| weights);
    let mut walk = Walk {
        plan,
        lesson,
        w: WeightVector::new(&line.weights, average, plan.l1() > 0.0),
        intercept: line.intercept,
        average_intercept: line.average.as_ref().map_or(0.0, |(_, intercept)| *intercept),
        eta: plan.eta0,
        t,
        // Bottou's first learning rate is the guess at the size of the weights.
        first: 1.0 / (plan.alpha.powf(-0.25) * plan.alpha),
        l1_due: 0.0,
    };
    let mut order: Vec<u32> = (0..lesson.x.n_rows() as u32).collect();
    let mut patience = Patience {
        best: f64::NEG_INFINITY,
        idle: 0,
    };
    let (mut epochs, mut stopped) = (0, false);
    while epochs < max_iter && !stopped {
        if plan.shuffle {
            Shuffler::shuffle(seed, &mut order);
        }
        let objective = walk.epoch(&order);
        epochs += 1;
        if !walk.intercept.is_finite() || !walk.w.is_finite() {
            return Err(overflow(plan, epochs));
        }
        let score = match lesson.validation {
            Some((_, score)) => score(walk.w.weights(), walk.intercept),
            None => -objective,
        };
        patience.improved(score, plan.tol);
        if patience.idle >= plan.n_iter_no_change {
            stopped = !walk.slow_down();
            patience.idle = 0;
        }
    }
    let (intercept, average_intercept) = (walk.intercept, walk.average_intercept);
    let (weights, average) = walk.w.finish();
    let average = average.map(|weights| (weights, average_intercept));
    if average
        .iter()
        .any(|(weights, intercept)| !intercept.is_finite() || weights.iter().any(|v| !v.is_finite()))
    {
        return Err(overflow(plan, epochs));
    }
    *line = Line {
        weights,
        intercept,
        average,
    };
    Ok((epochs, stopped))
}

fn overflow(plan: &Plan, epochs: usize) -> Error {
    Error::Numerical {
        op: plan.op.name(),
        problem: format!("the weights overflow in epoch {epochs}"),
        remedy: "scale the columns first (StandardScaler), or lower eta0",
    }
}

/// Where training has got to.
struct Walk<'a, 'd, F> {
    plan: &'a Plan,
    lesson: &'a Lesson<'a, 'd, F>,
    w: WeightVector<F>,
    intercept: f64,
    average_intercept: f64,
    eta: f64,
    /// Number of the next step, from 1.
    t: f64,
    /// `t0` of the optimal learning rate.
    first: f64,
    /// The l1 penalty that every weight should have paid by now.
    l1_due: f64,
}

impl<F: Float> Walk<'_, '_, F> {
    /// One pass over the rows; gives the mean of the objective at the rows, each before it was learned from.
    fn epoch(&mut self, order: &[u32]) -> f64 {
        let watched = self.lesson.validation.is_none();
        let (mut sum, mut count) = (0.0, 0);
        for (place, &row) in order.iter().enumerate() {
            if let Some(&soon) = order.get(place + AHEAD) {
                let soon = soon as usize;
                self.lesson.x.prefetch(soon);
                prefetch(&self.lesson.y[soon..=soon]);
                prefetch(&self.lesson.weights[soon..=soon]);
            }
            let row = row as usize;
            if self.lesson.validation.is_some_and(|(held_out, _)| held_out[row]) {
                continue;
            }
            let score = self.w.dot(self.lesson.x, row) + self.intercept;
            if watched {
                sum += self.plan.loss.value(self.lesson.y[row], score) + self.penalty();
            }
            count += 1;
            self.step(row, score);
        }
        sum / f64::from(count)
    }

    fn penalty(&self) -> f64 {
        let plan = self.plan;
        if plan.penalty == Penalty::None || passive(plan.learning_rate) {
            return 0.0;
        }
        let l1 = plan.l1();
        plan.alpha * ((1.0 - l1) * 0.5 * self.w.squares() + l1 * self.w.sizes())
    }

    /// Learns from a row that now scores `score`.
    #[inline]
    fn step(&mut self, row: usize, score: f64) {
        let (plan, x, y) = (self.plan, self.lesson.x, self.lesson.y[row]);
        match plan.learning_rate {
            LearningRate::Optimal => self.eta = 1.0 / (plan.alpha * (self.first + self.t - 1.0)),
            LearningRate::InvScaling => self.eta = plan.eta0 / self.t.powf(plan.power_t),
            _ => {}
        }
        let Some(move_by) = self.step_length(row, y, score) else {
            return;
        };
        let move_by = move_by * self.lesson.weights[row];
        if matches!(plan.penalty, Penalty::L2 | Penalty::ElasticNet) {
            // A rate that would turn the weights around makes them zero instead.
            self.w
                .shrink((1.0 - (1.0 - plan.l1()) * self.eta * plan.alpha).max(0.0));
        }
        if move_by != 0.0 {
            self.w.add(x, row, move_by);
            if plan.fit_intercept {
                self.intercept += move_by * if x.is_sparse() { SPARSE_INTERCEPT } else { 1.0 };
            }
        }
        if plan.average > 0 && plan.average as f64 <= self.t {
            let count = self.t - plan.average as f64 + 1.0;
            self.w.add_average(x, row, move_by, count);
            self.average_intercept += (self.intercept - self.average_intercept) / count;
        }
        if plan.l1() > 0.0 {
            self.l1_due += plan.l1() * self.eta * plan.alpha;
            self.w.pay_l1(x, row, self.l1_due);
        }
        self.t += 1.0;
    }

    /// What of the row to add to the weights; `None` for a row of zeros, from which the first passive-aggressive
    /// algorithm learns nothing.
    #[inline]
    fn step_length(&self, row: usize, y: f64, score: f64) -> Option<f64> {
        let (plan, loss) = (self.plan, self.plan.loss);
        let length = || self.lesson.x.squares(row);
        let size = match plan.learning_rate {
            LearningRate::Pa1 => {
                let length = length();
                if length == 0.0 {
                    return None;
                }
                plan.eta0.min(loss.value(y, score) / length)
            }
            LearningRate::Pa2 => loss.value(y, score) / (length() + 0.5 / plan.eta0),
            _ => return Some(-self.eta * loss.derivative(y, score).clamp(-STEEPEST, STEEPEST)),
        };
        Some(match loss {
            super::loss::Loss::Hinge(_) => size * y,
            _ if y < score => -size,
            _ => size,
        })
    }

    /// Whether training goes on, more slowly, after it has stagnated.
    fn slow_down(&mut self) -> bool {
        let goes_on = self.plan.learning_rate == LearningRate::Adaptive && self.eta > ADAPTIVE_LEAST;
        if goes_on {
            self.eta /= ADAPTIVE_DIVISOR;
        }
        goes_on
    }
}

fn passive(rate: LearningRate) -> bool {
    matches!(rate, LearningRate::Pa1 | LearningRate::Pa2)
}

#[cfg(test)]
mod tests {
    use super::Shuffler;

    #[test]
    fn shuffles_are_those_of_scikit_learn() {
        // ArrayDataset64 of ten rows, _shuffle_py(5), then the indices of ten _next_py(); and once more.
        let mut order: Vec<u32> = (0..10).collect();
        Shuffler::shuffle(5, &mut order);
        assert_eq!(order, FIRST);
        Shuffler::shuffle(5, &mut order);
        assert_eq!(order, SECOND);
    }

    const FIRST: [u32; 10] = [5, 2, 3, 7, 0, 9, 4, 6, 1, 8];
    const SECOND: [u32; 10] = [9, 3, 7, 6, 5, 8, 0, 4, 2, 1];
}

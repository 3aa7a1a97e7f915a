//! L-BFGS: Newton's method for smooth functions, with a Hessian guessed from the last few steps.

use ml_core::{Error, Result};

use super::vector::{add, dot};

/// Steps that are remembered.
const MEMORY: usize = 20;
/// Most evaluations of one line search.
const MOST_TRIALS: usize = 40;
/// Armijo's and Wolfe's constants: how much a step must gain, how much flatter the slope must be.
const GAIN: f64 = 1e-4;
const FLATTER: f64 = 0.9;

/// A function to minimise, with its gradient.
pub(crate) trait Smooth {
    /// The value at `w`; writes the gradient.
    fn evaluate(&self, w: &[f64], gradient: &mut [f64]) -> Result<f64>;
}

/// When to stop.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Limits {
    pub(crate) max_iter: usize,
    /// Largest component of the gradient at which to stop.
    pub(crate) tol: f64,
    /// Relative decrease of the value below which to stop.
    pub(crate) least_gain: f64,
}

/// How it ended.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Outcome {
    pub(crate) n_iter: usize,
    pub(crate) converged: bool,
    /// The largest component of the gradient at the end.
    pub(crate) steepest: f64,
}

/// Brings `w` to a minimum of `f`.
///
/// Source: Liu and Nocedal, "On the Limited Memory BFGS Method for Large Scale Optimization" (1989).
pub(crate) fn lbfgs(f: &impl Smooth, w: &mut [f64], limits: Limits) -> Result<Outcome> {
    let mut gradient = vec![0.0; w.len()];
    let mut value = f.evaluate(w, &mut gradient)?;
    check_start(value, &gradient)?;
    let mut memory = Memory::default();
    for n_iter in 0..limits.max_iter {
        if steepest(&gradient) <= limits.tol {
            return Ok(Outcome {
                n_iter,
                converged: true,
                steepest: steepest(&gradient),
            });
        }
        let mut direction = memory.newton_step(&gradient);
        let mut slope = dot(&direction, &gradient);
        if slope >= 0.0 || slope.is_nan() {
            // Rounding has spoiled the memory: start again with steepest descent.
            memory = Memory::default();
            direction = memory.newton_step(&gradient);
            slope = dot(&direction, &gradient);
        }
        let first = if memory.steps.is_empty() {
            1.0 / dot(&gradient, &gradient).sqrt().max(1.0)
        } else {
            1.0
        };
        let search = Search {
            f,
            w,
            direction: &direction,
            value,
            slope,
        };
        let Some(end) = search.run(first)? else {
            // No step gains anything in floating point: this is as far as it goes.
            let steepest = steepest(&gradient);
            return Ok(Outcome {
                n_iter,
                converged: steepest <= 1e3 * limits.tol,
                steepest,
            });
        };
        let gained = value - end.value;
        let scale = value.abs().max(end.value.abs()).max(1.0);
        memory.remember(end.step, &direction, &end.gradient, &gradient);
        add(end.step, &direction, w);
        (value, gradient) = (end.value, end.gradient);
        if gained <= limits.least_gain * scale {
            return Ok(Outcome {
                n_iter: n_iter + 1,
                converged: true,
                steepest: steepest(&gradient),
            });
        }
    }
    let steepest = steepest(&gradient);
    Ok(Outcome {
        n_iter: limits.max_iter,
        converged: steepest <= limits.tol,
        steepest,
    })
}

/// A function that overflows where it starts cannot be minimised.
pub(crate) fn check_start(value: f64, gradient: &[f64]) -> Result<()> {
    if value.is_finite() && gradient.iter().all(|g| g.is_finite()) {
        return Ok(());
    }
    Err(Error::Numerical {
        op: "LogisticRegression",
        problem: "the loss or its gradient overflows".to_owned(),
        remedy: "scale the columns first (StandardScaler)",
    })
}

pub(crate) fn steepest(gradient: &[f64]) -> f64 {
    gradient.iter().fold(0.0, |most: f64, g| most.max(g.abs()))
}

/// The last steps `s` and changes of the gradient `y`, with `s·y`.
#[derive(Default)]
struct Memory {
    steps: Vec<(Vec<f64>, Vec<f64>, f64)>,
}

impl Memory {
    /// `-H·gradient`, by the two loops of the recursion.
    fn newton_step(&self, gradient: &[f64]) -> Vec<f64> {
        let mut q: Vec<f64> = gradient.iter().map(|g| -g).collect();
        let mut shares = Vec::with_capacity(self.steps.len());
        for (s, y, sy) in self.steps.iter().rev() {
            let share = dot(s, &q) / sy;
            add(-share, y, &mut q);
            shares.push(share);
        }
        if let Some((_, y, sy)) = self.steps.last() {
            let scale = sy / dot(y, y);
            q.iter_mut().for_each(|v| *v *= scale);
        }
        for ((s, y, sy), share) in self.steps.iter().zip(shares.iter().rev()) {
            add(share - dot(y, &q) / sy, s, &mut q);
        }
        q
    }

    fn remember(&mut self, step: f64, direction: &[f64], new: &[f64], old: &[f64]) {
        let s: Vec<f64> = direction.iter().map(|d| step * d).collect();
        let y: Vec<f64> = new.iter().zip(old).map(|(new, old)| new - old).collect();
        let sy = dot(&s, &y);
        // Without curvature along the step it would make the guess indefinite.
        if sy > f64::EPSILON * dot(&y, &y) {
            if self.steps.len() == MEMORY {
                self.steps.remove(0);
            }
            self.steps.push((s, y, sy));
        }
    }
}

/// A search along `w + step·direction` for a step that gains enough where the slope is flat enough (the strong
/// conditions of Wolfe).
///
/// Source: Nocedal and Wright, "Numerical Optimization" (2006), algorithms 3.5 and 3.6.
struct Search<'a, S> {
    f: &'a S,
    w: &'a [f64],
    direction: &'a [f64],
    value: f64,
    slope: f64,
}

#[derive(Clone)]
struct Trial {
    step: f64,
    value: f64,
    slope: f64,
    gradient: Vec<f64>,
}

impl<S: Smooth> Search<'_, S> {
    fn run(&self, first: f64) -> Result<Option<Trial>> {
        let origin = Trial {
            step: 0.0,
            value: self.value,
            slope: self.slope,
            gradient: Vec::new(),
        };
        let (mut low, mut high): (Trial, Option<Trial>) = (origin, None);
        let mut step = first;
        for _ in 0..MOST_TRIALS {
            let trial = self.trial(step)?;
            let gains = trial.value <= self.value + GAIN * step * self.slope && trial.value.is_finite();
            if !gains || (trial.value >= low.value && low.step > 0.0) {
                high = Some(trial);
            } else if trial.slope.abs() <= -FLATTER * self.slope {
                return Ok(Some(trial));
            } else if trial.slope * (high.as_ref().map_or(f64::INFINITY, |h| h.step) - low.step) >= 0.0 {
                // The minimum lies between the two.
                high = Some(std::mem::replace(&mut low, trial));
            } else {
                low = trial;
            }
            step = match &high {
                None => 4.0 * low.step.max(step),
                Some(high) => {
                    if (high.step - low.step).abs() <= f64::EPSILON * low.step.abs().max(1e-300) {
                        break;
                    }
                    between(&low, high)
                }
            };
        }
        // A step that gains is good enough, flat or not.
        Ok((low.step > 0.0).then_some(low))
    }

    fn trial(&self, step: f64) -> Result<Trial> {
        let mut w = self.w.to_vec();
        add(step, self.direction, &mut w);
        let mut gradient = vec![0.0; w.len()];
        let value = self.f.evaluate(&w, &mut gradient)?;
        let slope = dot(&gradient, self.direction);
        Ok(Trial {
            step,
            value,
            slope,
            gradient,
        })
    }
}

/// Where the cubic through two trials has its minimum, kept off the ends.
fn between(a: &Trial, b: &Trial) -> f64 {
    let width = b.step - a.step;
    let d = a.slope + b.slope - 3.0 * (a.value - b.value) / (a.step - b.step);
    let root = (d * d - a.slope * b.slope).max(0.0).sqrt() * width.signum();
    let cubic = b.step - width * (b.slope + root - d) / (b.slope - a.slope + 2.0 * root);
    let (near, far) = (a.step + 0.1 * width, a.step + 0.9 * width);
    let (least, most) = (near.min(far), near.max(far));
    if cubic.is_finite() {
        cubic.clamp(least, most)
    } else {
        0.5 * (a.step + b.step)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `(1 - x)² + 100·(y - x²)²`, a bent valley whose bottom is at (1, 1).
    struct Rosenbrock;

    impl Smooth for Rosenbrock {
        fn evaluate(&self, w: &[f64], gradient: &mut [f64]) -> Result<f64> {
            let (x, y) = (w[0], w[1]);
            gradient[0] = -2.0 * (1.0 - x) - 400.0 * x * (y - x * x);
            gradient[1] = 200.0 * (y - x * x);
            Ok((1.0 - x).powi(2) + 100.0 * (y - x * x).powi(2))
        }
    }

    const LIMITS: Limits = Limits {
        max_iter: 100,
        tol: 1e-9,
        least_gain: 0.0,
    };

    #[test]
    fn the_bottom_of_a_bent_valley_is_found() {
        for start in [[-1.2, 1.0], [0.0, 0.0], [30.0, -5.0]] {
            let mut w = start.to_vec();
            let outcome = lbfgs(&Rosenbrock, &mut w, LIMITS).unwrap();
            assert!(outcome.converged, "{start:?} {outcome:?} {w:?}");
            assert!((w[0] - 1.0).abs() < 1e-7 && (w[1] - 1.0).abs() < 1e-7, "{w:?}");
        }
    }

    /// `½·Σ i·(w_i - 1)²`.
    struct Bowl;

    impl Smooth for Bowl {
        fn evaluate(&self, w: &[f64], gradient: &mut [f64]) -> Result<f64> {
            for (i, (g, w)) in gradient.iter_mut().zip(w).enumerate() {
                *g = (i + 1) as f64 * (w - 1.0);
            }
            Ok(w.iter().zip(gradient).map(|(w, g)| 0.5 * (w - 1.0) * *g).sum())
        }
    }

    #[test]
    fn a_bowl_takes_little_more_than_a_step_a_direction() {
        let mut w = vec![0.0; 50];
        let outcome = lbfgs(&Bowl, &mut w, LIMITS).unwrap();
        assert!(outcome.converged && outcome.n_iter < 80, "{outcome:?}");
        assert!(w.iter().all(|v| (v - 1.0).abs() < 1e-8));
    }
}

//! Rates that fall by a formula.

use ml_core::{Result, Tensor, check};
use serde::{Deserialize, Serialize};

use super::Schedule;

/// `initial · rate^(step / steps)`: exponential scheduling.
///
/// # Examples
/// ```
/// use ml_core::Tensor;
/// use ml_nn::schedules::{ExponentialDecay, Schedule};
///
/// let schedule = ExponentialDecay::new(0.01, 20.0, 0.1);
/// assert!((schedule.rate(&Tensor::from(20.0))?.item::<f64>()? - 0.001).abs() < 1e-15);
/// # Ok::<(), ml_core::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct ExponentialDecay {
    /// Rate of the first step.
    pub initial_learning_rate: f64,
    /// After so many steps it has fallen by [`decay_rate`](Self::decay_rate).
    pub decay_steps: f64,
    /// What it is multiplied by.
    pub decay_rate: f64,
    /// Whether it falls all at once every [`decay_steps`](Self::decay_steps). Default false.
    pub staircase: bool,
}

/// `initial / (1 + rate · step / steps)`: power scheduling with power 1.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct InverseTimeDecay {
    /// Rate of the first step.
    pub initial_learning_rate: f64,
    /// Steps in which the divisor grows by [`decay_rate`](Self::decay_rate).
    pub decay_steps: f64,
    /// How much the divisor grows.
    pub decay_rate: f64,
    /// Whether it falls all at once every [`decay_steps`](Self::decay_steps). Default false.
    pub staircase: bool,
}

/// From one rate to another in so many steps: `(initial - end) · (1 - step / steps)^power + end`.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct PolynomialDecay {
    /// Rate of the first step.
    pub initial_learning_rate: f64,
    /// Steps until the end.
    pub decay_steps: f64,
    /// Rate at the end and after it. Default 0.0001.
    pub end_learning_rate: f64,
    /// Default 1: a straight line.
    pub power: f64,
}

impl ExponentialDecay {
    /// Falls smoothly.
    pub fn new(initial_learning_rate: f64, decay_steps: f64, decay_rate: f64) -> Self {
        Self {
            initial_learning_rate,
            decay_steps,
            decay_rate,
            staircase: false,
        }
    }
}

impl InverseTimeDecay {
    /// Falls smoothly.
    pub fn new(initial_learning_rate: f64, decay_steps: f64, decay_rate: f64) -> Self {
        Self {
            initial_learning_rate,
            decay_steps,
            decay_rate,
            staircase: false,
        }
    }
}

impl PolynomialDecay {
    /// A straight line down to 0.0001.
    pub fn new(initial_learning_rate: f64, decay_steps: f64) -> Self {
        Self {
            initial_learning_rate,
            decay_steps,
            end_learning_rate: 1e-4,
            power: 1.0,
        }
    }
}

/// `step / steps`, rounded down if asked for.
fn progress(step: &Tensor, steps: f64, staircase: bool) -> Result<Tensor> {
    check::parameter(
        "decay_steps",
        steps,
        steps.is_finite() && steps > 0.0,
        "finite and > 0",
    )?;
    let progress = step.div_scalar(steps)?;
    if staircase { progress.floor() } else { Ok(progress) }
}

#[typetag::serde]
impl Schedule for ExponentialDecay {
    fn rate(&self, step: &Tensor) -> Result<Tensor> {
        let base = Tensor::from(self.decay_rate);
        base.pow(&progress(step, self.decay_steps, self.staircase)?)?
            .mul_scalar(self.initial_learning_rate)
    }
}

#[typetag::serde]
impl Schedule for InverseTimeDecay {
    fn rate(&self, step: &Tensor) -> Result<Tensor> {
        progress(step, self.decay_steps, self.staircase)?
            .mul_scalar(self.decay_rate)?
            .add_scalar(1.0)?
            .rdiv_scalar(self.initial_learning_rate)
    }
}

#[typetag::serde]
impl Schedule for PolynomialDecay {
    fn rate(&self, step: &Tensor) -> Result<Tensor> {
        let left = progress(step, self.decay_steps, false)?
            .clip(0.0, 1.0)?
            .rsub_scalar(1.0)?;
        left.powf(self.power)?
            .mul_scalar(self.initial_learning_rate - self.end_learning_rate)?
            .add_scalar(self.end_learning_rate)
    }
}

#[cfg(test)]
mod tests {
    use super::{super::at, *};

    #[test]
    fn rates_fall_as_the_formulas_say() {
        let near = |a: f64, b: f64| assert!((a - b).abs() < 1e-12, "{a}, not {b}");
        let mut stairs = ExponentialDecay::new(1.0, 10.0, 0.5);
        near(at(&stairs, 5.0), 0.5f64.sqrt());
        stairs.staircase = true;
        near(at(&stairs, 19.0), 0.5);
        near(at(&InverseTimeDecay::new(1.0, 10.0, 2.0), 5.0), 0.5);
        near(at(&PolynomialDecay::new(1.0, 10.0), 5.0), 0.50005);
        near(at(&PolynomialDecay::new(1.0, 10.0), 50.0), 1e-4);
    }
}

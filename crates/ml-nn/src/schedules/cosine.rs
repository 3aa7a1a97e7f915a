//! Half a cosine.

use ml_core::{Result, Tensor, check};
use serde::{Deserialize, Serialize};

use super::Schedule;

/// From the initial rate down to `alpha` of it along half a cosine; before that, if asked for, up from the initial rate
/// to a target along a line.
///
/// Source: Loshchilov and Hutter, "SGDR: Stochastic Gradient Descent with Warm Restarts" (2017).
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct CosineDecay {
    /// Rate of the first step.
    pub initial_learning_rate: f64,
    /// Steps of the way down, after the warm-up.
    pub decay_steps: f64,
    /// Share of the rate that stays at the end. Default 0.
    pub alpha: f64,
    /// Where the way up ends. Default: there is none.
    pub warmup_target: Option<f64>,
    /// Steps of the way up. Default 0.
    pub warmup_steps: f64,
}

impl CosineDecay {
    /// Down to 0, without warm-up.
    pub fn new(initial_learning_rate: f64, decay_steps: f64) -> Self {
        Self {
            initial_learning_rate,
            decay_steps,
            alpha: 0.0,
            warmup_target: None,
            warmup_steps: 0.0,
        }
    }

    /// Up to `target` in so many steps first.
    #[must_use]
    pub fn warmup(mut self, target: f64, steps: f64) -> Self {
        self.warmup_target = Some(target);
        self.warmup_steps = steps;
        self
    }

    fn down(&self, from: f64, step: &Tensor) -> Result<Tensor> {
        let share = step
            .clip(0.0, self.decay_steps)?
            .mul_scalar(std::f64::consts::PI / self.decay_steps)?;
        let half = share.cos()?.add_scalar(1.0)?.mul_scalar(0.5)?;
        half.mul_scalar((1.0 - self.alpha) * from)?
            .add_scalar(self.alpha * from)
    }
}

#[typetag::serde]
impl Schedule for CosineDecay {
    fn rate(&self, step: &Tensor) -> Result<Tensor> {
        let steps = self.decay_steps;
        check::parameter(
            "decay_steps",
            steps,
            steps.is_finite() && steps > 0.0,
            "finite and > 0",
        )?;
        let (initial, warm) = (self.initial_learning_rate, self.warmup_steps);
        let Some(target) = self.warmup_target else {
            return self.down(initial, step);
        };
        check::parameter(
            "warmup_steps",
            warm,
            warm.is_finite() && warm > 0.0,
            "finite and > 0",
        )?;
        let up = step.mul_scalar((target - initial) / warm)?.add_scalar(initial)?;
        let down = self.down(target, &step.sub_scalar(warm)?)?;
        Tensor::select(&step.less(&Tensor::from(warm))?, &up, &down)
    }
}

#[cfg(test)]
mod tests {
    use super::{super::at, *};

    #[test]
    fn it_warms_up_and_falls() {
        let near = |a: f64, b: f64| assert!((a - b).abs() < 1e-12, "{a}, not {b}");
        let schedule = CosineDecay::new(0.1, 100.0);
        near(at(&schedule, 50.0), 0.05);
        near(at(&schedule, 1000.0), 0.0);
        let warm = schedule.warmup(1.0, 10.0);
        near(at(&warm, 5.0), 0.55);
        near(at(&warm, 10.0), 1.0);
        near(at(&warm, 60.0), 0.5);
    }
}

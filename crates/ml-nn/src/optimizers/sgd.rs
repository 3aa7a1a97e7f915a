//! Stochastic gradient descent.

use ml_core::{Result, Tensor};
use serde::{Deserialize, Serialize};

use super::{Optimizer, Step, check_share, with_rate};
use crate::schedules::LearningRate;

/// `w ← w - η · g`; with momentum `β`: `m ← β · m - η · g`, `w ← w + m`, or with Nesterov's variant
/// `w ← w + β · m - η · g` (book equations 11-4 and 11-5).
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Sgd {
    /// How far a step goes. Default 0.01.
    pub learning_rate: LearningRate,
    /// Share of the speed that a step keeps: at least 0, below 1. Default 0.
    pub momentum: f64,
    /// Whether to measure the gradient ahead. Default false.
    pub nesterov: bool,
}
with_rate!(Sgd);

impl Default for Sgd {
    fn default() -> Self {
        Self {
            learning_rate: LearningRate::Constant(0.01),
            momentum: 0.0,
            nesterov: false,
        }
    }
}

impl Sgd {
    /// Sets the momentum.
    #[must_use]
    pub fn momentum(mut self, momentum: f64) -> Self {
        self.momentum = momentum;
        self
    }

    /// Sets whether to measure the gradient ahead.
    #[must_use]
    pub fn nesterov(mut self, nesterov: bool) -> Self {
        self.nesterov = nesterov;
        self
    }
}

#[typetag::serde]
impl Optimizer for Sgd {
    fn learning_rate(&self) -> &LearningRate {
        &self.learning_rate
    }

    fn slots(&self) -> Vec<(&'static str, f64)> {
        if self.momentum == 0.0 {
            Vec::new()
        } else {
            vec![("momentum", 0.0)]
        }
    }

    fn update(&self, step: &Step<'_>) -> Result<Tensor> {
        let Some(slot) = step.slots.first() else {
            return step.descend(step.gradient);
        };
        let pull = step.gradient.mul(&step.scalar(step.rate)?)?;
        let speed = step.keep(0, &slot.read().mul_scalar(self.momentum)?.sub(&pull)?)?;
        match self.nesterov {
            true => step.weight.add(&speed.mul_scalar(self.momentum)?.sub(&pull)?),
            false => step.weight.add(&speed),
        }
    }

    fn check(&self) -> Result<()> {
        check_share("momentum", self.momentum)
    }
}

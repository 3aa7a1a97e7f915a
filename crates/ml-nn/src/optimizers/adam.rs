//! Adam.

use ml_core::{Result, Tensor};
use serde::{Deserialize, Serialize};

use super::{EPSILON, Optimizer, Step, check_amount, check_share, with_rate};
use crate::schedules::LearningRate;

/// `m ← β₁·m + (1-β₁)·g`, `s ← β₂·s + (1-β₂)·g²`, `w ← w - η·√(1-β₂ᵗ)/(1-β₁ᵗ) · m / (√s + ε)` (book equation 11-8).
///
/// Source: Kingma and Ba (2015); with `amsgrad`, `s` never falls (Reddi et al., 2018).
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Adam {
    /// How far a step goes. Default 0.001.
    pub learning_rate: LearningRate,
    /// Share that the mean keeps: at least 0, below 1. Default 0.9.
    pub beta_1: f64,
    /// Share that the mean square keeps: at least 0, below 1. Default 0.999.
    pub beta_2: f64,
    /// Default 1e-7.
    pub epsilon: f64,
    /// Whether to divide by the largest mean square so far. Default false.
    pub amsgrad: bool,
}
with_rate!(Adam);

impl Default for Adam {
    fn default() -> Self {
        Self {
            learning_rate: LearningRate::Constant(0.001),
            beta_1: 0.9,
            beta_2: 0.999,
            epsilon: EPSILON,
            amsgrad: false,
        }
    }
}

#[typetag::serde]
impl Optimizer for Adam {
    fn learning_rate(&self) -> &LearningRate {
        &self.learning_rate
    }

    fn slots(&self) -> Vec<(&'static str, f64)> {
        let mut slots = vec![("momentum", 0.0), ("velocity", 0.0)];
        if self.amsgrad {
            slots.push(("velocity_hat", 0.0));
        }
        slots
    }

    fn update(&self, step: &Step<'_>) -> Result<Tensor> {
        // Both corrections in one factor of the rate.
        let corrected = step
            .started(self.beta_2)?
            .sqrt()?
            .div(&step.started(self.beta_1)?)?;
        let rate = step.scalar(&step.rate.mul(&corrected)?)?;
        let mean = step.average(0, self.beta_1, step.gradient)?;
        let mut square = step.average(1, self.beta_2, &step.gradient.square()?)?;
        if self.amsgrad {
            square = step.slots[2].read().maximum(&square)?;
            step.slots[2].assign(&square)?;
        }
        // Divided first: a mean that is nearly 0 times the rate would be subnormal.
        let direction = mean.div(&square.sqrt()?.add_scalar(self.epsilon)?)?;
        step.weight.sub(&direction.mul(&rate)?)
    }

    fn check(&self) -> Result<()> {
        check_share("beta_1", self.beta_1)?;
        check_share("beta_2", self.beta_2)?;
        check_amount("epsilon", self.epsilon)
    }
}

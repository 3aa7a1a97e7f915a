//! AdaMax.

use ml_core::{Result, Tensor};
use serde::{Deserialize, Serialize};

use super::{EPSILON, Optimizer, Step, check_amount, check_share, with_rate};
use crate::schedules::LearningRate;

/// `m ← β₁·m + (1-β₁)·g`, `u ← max(β₂·u, |g|)`, `w ← w - η/(1-β₁ᵗ) · m / (u + ε)`.
///
/// Source: Kingma and Ba (2015), section 7.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Adamax {
    /// How far a step goes. Default 0.001.
    pub learning_rate: LearningRate,
    /// Share that the mean keeps: at least 0, below 1. Default 0.9.
    pub beta_1: f64,
    /// Share that the largest gradient keeps: at least 0, below 1. Default 0.999.
    pub beta_2: f64,
    /// Default 1e-7.
    pub epsilon: f64,
}
with_rate!(Adamax);

impl Default for Adamax {
    fn default() -> Self {
        Self {
            learning_rate: LearningRate::Constant(0.001),
            beta_1: 0.9,
            beta_2: 0.999,
            epsilon: EPSILON,
        }
    }
}

#[typetag::serde]
impl Optimizer for Adamax {
    fn learning_rate(&self) -> &LearningRate {
        &self.learning_rate
    }

    fn slots(&self) -> Vec<(&'static str, f64)> {
        vec![("momentum", 0.0), ("norm", 0.0)]
    }

    fn update(&self, step: &Step<'_>) -> Result<Tensor> {
        let mean = step.average(0, self.beta_1, step.gradient)?;
        let largest = step.slots[1]
            .read()
            .mul_scalar(self.beta_2)?
            .maximum(&step.gradient.abs()?)?;
        let largest = step.keep(1, &largest)?;
        let rate = step.scalar(&step.rate.div(&step.started(self.beta_1)?)?)?;
        step.weight
            .sub(&mean.mul(&rate)?.div(&largest.add_scalar(self.epsilon)?)?)
    }

    fn check(&self) -> Result<()> {
        check_share("beta_1", self.beta_1)?;
        check_share("beta_2", self.beta_2)?;
        check_amount("epsilon", self.epsilon)
    }
}

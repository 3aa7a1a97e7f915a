//! RMSProp.

use ml_core::{Result, Tensor};
use serde::{Deserialize, Serialize};

use super::{EPSILON, Optimizer, Step, check_amount, check_share, with_rate};
use crate::schedules::LearningRate;

/// `s ← ρ·s + (1-ρ)·g²`, `w ← w - η · g / √(s + ε)` (book equation 11-7).
///
/// Source: Tieleman and Hinton (2012).
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct RmsProp {
    /// How far a step goes. Default 0.001.
    pub learning_rate: LearningRate,
    /// Share that the average keeps: at least 0, below 1. Default 0.9.
    pub rho: f64,
    /// Share of the speed that a step keeps: at least 0, below 1. Default 0.
    pub momentum: f64,
    /// Default 1e-7.
    pub epsilon: f64,
    /// Whether to divide by the variance instead of the mean square. Default false.
    pub centered: bool,
}
with_rate!(RmsProp);

impl Default for RmsProp {
    fn default() -> Self {
        Self {
            learning_rate: LearningRate::Constant(0.001),
            rho: 0.9,
            momentum: 0.0,
            epsilon: EPSILON,
            centered: false,
        }
    }
}

#[typetag::serde]
impl Optimizer for RmsProp {
    fn learning_rate(&self) -> &LearningRate {
        &self.learning_rate
    }

    fn slots(&self) -> Vec<(&'static str, f64)> {
        let mut slots = vec![("velocity", 0.0)];
        if self.momentum > 0.0 {
            slots.push(("momentum", 0.0));
        }
        if self.centered {
            slots.push(("average_gradient", 0.0));
        }
        slots
    }

    fn update(&self, step: &Step<'_>) -> Result<Tensor> {
        let mut spread = step.average(0, self.rho, &step.gradient.square()?)?;
        if self.centered {
            let mean = step.average(step.slots.len() - 1, self.rho, step.gradient)?;
            spread = spread.sub(&mean.square()?)?;
        }
        let direction = step.gradient.mul(&spread.add_scalar(self.epsilon)?.rsqrt()?)?;
        if self.momentum == 0.0 {
            return step.descend(&direction);
        }
        let speed = step.slots[1].read().mul_scalar(self.momentum)?;
        let speed = step.keep(1, &speed.add(&direction.mul(&step.scalar(step.rate)?)?)?)?;
        step.weight.sub(&speed)
    }

    fn check(&self) -> Result<()> {
        check_share("rho", self.rho)?;
        check_share("momentum", self.momentum)?;
        check_amount("epsilon", self.epsilon)
    }
}

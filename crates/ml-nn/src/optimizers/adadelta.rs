//! Adadelta.

use ml_core::{Result, Tensor};
use serde::{Deserialize, Serialize};

use super::{EPSILON, Optimizer, Step, check_amount, check_share, with_rate};
use crate::schedules::LearningRate;

/// `s ← ρ·s + (1-ρ)·g²`, `Δ = -g · √(d + ε) / √(s + ε)`, `d ← ρ·d + (1-ρ)·Δ²`, `w ← w + η·Δ`.
///
/// Source: Zeiler (2012).
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Adadelta {
    /// How far a step goes. Default 0.001; 1 in the paper.
    pub learning_rate: LearningRate,
    /// Share that the averages keep: at least 0, below 1. Default 0.95.
    pub rho: f64,
    /// Default 1e-7.
    pub epsilon: f64,
}
with_rate!(Adadelta);

impl Default for Adadelta {
    fn default() -> Self {
        Self {
            learning_rate: LearningRate::Constant(0.001),
            rho: 0.95,
            epsilon: EPSILON,
        }
    }
}

#[typetag::serde]
impl Optimizer for Adadelta {
    fn learning_rate(&self) -> &LearningRate {
        &self.learning_rate
    }

    fn slots(&self) -> Vec<(&'static str, f64)> {
        vec![("accumulated_grad", 0.0), ("accumulated_delta", 0.0)]
    }

    fn update(&self, step: &Step<'_>) -> Result<Tensor> {
        let root = |square: &Tensor| square.add_scalar(self.epsilon)?.sqrt();
        let squares = step.average(0, self.rho, &step.gradient.square()?)?;
        let moved = step
            .gradient
            .mul(&root(&step.slots[1].read())?)?
            .div(&root(&squares)?)?;
        step.average(1, self.rho, &moved.square()?)?;
        step.descend(&moved)
    }

    fn check(&self) -> Result<()> {
        check_share("rho", self.rho)?;
        check_amount("epsilon", self.epsilon)
    }
}

//! AdaGrad.

use ml_core::{Result, Tensor};
use serde::{Deserialize, Serialize};

use super::{EPSILON, Optimizer, Step, check_amount, with_rate};
use crate::schedules::LearningRate;

/// `s ← s + g²`, `w ← w - η · g / √(s + ε)` (book equation 11-6).
///
/// Source: Duchi, Hazan and Singer (2011).
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Adagrad {
    /// How far a step goes. Default 0.001.
    pub learning_rate: LearningRate,
    /// First value of `s`. Default 0.1.
    pub initial_accumulator_value: f64,
    /// Default 1e-7.
    pub epsilon: f64,
}
with_rate!(Adagrad);

impl Default for Adagrad {
    fn default() -> Self {
        Self {
            learning_rate: LearningRate::Constant(0.001),
            initial_accumulator_value: 0.1,
            epsilon: EPSILON,
        }
    }
}

#[typetag::serde]
impl Optimizer for Adagrad {
    fn learning_rate(&self) -> &LearningRate {
        &self.learning_rate
    }

    fn slots(&self) -> Vec<(&'static str, f64)> {
        vec![("accumulator", self.initial_accumulator_value)]
    }

    fn update(&self, step: &Step<'_>) -> Result<Tensor> {
        let sum = step.slots[0].read().add(&step.gradient.square()?)?;
        step.slots[0].assign(&sum)?;
        step.descend(&step.gradient.div(&sum.add_scalar(self.epsilon)?.sqrt()?)?)
    }

    fn check(&self) -> Result<()> {
        check_amount("initial_accumulator_value", self.initial_accumulator_value)?;
        check_amount("epsilon", self.epsilon)
    }
}

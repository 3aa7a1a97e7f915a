//! AdamW.

use ml_core::{Result, Tensor};
use serde::{Deserialize, Serialize};

use super::{Adam, Optimizer, Step, check_amount};
use crate::schedules::LearningRate;

/// [`Adam`] with decay of weights apart from the gradient: before each step `w ← w - η·λ·w`.
///
/// Source: Loshchilov and Hutter (2019).
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct AdamW {
    /// The rule without decay.
    pub adam: Adam,
    /// `λ`. Default 0.004.
    pub weight_decay: f64,
}

impl Default for AdamW {
    fn default() -> Self {
        Self {
            adam: Adam::default(),
            weight_decay: 0.004,
        }
    }
}

impl AdamW {
    /// With this learning rate, a number or a schedule, and the rest as in Keras.
    pub fn new(learning_rate: impl Into<LearningRate>) -> Self {
        Self {
            adam: Adam::new(learning_rate),
            ..Self::default()
        }
    }
}

#[typetag::serde]
impl Optimizer for AdamW {
    fn learning_rate(&self) -> &LearningRate {
        self.adam.learning_rate()
    }

    fn slots(&self) -> Vec<(&'static str, f64)> {
        self.adam.slots()
    }

    fn weight_decay(&self) -> f64 {
        self.weight_decay
    }

    fn update(&self, step: &Step<'_>) -> Result<Tensor> {
        self.adam.update(step)
    }

    fn check(&self) -> Result<()> {
        check_amount("weight_decay", self.weight_decay)?;
        self.adam.check()
    }
}

//! Nadam.

use ml_core::{Result, Tensor, autodiff::Variable};
use serde::{Deserialize, Serialize};

use super::{EPSILON, Optimizer, Step, check_amount, check_share, with_rate};
use crate::schedules::LearningRate;

/// How fast the momentum grows towards its limit, as in Keras and PyTorch.
const GROWTH: f64 = 0.96;

/// Adam with Nesterov's trick: the momentum of the step to come is part of this one.
///
/// Source: Dozat, "Incorporating Nesterov Momentum into Adam" (2016), with its schedule `μₜ = β₁ · (1 - 0.96ᵗ / 2)`.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Nadam {
    /// How far a step goes. Default 0.001.
    pub learning_rate: LearningRate,
    /// Share that the mean keeps: at least 0, below 1. Default 0.9.
    pub beta_1: f64,
    /// Share that the mean square keeps: at least 0, below 1. Default 0.999.
    pub beta_2: f64,
    /// Default 1e-7.
    pub epsilon: f64,
}
with_rate!(Nadam);

impl Default for Nadam {
    fn default() -> Self {
        Self {
            learning_rate: LearningRate::Constant(0.001),
            beta_1: 0.9,
            beta_2: 0.999,
            epsilon: EPSILON,
        }
    }
}

impl Nadam {
    /// `μ` of the step of this number.
    fn momentum(&self, number: &Tensor) -> Result<Tensor> {
        let grown = Tensor::from(GROWTH)
            .pow(number)?
            .mul_scalar(0.5)?
            .rsub_scalar(1.0)?;
        grown.mul_scalar(self.beta_1)
    }
}

#[typetag::serde]
impl Optimizer for Nadam {
    fn learning_rate(&self) -> &LearningRate {
        &self.learning_rate
    }

    fn slots(&self) -> Vec<(&'static str, f64)> {
        vec![("momentum", 0.0), ("velocity", 0.0)]
    }

    fn globals(&self) -> Vec<(&'static str, f64)> {
        // The product of all μ so far.
        vec![("u_product", 1.0)]
    }

    fn begin(&self, globals: &[Variable], number: &Tensor) -> Result<()> {
        globals[0].assign(&globals[0].read().mul(&self.momentum(number)?)?)
    }

    fn update(&self, step: &Step<'_>) -> Result<Tensor> {
        let now = self.momentum(step.number)?;
        let next = self.momentum(&step.number.add_scalar(1.0)?)?;
        let product = step.globals[0].read();
        let of_mean = next.div(&product.mul(&next)?.rsub_scalar(1.0)?)?;
        let of_gradient = now.rsub_scalar(1.0)?.div(&product.rsub_scalar(1.0)?)?;
        let mean = step.average(0, self.beta_1, step.gradient)?;
        let square = step.average(1, self.beta_2, &step.gradient.square()?)?;
        let ahead = mean
            .mul(&step.scalar(&of_mean)?)?
            .add(&step.gradient.mul(&step.scalar(&of_gradient)?)?)?;
        let spread = square
            .mul(&step.scalar(&step.started(self.beta_2)?.reciprocal()?)?)?
            .sqrt()?;
        step.descend(&ahead.div(&spread.add_scalar(self.epsilon)?)?)
    }

    fn check(&self) -> Result<()> {
        check_share("beta_1", self.beta_1)?;
        check_share("beta_2", self.beta_2)?;
        check_amount("epsilon", self.epsilon)
    }
}

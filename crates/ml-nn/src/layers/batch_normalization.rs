//! Batch normalisation.

use ml_core::{Result, check, ops::Spec};
use serde::{Deserialize, Serialize};

use super::{Layer, Module, Scope, WeightSpec, unary};
use crate::{
    initializers::{Initializer, Ones, Zeros},
    regularizers::Regularizer,
};

/// Normalises every feature over the batch, then scales and shifts it: `gamma · (x - mean) / √(variance + epsilon) +
/// beta` (book equation 11-4).
///
/// While training, mean and variance are the batch's, and moving averages of them are kept:
/// `moving ← momentum · moving + (1 - momentum) · batch`; otherwise, and in a layer that is frozen, those averages are
/// used. Source: Ioffe and Szegedy, "Batch Normalization" (2015).
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct BatchNormalization {
    /// The axis of the features; negative counts from the end. Default -1.
    pub axis: isize,
    /// Share of the moving averages that a step keeps, 0 to 1. Default 0.99.
    pub momentum: f64,
    /// Added to the variance. Default 0.001.
    pub epsilon: f64,
    /// Whether to shift. Default true.
    pub center: bool,
    /// Whether to scale. Default true.
    pub scale: bool,
    /// First value of beta. Default [`Zeros`].
    pub beta_initializer: Box<dyn Initializer>,
    /// First value of gamma. Default [`Ones`].
    pub gamma_initializer: Box<dyn Initializer>,
    /// Penalty on beta.
    pub beta_regularizer: Option<Box<dyn Regularizer>>,
    /// Penalty on gamma.
    pub gamma_regularizer: Option<Box<dyn Regularizer>>,
}

impl Default for BatchNormalization {
    fn default() -> Self {
        Self {
            axis: -1,
            momentum: 0.99,
            epsilon: 1e-3,
            center: true,
            scale: true,
            beta_initializer: Box::new(Zeros),
            gamma_initializer: Box::new(Ones),
            beta_regularizer: None,
            gamma_regularizer: None,
        }
    }
}

impl BatchNormalization {
    /// As in Keras.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets the momentum.
    #[must_use]
    pub fn momentum(mut self, momentum: f64) -> Self {
        self.momentum = momentum;
        self
    }

    /// Sets the axis of the features.
    #[must_use]
    pub fn axis(mut self, axis: isize) -> Self {
        self.axis = axis;
        self
    }
}

#[typetag::serde]
impl Layer for BatchNormalization {
    fn build(&self, inputs: &[Spec], scope: &mut Scope<'_>) -> Result<Box<dyn Module>> {
        let momentum = self.momentum;
        check::parameter(
            "momentum",
            momentum,
            (0.0..=1.0).contains(&momentum),
            "between 0 and 1",
        )?;
        let epsilon = self.epsilon;
        check::parameter(
            "epsilon",
            epsilon,
            epsilon.is_finite() && epsilon > 0.0,
            "finite and > 0",
        )?;
        let [input] = scope.exactly(inputs)?;
        let axis = input.shape.axis("BatchNormalization", self.axis)?;
        let features = scope.known_axis(input, axis)?;
        let rank = input.shape.rank();
        let gamma = WeightSpec::new("gamma", [features])
            .initializer(self.gamma_initializer.clone())
            .regularizer(self.gamma_regularizer.clone());
        let gamma = self.scale.then(|| scope.weight(gamma)).transpose()?;
        let beta = WeightSpec::new("beta", [features])
            .initializer(self.beta_initializer.clone())
            .regularizer(self.beta_regularizer.clone());
        let beta = self.center.then(|| scope.weight(beta)).transpose()?;
        let moving_mean = scope.weight(WeightSpec::new("moving_mean", [features]).trainable(false))?;
        let moving_variance = scope.weight(
            WeightSpec::new("moving_variance", [features])
                .initializer(Ones)
                .trainable(false),
        )?;
        let others: Vec<isize> = (0..rank)
            .filter(|&other| other != axis)
            .map(|other| other as isize)
            .collect();
        let along = super::spread(features, axis, rank);
        Ok(unary(move |x, context| {
            let (mean, variance) = if context.is_training() && !context.is_frozen() {
                let (mean, variance) = x.moments(&others, false)?;
                let share = 1.0 - momentum;
                for (moving, batch) in [(&moving_mean, &mean), (&moving_variance, &variance)] {
                    let towards = batch.stop_gradient().mul_scalar(share)?;
                    moving.assign(&moving.read().mul_scalar(momentum)?.add(&towards)?)?;
                }
                (mean, variance)
            } else {
                (moving_mean.read(), moving_variance.read())
            };
            // One factor and one shift a feature, so that the batch is passed over once.
            let mut factor = variance.add_scalar(epsilon)?.rsqrt()?;
            if let Some(gamma) = &gamma {
                factor = factor.mul(&gamma.read())?;
            }
            let mut shift = mean.mul(&factor)?.neg()?;
            if let Some(beta) = &beta {
                shift = shift.add(&beta.read())?;
            }
            x.mul(&along(factor)?)?.add(&along(shift)?)
        }))
    }
}

//! Layer normalisation.

use ml_core::{Result, check, ops::Spec};
use serde::{Deserialize, Serialize};

use super::{Layer, Module, Scope, WeightSpec, unary};
use crate::{
    initializers::{Initializer, Ones, Zeros},
    regularizers::Regularizer,
};

/// Normalises every example over its features, then scales and shifts each: `gamma · (x - mean) / √(variance + epsilon)
/// + beta`, the same while training and afterwards; any shape stays as it is.
///
/// Source: Ba et al., "Layer Normalization" (2016).
///
/// # Examples
/// ```
/// use ml_core::Tensor;
/// use ml_nn::{Sequential, layers::{IntoLayer, LayerNormalization}};
///
/// let model = Sequential::new().add(LayerNormalization::new().input_shape([2])).into_model();
/// let y = model.predict(&Tensor::from([[1.0f32, 3.0]]))?.to_vec::<f32>()?;
/// assert!((y[0] + 1.0 / 1.001f32.sqrt()).abs() < 1e-6); // mean 2, variance 1
/// # Ok::<(), ml_core::Error>(())
/// ```
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct LayerNormalization {
    /// The axis of the features; negative counts from the end. Default -1.
    pub axis: isize,
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

impl Default for LayerNormalization {
    fn default() -> Self {
        Self {
            axis: -1,
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

impl LayerNormalization {
    /// As in Keras.
    pub fn new() -> Self {
        Self::default()
    }
}

#[typetag::serde]
impl Layer for LayerNormalization {
    fn build(&self, inputs: &[Spec], scope: &mut Scope<'_>) -> Result<Box<dyn Module>> {
        let epsilon = self.epsilon;
        check::parameter(
            "epsilon",
            epsilon,
            epsilon.is_finite() && epsilon > 0.0,
            "finite and > 0",
        )?;
        let [input] = scope.exactly(inputs)?;
        let axis = input.shape.axis("LayerNormalization", self.axis)?;
        let domain = "an axis of features: the first counts the examples";
        check::parameter("axis", self.axis, axis > 0, domain)?;
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
        let along = super::spread(features, axis, rank);
        Ok(unary(move |x, _| {
            let (mean, variance) = x.moments(&[axis as isize], true)?;
            let mut y = x.sub(&mean)?.mul(&variance.add_scalar(epsilon)?.rsqrt()?)?;
            if let Some(gamma) = &gamma {
                y = y.mul(&along(gamma.read())?)?;
            }
            match &beta {
                Some(beta) => y.add(&along(beta.read())?),
                None => Ok(y),
            }
        }))
    }
}

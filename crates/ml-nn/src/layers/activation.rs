//! An activation function as a layer.

use ml_core::{Result, ops::Spec};
use serde::{Deserialize, Serialize};

use super::{Layer, Module, Scope, unary};
use crate::activation::Activation;

/// Applies an activation function; `Activation` in Keras.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ActivationLayer {
    /// The function.
    pub activation: Activation,
}

impl ActivationLayer {
    /// This function.
    pub fn new(activation: Activation) -> Self {
        Self { activation }
    }
}

#[typetag::serde(name = "Activation")]
impl Layer for ActivationLayer {
    fn build(&self, inputs: &[Spec], scope: &mut Scope<'_>) -> Result<Box<dyn Module>> {
        scope.exactly::<1>(inputs)?;
        self.activation.check()?;
        let activation = self.activation.clone();
        Ok(unary(move |x, context| activation.apply_in(x, context)))
    }

    fn activation(&self) -> Option<&Activation> {
        Some(&self.activation)
    }
}

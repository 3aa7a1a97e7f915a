//! Several inputs side by side.

use ml_core::{Result, Tensor, ops::Spec};
use serde::{Deserialize, Serialize};

use super::{Context, Layer, Module, Scope};

/// Joins its inputs along an axis: `[batch, a]` and `[batch, b]` give `[batch, a + b]`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Concatenate {
    /// The axis; negative counts from the end. Default -1.
    pub axis: isize,
}

impl Default for Concatenate {
    fn default() -> Self {
        Self { axis: -1 }
    }
}

impl Concatenate {
    /// Along the last axis.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets the axis.
    #[must_use]
    pub fn axis(mut self, axis: isize) -> Self {
        self.axis = axis;
        self
    }
}

#[typetag::serde]
impl Layer for Concatenate {
    fn build(&self, inputs: &[Spec], scope: &mut Scope<'_>) -> Result<Box<dyn Module>> {
        scope.at_least(inputs, 2)?;
        let axis = self.axis;
        Ok(Box::new(move |inputs: &[Tensor], _: &Context| {
            let inputs: Vec<&Tensor> = inputs.iter().collect();
            Ok(vec![Tensor::concat(&inputs, axis)?])
        }))
    }
}

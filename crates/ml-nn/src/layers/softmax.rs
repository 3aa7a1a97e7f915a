//! Softmax as a layer.

use ml_core::{Result, ops::Spec};
use serde::{Deserialize, Serialize};

use super::{Layer, Module, Scope, unary};
use crate::activation::Activation;

/// `exp(x) / Σ exp(x)` along an axis: numbers between 0 and 1 that sum to 1; any shape stays as it is.
///
/// # Examples
/// ```
/// use ml_core::Tensor;
/// use ml_nn::{Sequential, layers::{IntoLayer, Softmax}};
///
/// let model = Sequential::new().add(Softmax::default().input_shape([2])).into_model();
/// let y = model.predict(&Tensor::from([[0.0f32, 3f32.ln()]]))?.to_vec::<f32>()?;
/// assert!((y[0] - 0.25).abs() < 1e-6 && (y[1] - 0.75).abs() < 1e-6);
/// # Ok::<(), ml_core::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Softmax {
    /// The axis; negative counts from the end. Default -1.
    pub axis: isize,
}

impl Default for Softmax {
    fn default() -> Self {
        Self { axis: -1 }
    }
}

#[typetag::serde]
impl Layer for Softmax {
    fn build(&self, inputs: &[Spec], scope: &mut Scope<'_>) -> Result<Box<dyn Module>> {
        let [input] = scope.exactly(inputs)?;
        let axis = input.shape.axis("Softmax", self.axis)?;
        let last = axis + 1 == input.shape.rank();
        Ok(unary(move |x, context| match last {
            // So that a cross-entropy can be computed from the logits.
            true => Activation::Softmax.apply_in(x, context),
            false => x.softmax(axis as isize),
        }))
    }

    fn activation(&self) -> Option<&Activation> {
        static SOFTMAX: Activation = Activation::Softmax;
        (self.axis == -1).then_some(&SOFTMAX)
    }
}

//! Activation functions with hyperparameters of their own, as layers.

use ml_core::{Result, ops::Spec};
use serde::{Deserialize, Serialize};

use super::{Layer, Module, Scope, unary};
use crate::activation::{Activation, Rectifier};

/// Leaky rectifier: `x` above 0, `negative_slope · x` below; any shape stays as it is (book section 11.1.2).
///
/// # Examples
/// ```
/// use ml_core::Tensor;
/// use ml_nn::{Sequential, layers::{IntoLayer, LeakyRelu}};
///
/// let model = Sequential::new().add(LeakyRelu::default().input_shape([2])).into_model();
/// let y = model.predict(&Tensor::from([[-2.0f32, 3.0]]))?;
/// assert_eq!(y.to_vec::<f32>()?, [-0.6, 3.0]);
/// # Ok::<(), ml_core::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct LeakyRelu {
    /// Slope below 0. Default 0.3, as in Keras's layer.
    pub negative_slope: f64,
}

/// Exponential linear unit: `x` above 0, `alpha · (exp(x) - 1)` below; any shape stays as it is.
///
/// Source: Clevert et al., "Fast and Accurate Deep Network Learning by Exponential Linear Units" (2015).
///
/// # Examples
/// ```
/// use ml_core::Tensor;
/// use ml_nn::{Sequential, layers::{Elu, IntoLayer}};
///
/// let model = Sequential::new().add(Elu { alpha: 2.0 }.input_shape([2])).into_model();
/// let y = model.predict(&Tensor::from([[-1.0f32, 3.0]]))?.to_vec::<f32>()?;
/// assert!((y[0] - 2.0 * ((-1f32).exp() - 1.0)).abs() < 1e-6 && y[1] == 3.0);
/// # Ok::<(), ml_core::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Elu {
    /// What it tends to far below 0, with the opposite sign. Default 1.
    pub alpha: f64,
}

/// Rectifier with all of Keras's options, see [`Rectifier`]; any shape stays as it is.
///
/// # Examples
/// ```
/// use ml_core::Tensor;
/// use ml_nn::{Sequential, activation::Rectifier, layers::{IntoLayer, Relu}};
///
/// let relu = Relu(Rectifier { max_value: Some(4.0), negative_slope: 0.5, threshold: 1.0 });
/// let model = Sequential::new().add(relu.input_shape([4])).into_model();
/// let y = model.predict(&Tensor::from([[-1.0f32, 0.5, 2.0, 9.0]]))?;
/// assert_eq!(y.to_vec::<f32>()?, [-1.0, -0.25, 2.0, 4.0]);
/// # Ok::<(), ml_core::Error>(())
/// ```
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct Relu(
    /// The options.
    pub Rectifier,
);

impl Default for LeakyRelu {
    fn default() -> Self {
        Self { negative_slope: 0.3 }
    }
}

impl LeakyRelu {
    /// This slope below 0.
    pub fn new(negative_slope: f64) -> Self {
        Self { negative_slope }
    }
}

impl Default for Elu {
    fn default() -> Self {
        Self { alpha: 1.0 }
    }
}

/// The layer that applies this function.
fn applied(activation: Activation, inputs: &[Spec], scope: &mut Scope<'_>) -> Result<Box<dyn Module>> {
    scope.exactly::<1>(inputs)?;
    activation.check()?;
    Ok(unary(move |x, context| activation.apply_in(x, context)))
}

#[typetag::serde(name = "LeakyReLU")]
impl Layer for LeakyRelu {
    fn build(&self, inputs: &[Spec], scope: &mut Scope<'_>) -> Result<Box<dyn Module>> {
        applied(Activation::LeakyRelu(self.negative_slope), inputs, scope)
    }
}

#[typetag::serde(name = "ELU")]
impl Layer for Elu {
    fn build(&self, inputs: &[Spec], scope: &mut Scope<'_>) -> Result<Box<dyn Module>> {
        applied(Activation::Elu(self.alpha), inputs, scope)
    }
}

#[typetag::serde(name = "ReLU")]
impl Layer for Relu {
    fn build(&self, inputs: &[Spec], scope: &mut Scope<'_>) -> Result<Box<dyn Module>> {
        applied(Activation::Rectifier(self.0), inputs, scope)
    }
}

//! Activation functions.

use std::{str::FromStr, sync::Arc};

use ml_core::{Error, Result, Tensor, check};
use serde::{Deserialize, Serialize};

use crate::{layers::Context, named::Named};

/// Type of a function from tensor to tensor.
pub type TensorFn = dyn Fn(&Tensor) -> Result<Tensor> + Send + Sync;

/// What a layer applies to its result, element by element but for [`Softmax`](Self::Softmax).
///
/// Parsed from Keras's names: `"relu".parse::<Activation>()`.
///
/// # Examples
/// ```
/// use ml_core::Tensor;
/// use ml_nn::Activation;
///
/// let y = Activation::LeakyRelu(0.1).apply(&Tensor::from([-2.0, 3.0]))?;
/// assert_eq!(y.to_vec::<f64>()?, [-0.2, 3.0]);
/// assert_eq!("relu".parse::<Activation>()?, Activation::Relu);
/// # Ok::<(), ml_core::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[non_exhaustive]
pub enum Activation {
    /// `x`: the default.
    #[default]
    Linear,
    /// `max(0, x)`, whose slope at 0 is 0.
    Relu,
    /// `min(max(0, x), 6)`.
    Relu6,
    /// The rectifier with a slope, a limit and a threshold.
    Rectifier(Rectifier),
    /// `x` above 0, this slope times `x` below; Keras's function has 0.2, its layer 0.3.
    LeakyRelu(f64),
    /// `x` above 0, `alpha · (exp(x) - 1)` below.
    Elu(f64),
    /// `1.0507 · elu(x, 1.6733)`: keeps mean 0 and variance 1 in deep stacks with LeCun initialisation.
    Selu,
    /// `x · Φ(x)`, with the normal distribution function.
    Gelu,
    /// `x/2 · (1 + tanh(√(2/π) · (x + 0.044715 x³)))`: an approximation of [`Gelu`](Self::Gelu).
    GeluTanh,
    /// `1 / (1 + exp(-x))`.
    Sigmoid,
    /// `clip(x / 6 + 1/2, 0, 1)`.
    HardSigmoid,
    /// `2 · sigmoid(2x) - 1`.
    Tanh,
    /// `log(1 + exp(x))`.
    Softplus,
    /// `x / (1 + |x|)`.
    Softsign,
    /// `exp(x) / Σ exp(x)` along the last axis.
    Softmax,
    /// `x · sigmoid(x)`; Keras also calls it `silu`.
    Swish,
    /// `exp(x)`.
    Exponential,
    /// The step of the first neurons (book equation 10-1): 0 below 0, 1 from 0 on. Its slope is 0: nothing is learned
    /// below such a layer.
    Heaviside,
    /// -1 below 0, 0 at 0, 1 above; its slope is 0 too.
    Sign,
    /// A function of the user's.
    Custom(Named<TensorFn>),
}

/// `x` from `threshold` on, up to `max_value`; `negative_slope · (x - threshold)` below: Keras's `relu` with its options.
///
/// # Examples
/// ```
/// use ml_core::Tensor;
/// use ml_nn::activation::Rectifier;
///
/// let rectifier = Rectifier { max_value: Some(2.0), ..Rectifier::default() };
/// assert_eq!(rectifier.apply(&Tensor::from([-1.0, 1.0, 3.0]))?.to_vec::<f64>()?, [0.0, 1.0, 2.0]);
/// # Ok::<(), ml_core::Error>(())
/// ```
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct Rectifier {
    /// The largest result, at least the threshold. Default none.
    pub max_value: Option<f64>,
    /// Slope below the threshold. Default 0.
    pub negative_slope: f64,
    /// From where on numbers stay what they are. Default 0.
    pub threshold: f64,
}

impl Rectifier {
    /// The result, of the shape of `x`.
    ///
    /// # Errors
    /// [`Error::DType`] unless `x` holds `f32` or `f64`.
    pub fn apply(&self, x: &Tensor) -> Result<Tensor> {
        let y = if self.threshold == 0.0 {
            x.leaky_relu(self.negative_slope)?
        } else {
            let passes = x.greater_equal(&x.number_like(self.threshold)?)?;
            let below = x.sub_scalar(self.threshold)?.mul_scalar(self.negative_slope)?;
            Tensor::select(&passes, x, &below)?
        };
        match self.max_value {
            Some(most) => y.minimum(&y.number_like(most)?),
            None => Ok(y),
        }
    }
}

impl Activation {
    /// A function of the user's, known to files by this name.
    ///
    /// # Examples
    /// ```
    /// use ml_core::Tensor;
    /// use ml_nn::Activation;
    ///
    /// let cube = Activation::custom("cube", |x| x.cube());
    /// assert_eq!(cube.apply(&Tensor::from([2.0]))?.to_vec::<f64>()?, [8.0]);
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    pub fn custom(
        name: impl Into<String>,
        function: impl Fn(&Tensor) -> Result<Tensor> + Send + Sync + 'static,
    ) -> Self {
        Self::Custom(Named::new(name, Arc::new(function)))
    }

    /// `φ(x)`, of the shape of `x`.
    ///
    /// # Errors
    /// Those of the operations it consists of.
    pub fn apply(&self, x: &Tensor) -> Result<Tensor> {
        match self {
            Self::Linear => Ok(x.clone()),
            Self::Relu => x.relu(),
            Self::Relu6 => x.relu6(),
            Self::Rectifier(options) => options.apply(x),
            Self::LeakyRelu(slope) => x.leaky_relu(*slope),
            Self::Elu(alpha) => x.elu(*alpha),
            Self::Selu => x.selu(),
            Self::Gelu => x.gelu(),
            Self::GeluTanh => x.gelu_tanh(),
            Self::Sigmoid => x.sigmoid(),
            Self::HardSigmoid => x.hard_sigmoid(),
            Self::Tanh => x.tanh(),
            Self::Softplus => x.softplus(),
            Self::Softsign => x.softsign(),
            Self::Softmax => x.softmax(-1),
            Self::Swish => x.silu(),
            Self::Exponential => x.exp(),
            Self::Heaviside => x.greater_equal(&x.zeros_like()?)?.cast(x.dtype()),
            Self::Sign => x.sign(),
            Self::Custom(function) => function.body()?(x),
        }
    }

    /// Refuses slopes, limits and thresholds that are not finite.
    pub(crate) fn check(&self) -> Result<()> {
        let finite = |name, value: f64| check::parameter(name, value, value.is_finite(), "finite");
        match self {
            Self::LeakyRelu(slope) => finite("negative_slope", *slope),
            Self::Elu(alpha) => finite("alpha", *alpha),
            Self::Rectifier(options) => {
                finite("negative_slope", options.negative_slope)?;
                finite("threshold", options.threshold)?;
                let max = options.max_value.unwrap_or(f64::MAX);
                check::parameter(
                    "max_value",
                    max,
                    max >= options.threshold,
                    "at least the threshold",
                )
            }
            _ => Ok(()),
        }
    }

    /// As [`apply`](Self::apply) inside a layer: the context remembers what a softmax or a sigmoid was computed
    /// from, so that a cross-entropy can be computed from that, without underflow.
    ///
    /// # Errors
    /// As [`apply`](Self::apply).
    pub fn apply_in(&self, x: &Tensor, context: &Context) -> Result<Tensor> {
        let y = self.apply(x)?;
        if matches!(self, Self::Softmax | Self::Sigmoid) {
            context.remember_logits(&y, x, self);
        }
        Ok(y)
    }
}

impl FromStr for Activation {
    type Err = Error;

    fn from_str(name: &str) -> Result<Self> {
        Ok(match name {
            "linear" => Self::Linear,
            "relu" => Self::Relu,
            "relu6" => Self::Relu6,
            "leaky_relu" => Self::LeakyRelu(0.2),
            "elu" => Self::Elu(1.0),
            "selu" => Self::Selu,
            "gelu" => Self::Gelu,
            "gelu_tanh" => Self::GeluTanh,
            "sigmoid" => Self::Sigmoid,
            "hard_sigmoid" => Self::HardSigmoid,
            "tanh" => Self::Tanh,
            "softplus" => Self::Softplus,
            "softsign" => Self::Softsign,
            "softmax" => Self::Softmax,
            "swish" | "silu" => Self::Swish,
            "exponential" => Self::Exponential,
            "heaviside" => Self::Heaviside,
            "sign" => Self::Sign,
            other => {
                return Err(Error::Parameter {
                    name: "activation".to_owned(),
                    value: format!("{other:?}"),
                    domain:
                        "linear, relu, relu6, leaky_relu, elu, selu, gelu, gelu_tanh, sigmoid, hard_sigmoid, \
                             tanh, softplus, softsign, softmax, swish, silu, exponential, heaviside or sign"
                            .to_owned(),
                });
            }
        })
    }
}

//! Fully connected layer.

use ml_core::{Result, check, ops::Spec};
use serde::{Deserialize, Serialize};

use super::{Layer, Module, Scope, WeightSpec, unary};
use crate::{
    activation::Activation,
    constraints::Constraint,
    initializers::{GlorotUniform, Initializer, Zeros},
    regularizers::Regularizer,
};

/// Fully connected layer: `y = activation(x · kernel + bias)` (book equation 10-2).
///
/// Shape: `[..., inputs]` gives `[..., units]`; the kernel is `[inputs, units]`, the bias `[units]`.
///
/// # Examples
/// ```
/// use ml_nn::{Activation, layers::Dense};
///
/// let layer = Dense::new(300).activation(Activation::Relu);
/// assert_eq!(layer.units, 300);
/// ```
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Dense {
    /// Number of outputs, at least 1.
    pub units: usize,
    /// What is applied to the result. Default: nothing.
    pub activation: Activation,
    /// Whether there is a bias. Default true.
    pub use_bias: bool,
    /// First value of the kernel. Default [`GlorotUniform`].
    pub kernel_initializer: Box<dyn Initializer>,
    /// First value of the bias. Default [`Zeros`].
    pub bias_initializer: Box<dyn Initializer>,
    /// Penalty on the kernel.
    pub kernel_regularizer: Option<Box<dyn Regularizer>>,
    /// Penalty on the bias.
    pub bias_regularizer: Option<Box<dyn Regularizer>>,
    /// Penalty on the outputs, divided by the number of examples.
    pub activity_regularizer: Option<Box<dyn Regularizer>>,
    /// What the kernel must obey.
    pub kernel_constraint: Option<Box<dyn Constraint>>,
    /// What the bias must obey.
    pub bias_constraint: Option<Box<dyn Constraint>>,
}

impl Dense {
    /// A layer of so many units, the rest as in Keras.
    pub fn new(units: usize) -> Self {
        Self {
            units,
            activation: Activation::Linear,
            use_bias: true,
            kernel_initializer: Box::new(GlorotUniform),
            bias_initializer: Box::new(Zeros),
            kernel_regularizer: None,
            bias_regularizer: None,
            activity_regularizer: None,
            kernel_constraint: None,
            bias_constraint: None,
        }
    }

    /// Sets [`activation`](Self::activation).
    #[must_use]
    pub fn activation(mut self, activation: Activation) -> Self {
        self.activation = activation;
        self
    }

    /// Sets [`use_bias`](Self::use_bias).
    #[must_use]
    pub fn use_bias(mut self, use_bias: bool) -> Self {
        self.use_bias = use_bias;
        self
    }

    /// Sets [`kernel_initializer`](Self::kernel_initializer).
    #[must_use]
    pub fn kernel_initializer(mut self, initializer: impl Into<Box<dyn Initializer>>) -> Self {
        self.kernel_initializer = initializer.into();
        self
    }

    /// Sets [`bias_initializer`](Self::bias_initializer).
    #[must_use]
    pub fn bias_initializer(mut self, initializer: impl Into<Box<dyn Initializer>>) -> Self {
        self.bias_initializer = initializer.into();
        self
    }

    /// Sets [`kernel_regularizer`](Self::kernel_regularizer).
    #[must_use]
    pub fn kernel_regularizer(mut self, regularizer: impl Into<Box<dyn Regularizer>>) -> Self {
        self.kernel_regularizer = Some(regularizer.into());
        self
    }

    /// Sets [`bias_regularizer`](Self::bias_regularizer).
    #[must_use]
    pub fn bias_regularizer(mut self, regularizer: impl Into<Box<dyn Regularizer>>) -> Self {
        self.bias_regularizer = Some(regularizer.into());
        self
    }

    /// Sets [`activity_regularizer`](Self::activity_regularizer).
    #[must_use]
    pub fn activity_regularizer(mut self, regularizer: impl Into<Box<dyn Regularizer>>) -> Self {
        self.activity_regularizer = Some(regularizer.into());
        self
    }

    /// Sets [`kernel_constraint`](Self::kernel_constraint).
    #[must_use]
    pub fn kernel_constraint(mut self, constraint: impl Into<Box<dyn Constraint>>) -> Self {
        self.kernel_constraint = Some(constraint.into());
        self
    }

    /// Sets [`bias_constraint`](Self::bias_constraint).
    #[must_use]
    pub fn bias_constraint(mut self, constraint: impl Into<Box<dyn Constraint>>) -> Self {
        self.bias_constraint = Some(constraint.into());
        self
    }
}

#[typetag::serde]
impl Layer for Dense {
    fn build(&self, inputs: &[Spec], scope: &mut Scope<'_>) -> Result<Box<dyn Module>> {
        check::parameter("units", self.units, self.units > 0, "at least 1")?;
        self.activation.check()?;
        let [input] = scope.exactly(inputs)?;
        let columns = scope.last_axis(input)?;
        let kernel = scope.weight(
            WeightSpec::new("kernel", [columns, self.units])
                .initializer(self.kernel_initializer.clone())
                .regularizer(self.kernel_regularizer.clone())
                .constraint(self.kernel_constraint.clone()),
        )?;
        let bias = WeightSpec::new("bias", [self.units])
            .initializer(self.bias_initializer.clone())
            .regularizer(self.bias_regularizer.clone())
            .constraint(self.bias_constraint.clone());
        let bias = self.use_bias.then(|| scope.weight(bias)).transpose()?;
        let (activation, activity) = (self.activation.clone(), self.activity_regularizer.clone());
        if let Some(activity) = &activity {
            activity.check()?;
        }
        Ok(unary(move |x, context| {
            let z = match &bias {
                Some(bias) => x.matmul_bias(&kernel.read(), &bias.read())?,
                None => x.matmul(&kernel.read())?,
            };
            let y = activation.apply_in(&z, context)?;
            if let Some(activity) = &activity {
                context.add_activity_loss(&**activity, &y)?;
            }
            Ok(y)
        }))
    }

    fn activation(&self) -> Option<&Activation> {
        Some(&self.activation)
    }

    fn kernel_initializer(&self) -> Option<&dyn Initializer> {
        Some(&*self.kernel_initializer)
    }
}

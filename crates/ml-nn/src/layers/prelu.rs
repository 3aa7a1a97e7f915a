//! A rectifier whose slope is learned.

use ml_core::{Result, Shape, ops::Spec};
use serde::{Deserialize, Serialize};

use super::{Layer, Module, Scope, WeightSpec, unary};
use crate::{
    constraints::Constraint,
    initializers::{Initializer, Zeros},
    regularizers::Regularizer,
};

/// Parametric leaky rectifier: `x` above 0, `alpha · x` below, where `alpha` is learned, a number for each feature
/// (book section 11.1.2); any shape stays as it is.
///
/// Source: He et al., "Delving Deep into Rectifiers" (2015).
///
/// # Examples
/// ```
/// use ml_core::Tensor;
/// use ml_nn::{Sequential, initializers::Constant, layers::{IntoLayer, PRelu}};
///
/// let layer = PRelu { alpha_initializer: Box::new(Constant(0.25)), ..PRelu::default() };
/// let model = Sequential::new().add(layer.input_shape([2])).into_model();
/// let y = model.predict(&Tensor::from([[-2.0f32, 3.0]]))?;
/// assert_eq!(y.to_vec::<f32>()?, [-0.5, 3.0]);
/// # Ok::<(), ml_core::Error>(())
/// ```
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct PRelu {
    /// First slopes. Default [`Zeros`].
    pub alpha_initializer: Box<dyn Initializer>,
    /// Penalty on the slopes.
    pub alpha_regularizer: Option<Box<dyn Regularizer>>,
    /// What the slopes must obey.
    pub alpha_constraint: Option<Box<dyn Constraint>>,
    /// Axes, counted from 1, along which all features have one slope. Default none.
    pub shared_axes: Vec<usize>,
}

impl Default for PRelu {
    fn default() -> Self {
        Self {
            alpha_initializer: Box::new(Zeros),
            alpha_regularizer: None,
            alpha_constraint: None,
            shared_axes: Vec::new(),
        }
    }
}

#[typetag::serde(name = "PReLU")]
impl Layer for PRelu {
    fn build(&self, inputs: &[Spec], scope: &mut Scope<'_>) -> Result<Box<dyn Module>> {
        let [input] = scope.exactly(inputs)?;
        for &axis in &self.shared_axes {
            let rank = input.shape.rank();
            let domain = format!("axes from 1 to {}", rank.saturating_sub(1));
            ml_core::check::parameter("shared_axes", axis, (1..rank).contains(&axis), &domain)?;
        }
        let length = |axis: usize| match self.shared_axes.contains(&axis) {
            true => Ok(1),
            false => scope.known_axis(input, axis),
        };
        let shape = (1..input.shape.rank()).map(length).collect::<Result<Shape>>()?;
        let alpha = scope.weight(
            WeightSpec::new("alpha", shape)
                .initializer(self.alpha_initializer.clone())
                .regularizer(self.alpha_regularizer.clone())
                .constraint(self.alpha_constraint.clone()),
        )?;
        Ok(unary(move |x, _| x.prelu(&alpha.read())))
    }
}

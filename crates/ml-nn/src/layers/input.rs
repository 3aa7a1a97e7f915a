//! What a model is fed with.

use ml_core::{DType, Result, Shape, ops::Spec};
use serde::{Deserialize, Serialize};

use super::{Layer, Module, Scope, batch_spec};

/// Says what the examples are like; as the first layer of a sequential model it passes them on as they are.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct InputLayer {
    /// Shape of an example: without the axis that counts them.
    pub shape: Shape,
    /// Its element type. Default `f32`.
    pub dtype: DType,
}

impl InputLayer {
    /// For examples of this shape, of `f32`.
    pub fn new(shape: impl Into<Shape>) -> Self {
        Self {
            shape: shape.into(),
            dtype: DType::F32,
        }
    }

    /// Sets the element type.
    #[must_use]
    pub fn dtype(mut self, dtype: DType) -> Self {
        self.dtype = dtype;
        self
    }
}

#[typetag::serde]
impl Layer for InputLayer {
    fn build(&self, inputs: &[Spec], scope: &mut Scope<'_>) -> Result<Box<dyn Module>> {
        scope.exactly::<1>(inputs)?;
        Ok(super::unary(|x, _| Ok(x.clone())))
    }

    fn inputs(&self) -> Option<Vec<Spec>> {
        Some(vec![batch_spec(self.dtype, &self.shape)])
    }
}

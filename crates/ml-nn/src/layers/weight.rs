//! A weight: what a layer asks for, and what it gets.

use ml_core::{DType, Shape, autodiff::Variable};

use crate::{
    constraints::Constraint,
    initializers::{Initializer, Zeros},
    regularizers::Regularizer,
};

/// A weight that a layer asks for.
#[derive(Debug, Clone)]
pub struct WeightSpec {
    pub(super) name: String,
    pub(super) shape: Shape,
    pub(super) dtype: Option<DType>,
    pub(super) initializer: Box<dyn Initializer>,
    pub(super) regularizer: Option<Box<dyn Regularizer>>,
    pub(super) constraint: Option<Box<dyn Constraint>>,
    pub(super) trainable: bool,
}

impl WeightSpec {
    /// A weight of zeros that learns.
    pub fn new(name: impl Into<String>, shape: impl Into<Shape>) -> Self {
        Self {
            name: name.into(),
            shape: shape.into(),
            dtype: None,
            initializer: Box::new(Zeros),
            regularizer: None,
            constraint: None,
            trainable: true,
        }
    }

    /// What gives its first value. Default zeros.
    #[must_use]
    pub fn initializer(mut self, initializer: impl Into<Box<dyn Initializer>>) -> Self {
        self.initializer = initializer.into();
        self
    }

    /// A penalty on it, part of the loss.
    #[must_use]
    pub fn regularizer(mut self, regularizer: Option<Box<dyn Regularizer>>) -> Self {
        self.regularizer = regularizer;
        self
    }

    /// What it must obey after every step.
    #[must_use]
    pub fn constraint(mut self, constraint: Option<Box<dyn Constraint>>) -> Self {
        self.constraint = constraint;
        self
    }

    /// Whether it learns. Default true.
    #[must_use]
    pub fn trainable(mut self, trainable: bool) -> Self {
        self.trainable = trainable;
        self
    }

    /// Its element type: that of the layer's inputs unless given.
    #[must_use]
    pub fn dtype(mut self, dtype: DType) -> Self {
        self.dtype = Some(dtype);
        self
    }
}

/// A weight of a built layer.
#[derive(Debug, Clone)]
pub struct Weight {
    /// Its name inside the layer: `kernel`.
    pub name: String,
    /// What holds it.
    pub variable: Variable,
    /// A penalty on it.
    pub regularizer: Option<Box<dyn Regularizer>>,
    /// What it must obey after every step.
    pub constraint: Option<Box<dyn Constraint>>,
    /// Whether it learns, as long as its layer does.
    pub trainable: bool,
}

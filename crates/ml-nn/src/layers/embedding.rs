//! A row of numbers for each of many things.

use ml_core::{Error, Result, check, ops::Spec};
use serde::{Deserialize, Serialize};

use super::{Layer, Module, Scope, WeightSpec, unary};
use crate::{
    class_numbers::checked,
    constraints::Constraint,
    initializers::{Initializer, RandomUniform},
    regularizers::Regularizer,
};

/// Looks up a learned row for every number: `[batch, ...]` of whole numbers gives `[batch, ..., output_dim]`.
///
/// Equal to the product of one-hot vectors with the matrix `embeddings`, `[input_dim, output_dim]`, without making them.
///
/// Unlike Keras's it has no `mask_zero`: number 0 is a thing as any other, and layers here pass no masks on. To leave out
/// padding, multiply by a mask of your own, or give it no weight in the loss. Its gradient is a tensor as large as the whole
/// table, 0 for rows that were not used: an optimizer with momenta moves those too, as Keras's do.
///
/// # Examples
/// ```
/// use ml_core::{DType, Tensor};
/// use ml_nn::{Sequential, initializers::Identity, layers::{Embedding, IntoLayer}};
///
/// let layer = Embedding::new(3, 3).embeddings_initializer(Identity(1.0)).input_spec(DType::I64, [2]);
/// let model = Sequential::new().add(layer).into_model();
/// let y = model.predict(&Tensor::from([[2i64, 0]]))?;
/// assert_eq!(y.to_vec::<f32>()?, [0.0, 0.0, 1.0, 1.0, 0.0, 0.0]);
/// # Ok::<(), ml_core::Error>(())
/// ```
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Embedding {
    /// How many things there are, numbered from 0: at least 1.
    pub input_dim: usize,
    /// Length of a row: at least 1.
    pub output_dim: usize,
    /// First rows. Default uniform between -0.05 and 0.05.
    pub embeddings_initializer: Box<dyn Initializer>,
    /// Penalty on the rows.
    pub embeddings_regularizer: Option<Box<dyn Regularizer>>,
    /// What the rows must obey.
    pub embeddings_constraint: Option<Box<dyn Constraint>>,
}

impl Embedding {
    /// Rows of `output_dim` numbers for the things `0..input_dim`.
    pub fn new(input_dim: usize, output_dim: usize) -> Self {
        Self {
            input_dim,
            output_dim,
            embeddings_initializer: Box::new(RandomUniform {
                minval: -0.05,
                maxval: 0.05,
            }),
            embeddings_regularizer: None,
            embeddings_constraint: None,
        }
    }

    /// Sets [`embeddings_initializer`](Self::embeddings_initializer).
    #[must_use]
    pub fn embeddings_initializer(mut self, initializer: impl Into<Box<dyn Initializer>>) -> Self {
        self.embeddings_initializer = initializer.into();
        self
    }

    /// Sets [`embeddings_regularizer`](Self::embeddings_regularizer).
    #[must_use]
    pub fn embeddings_regularizer(mut self, regularizer: impl Into<Box<dyn Regularizer>>) -> Self {
        self.embeddings_regularizer = Some(regularizer.into());
        self
    }
}

#[typetag::serde]
impl Layer for Embedding {
    fn build(&self, inputs: &[Spec], scope: &mut Scope<'_>) -> Result<Box<dyn Module>> {
        check::parameter("input_dim", self.input_dim, self.input_dim > 0, "at least 1")?;
        check::parameter("output_dim", self.output_dim, self.output_dim > 0, "at least 1")?;
        let [input] = scope.exactly(inputs)?;
        if !input.dtype.is_integer() {
            return Err(Error::DType {
                op: "Embedding",
                found: input.dtype.name(),
                needed: "whole numbers: declare the input so, .input_spec(DType::I64, [...])",
            });
        }
        let rows = scope.weight(
            WeightSpec::new("embeddings", [self.input_dim, self.output_dim])
                .initializer(self.embeddings_initializer.clone())
                .regularizer(self.embeddings_regularizer.clone())
                .constraint(self.embeddings_constraint.clone()),
        )?;
        let things = self.input_dim;
        Ok(unary(move |x, _| {
            rows.read().take(&checked("Embedding", x, things)?, 0)
        }))
    }
}

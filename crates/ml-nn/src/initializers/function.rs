//! A function as an initialiser.

use std::sync::Arc;

use ml_core::{DType, Result, Rng, Shape, Tensor};
use serde::{Deserialize, Serialize};

use super::Initializer;
use crate::named::Named;

type Body = dyn Fn(&Shape, DType, &mut Rng) -> Result<Tensor> + Send + Sync;

/// A function `(shape, dtype, rng)` that gives the first value (book section 12.3.3).
///
/// # Examples
/// ```
/// use ml_core::{DType, Rng, Shape, Tensor};
/// use ml_nn::initializers::{FnInitializer, Initializer};
///
/// let halves = FnInitializer::new("halves", |shape, dtype, _| Tensor::ones(shape, dtype)?.mul_scalar(0.5));
/// let values = halves.values(&Shape::from([2]), DType::F32, &mut Rng::new(0))?;
/// assert_eq!(values.to_vec::<f32>()?, [0.5, 0.5]);
/// # Ok::<(), ml_core::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FnInitializer(Named<Body>);

impl FnInitializer {
    /// This function, known to files by this name.
    pub fn new(
        name: impl Into<String>,
        body: impl Fn(&Shape, DType, &mut Rng) -> Result<Tensor> + Send + Sync + 'static,
    ) -> Self {
        Self(Named::new(name, Arc::new(body)))
    }
}

#[typetag::serde]
impl Initializer for FnInitializer {
    fn values(&self, shape: &Shape, dtype: DType, rng: &mut Rng) -> Result<Tensor> {
        self.0.body()?(shape, dtype, rng)
    }
}

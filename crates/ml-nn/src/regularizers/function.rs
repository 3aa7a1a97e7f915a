//! A function as a penalty.

use std::sync::Arc;

use ml_core::{Result, Tensor};
use serde::{Deserialize, Serialize};

use super::Regularizer;
use crate::{activation::TensorFn, named::Named};

/// A function from the weight to a scalar (book section 12.3.3).
///
/// # Examples
/// ```
/// use ml_core::Tensor;
/// use ml_nn::regularizers::{FnRegularizer, Regularizer};
///
/// let l1 = FnRegularizer::new("my_l1", |w| w.abs()?.sum_all()?.mul_scalar(0.01));
/// assert_eq!(l1.penalty(&Tensor::from([50.0, -50.0]))?.item::<f64>()?, 1.0);
/// # Ok::<(), ml_core::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FnRegularizer(Named<TensorFn>);

impl FnRegularizer {
    /// This function, known to files by this name.
    pub fn new(
        name: impl Into<String>,
        body: impl Fn(&Tensor) -> Result<Tensor> + Send + Sync + 'static,
    ) -> Self {
        Self(Named::new(name, Arc::new(body)))
    }
}

#[typetag::serde]
impl Regularizer for FnRegularizer {
    fn penalty(&self, weight: &Tensor) -> Result<Tensor> {
        self.0.body()?(weight)
    }
}

//! A function as a constraint.

use std::sync::Arc;

use ml_core::{Result, Tensor};
use serde::{Deserialize, Serialize};

use super::Constraint;
use crate::{activation::TensorFn, named::Named};

/// A function from the weight to the weight that takes its place (book section 12.3.3).
///
/// # Examples
/// ```
/// use ml_core::Tensor;
/// use ml_nn::constraints::{Constraint, FnConstraint};
///
/// let positive = FnConstraint::new("my_positive_weights", |w| w.relu());
/// assert_eq!(positive.apply(&Tensor::from([-1.0, 2.0]))?.to_vec::<f64>()?, [0.0, 2.0]);
/// # Ok::<(), ml_core::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FnConstraint(Named<TensorFn>);

impl FnConstraint {
    /// This function, known to files by this name.
    pub fn new(
        name: impl Into<String>,
        body: impl Fn(&Tensor) -> Result<Tensor> + Send + Sync + 'static,
    ) -> Self {
        Self(Named::new(name, Arc::new(body)))
    }
}

#[typetag::serde]
impl Constraint for FnConstraint {
    fn apply(&self, weight: &Tensor) -> Result<Tensor> {
        self.0.body()?(weight)
    }
}

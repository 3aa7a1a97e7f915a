//! Penalties on weights, added to the loss at every step.

mod function;
mod l1_l2;

use std::fmt;

use dyn_clone::DynClone;
use ml_core::{Result, Tensor};

pub use function::FnRegularizer;
pub use l1_l2::{L1, L1L2, L2};

/// A penalty on a weight or on an activation. One of your own is a type with this trait under `#[typetag::serde]`.
#[typetag::serde(tag = "class_name", content = "config")]
pub trait Regularizer: DynClone + fmt::Debug + Send + Sync {
    /// The penalty, a scalar.
    ///
    /// # Errors
    /// Those of the operations it consists of.
    fn penalty(&self, weight: &Tensor) -> Result<Tensor>;

    /// Refuses settings outside their domain: asked when a layer that has it is built, so that a mistake shows before
    /// there is data.
    ///
    /// # Errors
    /// [`Error::Parameter`](ml_core::Error::Parameter) naming the setting. Default: none.
    fn check(&self) -> Result<()> {
        Ok(())
    }
}
dyn_clone::clone_trait_object!(Regularizer);

impl<R: Regularizer + 'static> From<R> for Box<dyn Regularizer> {
    fn from(regularizer: R) -> Self {
        Box::new(regularizer)
    }
}

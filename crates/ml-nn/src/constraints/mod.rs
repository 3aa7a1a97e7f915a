//! What weights must obey after every step.

mod function;
mod non_neg;
mod norms;

use std::fmt;

use dyn_clone::DynClone;
use ml_core::{Result, Tensor};

pub use function::FnConstraint;
pub use non_neg::NonNeg;
pub use norms::{MaxNorm, MinMaxNorm, UnitNorm};

/// Puts a weight back where it may be. One of your own is a type with this trait under `#[typetag::serde]`.
#[typetag::serde(tag = "class_name", content = "config")]
pub trait Constraint: DynClone + fmt::Debug + Send + Sync {
    /// The weight that takes the place of this one, of its shape.
    ///
    /// # Errors
    /// Those of the operations it consists of.
    fn apply(&self, weight: &Tensor) -> Result<Tensor>;

    /// Refuses settings outside their domain: asked when a layer that has it is built, so that a mistake shows before
    /// there is data.
    ///
    /// # Errors
    /// [`Error::Parameter`](ml_core::Error::Parameter) naming the setting. Default: none.
    fn check(&self) -> Result<()> {
        Ok(())
    }
}
dyn_clone::clone_trait_object!(Constraint);

impl<C: Constraint + 'static> From<C> for Box<dyn Constraint> {
    fn from(constraint: C) -> Self {
        Box::new(constraint)
    }
}

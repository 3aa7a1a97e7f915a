//! One axis of features.

use ml_core::{Result, ops::Spec};
use serde::{Deserialize, Serialize};

use super::{Layer, Module, Scope, unary};

/// Lays the features of every example out in a row: `[batch, a, b, ...]` gives `[batch, a · b · ...]`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Flatten;

#[typetag::serde]
impl Layer for Flatten {
    fn build(&self, inputs: &[Spec], scope: &mut Scope<'_>) -> Result<Box<dyn Module>> {
        scope.exactly::<1>(inputs)?;
        Ok(unary(|x, _| match x.rank() {
            1 => x.expand_dims(-1),
            _ => x.flatten_from(1),
        }))
    }
}

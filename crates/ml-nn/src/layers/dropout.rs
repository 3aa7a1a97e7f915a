//! Dropout.

use ml_core::{Result, check, ops::Spec};
use serde::{Deserialize, Serialize};

use super::{Layer, Module, Scope, unary};

/// While training, sets a share `rate` of the inputs to 0 and multiplies the others by `1 / (1 - rate)`, so that
/// their sum stays what it was on average; otherwise passes them on.
///
/// Source: Srivastava et al., "Dropout: A Simple Way to Prevent Neural Networks from Overfitting" (2014).
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Dropout {
    /// Share of the inputs that are dropped: at least 0, below 1.
    pub rate: f64,
}

impl Dropout {
    /// Drops this share.
    pub fn new(rate: f64) -> Self {
        Self { rate }
    }
}

#[typetag::serde]
impl Layer for Dropout {
    fn build(&self, inputs: &[Spec], scope: &mut Scope<'_>) -> Result<Box<dyn Module>> {
        scope.exactly::<1>(inputs)?;
        let rate = self.rate;
        check::parameter("rate", rate, (0.0..1.0).contains(&rate), "at least 0 and below 1")?;
        Ok(unary(move |x, context| context.dropout(x, rate)))
    }
}

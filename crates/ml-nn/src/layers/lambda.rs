//! A function as a layer.

use std::sync::Arc;

use ml_core::{Result, Tensor, ops::Spec};
use serde::{Deserialize, Serialize};

use super::{Layer, Module, Scope, unary};
use crate::{activation::TensorFn, named::Named};

/// A function of tensors as a layer without weights (book section 12.3.5).
///
/// # Examples
/// ```
/// use ml_nn::layers::{Lambda, IntoLayer};
///
/// let exponential = Lambda::new("exponential", |x| x.exp());
/// assert_eq!(exponential.into_layer().class_name(), "Lambda");
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Lambda {
    function: Named<TensorFn>,
}

impl Lambda {
    /// This function, known to files by this name.
    pub fn new(
        name: impl Into<String>,
        function: impl Fn(&Tensor) -> Result<Tensor> + Send + Sync + 'static,
    ) -> Self {
        Self {
            function: Named::new(name, Arc::new(function)),
        }
    }
}

#[typetag::serde]
impl Layer for Lambda {
    fn build(&self, inputs: &[Spec], scope: &mut Scope<'_>) -> Result<Box<dyn Module>> {
        scope.exactly::<1>(inputs)?;
        self.function.body()?;
        let function = self.function.clone();
        Ok(unary(move |x, _| function.body()?(x)))
    }
}

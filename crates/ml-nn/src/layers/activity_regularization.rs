//! A penalty on what passes.

use ml_core::{Result, ops::Spec};
use serde::{Deserialize, Serialize};

use super::{Layer, Module, Scope, unary};
use crate::regularizers::{L1L2, Regularizer};

/// Passes its inputs on and adds `(l1 · Σ|x| + l2 · Σ x²) / batch` to the loss (book section 17.6); any shape stays as it
/// is.
///
/// # Examples
/// ```
/// use ml_core::Tensor;
/// use ml_nn::{Compile, Sequential, layers::{ActivityRegularization, IntoLayer}};
///
/// let layer = ActivityRegularization { l1: 0.5, l2: 1.0 };
/// let mut model = Sequential::new().add(layer.input_shape([1])).into_model();
/// model.compile(Compile::new("sgd", "mse"))?;
/// let x = Tensor::from([[-1.0f32], [2.0]]);
/// assert_eq!(model.evaluate(&x, &x)?.get("loss"), Some(3.25)); // (0.5 · 3 + 5) / 2
/// # Ok::<(), ml_core::Error>(())
/// ```
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct ActivityRegularization {
    /// Factor of the absolute values: finite, at least 0. Default 0.
    pub l1: f64,
    /// Factor of the squares: finite, at least 0. Default 0.
    pub l2: f64,
}

#[typetag::serde]
impl Layer for ActivityRegularization {
    fn build(&self, inputs: &[Spec], scope: &mut Scope<'_>) -> Result<Box<dyn Module>> {
        scope.exactly::<1>(inputs)?;
        let penalty = L1L2 {
            l1: self.l1,
            l2: self.l2,
        };
        penalty.check()?;
        Ok(unary(move |x, context| {
            context.add_activity_loss(&penalty, x)?;
            Ok(x.clone())
        }))
    }
}

//! A function as a loss.

use std::sync::Arc;

use ml_core::{Result, Tensor};
use serde::{Deserialize, Serialize};

use super::Loss;
use crate::named::Named;

type Body = dyn Fn(&Tensor, &Tensor) -> Result<Tensor> + Send + Sync;

/// A function `(y_true, y_pred)` that gives a loss for every example (book section 12.3.1).
///
/// # Examples
/// ```
/// use ml_core::Tensor;
/// use ml_nn::losses::{FnLoss, Loss};
///
/// let squared = FnLoss::new("squared", |y_true, y_pred| y_true.square_difference(y_pred));
/// let losses = squared.call(&Tensor::from([1.0, 2.0]), &Tensor::from([3.0, 2.0]))?;
/// assert_eq!(losses.to_vec::<f64>()?, [4.0, 0.0]);
/// # Ok::<(), ml_core::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FnLoss(Named<Body>);

impl FnLoss {
    /// This function, known to files and logs by this name.
    pub fn new(
        name: impl Into<String>,
        body: impl Fn(&Tensor, &Tensor) -> Result<Tensor> + Send + Sync + 'static,
    ) -> Self {
        Self(Named::new(name, Arc::new(body)))
    }
}

#[typetag::serde]
impl Loss for FnLoss {
    fn call(&self, y_true: &Tensor, y_pred: &Tensor) -> Result<Tensor> {
        self.0.body()?(y_true, y_pred)
    }

    fn name(&self) -> String {
        self.0.name().to_owned()
    }
}

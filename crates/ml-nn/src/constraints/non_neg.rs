//! No negative weights.

use ml_core::{Result, Tensor};
use serde::{Deserialize, Serialize};

use super::Constraint;

/// `max(w, 0)`.
///
/// # Examples
/// ```
/// use ml_core::Tensor;
/// use ml_nn::constraints::{Constraint, NonNeg};
///
/// assert_eq!(NonNeg.apply(&Tensor::from([-1.0, 2.0]))?.to_vec::<f64>()?, [0.0, 2.0]);
/// # Ok::<(), ml_core::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct NonNeg;

#[typetag::serde]
impl Constraint for NonNeg {
    fn apply(&self, weight: &Tensor) -> Result<Tensor> {
        weight.relu()
    }
}

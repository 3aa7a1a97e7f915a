//! Errors that are no mean of what each example costs.

use ml_core::{Result, Tensor, autodiff::Variable};
use serde::{Deserialize, Serialize};

use super::{
    Metric,
    mean::{add_to_mean, mean_result, mean_state},
};
use crate::losses::labels_like;

/// `√mean((y - ŷ)²)`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RootMeanSquaredError;

#[typetag::serde]
impl Metric for RootMeanSquaredError {
    fn state(&self) -> Vec<(&'static str, Tensor)> {
        mean_state()
    }

    fn update(
        &self,
        state: &[Variable],
        y_true: &Tensor,
        y_pred: &Tensor,
        weights: Option<&Tensor>,
    ) -> Result<()> {
        let squares = labels_like(y_true, y_pred)?.square_difference(y_pred)?;
        add_to_mean(state, &squares, weights)
    }

    fn result(&self, state: &[Variable]) -> Result<Tensor> {
        mean_result(state)?.sqrt()
    }
}

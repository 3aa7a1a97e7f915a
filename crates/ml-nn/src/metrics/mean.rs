//! Means.

use ml_core::{DType, Result, Tensor, autodiff::Variable};
use serde::{Deserialize, Serialize};

use super::Metric;
use crate::losses::{Loss, per_example, weights_like};

/// Variables of a weighted mean.
pub(super) fn mean_state() -> Vec<(&'static str, Tensor)> {
    vec![("total", Tensor::from(0.0)), ("count", Tensor::from(0.0))]
}

/// Adds values to a weighted mean.
pub(super) fn add_to_mean(state: &[Variable], values: &Tensor, weights: Option<&Tensor>) -> Result<()> {
    let weighted = match weights {
        Some(weights) => values.mul(&weights_like(weights, values)?)?,
        None => values.clone(),
    };
    let count = match weights {
        // One weight for every value, over all axes.
        Some(weights) => weights_like(weights, values)?
            .add(&values.zeros_like()?)?
            .sum_all()?,
        None => values.size_tensor()?,
    };
    state[0].assign_add(&weighted.sum_all()?.cast(DType::F64)?)?;
    state[1].assign_add(&count.cast(DType::F64)?)
}

/// A sum divided by a count; 0 as long as nothing was counted.
pub(super) fn quotient(total: &Tensor, count: &Tensor) -> Result<Tensor> {
    let none = count.equal(&count.number_like(0.0)?)?;
    let safe = Tensor::select(&none, &count.number_like(1.0)?, count)?;
    total.div(&safe)
}

pub(super) fn mean_result(state: &[Variable]) -> Result<Tensor> {
    quotient(&state[0].read(), &state[1].read())
}

/// The weighted mean of values: of the predictions, where it is given labels.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mean;

#[typetag::serde]
impl Metric for Mean {
    fn state(&self) -> Vec<(&'static str, Tensor)> {
        mean_state()
    }

    fn update(
        &self,
        state: &[Variable],
        _: &Tensor,
        y_pred: &Tensor,
        weights: Option<&Tensor>,
    ) -> Result<()> {
        add_to_mean(state, y_pred, weights)
    }

    fn result(&self, state: &[Variable]) -> Result<Tensor> {
        mean_result(state)
    }
}

/// The mean of a loss over all examples: `MeanSquaredError`, `MeanAbsoluteError` and the others as metrics.
///
/// # Examples
/// ```
/// use ml_core::Tensor;
/// use ml_nn::{losses::MeanAbsoluteError, metrics::{IntoMetric, MeanOf}};
///
/// let mae = MeanOf::new(MeanAbsoluteError).start();
/// mae.call(&Tensor::from([[0.0], [1.0]]), &Tensor::from([[1.0], [4.0]]))?;
/// assert_eq!(mae.call(&Tensor::from([[0.0]]), &Tensor::from([[5.0]]))?, 3.0);
/// # Ok::<(), ml_core::Error>(())
/// ```
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct MeanOf {
    loss: Box<dyn Loss>,
}

impl MeanOf {
    /// Of this loss.
    pub fn new(loss: impl Loss + 'static) -> Self {
        Self { loss: Box::new(loss) }
    }
}

impl From<Box<dyn Loss>> for MeanOf {
    fn from(loss: Box<dyn Loss>) -> Self {
        Self { loss }
    }
}

#[typetag::serde]
impl Metric for MeanOf {
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
        add_to_mean(state, &per_example(&*self.loss, y_true, y_pred, None)?, weights)
    }

    fn result(&self, state: &[Variable]) -> Result<Tensor> {
        mean_result(state)
    }

    fn check(&self) -> Result<()> {
        self.loss.check()
    }

    fn name(&self) -> String {
        self.loss.name()
    }
}

//! A loss in use.

use ml_core::{Error, Result, Tensor};
use serde::{Deserialize, Serialize};

use super::{Loss, by_name};
use crate::{choice::Choice, layers::Logits};

/// What becomes of the losses of the examples (book section 12.3.1).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Reduction {
    /// Their sum, each times the weight of its example, divided by their number (not by the sum of the weights): the
    /// default.
    #[default]
    SumOverBatchSize,
    /// Their weighted sum.
    Sum,
    /// Nothing: for loops of your own, not for `compile`.
    None,
}

/// A loss with its reduction.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct LossRef {
    /// The loss of an example.
    pub loss: Box<dyn Loss>,
    /// What becomes of them.
    pub reduction: Reduction,
}

/// What can be used as a loss: any [`Loss`], with another reduction if wanted.
pub trait IntoLoss: Sized {
    /// The loss with its reduction.
    fn into_loss(self) -> LossRef;

    /// The loss with this reduction.
    #[must_use]
    fn reduction(self, reduction: Reduction) -> LossRef {
        LossRef {
            reduction,
            ..self.into_loss()
        }
    }
}

impl<L: Loss + 'static> IntoLoss for L {
    fn into_loss(self) -> LossRef {
        LossRef {
            loss: Box::new(self),
            reduction: Reduction::default(),
        }
    }
}

impl IntoLoss for LossRef {
    fn into_loss(self) -> LossRef {
        self
    }
}

impl<L: IntoLoss> From<L> for Choice<LossRef> {
    fn from(loss: L) -> Self {
        Self::of(loss.into_loss())
    }
}

impl From<&str> for Choice<LossRef> {
    fn from(name: &str) -> Self {
        Self(by_name(name).map(|loss| LossRef {
            loss,
            reduction: Reduction::default(),
        }))
    }
}

impl LossRef {
    /// The loss of a batch.
    ///
    /// # Errors
    /// Labels whose shape does not fit the predictions, and those of the loss.
    ///
    /// # Examples
    /// ```
    /// use ml_core::Tensor;
    /// use ml_nn::losses::{IntoLoss, MeanSquaredError};
    ///
    /// let (y_true, y_pred) = (Tensor::from([[1.0], [2.0]]), Tensor::from([[2.0], [5.0]]));
    /// let weights = Tensor::from([1.0, 0.5]);
    /// let loss = MeanSquaredError.into_loss().value(&y_true, &y_pred, Some(&weights))?;
    /// assert_eq!(loss.item::<f64>()?, 2.75); // (1·1 + 9·0.5) / 2
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    pub fn value(&self, y_true: &Tensor, y_pred: &Tensor, weights: Option<&Tensor>) -> Result<Tensor> {
        self.value_with(y_true, y_pred, None, weights)
    }

    /// As [`value`](Self::value), from the logits where they are known and that is exact.
    pub(crate) fn value_with(
        &self,
        y_true: &Tensor,
        y_pred: &Tensor,
        logits: Option<&Logits>,
        weights: Option<&Tensor>,
    ) -> Result<Tensor> {
        let losses = per_example(&*self.loss, y_true, y_pred, logits)?;
        let losses = match weights {
            Some(weights) => losses.mul(&weights_like(weights, &losses)?)?,
            None => losses,
        };
        match self.reduction {
            Reduction::SumOverBatchSize => losses.mean_all(),
            Reduction::Sum => losses.sum_all(),
            Reduction::None => Ok(losses),
        }
    }
}

/// The loss of every example.
pub(crate) fn per_example(
    loss: &dyn Loss,
    y_true: &Tensor,
    y_pred: &Tensor,
    logits: Option<&Logits>,
) -> Result<Tensor> {
    loss.check()?;
    let y_true = match loss.takes_class_numbers() {
        true => y_true.clone(),
        false => labels_like(y_true, y_pred)?,
    };
    if let Some(known) = logits
        && loss.expects().as_ref() == Some(&known.activation)
        && let Some(loss) = loss.on_logits()
    {
        return loss.call(&y_true, &known.logits);
    }
    loss.call(&y_true, y_pred)
}

/// Labels in the form of the predictions: truth values and whole numbers as numbers of their type, and with the last
/// axis that predictions of one number have.
pub(crate) fn labels_like(y_true: &Tensor, y_pred: &Tensor) -> Result<Tensor> {
    let mut y = y_true.clone();
    if y.dtype() != y_pred.dtype() && !y.dtype().is_float() {
        y = y.cast(y_pred.dtype())?;
    }
    if y.rank() + 1 == y_pred.rank() && y_pred.shape().last() == Some(&1) {
        y = y.expand_dims(-1)?;
    }
    if !y.shape().matches(y_pred.shape()) {
        return Err(Error::Shape {
            op: "loss",
            left: y_true.shape().to_vec(),
            right: y_pred.shape().to_vec(),
            rule: "labels (first) must have the shape of the predictions (second); class numbers are for \
                   sparse_categorical_crossentropy",
        });
    }
    Ok(y)
}

/// Weights of examples, stretched over the other axes of `values` and in their type. A column of weights is as good as a
/// row of them; anything else that has more axes than `values` would weigh every value with every weight.
pub(crate) fn weights_like(weights: &Tensor, values: &Tensor) -> Result<Tensor> {
    let given = weights;
    let mut weights = match weights.dtype() == values.dtype() {
        true => weights.clone(),
        false => weights.cast(values.dtype())?,
    };
    // One value for the whole batch takes any weights.
    let least = values.rank().max(1);
    while weights.rank() > least && weights.shape().last() == Some(&1) {
        weights = weights.squeeze(&[-1])?;
    }
    if weights.rank() > least {
        return Err(Error::Shape {
            op: "sample_weight",
            left: given.shape().to_vec(),
            right: values.shape().to_vec(),
            rule: "weights (first) must be one for each example, or one for each of the losses (second)",
        });
    }
    while weights.rank() < values.rank() {
        weights = weights.expand_dims(-1)?;
    }
    Ok(weights)
}

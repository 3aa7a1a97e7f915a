//! Area under a curve, from counts at fixed thresholds.

use ml_core::{DType, Result, Tensor, autodiff::Variable, check};
use serde::{Deserialize, Serialize};

use super::{Metric, mean::quotient};
use crate::losses::{labels_like, weights_like};

/// Keeps the end thresholds outside 0 and 1, as in Keras.
const OUTSIDE: f64 = 1e-7;

/// Which curve.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Curve {
    /// True positives against false positives.
    #[default]
    Roc,
    /// Precision against recall, interpolated as in Davis and Goadrich (2006).
    PrecisionRecall,
}

/// Area under the curve of a binary classifier's probabilities, by the trapezoidal rule over thresholds that are
/// spread evenly between 0 and 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Auc {
    /// How many thresholds, at least 2. Default 200.
    pub thresholds: usize,
    /// Which curve. Default ROC.
    pub curve: Curve,
}

impl Default for Auc {
    fn default() -> Self {
        Self {
            thresholds: 200,
            curve: Curve::Roc,
        }
    }
}

impl Auc {
    /// The thresholds, ascending.
    fn values(&self) -> Vec<f64> {
        let steps = (self.thresholds.max(2) - 1) as f64;
        let inner = (1..self.thresholds.max(2) - 1).map(|number| number as f64 / steps);
        [-OUTSIDE]
            .into_iter()
            .chain(inner)
            .chain([1.0 + OUTSIDE])
            .collect()
    }
}

#[typetag::serde]
impl Metric for Auc {
    fn state(&self) -> Vec<(&'static str, Tensor)> {
        let zeros = || Tensor::from(vec![0.0; self.thresholds.max(2)]);
        vec![
            ("true_positives", zeros()),
            ("false_positives", zeros()),
            ("positives", Tensor::from(0.0)),
            ("negatives", Tensor::from(0.0)),
        ]
    }

    fn check(&self) -> Result<()> {
        check::parameter("thresholds", self.thresholds, self.thresholds >= 2, "at least 2")
    }

    fn update(
        &self,
        state: &[Variable],
        y_true: &Tensor,
        y_pred: &Tensor,
        weights: Option<&Tensor>,
    ) -> Result<()> {
        let positive = labels_like(y_true, y_pred)?.cast(DType::F64)?;
        let mut weight = positive.ones_like()?;
        if let Some(weights) = weights {
            weight = weight.mul(&weights_like(weights, &weight)?)?;
        }
        let (positive, negative) = (
            positive.mul(&weight)?.flatten()?,
            positive.rsub_scalar(1.0)?.mul(&weight)?.flatten()?,
        );
        // A row for every threshold, a column for every example.
        let thresholds = Tensor::from(self.values()).expand_dims(-1)?;
        let above = y_pred
            .cast(DType::F64)?
            .flatten()?
            .expand_dims(0)?
            .greater(&thresholds)?;
        let above = above.cast(DType::F64)?;
        state[0].assign_add(&above.mul(&positive)?.sum(&[1])?)?;
        state[1].assign_add(&above.mul(&negative)?.sum(&[1])?)?;
        state[2].assign_add(&positive.sum_all()?)?;
        state[3].assign_add(&negative.sum_all()?)
    }

    fn result(&self, state: &[Variable]) -> Result<Tensor> {
        let (tp, fp) = (state[0].read(), state[1].read());
        let n = self.thresholds as isize;
        let head = |t: &Tensor| t.narrow(0, Some(0), Some(n - 1));
        let tail = |t: &Tensor| t.narrow(0, Some(1), Some(n));
        match self.curve {
            Curve::Roc => {
                let recall = quotient(&tp, &state[2].read())?;
                let fall_out = quotient(&fp, &state[3].read())?;
                let widths = head(&fall_out)?.sub(&tail(&fall_out)?)?;
                let heights = head(&recall)?.add(&tail(&recall)?)?.mul_scalar(0.5)?;
                widths.mul(&heights)?.sum_all()
            }
            Curve::PrecisionRecall => {
                let p = tp.add(&fp)?;
                let (dtp, dp) = (head(&tp)?.sub(&tail(&tp)?)?, head(&p)?.sub(&tail(&p)?)?);
                let slope = quotient(&dtp, &dp.relu()?)?;
                let intercept = tail(&tp)?.sub(&slope.mul(&tail(&p)?)?)?;
                let one = p.number_like(0.0)?;
                let both = head(&p)?.greater(&one)?.logical_and(&tail(&p)?.greater(&one)?)?;
                let ratio = quotient(&head(&p)?, &tail(&p)?.relu()?)?;
                let ratio = Tensor::select(&both, &ratio, &ratio.ones_like()?)?;
                let area = slope.mul(&dtp.add(&intercept.mul(&ratio.log()?)?)?)?;
                quotient(&area.sum_all()?, &state[2].read())
            }
        }
    }
}

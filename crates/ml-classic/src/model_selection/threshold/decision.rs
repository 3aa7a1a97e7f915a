//! From scores to one of two classes.

use ml_core::{
    Error, Features, Model, Result,
    ndarray::{Array1, ArrayView1},
};
use serde::{Deserialize, Serialize};

use crate::response::{Response, positive_scores};

/// Two classes, and how the scores of a model decide between them.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub(super) struct Decision {
    pub(super) negative: i64,
    pub(super) positive: i64,
    pub(super) response: Response,
}

impl Decision {
    /// The positive class is the second one unless chosen.
    pub(super) fn new(
        op: &'static str,
        classes: &[i64],
        positive: Option<i64>,
        response: Response,
    ) -> Result<Self> {
        let &[first, second] = classes else {
            return Err(Error::Data {
                op,
                problem: format!(
                    "y holds {} class(es) where a threshold decides between two",
                    classes.len()
                ),
                remedy: "make y == class the target",
            });
        };
        match positive {
            None => Ok(Self {
                negative: first,
                positive: second,
                response,
            }),
            Some(positive) if positive == second => Ok(Self {
                negative: first,
                positive,
                response,
            }),
            Some(positive) if positive == first => Ok(Self {
                negative: second,
                positive,
                response,
            }),
            Some(positive) => Err(Error::Parameter {
                name: "positive".to_owned(),
                value: positive.to_string(),
                domain: format!("{first} or {second}, the classes of y"),
            }),
        }
    }

    /// Scores, the larger the more of the positive class, and what they are.
    pub(super) fn scores(
        &self,
        op: &'static str,
        model: &dyn Model,
        x: &Features,
    ) -> Result<(Array1<f64>, Response)> {
        let (scores, kind) = positive_scores(op, model, x, self.response)?;
        if self.positive > self.negative {
            return Ok((scores, kind));
        }
        let turned = match kind {
            Response::Decision => -scores,
            _ => 1.0 - scores,
        };
        Ok((turned, kind))
    }

    /// The positive class where the score is at least the threshold.
    pub(super) fn classes(&self, scores: ArrayView1<'_, f64>, threshold: f64) -> Array1<i64> {
        scores.map(|&score| {
            if score >= threshold {
                self.positive
            } else {
                self.negative
            }
        })
    }

    /// The same decision between the classes 0 and 1, the positive one 1, as scorers with a name want it.
    pub(super) fn of_one(&self) -> Self {
        Self {
            negative: 0,
            positive: 1,
            ..*self
        }
    }

    /// Both classes in ascending order.
    pub(super) fn known(&self) -> Vec<i64> {
        vec![self.negative.min(self.positive), self.negative.max(self.positive)]
    }
}

//! The scores of a binary classifier.

use ml_core::{
    Error, Features, Model, Result,
    ndarray::{Array1, Array2},
};
use serde::{Deserialize, Serialize};

/// Which scores of a classifier a threshold is put to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Response {
    /// Probabilities if the model has them, else decision scores.
    #[default]
    Auto,
    /// The probability of the positive class.
    Probability,
    /// The decision function.
    Decision,
}

impl Response {
    /// The threshold of the model itself: 1/2 of probabilities, 0 of decision scores.
    pub(crate) fn natural_threshold(self) -> f64 {
        match self {
            Self::Decision => 0.0,
            _ => 0.5,
        }
    }
}

/// The scores of the second of two classes, and what they are: never `Auto`.
pub(crate) fn positive_scores(
    op: &'static str,
    model: &dyn Model,
    x: &Features,
    response: Response,
) -> Result<(Array1<f64>, Response)> {
    match response {
        Response::Probability => {
            let scores = model.predict_proba_features(x)?;
            if scores.ncols() == 1 {
                return Err(Error::Data {
                    op,
                    problem: "the model was trained on rows of one class only".to_owned(),
                    remedy: "train on rows of both classes; in cross-validation, stratified folds",
                });
            }
            Ok((second(op, scores)?, response))
        }
        Response::Decision => Ok((second(op, model.decision_function_features(x)?)?, response)),
        Response::Auto => match positive_scores(op, model, x, Response::Probability) {
            Err(Error::Unsupported { .. }) => {
                let scores = positive_scores(op, model, x, Response::Decision);
                scores.map_err(|error| match error {
                    Error::Unsupported { owner, .. } => Error::Unsupported {
                        owner,
                        what: "scores, of which there could be a threshold",
                        remedy: "use a model with predict_proba or decision_function",
                    },
                    other => other,
                })
            }
            scores => scores,
        },
    }
}

/// The only column, or the second of two.
fn second(op: &'static str, scores: Array2<f64>) -> Result<Array1<f64>> {
    match scores.ncols() {
        1 => Ok(scores.column(0).to_owned()),
        2 => Ok(scores.column(1).to_owned()),
        n => Err(Error::Data {
            op,
            problem: format!("the model scores {n} classes where two are needed"),
            remedy: "make y == class the target, or choose a scorer of several classes",
        }),
    }
}

//! A model a class.

use ml_core::{
    Error, Estimator, Features, FitContext, Model, Result,
    ndarray::{Array1, Array2, ArrayView1, Axis, stack},
};
use serde::{Deserialize, Serialize};

use super::binary::{self, Confidence, confidence};
use crate::{
    response::{Response, positive_scores},
    tree::first_largest,
    wrapper::{classifier_wrapper, wrapper_new},
};

const OP: &str = "OneVsRestClassifier";

/// Several classes by one model a class, trained to tell its rows from all others; the model with the highest score
/// wins, the first in a tie.
///
/// The estimator may be a classifier with decision scores or probabilities, or a regressor, which learns 0 and 1.
/// Two classes need one model only, of the second against the first. Probabilities are the models', divided by
/// their sum; where all say 0, all classes are equally likely.
///
/// Cost: `classes` fits on all rows, in parallel.
///
/// # Examples
/// ```
/// use ml_classic::{multiclass::OneVsRestClassifier, tree::DecisionTreeClassifier};
/// use ml_core::{Fit, Predict, ndarray::array};
///
/// let (x, y) = (array![[0.0], [1.0], [5.0], [6.0], [9.0]], array![7, 7, 3, 3, 8]);
/// let model = OneVsRestClassifier::new(DecisionTreeClassifier::default()).fit(&x, &y)?;
/// assert_eq!((model.models.len(), &model.classes), (3, &vec![3, 7, 8]));
/// assert_eq!(model.predict(&array![[0.5], [5.5], [20.0]])?, array![7, 3, 8]);
/// # Ok::<(), ml_core::Error>(())
/// ```
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct OneVsRestClassifier {
    /// What is fitted to every class.
    pub estimator: Box<dyn Estimator>,
}
wrapper_new!(OneVsRestClassifier {});

/// What [`OneVsRestClassifier`] learned.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct FittedOneVsRestClassifier {
    /// The classes in ascending order.
    pub classes: Vec<i64>,
    /// A model a class; of two classes the second one's only.
    pub models: Vec<Box<dyn Model>>,
}

impl OneVsRestClassifier {
    pub(super) fn learn(
        &self,
        x: &Features,
        y: ArrayView1<'_, i64>,
        context: &FitContext<'_>,
    ) -> Result<FittedOneVsRestClassifier> {
        let weights = context.weights_for(OP, y.len())?;
        let (classes, codes) = binary::classes(OP, x, y)?;
        let first = if classes.len() == 2 { 1 } else { 0 };
        let models = binary::fit_all(OP, classes.len() - first, context, |i| {
            binary::fit(
                &*self.estimator,
                x,
                &codes.mapv(|code| code == first + i),
                weights,
            )
        })?;
        Ok(FittedOneVsRestClassifier { classes, models })
    }
}

impl FittedOneVsRestClassifier {
    fn known(&self) -> Vec<i64> {
        self.classes.clone()
    }

    fn confidences(&self, x: &Features) -> Result<Vec<Confidence>> {
        self.models
            .iter()
            .map(|model| confidence(OP, &**model, x))
            .collect()
    }

    fn answer(&self, x: &Features) -> Result<Array1<i64>> {
        let confidences = self.confidences(x)?;
        if let [only] = confidences.as_slice() {
            return Ok(only
                .scores
                .map(|&score| self.classes[usize::from(score > only.threshold)]));
        }
        let scores = side_by_side(confidences.into_iter().map(|c| c.scores).collect());
        let best = |row: ArrayView1<'_, f64>| self.classes[first_largest(&row.to_vec())];
        Ok(scores.rows().into_iter().map(best).collect())
    }
}

/// A column a list.
pub(super) fn side_by_side(columns: Vec<Array1<f64>>) -> Array2<f64> {
    let views: Vec<_> = columns.iter().map(|column| column.view()).collect();
    stack(Axis(1), &views).expect("one score a row from every model, and at least one model")
}

classifier_wrapper!(OneVsRestClassifier => FittedOneVsRestClassifier, params [], {
    fn predict_proba_features(&self, x: &Features) -> Result<Array2<f64>> {
        let of = |model: &dyn Model| -> Result<Array1<f64>> {
            Ok(positive_scores(OP, model, x, Response::Probability)?.0)
        };
        let mut columns = self.models.iter().map(|model| of(&**model)).collect::<Result<Vec<_>>>()?;
        if columns.len() == 1 {
            columns.insert(0, 1.0 - &columns[0]);
        }
        let mut out = side_by_side(columns);
        let share = 1.0 / out.ncols() as f64;
        for mut row in out.rows_mut() {
            let sum = row.sum();
            if sum > 0.0 {
                row /= sum;
            } else {
                row.fill(share);
            }
        }
        Ok(out)
    }

    /// The models' own scores; an error for models with probabilities only.
    fn decision_function_features(&self, x: &Features) -> Result<Array2<f64>> {
        let of = |model: &dyn Model| -> Result<Array1<f64>> {
            match model.classes() {
                Some(_) => Ok(positive_scores(OP, model, x, Response::Decision)?.0),
                None => Ok(confidence(OP, model, x)?.scores),
            }
        };
        let columns = self.models.iter().map(|model| of(&**model)).collect::<Result<Vec<_>>>();
        columns.map(side_by_side).map_err(|error| match error {
            Error::Unsupported { what, remedy, .. } => {
                Error::Unsupported { owner: self.name(), what, remedy }
            }
            other => other,
        })
    }
});

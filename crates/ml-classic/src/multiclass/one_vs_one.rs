//! A model a pair of classes.

use ml_core::{
    Estimator, Features, FitContext, Model, Result,
    ndarray::{Array1, Array2, ArrayView1, Axis},
};
use serde::{Deserialize, Serialize};

use super::binary::{self, confidence};
use crate::{
    tree::first_largest,
    wrapper::{classifier_wrapper, wrapper_new},
};

const OP: &str = "OneVsOneClassifier";

/// Several classes by one model a pair of classes, trained on the rows of these two; the class that wins most duels
/// wins, and of several the one whose models were surer.
///
/// Many small fits: for estimators whose cost grows faster than the rows. The scores are the votes plus
/// `s / (3 (|s| + 1))`, where `s` sums the confidences of the class's models, so that it breaks ties and decides
/// nothing else; of two classes the difference of the two scores.
///
/// Cost: `classes (classes - 1) / 2` fits on the rows of two classes, in parallel.
///
/// Source: Knerr, Personnaz, Dreyfus, "Single-layer learning revisited" (1990); Hastie and Tibshirani, Annals of
/// Statistics 26 (1998).
///
/// # Examples
/// ```
/// use ml_classic::{multiclass::OneVsOneClassifier, tree::DecisionTreeClassifier};
/// use ml_core::{Fit, Predict, ndarray::array};
///
/// let (x, y) = (array![[0.0], [1.0], [5.0], [6.0], [9.0]], array![7, 7, 3, 3, 8]);
/// let model = OneVsOneClassifier::new(DecisionTreeClassifier::default()).fit(&x, &y)?;
/// assert_eq!(model.models.len(), 3);
/// assert_eq!(model.predict(&array![[0.5], [5.5], [20.0]])?, array![7, 3, 8]);
/// # Ok::<(), ml_core::Error>(())
/// ```
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct OneVsOneClassifier {
    /// What is fitted to every pair of classes.
    pub estimator: Box<dyn Estimator>,
}
wrapper_new!(OneVsOneClassifier {});

/// What [`OneVsOneClassifier`] learned.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct FittedOneVsOneClassifier {
    /// The classes in ascending order.
    pub classes: Vec<i64>,
    /// A model for the first and the second class, the first and the third, ...; its positive class is the later.
    pub models: Vec<Box<dyn Model>>,
}

/// Pairs of numbers below `n`, the smaller first.
fn pairs(n: usize) -> Vec<(usize, usize)> {
    (0..n)
        .flat_map(|one| (one + 1..n).map(move |other| (one, other)))
        .collect()
}

impl OneVsOneClassifier {
    pub(super) fn learn(
        &self,
        x: &Features,
        y: ArrayView1<'_, i64>,
        context: &FitContext<'_>,
    ) -> Result<FittedOneVsOneClassifier> {
        let weights = context.weights_for(OP, y.len())?;
        let (classes, codes) = binary::classes(OP, x, y)?;
        let pairs = pairs(classes.len());
        let models = binary::fit_all(OP, pairs.len(), context, |i| {
            let (one, other) = pairs[i];
            let rows: Vec<usize> = (0..codes.len())
                .filter(|&row| [one, other].contains(&codes[row]))
                .collect();
            let group = rows.iter().map(|&row| codes[row] == other).collect();
            let weights = weights.map(|weights| weights.select(Axis(0), &rows));
            let weights = weights.as_ref().map(|weights| weights.view());
            binary::fit(&*self.estimator, &x.select_rows(&rows), &group, weights)
        })?;
        Ok(FittedOneVsOneClassifier { classes, models })
    }
}

impl FittedOneVsOneClassifier {
    fn known(&self) -> Vec<i64> {
        self.classes.clone()
    }

    /// `[rows, classes]` votes and confidences.
    fn scores(&self, x: &Features) -> Result<Array2<f64>> {
        let shape = (x.n_rows(), self.classes.len());
        let (mut votes, mut confidences) = (Array2::<f64>::zeros(shape), Array2::<f64>::zeros(shape));
        for ((one, other), model) in pairs(shape.1).into_iter().zip(&self.models) {
            let confidence = confidence(OP, &**model, x)?;
            let later: Array1<bool> = match model.classes() {
                // What the model predicts need not be what its probabilities say.
                Some(_) => model.predict_features(x)?.classes(OP)?.map(|&class| class == 1),
                None => confidence.scores.map(|&score| score > confidence.threshold),
            };
            // A regressor's scores lie around 1/2.
            let centre = if model.classes().is_some() {
                0.0
            } else {
                confidence.threshold
            };
            for (row, (&later, &score)) in later.iter().zip(&confidence.scores).enumerate() {
                votes[[row, if later { other } else { one }]] += 1.0;
                confidences[[row, one]] -= score - centre;
                confidences[[row, other]] += score - centre;
            }
        }
        // Between -1/3 and 1/3, so that no vote is overruled.
        let squeeze = |s: f64| {
            if s.is_infinite() {
                s.signum() / 3.0
            } else {
                s / (3.0 * (s.abs() + 1.0))
            }
        };
        Ok(votes + confidences.mapv_into(squeeze))
    }

    fn answer(&self, x: &Features) -> Result<Array1<i64>> {
        let best = |row: ArrayView1<'_, f64>| self.classes[first_largest(&row.to_vec())];
        Ok(self.scores(x)?.rows().into_iter().map(best).collect())
    }
}

classifier_wrapper!(OneVsOneClassifier => FittedOneVsOneClassifier, params [], {
    fn decision_function_features(&self, x: &Features) -> Result<Array2<f64>> {
        let scores = self.scores(x)?;
        if scores.ncols() > 2 {
            return Ok(scores);
        }
        Ok((&scores.column(1) - &scores.column(0)).insert_axis(Axis(1)))
    }
});

//! Whatever suits the estimator.

use derive_setters::Setters;
use ml_core::{
    Error, Estimator, Features, FitContext, Model, Result, Task,
    ndarray::{Array1, Array2, ArrayView1},
};
use serde::{Deserialize, Serialize};

use super::{OneVsOneClassifier, OneVsRestClassifier};
use crate::wrapper::{classifier_wrapper, wrapper_new};

const OP: &str = "MulticlassClassifier";

/// How several classes are told apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MulticlassStrategy {
    /// By the estimator itself if it can, else by one model a class.
    #[default]
    Auto,
    /// By one model a class: [`OneVsRestClassifier`].
    OneVsRest,
    /// By one model a pair of classes: [`OneVsOneClassifier`].
    OneVsOne,
}

/// Several classes from any estimator: itself if it can tell them apart, else one model a class.
///
/// A classifier that takes two classes only refuses more with [`Error::Unsupported`]; it is then fitted to every
/// class against the rest, and so is a regressor.
///
/// # Examples
/// ```
/// use ml_classic::{linear::LinearRegression, multiclass::MulticlassClassifier, tree::DecisionTreeClassifier};
/// use ml_core::{Fit, Predict, ndarray::array};
///
/// let (x, y) = (array![[0.0, 1.0], [0.2, 0.9], [1.0, 0.0], [0.9, 0.1], [0.0, 0.0]], array![0, 0, 1, 1, 2]);
/// let tree = MulticlassClassifier::new(DecisionTreeClassifier::default()).fit(&x, &y)?;
/// assert_eq!(tree.model.name(), "FittedDecisionTreeClassifier<i64>");
/// let planes = MulticlassClassifier::new(LinearRegression::default()).fit(&x, &y)?;
/// assert_eq!(planes.model.name(), "FittedOneVsRestClassifier");
/// assert_eq!(planes.predict(&x)?, y);
/// # Ok::<(), ml_core::Error>(())
/// ```
#[derive(Debug, Clone, Setters, Serialize, Deserialize)]
pub struct MulticlassClassifier {
    /// Classifier or regressor.
    #[setters(skip)]
    pub estimator: Box<dyn Estimator>,
    /// How classes are told apart. Default automatic.
    pub strategy: MulticlassStrategy,
}
wrapper_new!(MulticlassClassifier {
    strategy: MulticlassStrategy::Auto
});

/// What [`MulticlassClassifier`] learned.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct FittedMulticlassClassifier {
    /// The estimator's own model, or the one of the strategy.
    pub model: Box<dyn Model>,
}

impl MulticlassClassifier {
    fn learn(
        &self,
        x: &Features,
        y: ArrayView1<'_, i64>,
        context: &FitContext<'_>,
    ) -> Result<FittedMulticlassClassifier> {
        let rest = || -> Result<Box<dyn Model>> {
            let rest = OneVsRestClassifier::boxed(self.estimator.clone());
            Ok(Box::new(rest.learn(x, y, context)?))
        };
        let model: Box<dyn Model> = match self.strategy {
            MulticlassStrategy::OneVsOne => {
                let pairs = OneVsOneClassifier::boxed(self.estimator.clone());
                Box::new(pairs.learn(x, y, context)?)
            }
            MulticlassStrategy::OneVsRest => rest()?,
            MulticlassStrategy::Auto if self.estimator.task() == Task::Regression => rest()?,
            MulticlassStrategy::Auto => {
                // Weights that it does not take are no reason to try again.
                let own = self.estimator.fit_features(x, &y.into(), context);
                match own {
                    Err(Error::Unsupported { what, .. }) if what != "sample weights" => rest()?,
                    own => own?,
                }
            }
        };
        Ok(FittedMulticlassClassifier { model })
    }
}

impl FittedMulticlassClassifier {
    fn known(&self) -> Vec<i64> {
        self.model.classes().unwrap_or_default()
    }

    fn answer(&self, x: &Features) -> Result<Array1<i64>> {
        Ok(self.model.predict_features(x)?.classes(OP)?.to_owned())
    }
}

classifier_wrapper!(MulticlassClassifier => FittedMulticlassClassifier, params [strategy], {
    fn predict_proba_features(&self, x: &Features) -> Result<Array2<f64>> {
        self.model.predict_proba_features(x)
    }

    fn decision_function_features(&self, x: &Features) -> Result<Array2<f64>> {
        self.model.decision_function_features(x)
    }

    fn feature_importances(&self) -> Option<Vec<f64>> {
        self.model.feature_importances()
    }
});

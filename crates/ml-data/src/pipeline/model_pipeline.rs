//! Preparation and a model as one estimator.

use std::any::Any;

use ml_core::{
    DecisionFunction, Error, Estimator, Features, Fit, FitContext, FittedTransformer, Model, Params, Predict,
    PredictProba, Result, Score, Target, Task, check,
    ndarray::{Array1, Array2, ArrayView1},
    params::Value,
};
use serde::{Deserialize, Serialize};

use super::{
    FittedPipeline, Pipeline,
    steps::{nested, set_nested},
};
use crate::{IntoFeatures, IntoTarget, learn::Learn};

/// A [`Pipeline`] that ends with a model: raw rows in, predictions out.
///
/// Made by [`Pipeline::model`]. In cross-validation and searches the preparation is learned anew
/// from every training fold, so nothing of the test fold leaks in. Sample weights go to the model
/// only.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ModelPipeline {
    prepare: Pipeline,
    model_name: String,
    model: Box<dyn Estimator>,
}

/// A [`ModelPipeline`] that has learned: one object to predict with, to save and to load.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct FittedModelPipeline {
    prepare: FittedPipeline,
    model_name: String,
    model: Box<dyn Model>,
}

const OP: &str = "ModelPipeline";

impl ModelPipeline {
    pub(super) fn new(prepare: Pipeline, name: &str, model: Box<dyn Estimator>) -> Self {
        Self {
            prepare,
            model_name: name.to_owned(),
            model,
        }
    }

    /// The preparation.
    pub fn preparation(&self) -> &Pipeline {
        &self.prepare
    }

    /// The unfitted model.
    pub fn estimator(&self) -> &dyn Estimator {
        &*self.model
    }

    fn learn(&self, x: Features, y: &Target, context: &FitContext<'_>) -> Result<FittedModelPipeline> {
        self.prepare.check_names(&[&self.model_name])?;
        check::same_rows(OP, x.n_rows(), y.len())?;
        let (prepare, x) = self
            .prepare
            .learn_transform(x, Some(y), &context.without_weights())?;
        Ok(FittedModelPipeline {
            prepare,
            model_name: self.model_name.clone(),
            model: self.model.fit_features(&x, y, context)?,
        })
    }
}

impl<X: IntoFeatures, Y: IntoTarget> Fit<X, Y> for ModelPipeline {
    type Fitted = FittedModelPipeline;

    fn fit_with(&self, x: X, y: Y, context: &FitContext<'_>) -> Result<FittedModelPipeline> {
        self.learn(x.into_features()?, &y.into_target()?, context)
    }
}

impl Params for ModelPipeline {
    fn type_name(&self) -> &'static str {
        OP
    }

    fn params(&self) -> Vec<(String, Value)> {
        let mut all = self.prepare.params();
        all.extend(nested(&self.model_name, &*self.model));
        all
    }

    fn set_param(&mut self, path: &str, value: &Value) -> Result<()> {
        let model = (self.model_name.as_str(), &mut *self.model as &mut dyn Params);
        set_nested(OP, self.prepare.parts_mut().chain([model]), path, value)
    }
}

#[ml_core::typetag::serde]
impl Estimator for ModelPipeline {
    fn task(&self) -> Task {
        self.model.task()
    }

    fn fit_features(&self, x: &Features, y: &Target, context: &FitContext<'_>) -> Result<Box<dyn Model>> {
        Ok(Box::new(self.learn(x.clone(), y, context)?))
    }
}

impl FittedModelPipeline {
    /// The fitted preparation step of this name.
    pub fn step(&self, name: &str) -> Option<&dyn FittedTransformer> {
        self.prepare.step(name)
    }

    /// The fitted preparation step of this name, if it is of type `T`.
    pub fn step_as<T: Any>(&self, name: &str) -> Option<&T> {
        self.prepare.step_as(name)
    }

    /// The whole fitted preparation.
    pub fn preparation(&self) -> &FittedPipeline {
        &self.prepare
    }

    /// The fitted model; [`Model::as_any`] leads to its own type.
    pub fn model(&self) -> &dyn Model {
        &*self.model
    }

    /// The name of the model's step.
    pub fn model_name(&self) -> &str {
        &self.model_name
    }

    /// The names of the columns that the model is given.
    ///
    /// # Errors
    /// [`Error::ColumnCount`](ml_core::Error::ColumnCount) from a step that lost count.
    pub fn feature_names(&self) -> Result<Vec<String>> {
        self.prepare.feature_names_out()
    }

    /// What every prepared column contributes, with its name, in the order of the columns; `None` if
    /// the model does not say.
    pub fn feature_importances(&self) -> Option<Vec<(String, f64)>> {
        let importances = self.model.feature_importances()?;
        let names = self.feature_names().ok()?;
        Some(names.into_iter().zip(importances).collect())
    }
}

impl<X: IntoFeatures> Predict<X> for FittedModelPipeline {
    type Output = Target;

    fn predict(&self, x: X) -> Result<Target> {
        let x = self.prepare.transform_features(x.into_features()?)?;
        self.model.predict_features(&x)
    }
}

impl<X: IntoFeatures> PredictProba<X> for FittedModelPipeline {
    fn predict_proba(&self, x: X) -> Result<Array2<f64>> {
        let x = self.prepare.transform_features(x.into_features()?)?;
        self.model.predict_proba_features(&x)
    }
}

impl<X: IntoFeatures> DecisionFunction<X> for FittedModelPipeline {
    type Output = Array2<f64>;

    fn decision_function(&self, x: X) -> Result<Array2<f64>> {
        let x = self.prepare.transform_features(x.into_features()?)?;
        self.model.decision_function_features(&x)
    }
}

impl<X: IntoFeatures, Y: IntoTarget> Score<X, Y> for FittedModelPipeline {
    /// R² for numbers, accuracy for classes; without variance in `y` R² is 1 for perfect predictions and
    /// 0 for others. No rows at all, a single number and a `y` that is not finite are refused.
    fn score_with(&self, x: X, y: Y, weights: Option<ArrayView1<'_, f64>>) -> Result<f64> {
        let (predicted, y) = (self.predict(x)?, y.into_target()?);
        check::same_rows(OP, predicted.len(), y.len())?;
        let mean = |values: Array1<f64>| match weights {
            None => values.sum() / values.len() as f64,
            Some(weights) => values.dot(&weights) / weights.sum(),
        };
        match &y {
            Target::Numbers(y) => {
                at_least(y.len(), 2, "2 rows")?;
                check::finite_target(OP, y.view())?;
                check_weights(weights, y.len())?;
                let predicted = predicted.numbers(OP)?;
                let centre = mean(y.to_owned());
                let error = mean((y - &predicted).mapv(|d| d * d));
                let spread = mean(y.mapv(|v| (v - centre) * (v - centre)));
                Ok(match (error == 0.0, spread == 0.0) {
                    (true, true) => 1.0,
                    (false, true) => 0.0,
                    _ => 1.0 - error / spread,
                })
            }
            Target::Classes(y) => {
                at_least(y.len(), 1, "1 row")?;
                check_weights(weights, y.len())?;
                let predicted = predicted.classes(OP)?;
                let right = y.iter().zip(&predicted).map(|(a, b)| f64::from(u8::from(a == b)));
                Ok(mean(right.collect()))
            }
        }
    }
}

fn check_weights(weights: Option<ArrayView1<'_, f64>>, rows: usize) -> Result<()> {
    weights.map_or(Ok(()), |weights| check::weights(OP, weights, rows))
}

/// Enough targets to mark predictions by: one class, or two numbers.
fn at_least(rows: usize, enough: usize, least: &'static str) -> Result<()> {
    if rows >= enough {
        return Ok(());
    }
    let what = if rows == 0 {
        "y (0 rows)"
    } else {
        "y (1 row, which has no variance)"
    };
    Err(Error::Empty {
        op: OP,
        what: what.to_owned(),
        least,
    })
}

#[ml_core::typetag::serde]
impl Model for FittedModelPipeline {
    fn name(&self) -> String {
        format!("{OP} of {}", self.model.name())
    }

    fn predict_features(&self, x: &Features) -> Result<Target> {
        self.predict(x)
    }

    fn predict_proba_features(&self, x: &Features) -> Result<Array2<f64>> {
        self.predict_proba(x)
    }

    fn decision_function_features(&self, x: &Features) -> Result<Array2<f64>> {
        self.decision_function(x)
    }

    fn classes(&self) -> Option<Vec<i64>> {
        self.model.classes()
    }

    fn feature_importances(&self) -> Option<Vec<f64>> {
        self.model.feature_importances()
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

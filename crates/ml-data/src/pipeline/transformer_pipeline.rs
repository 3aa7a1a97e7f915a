//! Transformers one after the other.

use std::any::Any;

use ml_core::{
    Estimator, Features, FitContext, FittedTransformer, Params, Result, Target, Transformer, check,
    params::Value,
};
use serde::{Deserialize, Serialize};

use super::{
    ModelPipeline, Passthrough,
    schema::Schema,
    steps::{check_names, nested_all, parts_mut, set_nested},
};
use crate::learn::{Learn, takes_features};

/// Named transformers, each working on what the one before made.
///
/// Names are unique and free of `__`, which separates the parts of a hyperparameter's path:
/// `imputer__strategy`. Columns keep their names all the way. Sample weights are not supported.
///
/// # Examples
/// ```
/// use ml_core::{Fit, Transform, ndarray::array};
/// use ml_data::{pipeline::Pipeline, preprocess::{SimpleImputer, StandardScaler}};
///
/// let x = array![[0.0], [f64::NAN], [1.0], [5.0]];
/// let pipeline = Pipeline::new()
///     .step("imputer", SimpleImputer::median())
///     .step("std_scaler", StandardScaler::default());
/// let (fitted, prepared) = pipeline.fit_transform(&x)?;
/// assert_eq!(prepared.dense("")?[[1, 0]], fitted.transform(&x)?.dense("")?[[1, 0]]);
/// let imputer = fitted.step_as::<ml_data::preprocess::FittedTableImputer>("imputer").unwrap();
/// assert_eq!(imputer.statistics, [1.0.into()]);
/// # Ok::<(), ml_core::Error>(())
/// ```
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Pipeline {
    steps: Vec<(String, Box<dyn Transformer>)>,
}

/// A [`Pipeline`] that has learned.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct FittedPipeline {
    schema: Schema,
    steps: Vec<(String, Box<dyn FittedTransformer>)>,
}

const OP: &str = "Pipeline";

impl Pipeline {
    /// A pipeline without steps, which changes nothing.
    pub fn new() -> Self {
        Self::default()
    }

    /// Appends a step. Fitting refuses a name that is empty, taken or holds `__`.
    #[must_use]
    pub fn step(mut self, name: &str, transformer: impl Transformer + 'static) -> Self {
        self.steps.push((name.to_owned(), Box::new(transformer)));
        self
    }

    /// Appends a step that changes nothing.
    #[must_use]
    pub fn passthrough(self, name: &str) -> Self {
        self.step(name, Passthrough {})
    }

    /// Ends the pipeline with a model.
    pub fn model(self, name: &str, model: impl Estimator + 'static) -> ModelPipeline {
        ModelPipeline::new(self, name, Box::new(model))
    }

    /// The steps with their names.
    pub fn steps(&self) -> impl ExactSizeIterator<Item = (&str, &dyn Transformer)> {
        self.steps.iter().map(|(name, step)| (name.as_str(), &**step))
    }

    /// The steps as owners of hyperparameters.
    pub(super) fn parts_mut(&mut self) -> impl Iterator<Item = (&str, &mut dyn Params)> {
        parts_mut(&mut self.steps)
    }

    pub(super) fn check_names(&self, more: &[&str]) -> Result<()> {
        let names = self.steps.iter().map(|(name, _)| name.as_str());
        check_names(names.chain(more.iter().copied()))
    }
}

impl Learn for Pipeline {
    type Fitted = FittedPipeline;

    /// Learns without transforming at the last step.
    fn learn(&self, x: Features, y: Option<&Target>, context: &FitContext<'_>) -> Result<FittedPipeline> {
        self.check_names(&[])?;
        let Some(((name, last), before)) = self.steps.split_last() else {
            return Ok(self.learn_transform(x, y, context)?.0);
        };
        let schema = Schema::of(&x);
        let before = Self {
            steps: before.to_vec(),
        };
        let (mut fitted, x) = before.learn_transform(x, y, context)?;
        fitted.schema = schema;
        fitted
            .steps
            .push((name.clone(), last.fit_features(&x, y, context)?));
        Ok(fitted)
    }

    fn learn_transform(
        &self,
        x: Features,
        y: Option<&Target>,
        context: &FitContext<'_>,
    ) -> Result<(FittedPipeline, Features)> {
        self.check_names(&[])?;
        context.reject_weights(OP)?;
        let schema = Schema::of(&x);
        let mut steps = Vec::with_capacity(self.steps.len());
        let mut x = x;
        for (name, step) in &self.steps {
            let (fitted, out) = step.fit_transform_features(x, y, context)?;
            steps.push((name.clone(), fitted));
            x = out;
        }
        Ok((FittedPipeline { schema, steps }, x))
    }
}

takes_features!(Pipeline => FittedPipeline, invertible);

impl Params for Pipeline {
    fn type_name(&self) -> &'static str {
        OP
    }

    fn params(&self) -> Vec<(String, Value)> {
        nested_all(&self.steps)
    }

    fn set_param(&mut self, path: &str, value: &Value) -> Result<()> {
        set_nested(OP, self.parts_mut(), path, value)
    }
}

impl FittedPipeline {
    /// The fitted steps with their names.
    pub fn steps(&self) -> impl ExactSizeIterator<Item = (&str, &dyn FittedTransformer)> {
        self.steps.iter().map(|(name, step)| (name.as_str(), &**step))
    }

    /// The fitted step of this name.
    pub fn step(&self, name: &str) -> Option<&dyn FittedTransformer> {
        self.steps().find(|(n, _)| *n == name).map(|(_, step)| step)
    }

    /// The fitted step of this name, if it is of type `T`, with its learned attributes.
    pub fn step_as<T: Any>(&self, name: &str) -> Option<&T> {
        self.step(name)?.as_any().downcast_ref()
    }

    /// The names of the columns that come out; those that go in are called `x0`, `x1`, ... if fit saw
    /// no names.
    ///
    /// # Errors
    /// [`Error::ColumnCount`](ml_core::Error::ColumnCount) from a step that lost count.
    pub fn feature_names_out(&self) -> Result<Vec<String>> {
        self.names_out(&self.schema.names_or_numbers())
    }
}

#[ml_core::typetag::serde]
impl FittedTransformer for FittedPipeline {
    fn name(&self) -> String {
        OP.to_owned()
    }

    fn transform_features(&self, x: Features) -> Result<Features> {
        let x = self.schema.align(OP, x)?;
        let mut steps = self.steps.iter();
        steps.try_fold(x, |x, (_, step)| step.transform_features(x))
    }

    fn inverse_transform_features(&self, x: Features) -> Result<Features> {
        let mut steps = self.steps.iter().rev();
        steps.try_fold(x, |x, (_, step)| step.inverse_transform_features(x))
    }

    fn row_wise(&self) -> bool {
        self.steps.iter().all(|(_, step)| step.row_wise())
    }

    fn names_out(&self, names_in: &[String]) -> Result<Vec<String>> {
        check::columns(OP, self.schema.n_columns(), names_in.len())?;
        let mut steps = self.steps.iter();
        steps.try_fold(names_in.to_vec(), |names, (_, step)| step.names_out(&names))
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

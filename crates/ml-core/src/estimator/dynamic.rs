//! The object-safe forms, for pipelines, searches and ensembles.

use std::{any::Any, fmt::Debug};

use dyn_clone::DynClone;
use ndarray::Array2;

use super::FitContext;
use crate::{Error, Features, Params, Result, Target};

/// What an estimator predicts; decides stratification and the default score.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Task {
    /// A number a row; scored with R².
    Regression,
    /// A class a row; folds are stratified, scored with accuracy.
    Classification,
}

/// Any unfitted estimator that predicts: cloneable, tunable by name, serialisable.
///
/// Implement it for a type of your own with [`regressor!`](crate::regressor) or
/// [`classifier!`](crate::classifier), or by hand under `#[typetag::serde]`.
#[typetag::serde]
pub trait Estimator: DynClone + Debug + Params + Send + Sync {
    /// Regression or classification.
    fn task(&self) -> Task;

    /// Learns from `x` and `y`.
    ///
    /// # Errors
    /// As [`Fit::fit_with`](super::Fit::fit_with).
    fn fit_features(&self, x: &Features, y: &Target, context: &FitContext<'_>) -> Result<Box<dyn Model>>;
}
dyn_clone::clone_trait_object!(Estimator);

/// Any fitted model.
#[typetag::serde]
pub trait Model: DynClone + Debug + Send + Sync {
    /// The type's name, for messages.
    fn name(&self) -> String;

    /// Predicts every row.
    ///
    /// # Errors
    /// As [`Predict::predict`](super::Predict::predict).
    fn predict_features(&self, x: &Features) -> Result<Target>;

    /// `[rows, classes]` probabilities.
    ///
    /// # Errors
    /// [`Error::Unsupported`] for a model without probabilities; otherwise as `predict_features`.
    fn predict_proba_features(&self, _: &Features) -> Result<Array2<f64>> {
        Err(Error::Unsupported {
            owner: self.name(),
            what: "predict_proba",
            remedy: "use predict, or a model that estimates probabilities",
        })
    }

    /// `[rows, 1]` (binary) or `[rows, classes]` scores.
    ///
    /// # Errors
    /// [`Error::Unsupported`] for a model without scores; otherwise as `predict_features`.
    fn decision_function_features(&self, _: &Features) -> Result<Array2<f64>> {
        Err(Error::Unsupported {
            owner: self.name(),
            what: "decision_function",
            remedy: "use predict or predict_proba",
        })
    }

    /// The classes of a classifier in ascending order, the columns of `predict_proba`.
    fn classes(&self) -> Option<Vec<i64>> {
        None
    }

    /// How much every column contributes, if the model says so; sums to 1.
    fn feature_importances(&self) -> Option<Vec<f64>> {
        None
    }

    /// For downcasting to the concrete fitted type.
    fn as_any(&self) -> &dyn Any;
}
dyn_clone::clone_trait_object!(Model);

/// Any unfitted transformer.
#[typetag::serde]
pub trait Transformer: DynClone + Debug + Params + Send + Sync {
    /// Learns from `x` (and `y`, for supervised selection).
    ///
    /// # Errors
    /// As [`Fit::fit_with`](super::Fit::fit_with).
    fn fit_features(
        &self,
        x: &Features,
        y: Option<&Target>,
        context: &FitContext<'_>,
    ) -> Result<Box<dyn FittedTransformer>>;

    /// Learns from `x` and transforms it; override where one pass can do both.
    ///
    /// # Errors
    /// As `fit_features` and [`FittedTransformer::transform_features`].
    fn fit_transform_features(
        &self,
        x: Features,
        y: Option<&Target>,
        context: &FitContext<'_>,
    ) -> Result<(Box<dyn FittedTransformer>, Features)> {
        let fitted = self.fit_features(&x, y, context)?;
        let out = fitted.transform_features(x)?;
        Ok((fitted, out))
    }
}
dyn_clone::clone_trait_object!(Transformer);

/// Any fitted transformer.
#[typetag::serde]
pub trait FittedTransformer: DynClone + Debug + Send + Sync {
    /// The type's name, for messages.
    fn name(&self) -> String;

    /// Transforms every row. Takes `x` by value, so that a sole owner is changed in place.
    ///
    /// The result carries the names of its columns when `x` does.
    ///
    /// # Errors
    /// As [`Transform::transform`](super::Transform::transform).
    fn transform_features(&self, x: Features) -> Result<Features>;

    /// Undoes `transform_features`.
    ///
    /// # Errors
    /// [`Error::Unsupported`] for a transformer that cannot be undone.
    fn inverse_transform_features(&self, _: Features) -> Result<Features> {
        Err(Error::Unsupported {
            owner: self.name(),
            what: "inverse_transform",
            remedy: "keep the original rows",
        })
    }

    /// Whether a row's result depends on that row alone, so that large data can be transformed chunk
    /// by chunk, without ever holding all intermediate columns.
    fn row_wise(&self) -> bool {
        false
    }

    /// Names of the columns that come out, given those that go in.
    ///
    /// # Errors
    /// [`Error::ColumnCount`] if the number of names is not that of fit.
    fn names_out(&self, names_in: &[String]) -> Result<Vec<String>>;

    /// For downcasting to the concrete fitted type.
    fn as_any(&self) -> &dyn Any;
}
dyn_clone::clone_trait_object!(FittedTransformer);

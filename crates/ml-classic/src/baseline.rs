//! Predictors that learn next to nothing: the mark to beat.
//!
//! A model that does not beat [`DummyRegressor`] or [`DummyClassifier`] has learned nothing.

mod classifier;
mod regressor;

pub use classifier::{ClassifierStrategy, DummyClassifier, FittedDummyClassifier};
pub use regressor::{DummyRegressor, FittedDummyRegressor, RegressorStrategy};

//! Random forests.

mod bootstrap;
mod classifier;
mod grove;
mod plan;
mod regressor;

pub use classifier::{
    FittedMultiRandomForestClassifier, FittedRandomForestClassifier, RandomForestClassifier,
};
pub use grove::OutOfBag;
pub use regressor::{FittedMultiRandomForestRegressor, FittedRandomForestRegressor, RandomForestRegressor};

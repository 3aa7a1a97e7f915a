//! Random forests.

mod bootstrap;
mod classifier;
mod plant;
mod regressor;

pub use classifier::{FittedRandomForestClassifier, RandomForestClassifier};
pub use plant::OutOfBag;
pub use regressor::{FittedRandomForestRegressor, RandomForestRegressor};

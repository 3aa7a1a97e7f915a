//! Linear models by stochastic gradient descent: one row at a time.

mod classifier;
mod descent;
mod fitted_classifier;
mod fitted_regressor;
mod loss;
mod passive_aggressive;
mod perceptron;
mod plan;
mod regressor;
mod train;
mod weight_vector;

pub use classifier::{ClassifierLoss, SGDClassifier};
pub use fitted_classifier::FittedSGDClassifier;
pub use fitted_regressor::FittedSGDRegressor;
pub use passive_aggressive::{Aggressiveness, PassiveAggressiveClassifier, PassiveAggressiveRegressor};
pub use perceptron::Perceptron;
pub use plan::LearningRate;
pub use regressor::{RegressorLoss, SGDRegressor};

//! Networks as estimators, beside forests and lines (book section 10.3).
//!
//! [`NetworkRegressor`] and [`NetworkClassifier`] learn from arrays and predict like any other estimator, so that grid and
//! random search, cross-validation, pipelines and ensembles of `ml-classic` and `ml-data` take them. What they train is
//! described by [`Mlp`], or by a type of your own under [`BuildModel`], whose fields are hyperparameters with paths:
//! `network__n_hidden`.
//!
//! | file | what |
//! |---|---|
//! | `build` | what makes a model: the trait |
//! | `mlp` | a stack of dense layers |
//! | `training` | how to train: epochs, batches, early stopping |
//! | `recipe` | what regressor and classifier have in common |
//! | `regressor`, `classifier` | one each |
//! | `trained` | a model that has learned, in files |

mod build;
mod classifier;
mod mlp;
mod recipe;
mod regressor;
mod trained;
mod training;

pub use build::{BuildModel, Problem};
pub use classifier::{FittedNetworkClassifier, NetworkClassifier};
pub use mlp::Mlp;
pub use regressor::{FittedMultiNetworkRegressor, FittedNetworkRegressor, NetworkRegressor};
pub use training::Training;

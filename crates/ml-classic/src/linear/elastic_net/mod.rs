//! Linear regression with an l1 penalty, by coordinate descent.

mod cv;
#[allow(clippy::module_inception)]
mod elastic_net;
mod path;
mod prepared;

pub use cv::{ElasticNetCV, FittedElasticNetCV, LassoCV};
pub use elastic_net::{ElasticNet, FittedElasticNet, FittedMultiElasticNet, Lasso};
pub use path::{CoefficientPath, PathOptions, enet_path, lasso_path};

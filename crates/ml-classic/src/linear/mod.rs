//! Linear models.
//!
//! | estimator | penalty | use |
//! |---|---|---|
//! | [`LinearRegression`] | none | more rows than columns, nothing to tune |
//! | [`Ridge`] | l2 | a good default; columns that resemble one another |
//! | [`Lasso`], [`ElasticNet`] | l1, both | few columns matter |
//! | [`LogisticRegression`] | any | classes with probabilities |
//! | [`SGDRegressor`] | any | more rows than fit in memory, or very many columns |
//! | [`SGDClassifier`] | any | classes, under the same conditions |
//! | [`Perceptron`], [`PassiveAggressiveClassifier`], [`PassiveAggressiveRegressor`] | none | rows that arrive one by one |
//!
//! All take dense and sparse rows ([`Matrix`](crate::solve::Matrix)). [`LinearRegression`], [`Ridge`],
//! [`Lasso`] and [`ElasticNet`] take several targets at once: `y` of `[rows, targets]`.
//!
//! To see how an algorithm works: `gradient_descent/` (the normal equation, objectives and their slopes, the walk), `ridge/` (a file a
//! solver), `softmax_regression.rs` and `early_stopping.rs` read like the book's equations. The optimisers are next door, in
//! `solve/`, a file each: `coordinate_descent.rs` for the lasso and the elastic net, `lbfgs.rs` and `newton.rs` for logistic
//! regression, `saga/`, `lsqr.rs`.

pub(crate) mod decide;
pub(crate) mod dynamic;
mod early_stopping;
mod elastic_net;
mod gradient_descent;
mod lars;
mod least_squares;
mod leave_one_out;
mod line;
mod linear_regression;
mod logistic;
mod moments;
mod penalty;
mod pitfalls;
mod plane;
mod ridge;
mod ridge_cv;
mod sgd;
mod softmax_regression;
mod sparse_regression;

pub use early_stopping::{EarlyStopping, Ending, Stopped};
pub use elastic_net::{
    CoefficientPath, ElasticNet, ElasticNetCV, FittedElasticNet, FittedElasticNetCV, FittedMultiElasticNet,
    Lasso, LassoCV, PathOptions, enet_path, lasso_path,
};
pub use gradient_descent::{
    Batch, DescentPath, GradientDescent, Objective, Sampling, Schedule, normal_equation, with_bias,
};
pub use lars::{FittedLars, Lars, LarsMethod};
pub use linear_regression::{FittedLinearRegression, FittedMultiLinearRegression, LinearRegression};
pub use logistic::{
    FittedLogisticRegression, LogisticRegression, LogisticRegressionCV, LogisticSolver, MultiClass,
};
pub use penalty::Penalty;
pub use ridge::{FittedMultiRidge, FittedRidge, Ridge, RidgeSolver};
pub use ridge_cv::{FittedRidgeCV, RidgeCV};
pub use sgd::{
    Aggressiveness, ClassifierLoss, FittedSGDClassifier, FittedSGDRegressor, LearningRate,
    PassiveAggressiveClassifier, PassiveAggressiveRegressor, Perceptron, RegressorLoss, SGDClassifier,
    SGDRegressor,
};
pub use softmax_regression::{FittedSoftmaxRegression, SoftmaxRegression, one_hot};
pub use sparse_regression::{FittedMultiSparseLinearRegression, FittedSparseLinearRegression};

//! More than two classes, and more than one target, from estimators that know one or two.
//!
//! | you want | use |
//! |---|---|
//! | several classes from a binary classifier, one model a class | [`OneVsRestClassifier`] |
//! | the same, one model a pair of classes: many small fits, for what scales badly with rows | [`OneVsOneClassifier`] |
//! | whatever suits the estimator | [`MulticlassClassifier`] |
//! | several targets, a model each | [`MultiOutputClassifier`], [`MultiOutputRegressor`] |
//! | several targets that depend on one another | [`ClassifierChain`], [`RegressorChain`] |
//!
//! Nearest neighbours, trees and forests know several classes and several targets themselves.

mod automatic;
mod binary;
mod chain;
mod multi_output;
mod one_vs_one;
mod one_vs_rest;

pub use automatic::{FittedMulticlassClassifier, MulticlassClassifier, MulticlassStrategy};
pub use chain::{ChainOrder, ClassifierChain, FittedClassifierChain, FittedRegressorChain, RegressorChain};
pub use multi_output::{
    FittedMultiOutputClassifier, FittedMultiOutputRegressor, MultiOutputClassifier, MultiOutputRegressor,
};
pub use one_vs_one::{FittedOneVsOneClassifier, OneVsOneClassifier};
pub use one_vs_rest::{FittedOneVsRestClassifier, OneVsRestClassifier};

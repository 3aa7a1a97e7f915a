//! Cross-validation, searches and curves.
//!
//! | you want | use |
//! |---|---|
//! | a model's score and its precision | [`cross_val_score`]; with times, training scores or models [`cross_validate`] |
//! | a prediction for every row by a model that has not seen it | [`cross_val_predict`], [`cross_val_predict_proba`], [`cross_val_decision_function`] |
//! | the same of several targets | [`cross_val_predict_outputs`] |
//! | another trade-off of precision and recall | [`FixedThresholdClassifier`], [`TunedThresholdClassifier`] |
//! | the best of a few values of hyperparameters | [`GridSearchCV`] |
//! | the best of many values, within a budget | [`RandomizedSearchCV`] |
//! | to know whether more data would help | [`learning_curve`] |
//! | to see what one hyperparameter does | [`validation_curve`] |
//! | to know what to do about a disappointing score | [`Diagnosis`] |
//! | several models side by side, and how alike their errors are | [`compare`], [`error_correlation`] |
//! | the final mark, once | [`TestSet`] |
//!
//! All take any [`Estimator`](ml_core::Estimator), pipelines and searches included. Candidates and folds
//! run in parallel on rayon's pool; results do not depend on the number of threads.
//!
//! # Weights and progress
//! The functions that end in `_with`, [`cross_validate`], [`compare`] and the searches take a
//! [`FitContext`](ml_core::FitContext): a weight a row, cut into folds like the rows, and an observer. The weights go to the fits.
//! Whether they count in the scores too says [`CrossValidation::weighted_scores`]: by default in searches only.
//!
//! # Which rows for what
//! Tune on validation rows (folds, or one hold-out set), retrain the winner on all training rows, and
//! measure once on the test set: a hundred candidates measured on the test set fit the test set. A small
//! validation set measures imprecisely; a large one leaves candidates too little to learn from; folds
//! avoid both at the price of several trainings. Validation and test rows must look like production. If
//! training rows come from elsewhere, hold some of them out as a *train-dev* set: a model that is good
//! there and bad on validation suffers from a mismatch of data ([`Diagnosis::with_train_dev`]), one that
//! is bad there too overfits.

mod compare;
mod cross_val_outputs;
mod cross_val_predict;
mod cross_validate;
mod cv;
mod diagnosis;
mod distribution;
mod error_correlation;
mod evaluate;
mod grid_search;
mod json;
mod learning_curve;
mod param_grid;
mod param_set;
mod randomized_search;
mod results;
mod search;
mod test_set;
mod threshold;
mod validation_curve;

pub use compare::{Comparison, ModelScores, compare};
pub use cross_val_outputs::cross_val_predict_outputs;
pub use cross_val_predict::{
    cross_val_decision_function, cross_val_decision_function_with, cross_val_predict,
    cross_val_predict_proba, cross_val_predict_proba_with, cross_val_predict_with,
};
pub use cross_validate::{CrossValidated, cross_val_score, cross_val_score_with, cross_validate};
pub use cv::{CrossValidation, Cv, ErrorScore};
pub use diagnosis::{Diagnosis, Verdict};
pub use distribution::{Distribution, ParamDistributions};
pub use error_correlation::error_correlation;
pub use grid_search::GridSearchCV;
pub use learning_curve::{LearningCurve, learning_curve, learning_curve_with};
pub use param_grid::ParamGrid;
pub use param_set::ParamSet;
pub use randomized_search::RandomizedSearchCV;
pub use results::SearchResults;
pub use search::FittedSearch;
pub use test_set::TestSet;
pub use threshold::{
    FittedFixedThresholdClassifier, FittedTunedThresholdClassifier, FixedThresholdClassifier, Thresholds,
    TunedThresholdClassifier,
};
pub use validation_curve::{ValidationCurve, validation_curve, validation_curve_with};

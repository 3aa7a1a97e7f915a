//! Decision trees (CART): binary questions of the form `x[feature] <= threshold`.
//!
//! A tree needs next to no preparation of the data (no scaling, no centring), predicts in
//! `O(depth)`, and can be read: [`Tree`] gives the question, rows, value and impurity of every node.
//! Left alone it memorises the training set, so regularise it:
//!
//! | hyperparameter | to regularise |
//! |---|---|
//! | `max_depth`, `max_leaf_nodes`, `max_features` | lower |
//! | `min_samples_split`, `min_samples_leaf`, `min_weight_fraction_leaf` | raise |
//! | `min_impurity_decrease`, `ccp_alpha` (pruning) | raise |
//! | `max_p_value` (pruning, of classifiers) | lower |
//!
//! Growth is greedy: each split is the best for its node, which need not lead to the best tree
//! (finding that one is NP-complete). Small changes of the data can change the tree a lot; a
//! [forest](crate::ensemble) averages that away.
//!
//! Targets may be several columns: one tree then predicts all of them (multilabel, multioutput), which
//! saves time and uses what they have in common.
//!
//! Scikit-Learn's old `presort` switch has no counterpart: the layout is chosen by the number of
//! features that a node draws.

mod absolute_error;
mod class_criterion;
mod classifier;
pub(crate) mod columns;
mod criterion;
mod distinct;
mod features;
mod gathered;
mod grow;
pub(crate) mod learn;
mod limits;
mod node;
mod outputs;
mod presorted;
mod prune;
mod regression_criterion;
mod regressor;
pub(crate) mod search;
pub(crate) mod settings;
pub(crate) mod walk;

pub use class_criterion::ClassCriterion;
pub use classifier::{
    DecisionTreeClassifier, FittedDecisionTreeClassifier, FittedMultiDecisionTreeClassifier,
};
pub use limits::{MaxFeatures, RowCount};
pub use node::{Split, Tree};
pub use regression_criterion::RegressionCriterion;
pub use regressor::{DecisionTreeRegressor, FittedDecisionTreeRegressor, FittedMultiDecisionTreeRegressor};
pub use settings::Splitter;
pub(crate) use {classifier::first_largest, node::normalise};

//! The hyperparameters of growth that trees and forests share, checked and in numbers of rows.

use ml_core::{Float, Result, Rng, Seed, check, ndarray::ArrayView2};
use serde::{Deserialize, Serialize};

use super::{
    Tree,
    columns::Columns,
    learn::Task,
    limits::{MaxFeatures, RowCount},
    search::Growth,
};

/// How a node chooses the threshold of a feature.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Splitter {
    /// The best of all thresholds.
    #[default]
    Best,
    /// One uniform draw between the feature's extremes in the node, as in extremely randomised trees.
    Random,
}

/// The fields of the same names, of whichever estimator ([`tree_estimator`] declares it).
#[derive(Debug, Clone)]
pub(crate) struct Settings {
    pub(crate) splitter: Splitter,
    pub(crate) max_depth: Option<usize>,
    pub(crate) min_samples_split: RowCount,
    pub(crate) min_samples_leaf: RowCount,
    pub(crate) min_weight_fraction_leaf: f64,
    pub(crate) max_features: MaxFeatures,
    pub(crate) max_leaf_nodes: Option<usize>,
    pub(crate) min_impurity_decrease: f64,
    pub(crate) ccp_alpha: f64,
}

/// Declares an estimator that grows trees: its own hyperparameters around those that all of them share,
/// with their defaults, and `settings`, which collects the shared ones.
macro_rules! tree_estimator {
    (
        $(#[$about:meta])*
        pub struct $name:ident {
            $($(#[$first_about:meta])* pub $first:ident: $first_type:ty = $first_default:expr,)*
            growth { max_features = $max_features:expr, $features:literal }
            $($(#[$last_about:meta])* pub $last:ident: $last_type:ty = $last_default:expr,)*
        }
    ) => {
        $(#[$about])*
        #[derive(Debug, Clone, PartialEq, derive_setters::Setters, serde::Serialize, serde::Deserialize)]
        pub struct $name {
            $($(#[$first_about])* pub $first: $first_type,)*
            /// Most questions between root and leaf, at least 1. Default `None`: no limit.
            #[setters(into)]
            pub max_depth: Option<usize>,
            /// Least rows of a node that is split: a count of at least 2, or a share in `(0, 1]`.
            /// Default 2.
            #[setters(into)]
            pub min_samples_split: $crate::tree::RowCount,
            /// Least rows of a leaf: a count of at least 1, or a share in `(0, 1)`. Default 1.
            #[setters(into)]
            pub min_samples_leaf: $crate::tree::RowCount,
            /// Least share of the tree's weight in a leaf, in `[0, 0.5]`. Default 0.
            pub min_weight_fraction_leaf: f64,
            #[doc = concat!("Features drawn for each node. Default ", $features, ".")]
            #[setters(into)]
            pub max_features: $crate::tree::MaxFeatures,
            /// Most leaves of a tree, at least 2; it then grows best split first. Default `None`: no
            /// limit.
            #[setters(into)]
            pub max_leaf_nodes: Option<usize>,
            /// Least decrease of impurity of a split, times the node's share of the weight. Default 0.
            pub min_impurity_decrease: f64,
            /// Complexity parameter of the minimal cost-complexity pruning; 0 (default) prunes nothing.
            pub ccp_alpha: f64,
            $($(#[$last_about])* pub $last: $last_type,)*
        }
        ml_core::impl_params!($name);

        impl Default for $name {
            fn default() -> Self {
                Self {
                    $($first: $first_default,)*
                    max_depth: None,
                    min_samples_split: $crate::tree::RowCount::Count(2),
                    min_samples_leaf: $crate::tree::RowCount::Count(1),
                    min_weight_fraction_leaf: 0.0,
                    max_features: $max_features,
                    max_leaf_nodes: None,
                    min_impurity_decrease: 0.0,
                    ccp_alpha: 0.0,
                    $($last: $last_default,)*
                }
            }
        }

        impl $name {
            fn settings(&self, splitter: $crate::tree::Splitter) -> $crate::tree::settings::Settings {
                $crate::tree::settings::Settings {
                    splitter,
                    max_depth: self.max_depth,
                    min_samples_split: self.min_samples_split,
                    min_samples_leaf: self.min_samples_leaf,
                    min_weight_fraction_leaf: self.min_weight_fraction_leaf,
                    max_features: self.max_features,
                    max_leaf_nodes: self.max_leaf_nodes,
                    min_impurity_decrease: self.min_impurity_decrease,
                    ccp_alpha: self.ccp_alpha,
                }
            }
        }
    };
}
pub(crate) use tree_estimator;

/// What every fitted single tree offers besides its predictions; `owner` names it in errors.
macro_rules! tree_accessors {
    ($fitted:ident $(<$label:ident: $bound:ident>)?, $owner:literal) => {
        impl$(<$label: $bound>)? $fitted$(<$label>)? {
            /// The leaf that every row ends in, as a node number of [`tree`](Self::tree).
            ///
            /// # Errors
            /// As [`Predict::predict`](ml_core::Predict::predict).
            pub fn apply<F: ml_core::Float>(
                &self,
                x: ml_core::ndarray::ArrayView2<'_, F>,
            ) -> ml_core::Result<ml_core::ndarray::Array1<usize>> {
                self.tree.apply(concat!($owner, "::apply"), x)
            }

            /// Share of the impurity decrease that each column brought; sums to 1 (all 0 for a lone leaf).
            pub fn feature_importances(&self) -> ml_core::ndarray::Array1<f64> {
                self.tree.feature_importances().into()
            }
        }
    };
}
pub(crate) use tree_accessors;

impl Settings {
    /// Checks every hyperparameter, and turns shares into numbers.
    pub(crate) fn resolve(&self, n_rows: usize, n_features: usize) -> Result<Growth> {
        let not_below_1 = |n: Option<usize>| n.is_none_or(|n| n >= 1);
        let shown = |n: Option<usize>| n.map_or("None".to_owned(), |n| n.to_string());
        let depth = shown(self.max_depth);
        check::parameter(
            "max_depth",
            depth,
            not_below_1(self.max_depth),
            "None or at least 1",
        )?;
        let leaves = shown(self.max_leaf_nodes);
        let enough = self.max_leaf_nodes.is_none_or(|n| n >= 2);
        check::parameter("max_leaf_nodes", leaves, enough, "None or at least 2")?;
        let fraction = self.min_weight_fraction_leaf;
        let valid = (0.0..=0.5).contains(&fraction);
        check::parameter("min_weight_fraction_leaf", fraction, valid, "a share in [0, 0.5]")?;
        for (name, value) in [
            ("min_impurity_decrease", self.min_impurity_decrease),
            ("ccp_alpha", self.ccp_alpha),
        ] {
            check::parameter(
                name,
                value,
                value.is_finite() && value >= 0.0,
                "finite and at least 0",
            )?;
        }
        Ok(Growth {
            max_depth: self.max_depth.unwrap_or(usize::MAX),
            min_samples_split: self.min_samples_split.resolve_split(n_rows)?,
            min_samples_leaf: self.min_samples_leaf.resolve_leaf(n_rows)?,
            min_weight_leaf: 0.0,
            max_features: self.max_features.resolve(n_features)?,
            max_leaf_nodes: self.max_leaf_nodes,
            min_impurity_decrease: self.min_impurity_decrease,
            ccp_alpha: self.ccp_alpha,
            random_thresholds: self.splitter == Splitter::Random,
        })
    }

    /// One tree on all rows.
    pub(crate) fn tree<F: Float>(&self, x: ArrayView2<'_, F>, task: &impl Task, seed: Seed) -> Result<Tree> {
        let growth = self.resolve(x.nrows(), x.ncols())?;
        let growth = self.weighted(&growth, task.weights());
        let rng = Rng::new(seed.number());
        Ok(task.tree(&Columns::new(x), task.weights(), &growth, rng))
    }

    /// [`resolve`](Self::resolve)d growth for rows of these weights.
    pub(crate) fn weighted(&self, growth: &Growth, weights: &[f64]) -> Growth {
        let total: f64 = weights.iter().sum();
        Growth {
            min_weight_leaf: self.min_weight_fraction_leaf * total,
            ..growth.clone()
        }
    }
}

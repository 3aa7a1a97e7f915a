//! The hyperparameters of growth that trees and forests share, checked and in numbers of rows.

use ml_core::{Result, check};
use serde::{Deserialize, Serialize};

use super::{
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

/// The fields of the same names, of whichever estimator.
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

/// Collects the [`Settings`] of an estimator with the fields of a tree.
macro_rules! settings_of {
    ($owner:expr, $splitter:expr) => {
        $crate::tree::settings::Settings {
            splitter: $splitter,
            max_depth: $owner.max_depth,
            min_samples_split: $owner.min_samples_split,
            min_samples_leaf: $owner.min_samples_leaf,
            min_weight_fraction_leaf: $owner.min_weight_fraction_leaf,
            max_features: $owner.max_features,
            max_leaf_nodes: $owner.max_leaf_nodes,
            min_impurity_decrease: $owner.min_impurity_decrease,
            ccp_alpha: $owner.ccp_alpha,
        }
    };
}
pub(crate) use settings_of;

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

    /// [`resolve`](Self::resolve)d growth for rows of these weights.
    pub(crate) fn weighted(&self, growth: &Growth, weights: &[f64]) -> Growth {
        let total: f64 = weights.iter().sum();
        Growth {
            min_weight_leaf: self.min_weight_fraction_leaf * total,
            ..growth.clone()
        }
    }
}

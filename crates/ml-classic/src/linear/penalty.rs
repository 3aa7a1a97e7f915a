//! What keeps weights small.

use serde::{Deserialize, Serialize};

/// The penalty on the weights `w` of a linear model, times its strength; intercepts go free.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Penalty {
    /// None at all.
    None,
    /// `½·Σ w²`: shrinks all weights.
    #[default]
    L2,
    /// `Σ |w|`: makes the least useful weights exactly 0.
    L1,
    /// `l1_ratio·Σ |w| + (1 - l1_ratio)·½·Σ w²`.
    ElasticNet,
}

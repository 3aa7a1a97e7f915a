//! How much every neighbour counts.

use serde::{Deserialize, Serialize};

/// The weight of a neighbour in the mean or the vote.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Weights {
    /// All neighbours count alike.
    #[default]
    Uniform,
    /// The inverse of the distance; if any distance is 0, only those neighbours count.
    Distance,
}

impl Weights {
    /// The weights of neighbours at these distances.
    pub(super) fn of(self, distances: &[f64]) -> Vec<f64> {
        match self {
            Self::Uniform => vec![1.0; distances.len()],
            Self::Distance if distances.contains(&0.0) => distances
                .iter()
                .map(|&d| if d == 0.0 { 1.0 } else { 0.0 })
                .collect(),
            Self::Distance => {
                // Relative to the nearest, so that no inverse overflows.
                distances.iter().map(|&d| distances[0] / d).collect()
            }
        }
    }
}

//! A trial that is over.

use std::cmp::Ordering;

use serde::{Deserialize, Serialize};

use super::Values;

/// Which values are good.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Goal {
    /// Small ones: losses.
    #[default]
    Minimize,
    /// Large ones: accuracies, scores.
    Maximize,
}

impl Goal {
    /// The value, turned so that smaller is better; what is not a number is worse than any number.
    pub(super) fn cost(self, value: Option<f64>) -> f64 {
        match (value.filter(|value| !value.is_nan()), self) {
            (None, _) => f64::INFINITY,
            (Some(value), Self::Minimize) => value,
            (Some(value), Self::Maximize) => -value,
        }
    }
}

/// How a trial ended.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// With this value.
    Complete {
        /// What is to be made small or large.
        value: f64,
    },
    /// It was told to end, at this step, with what it reported last.
    Pruned {
        /// The step of its last report.
        step: usize,
        /// What it reported there; `None` if that was not finite.
        value: Option<f64>,
    },
    /// With an error, or with a value that is not finite.
    Failed {
        /// What was wrong.
        problem: String,
    },
}

/// A trial that is over: what was tried, and what came of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TrialRecord {
    /// Its number, from 0.
    pub number: usize,
    /// The number of the first trial of these values, if they were tried again with a larger budget; else its own.
    pub configuration: usize,
    /// The hyperparameters.
    pub values: Values,
    /// How long it was allowed to train, in epochs or what the closure takes it for, with strategies that say so.
    pub budget: Option<usize>,
    /// What it reported: steps and values, `None` for values that are not finite.
    pub reports: Vec<(usize, Option<f64>)>,
    /// How it ended.
    pub outcome: Outcome,
    /// Wall-clock seconds.
    pub seconds: f64,
}

impl TrialRecord {
    /// The value of a trial that was completed.
    pub fn value(&self) -> Option<f64> {
        match self.outcome {
            Outcome::Complete { value } => Some(value),
            _ => None,
        }
    }

    /// The value, or the last one that a pruned trial reported.
    pub(super) fn last_value(&self) -> Option<f64> {
        match self.outcome {
            Outcome::Complete { value } => Some(value),
            Outcome::Pruned { value, .. } => value,
            Outcome::Failed { .. } => None,
        }
    }

    /// The better comes first: completed trials of the largest budget by value, then of smaller ones, then pruned ones by
    /// how far they came, then failed ones; of equals the earlier.
    pub(super) fn compare(&self, other: &Self, goal: Goal) -> Ordering {
        let group = |record: &Self| match record.outcome {
            Outcome::Complete { .. } => (0, usize::MAX - record.budget.unwrap_or(0)),
            Outcome::Pruned { step, .. } => (1, usize::MAX - step),
            Outcome::Failed { .. } => (2, 0),
        };
        let costs = goal
            .cost(self.last_value())
            .total_cmp(&goal.cost(other.last_value()));
        let groups = group(self).cmp(&group(other));
        groups.then(costs).then(self.number.cmp(&other.number))
    }
}

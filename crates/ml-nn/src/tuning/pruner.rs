//! What to give up before it is over.

use std::fmt::Debug;

use ml_core::{Result, check};
use serde::{Deserialize, Serialize};

use super::{Goal, TrialRecord};

/// How a trial gets on, and how others did.
#[derive(Debug)]
pub struct Progress<'p> {
    /// What the trial reported so far: steps and values, `None` for what is not finite. The last one is new.
    pub reports: &'p [(usize, Option<f64>)],
    /// The trials of the rounds before.
    pub earlier: &'p [TrialRecord],
    /// Which values are good.
    pub goal: Goal,
}

/// Decides which trials end early. One of your own is a type with this trait under `#[typetag::serde]`; it must be a
/// function of what it is given.
#[typetag::serde(tag = "class_name", content = "config")]
pub trait Pruner: Debug + Send + Sync {
    /// Whether to end this trial, after its last report.
    fn gives_up(&self, progress: &Progress<'_>) -> bool;

    /// Refuses settings outside their domain.
    ///
    /// # Errors
    /// [`Error::Parameter`](ml_core::Error::Parameter).
    fn check(&self) -> Result<()> {
        Ok(())
    }
}

/// Ends a trial whose best value so far is worse than the median of what the completed trials before reported at the same
/// step.
///
/// **Source**: Golovin et al., "Google Vizier" (2017), section 3.2.2.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MedianPruner {
    /// How many trials must have been completed before any is ended. Default 5.
    pub startup_trials: usize,
    /// Up to this step no trial is ended. Default 0.
    pub warmup_steps: usize,
}

impl Default for MedianPruner {
    fn default() -> Self {
        Self {
            startup_trials: 5,
            warmup_steps: 0,
        }
    }
}

impl MedianPruner {
    /// With the defaults.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets how many trials must have been completed before any is ended.
    #[must_use]
    pub fn startup_trials(mut self, trials: usize) -> Self {
        self.startup_trials = trials;
        self
    }

    /// Sets up to which step no trial is ended.
    #[must_use]
    pub fn warmup_steps(mut self, steps: usize) -> Self {
        self.warmup_steps = steps;
        self
    }
}

#[typetag::serde]
impl Pruner for MedianPruner {
    fn gives_up(&self, progress: &Progress<'_>) -> bool {
        let Some(&(step, _)) = progress.reports.last() else {
            return false;
        };
        let completed = || progress.earlier.iter().filter(|trial| trial.value().is_some());
        if step <= self.warmup_steps || completed().count() < self.startup_trials {
            return false;
        }
        let there = |trial: &TrialRecord| {
            trial
                .reports
                .iter()
                .find(|(at, _)| *at == step)
                .map(|&(_, value)| value)
        };
        let cost = |value| progress.goal.cost(value);
        let mut others: Vec<f64> = completed().filter_map(there).map(cost).collect();
        if others.is_empty() {
            return false;
        }
        others.sort_unstable_by(f64::total_cmp);
        let (below, above) = (others[(others.len() - 1) / 2], others[others.len() / 2]);
        let median = if below == above {
            below
        } else {
            (below + above) / 2.0
        };
        let own = progress.reports.iter().map(|&(_, value)| cost(value));
        let best = own.fold(f64::INFINITY, f64::min);
        // What has not given a number yet cannot be good, unless most others have not either.
        best > median
    }
}

/// Ends a trial that is not among the best `1 / factor` of those that reached the same rung; rungs are at `min_steps`,
/// `min_steps · factor`, `min_steps · factor²`, ... steps. Successive halving without waiting for others.
///
/// **Source**: Li et al., "A System for Massively Parallel Hyperparameter Tuning" (2020), algorithm 2.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct HalvingPruner {
    /// The first rung, at least 1. Default 1.
    pub min_steps: usize,
    /// One of so many goes on, at least 2. Default 3.
    pub factor: usize,
}

impl Default for HalvingPruner {
    fn default() -> Self {
        Self {
            min_steps: 1,
            factor: 3,
        }
    }
}

impl HalvingPruner {
    /// With the defaults.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets the first rung.
    #[must_use]
    pub fn min_steps(mut self, steps: usize) -> Self {
        self.min_steps = steps;
        self
    }

    /// Sets of how many one goes on.
    #[must_use]
    pub fn factor(mut self, factor: usize) -> Self {
        self.factor = factor;
        self
    }
}

#[typetag::serde]
impl Pruner for HalvingPruner {
    fn gives_up(&self, progress: &Progress<'_>) -> bool {
        let (Some(&(step, value)), before) = (
            progress.reports.last(),
            progress
                .reports
                .len()
                .checked_sub(2)
                .map_or(0, |i| progress.reports[i].0),
        ) else {
            return false;
        };
        let rungs = std::iter::successors(Some(self.min_steps), |rung| rung.checked_mul(self.factor));
        let mut reached = rungs
            .take_while(|&rung| rung <= step)
            .filter(|&rung| rung > before);
        let own = progress.goal.cost(value);
        reached.any(|rung| {
            let there = |trial: &TrialRecord| trial.reports.iter().find(|(at, _)| *at >= rung).copied();
            let others = progress.earlier.iter().filter_map(there);
            let costs: Vec<f64> = others.map(|(_, value)| progress.goal.cost(value)).collect();
            let kept = ((costs.len() + 1) / self.factor).max(1);
            costs.iter().filter(|&&other| other < own).count() >= kept
        })
    }

    fn check(&self) -> Result<()> {
        check::parameter("min_steps", self.min_steps, self.min_steps >= 1, "at least 1")?;
        check::parameter("factor", self.factor, self.factor >= 2, "at least 2")
    }
}

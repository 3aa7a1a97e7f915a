//! A trial that runs.

use ml_core::{Error, Result};
use serde::de::DeserializeOwned;

use super::{Goal, Progress, Pruner, ReportTo, TrialRecord, Values};

/// Whether a trial is to go on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use = "a trial that is told to stop should return"]
pub enum Next {
    /// Go on.
    Continue,
    /// Return: the trial counts as pruned, whatever value it returns.
    Stop,
}

/// A trial that runs: what it is to try, and whom it tells how it gets on.
#[derive(Debug)]
pub struct Trial<'s> {
    pub(super) number: usize,
    pub(super) values: Values,
    pub(super) budget: Option<usize>,
    pub(super) seed: u64,
    pub(super) goal: Goal,
    pub(super) pruner: Option<&'s dyn Pruner>,
    pub(super) earlier: &'s [TrialRecord],
    pub(super) reports: Vec<(usize, Option<f64>)>,
    pub(super) stopped: bool,
}

impl<'s> Trial<'s> {
    /// Its number, from 0.
    pub fn number(&self) -> usize {
        self.number
    }

    /// A seed for all that is random in it, which follows from that of the search. A configuration that is tried again with
    /// a larger budget has the same.
    pub fn seed(&self) -> u64 {
        self.seed
    }

    /// The value of the hyperparameter of this name: `let units: usize = trial.get("units")?`.
    ///
    /// # Errors
    /// As [`Values::get`].
    pub fn get<T: DeserializeOwned>(&self, name: &str) -> Result<T> {
        self.values.get(name)
    }

    /// All values that are in use.
    pub fn values(&self) -> &Values {
        &self.values
    }

    /// For how long to train, where the strategy says so: epochs, as a rule.
    pub fn budget(&self) -> Option<usize> {
        self.budget
    }

    /// Tells how the trial gets on: the value so far, after this many steps (epochs, as a rule). Steps increase.
    ///
    /// # Errors
    /// [`Error::Parameter`] for a step that is not above the one before.
    pub fn report(&mut self, step: usize, value: f64) -> Result<Next> {
        if let Some(&(last, _)) = self.reports.last() {
            ml_core::check::parameter(
                "step of a report",
                step,
                step > last,
                &format!("above the step of the report before, {last}"),
            )?;
        }
        self.reports
            .push((step, Some(value).filter(|value| value.is_finite())));
        let progress = Progress {
            reports: &self.reports,
            earlier: self.earlier,
            goal: self.goal,
        };
        self.stopped = self.stopped || self.pruner.is_some_and(|pruner| pruner.gives_up(&progress));
        Ok(match self.stopped {
            true => Next::Stop,
            false => Next::Continue,
        })
    }

    /// Whether it was told to stop.
    pub fn is_stopped(&self) -> bool {
        self.stopped
    }

    /// A callback that reports a number of the logs after every epoch, and ends training when the trial is told to stop.
    pub fn callback(&mut self, name: impl Into<String>) -> ReportTo<'_, 's> {
        ReportTo::new(self, name)
    }

    /// The error of this trial.
    pub(super) fn failed(&self, error: Error) -> Error {
        Error::Within {
            place: format!("trial {} ({})", self.number, self.values),
            source: Box::new(error),
        }
    }
}

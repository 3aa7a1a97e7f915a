//! Which number is watched, and what is better.

use ml_core::{Error, Result};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Memory, Run};

/// Whether smaller or larger numbers are better.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Better {
    /// Larger for a name with `acc`, `auc`, `precision` or `recall`, else smaller.
    #[default]
    Auto,
    /// Smaller, as a loss.
    Min,
    /// Larger, as an accuracy.
    Max,
}

/// The setters that all callbacks have which watch a number in their field `monitor`.
macro_rules! monitor_setters {
    () => {
        /// The number that is watched. Default `val_loss`.
        #[must_use]
        pub fn monitor(mut self, name: impl Into<String>) -> Self {
            self.monitor.name = name.into();
            self
        }

        /// Whether smaller or larger is better. Default by the name.
        #[must_use]
        pub fn mode(mut self, mode: $crate::callbacks::Better) -> Self {
            self.monitor.mode = mode;
            self
        }
    };
}
pub(super) use monitor_setters;

/// A number of the logs, with the best so far.
#[derive(Debug, Clone)]
pub(super) struct Monitor {
    pub(super) name: String,
    pub(super) mode: Better,
    /// Smaller steps are no progress.
    pub(super) min_delta: f64,
    pub(super) best: Option<f64>,
}

impl Monitor {
    pub(super) fn new(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            mode: Better::Auto,
            min_delta: 0.0,
            best: None,
        }
    }

    fn larger_is_better(&self) -> bool {
        match self.mode {
            Better::Min => false,
            Better::Max => true,
            Better::Auto => ["acc", "auc", "precision", "recall"]
                .iter()
                .any(|part| self.name.contains(part)),
        }
    }

    /// Whether `new` is an improvement on `old` by more than the least step; NaN never is.
    pub(super) fn is_better(&self, new: f64, old: f64) -> bool {
        match self.larger_is_better() {
            true => new - self.min_delta.abs() > old,
            false => new + self.min_delta.abs() < old,
        }
    }

    /// Whether `new` is better than all before, which it then replaces.
    pub(super) fn improves(&mut self, new: f64) -> bool {
        let better = self.best.map_or(!new.is_nan(), |best| self.is_better(new, best));
        if better {
            self.best = Some(new);
        }
        better
    }

    /// Its value at the end of an epoch; `None` for an epoch without validation.
    pub(super) fn value(&self, run: &Run<'_>) -> Result<Option<f64>> {
        let logs = run.logs()?;
        let value = logs.get(&self.name);
        let expected = run.params().metrics.contains(&self.name) || run.history().last(&self.name).is_some();
        if value.is_none() && !expected {
            let known: Vec<&str> = logs.iter().map(|(name, _)| name).collect();
            return Err(Error::Data {
                op: "monitor",
                problem: format!(
                    "the logs have no {:?}; they have: {}",
                    self.name,
                    known.join(", ")
                ),
                remedy: "monitor one of these; names with val_ need validation data",
            });
        }
        Ok(value)
    }
}

/// What a callback with counters remembers.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(super) struct Counters {
    pub(super) best: Option<f64>,
    pub(super) best_epoch: Option<usize>,
    pub(super) wait: usize,
    pub(super) cooldown: usize,
    pub(super) stopped_epoch: Option<usize>,
}

impl Counters {
    pub(super) fn memory(&self) -> Memory {
        Memory {
            values: serde_json::to_value(self).unwrap_or(Value::Null),
            tensors: Vec::new(),
        }
    }

    pub(super) fn from_memory(memory: &Memory) -> Result<Self> {
        Self::deserialize(&memory.values).map_err(|error| foreign_memory(&error))
    }
}

pub(super) fn foreign_memory(error: &serde_json::Error) -> Error {
    Error::Data {
        op: "restore",
        problem: format!("a callback does not understand what was kept for it: {error}"),
        remedy: "go on with the callbacks of the interrupted run, in their order",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn better_follows_from_the_name_and_the_least_step() {
        let mut loss = Monitor::new("val_loss");
        loss.min_delta = 0.1;
        assert!(!loss.improves(f64::NAN) && loss.improves(1.0));
        assert!(!loss.improves(0.95) && loss.improves(0.85) && !loss.improves(f64::NAN));
        let mut accuracy = Monitor::new("val_accuracy");
        assert!(accuracy.improves(0.5) && !accuracy.improves(0.5) && accuracy.improves(0.6));
        accuracy.mode = Better::Min;
        assert!(accuracy.improves(0.1));
    }
}

//! What came out, epoch by epoch.

use serde::{Deserialize, Serialize};

/// Numbers with names, in the order in which they were added: the loss first.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Logs(Vec<(String, f64)>);

impl Logs {
    /// The number of this name.
    pub fn get(&self, name: &str) -> Option<f64> {
        self.0
            .iter()
            .find(|(known, _)| known == name)
            .map(|&(_, value)| value)
    }

    /// Adds a number, or replaces that of the same name.
    pub fn insert(&mut self, name: impl Into<String>, value: f64) {
        let name = name.into();
        match self.0.iter_mut().find(|(known, _)| *known == name) {
            Some((_, known)) => *known = value,
            None => self.0.push((name, value)),
        }
    }

    /// All of them, in order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, f64)> {
        self.0.iter().map(|(name, value)| (name.as_str(), *value))
    }

    /// All numbers, in order.
    pub fn values(&self) -> Vec<f64> {
        self.0.iter().map(|&(_, value)| value).collect()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// As in progress displays: `loss: 0.7218 - accuracy: 0.7660`.
    pub fn shown(&self) -> String {
        let shown = |(name, value): &(String, f64)| match value.abs() {
            size if size > 1e-3 || size == 0.0 => format!("{name}: {value:.4}"),
            _ => format!("{name}: {value:.4e}"),
        };
        self.0.iter().map(shown).collect::<Vec<_>>().join(" - ")
    }
}

/// How a training was asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Params {
    /// Number of the last epoch, counted from 1.
    pub epochs: usize,
    /// Steps of an epoch, if known before the first is over.
    pub steps: Option<usize>,
    /// Examples of a step, where they come from tensors.
    pub batch_size: Option<usize>,
    /// Names of what is logged.
    pub metrics: Vec<String>,
}

/// What a training gave, epoch by epoch.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct History {
    /// How it was asked for.
    pub params: Params,
    /// Numbers of the epochs, from 0.
    pub epoch: Vec<usize>,
    /// For each name the value of every epoch.
    pub history: Vec<(String, Vec<f64>)>,
}

impl History {
    /// The values of this name, an epoch each; empty for a name that is not there.
    pub fn get(&self, name: &str) -> &[f64] {
        let known = self.history.iter().find(|(known, _)| known == name);
        known.map_or(&[], |(_, values)| values)
    }

    /// The value of this name at the last epoch.
    pub fn last(&self, name: &str) -> Option<f64> {
        self.get(name).last().copied()
    }

    pub(crate) fn push(&mut self, epoch: usize, logs: &Logs) {
        self.epoch.push(epoch);
        for (name, value) in logs.iter() {
            match self.history.iter_mut().find(|(known, _)| known == name) {
                Some((_, values)) => values.push(value),
                None => self.history.push((name.to_owned(), vec![value])),
            }
        }
    }
}

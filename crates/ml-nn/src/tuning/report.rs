//! Tells a trial how the training of a network gets on.

use ml_core::{Error, Result};

use super::{Next, Trial};
use crate::callbacks::{Callback, Run};

/// Reports a number of the logs to a [`Trial`] after every epoch, and ends training when the trial is told to stop.
///
/// Made by [`Trial::callback`].
#[derive(Debug)]
pub struct ReportTo<'t, 's> {
    trial: &'t mut Trial<'s>,
    name: String,
}

impl<'t, 's> ReportTo<'t, 's> {
    pub(super) fn new(trial: &'t mut Trial<'s>, name: impl Into<String>) -> Self {
        Self {
            trial,
            name: name.into(),
        }
    }
}

impl Callback for ReportTo<'_, '_> {
    fn on_epoch_end(&mut self, epoch: usize, run: &mut Run<'_>) -> Result<()> {
        let logs = run.logs()?;
        let Some(value) = logs.get(&self.name) else {
            return Err(Error::UnknownParameter {
                owner: "the logs that a trial is told of".to_owned(),
                name: self.name.clone(),
                known: logs.iter().map(|(name, _)| name).collect::<Vec<_>>().join(", "),
            });
        };
        if self.trial.report(epoch + 1, value)? == Next::Stop {
            run.stop_training();
        }
        Ok(())
    }
}

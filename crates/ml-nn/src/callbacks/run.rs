//! What a callback sees of a run.

use ml_core::{Result, Tensor};

use super::{Memory, Resumed, Start};
use crate::{
    models::Model,
    training::{History, Logs, Params},
};

/// What a callback sees of the run, and can do to it.
#[derive(Debug)]
pub struct Run<'r> {
    model: &'r Model,
    pub(crate) params: Params,
    pub(crate) history: History,
    /// Those of an epoch that is over; else they are computed when asked for.
    pub(crate) logs: Option<Logs>,
    stopped: bool,
    /// The batch of the step: inputs, labels, weights.
    pub(crate) batch: Vec<Tensor>,
    /// Where the epoch that is being trained began.
    pub(crate) start: Start,
    /// What each callback remembers: at the end of an epoch, and after a step for which it was asked.
    pub(crate) memories: Vec<Memory>,
    /// Whether a callback asks what the others remember after this step.
    pub(crate) asks_memories: bool,
    /// Where to go on, if a callback found an interrupted run.
    pub(crate) resumed: Option<Resumed>,
}

impl<'r> Run<'r> {
    pub(crate) fn new(model: &'r Model, params: Params) -> Self {
        Self {
            model,
            history: History {
                params: params.clone(),
                ..History::default()
            },
            params,
            logs: None,
            stopped: false,
            batch: Vec::new(),
            start: Start::default(),
            memories: Vec::new(),
            asks_memories: false,
            resumed: None,
        }
    }

    /// The model: its weights can be read and set, its optimizer's rate changed.
    pub fn model(&self) -> &'r Model {
        self.model
    }

    /// How the run was asked for.
    pub fn params(&self) -> &Params {
        &self.params
    }

    /// What came out of the epochs before.
    pub fn history(&self) -> &History {
        &self.history
    }

    /// Loss and metrics: of the epoch at its end, with validation; else the means so far. It costs reading every
    /// metric: at every step only if needed.
    ///
    /// # Errors
    /// Those of the metrics.
    pub fn logs(&self) -> Result<Logs> {
        match &self.logs {
            Some(logs) => Ok(logs.clone()),
            None => self.model.ready()?.state.logs(),
        }
    }

    /// The mean loss so far, which costs less to read than all [`logs`](Self::logs).
    ///
    /// # Errors
    /// [`Error::Data`](ml_core::Error::Data) unless the model is compiled.
    pub fn loss(&self) -> Result<f64> {
        self.model.ready()?.state.running_loss()
    }

    /// Inputs, labels and weights of the step that is being made, in order; empty outside steps.
    pub fn batch(&self) -> &[Tensor] {
        &self.batch
    }

    /// The first batch of this epoch: 0, except in an epoch that goes on after a crash.
    pub fn first_batch(&self) -> usize {
        self.start.batch
    }

    /// The logs of the epoch that is over, to add to them: `None` at other times.
    pub fn logs_mut(&mut self) -> Option<&mut Logs> {
        self.logs.as_mut()
    }

    /// Ends training after this step, with the end of its epoch.
    pub fn stop_training(&mut self) {
        self.stopped = true;
    }

    /// Whether training is to end.
    pub fn is_stopped(&self) -> bool {
        self.stopped
    }
}

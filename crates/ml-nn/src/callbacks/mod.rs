//! Callbacks: what happens along the way (book section 10.2.6).
//!
//! | file | what |
//! |---|---|
//! | `progress` | tells an observer how training gets on |
//!
//! *To add one:* a file with the struct and `impl Callback`, and a line below.

mod progress;

use ml_core::Result;

use crate::{
    models::Model,
    training::{History, Logs, Params},
};

pub use progress::Progress;

/// Is called along the way of training, testing and answering. Every hook does nothing unless written.
///
/// # Examples
/// ```
/// use ml_core::Result;
/// use ml_nn::callbacks::{Callback, Run};
///
/// /// Stops as soon as the loss is below a limit.
/// struct GoodEnough(f64);
///
/// impl Callback for GoodEnough {
///     fn on_epoch_end(&mut self, _: usize, run: &mut Run<'_>) -> Result<()> {
///         if run.logs()?.get("loss").is_some_and(|loss| loss < self.0) {
///             run.stop_training();
///         }
///         Ok(())
///     }
/// }
/// ```
#[expect(unused_variables, reason = "the names tell what a hook is given")]
pub trait Callback {
    /// Before the first epoch.
    ///
    /// # Errors
    /// Any error ends the run with it; so it is for all hooks.
    fn on_train_begin(&mut self, run: &mut Run<'_>) -> Result<()> {
        Ok(())
    }

    /// After the last epoch.
    ///
    /// # Errors
    /// As [`on_train_begin`](Self::on_train_begin).
    fn on_train_end(&mut self, run: &mut Run<'_>) -> Result<()> {
        Ok(())
    }

    /// Before an epoch; they are counted from 0.
    ///
    /// # Errors
    /// As [`on_train_begin`](Self::on_train_begin).
    fn on_epoch_begin(&mut self, epoch: usize, run: &mut Run<'_>) -> Result<()> {
        Ok(())
    }

    /// After an epoch and its validation; what is put into [`Run::logs_mut`] is part of the history.
    ///
    /// # Errors
    /// As [`on_train_begin`](Self::on_train_begin).
    fn on_epoch_end(&mut self, epoch: usize, run: &mut Run<'_>) -> Result<()> {
        Ok(())
    }

    /// Before a step of training; they are counted from 0 in each epoch.
    ///
    /// # Errors
    /// As [`on_train_begin`](Self::on_train_begin).
    fn on_train_batch_begin(&mut self, batch: usize, run: &mut Run<'_>) -> Result<()> {
        Ok(())
    }

    /// After a step of training.
    ///
    /// # Errors
    /// As [`on_train_begin`](Self::on_train_begin).
    fn on_train_batch_end(&mut self, batch: usize, run: &mut Run<'_>) -> Result<()> {
        Ok(())
    }

    /// Before testing, also for validation.
    ///
    /// # Errors
    /// As [`on_train_begin`](Self::on_train_begin).
    fn on_test_begin(&mut self, run: &mut Run<'_>) -> Result<()> {
        Ok(())
    }

    /// After testing.
    ///
    /// # Errors
    /// As [`on_train_begin`](Self::on_train_begin).
    fn on_test_end(&mut self, run: &mut Run<'_>) -> Result<()> {
        Ok(())
    }

    /// Before a batch of testing.
    ///
    /// # Errors
    /// As [`on_train_begin`](Self::on_train_begin).
    fn on_test_batch_begin(&mut self, batch: usize, run: &mut Run<'_>) -> Result<()> {
        Ok(())
    }

    /// After a batch of testing.
    ///
    /// # Errors
    /// As [`on_train_begin`](Self::on_train_begin).
    fn on_test_batch_end(&mut self, batch: usize, run: &mut Run<'_>) -> Result<()> {
        Ok(())
    }

    /// Before answering.
    ///
    /// # Errors
    /// As [`on_train_begin`](Self::on_train_begin).
    fn on_predict_begin(&mut self, run: &mut Run<'_>) -> Result<()> {
        Ok(())
    }

    /// After answering.
    ///
    /// # Errors
    /// As [`on_train_begin`](Self::on_train_begin).
    fn on_predict_end(&mut self, run: &mut Run<'_>) -> Result<()> {
        Ok(())
    }

    /// Before a batch of answering.
    ///
    /// # Errors
    /// As [`on_train_begin`](Self::on_train_begin).
    fn on_predict_batch_begin(&mut self, batch: usize, run: &mut Run<'_>) -> Result<()> {
        Ok(())
    }

    /// After a batch of answering.
    ///
    /// # Errors
    /// As [`on_train_begin`](Self::on_train_begin).
    fn on_predict_batch_end(&mut self, batch: usize, run: &mut Run<'_>) -> Result<()> {
        Ok(())
    }
}

/// So that a callback can be looked at afterwards: give `&mut callback`.
impl<C: Callback + ?Sized> Callback for &mut C {
    fn on_train_begin(&mut self, run: &mut Run<'_>) -> Result<()> {
        (**self).on_train_begin(run)
    }

    fn on_train_end(&mut self, run: &mut Run<'_>) -> Result<()> {
        (**self).on_train_end(run)
    }

    fn on_epoch_begin(&mut self, epoch: usize, run: &mut Run<'_>) -> Result<()> {
        (**self).on_epoch_begin(epoch, run)
    }

    fn on_epoch_end(&mut self, epoch: usize, run: &mut Run<'_>) -> Result<()> {
        (**self).on_epoch_end(epoch, run)
    }

    fn on_train_batch_begin(&mut self, batch: usize, run: &mut Run<'_>) -> Result<()> {
        (**self).on_train_batch_begin(batch, run)
    }

    fn on_train_batch_end(&mut self, batch: usize, run: &mut Run<'_>) -> Result<()> {
        (**self).on_train_batch_end(batch, run)
    }

    fn on_test_begin(&mut self, run: &mut Run<'_>) -> Result<()> {
        (**self).on_test_begin(run)
    }

    fn on_test_end(&mut self, run: &mut Run<'_>) -> Result<()> {
        (**self).on_test_end(run)
    }

    fn on_test_batch_begin(&mut self, batch: usize, run: &mut Run<'_>) -> Result<()> {
        (**self).on_test_batch_begin(batch, run)
    }

    fn on_test_batch_end(&mut self, batch: usize, run: &mut Run<'_>) -> Result<()> {
        (**self).on_test_batch_end(batch, run)
    }

    fn on_predict_begin(&mut self, run: &mut Run<'_>) -> Result<()> {
        (**self).on_predict_begin(run)
    }

    fn on_predict_end(&mut self, run: &mut Run<'_>) -> Result<()> {
        (**self).on_predict_end(run)
    }

    fn on_predict_batch_begin(&mut self, batch: usize, run: &mut Run<'_>) -> Result<()> {
        (**self).on_predict_batch_begin(batch, run)
    }

    fn on_predict_batch_end(&mut self, batch: usize, run: &mut Run<'_>) -> Result<()> {
        (**self).on_predict_batch_end(batch, run)
    }
}

/// What a callback sees of the run, and can do to it.
#[derive(Debug)]
pub struct Run<'r> {
    model: &'r Model,
    pub(crate) params: Params,
    pub(crate) history: History,
    /// Those of an epoch that is over; else they are computed when asked for.
    pub(crate) logs: Option<Logs>,
    stopped: bool,
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

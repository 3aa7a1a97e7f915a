//! The hooks of training, testing and answering.

use ml_core::{Result, Tensor};
use serde_json::Value;

use super::Run;

/// What a callback remembers of the epochs so far, for going on after a crash as if there had been none.
#[derive(Debug, Clone, Default)]
pub struct Memory {
    /// Numbers and names.
    pub values: Value,
    /// Weights and the like.
    pub tensors: Vec<Tensor>,
}

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

    /// After all callbacks have had [`on_epoch_end`](Self::on_epoch_end): the history has the epoch, nothing of it is
    /// open any more.
    ///
    /// # Errors
    /// As [`on_train_begin`](Self::on_train_begin).
    fn on_epoch_complete(&mut self, epoch: usize, run: &mut Run<'_>) -> Result<()> {
        Ok(())
    }

    /// What it has to know to go on after a crash, besides the model:
    /// [`BackupAndRestore`](super::BackupAndRestore) keeps it.
    fn memory(&self) -> Memory {
        Memory::default()
    }

    /// Goes on after a crash, with what it knew: called after [`on_train_begin`](Self::on_train_begin), and once more
    /// after [`on_epoch_begin`](Self::on_epoch_begin) of an epoch that was interrupted.
    ///
    /// # Errors
    /// What it knew is not what it should be.
    fn remember(&mut self, memory: Memory) -> Result<()> {
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

    /// After all callbacks have had [`on_train_batch_end`](Self::on_train_batch_end).
    ///
    /// # Errors
    /// As [`on_train_begin`](Self::on_train_begin).
    fn on_train_batch_complete(&mut self, batch: usize, run: &mut Run<'_>) -> Result<()> {
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

    fn on_epoch_complete(&mut self, epoch: usize, run: &mut Run<'_>) -> Result<()> {
        (**self).on_epoch_complete(epoch, run)
    }

    fn memory(&self) -> Memory {
        (**self).memory()
    }

    fn remember(&mut self, memory: Memory) -> Result<()> {
        (**self).remember(memory)
    }

    fn on_train_batch_begin(&mut self, batch: usize, run: &mut Run<'_>) -> Result<()> {
        (**self).on_train_batch_begin(batch, run)
    }

    fn on_train_batch_end(&mut self, batch: usize, run: &mut Run<'_>) -> Result<()> {
        (**self).on_train_batch_end(batch, run)
    }

    fn on_train_batch_complete(&mut self, batch: usize, run: &mut Run<'_>) -> Result<()> {
        (**self).on_train_batch_complete(batch, run)
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

//! Epochs of steps, with validation and callbacks.

use ml_core::{Error, Result, Tensor};

use super::{Data, Fit, History, Logs, Params, Ready, fit::BATCH_SIZE};
use crate::{
    callbacks::{Callback, Run},
    models::Model,
};

pub(super) type Callbacks<'f> = Vec<Box<dyn Callback + 'f>>;
pub(super) type BatchIterator<'b> = Box<dyn Iterator<Item = Result<Vec<Tensor>>> + 'b>;

impl Model {
    /// Trains for the epochs that were asked for; `batches` gives those of an epoch, before which so many steps were made.
    pub(super) fn epochs<'b>(
        &'b self,
        ready: &Ready,
        mut fit: Fit<'_>,
        held_out: Option<Data>,
        known: Option<(usize, usize)>,
        mut batches: impl FnMut(usize, u64) -> Result<BatchIterator<'b>>,
    ) -> Result<History> {
        let validation = match fit.validation.take() {
            Some((x, y, weights)) => Some(self.data("validation_data", x, Some(y), weights)?),
            None => held_out,
        };
        let size = known.map_or(BATCH_SIZE, |(_, size)| size);
        let validation_size = fit.validation_batch_size.unwrap_or(size);
        let mut metrics = ready.state.names();
        if validation.is_some() {
            metrics.extend(ready.state.names().iter().map(|name| format!("val_{name}")));
        }
        let mut run = Run::new(
            self,
            Params {
                epochs: fit.epochs.unwrap_or(1),
                steps: known.map(|(steps, _)| steps).or(fit.steps_per_epoch),
                batch_size: known.map(|(_, size)| size),
                metrics,
            },
        );
        let callbacks = &mut fit.callbacks;
        each(callbacks, &mut run, |callback, run| callback.on_train_begin(run))?;
        let first = resume(callbacks, &mut run)?.unwrap_or(fit.initial_epoch);
        for epoch in first..run.params.epochs {
            if run.is_stopped() {
                break;
            }
            run.logs = None;
            each(callbacks, &mut run, |callback, run| {
                callback.on_epoch_begin(epoch, run)
            })?;
            ready.state.reset()?;
            let done = ready.state.optimizer.iterations().value().item::<i64>()?;
            train(
                ready,
                callbacks,
                &mut run,
                batches(epoch, done as u64)?,
                fit.steps_per_epoch,
            )?;
            let mut logs = ready.state.logs()?;
            if let Some(data) = &validation
                && (epoch + 1).is_multiple_of(fit.validation_freq.unwrap_or(1))
            {
                for (name, value) in self
                    .test(ready, callbacks, &mut run, data, validation_size)?
                    .iter()
                {
                    logs.insert(format!("val_{name}"), value);
                }
            }
            run.logs = Some(logs);
            each(callbacks, &mut run, |callback, run| {
                callback.on_epoch_end(epoch, run)
            })?;
            let logs = run.logs.clone().unwrap_or_default();
            run.history.push(epoch, &logs);
            run.memories = callbacks.iter().map(|callback| callback.memory()).collect();
            each(callbacks, &mut run, |callback, run| {
                callback.on_epoch_complete(epoch, run)
            })?;
        }
        each(callbacks, &mut run, |callback, run| callback.on_train_end(run))?;
        Ok(run.history)
    }

    /// Loss and metrics on these examples.
    pub(super) fn test(
        &self,
        ready: &Ready,
        callbacks: &mut Callbacks<'_>,
        run: &mut Run<'_>,
        data: &Data,
        size: usize,
    ) -> Result<Logs> {
        ready.state.reset()?;
        each(callbacks, run, |callback, run| callback.on_test_begin(run))?;
        for (number, batch) in data.batches(size, None).enumerate() {
            each(callbacks, run, |callback, run| {
                callback.on_test_batch_begin(number, run)
            })?;
            ready.test(&batch?)?;
            each(callbacks, run, |callback, run| {
                callback.on_test_batch_end(number, run)
            })?;
        }
        each(callbacks, run, |callback, run| callback.on_test_end(run))?;
        ready.state.logs()
    }
}

/// Calls a hook of all callbacks, in order.
pub(super) fn each(
    callbacks: &mut Callbacks<'_>,
    run: &mut Run<'_>,
    mut hook: impl FnMut(&mut dyn Callback, &mut Run<'_>) -> Result<()>,
) -> Result<()> {
    callbacks
        .iter_mut()
        .try_for_each(|callback| hook(&mut **callback, run))
}

/// Goes on with an interrupted run if a callback found one: the first epoch.
fn resume(callbacks: &mut Callbacks<'_>, run: &mut Run<'_>) -> Result<Option<usize>> {
    let Some(resumed) = run.resumed.take() else {
        return Ok(None);
    };
    if resumed.memories.len() != callbacks.len() {
        return Err(Error::Data {
            op: "restore",
            problem: format!(
                "the interrupted run had {} callbacks, this one has {}",
                resumed.memories.len(),
                callbacks.len()
            ),
            remedy: "go on with the callbacks of the interrupted run, in their order, or remove the backup",
        });
    }
    for (callback, memory) in callbacks.iter_mut().zip(resumed.memories) {
        callback.remember(memory)?;
    }
    run.history = resumed.history;
    if resumed.stopped {
        run.stop_training();
    }
    Ok(Some(resumed.epoch))
}

/// The steps of an epoch.
fn train(
    ready: &Ready,
    callbacks: &mut Callbacks<'_>,
    run: &mut Run<'_>,
    batches: BatchIterator<'_>,
    most: Option<usize>,
) -> Result<()> {
    let mut steps = 0;
    for (number, batch) in batches.take(most.unwrap_or(usize::MAX)).enumerate() {
        run.batch = batch?;
        each(callbacks, run, |callback, run| {
            callback.on_train_batch_begin(number, run)
        })?;
        ready.train(&run.batch).map_err(|error| Error::Within {
            place: format!("fit: batch {number}"),
            source: Box::new(error),
        })?;
        steps += 1;
        each(callbacks, run, |callback, run| {
            callback.on_train_batch_end(number, run)
        })?;
        if run.is_stopped() {
            break;
        }
    }
    run.batch.clear();
    run.params.steps.get_or_insert(steps);
    if steps == 0 {
        return Err(nothing("an epoch"));
    }
    Ok(())
}

pub(super) fn nothing(what: &str) -> Error {
    Error::Empty {
        op: "fit",
        what: what.to_owned(),
        least: "1 batch",
    }
}

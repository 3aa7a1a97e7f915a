//! Epochs of steps, with validation and callbacks.

use ml_core::{Error, Result, Tensor};

use super::{
    Data, Fit, History, Logs, Params, Ready,
    fit::BATCH_SIZE,
    resume::{memories, remind, resume},
};
use crate::{
    callbacks::{Callback, Resumed, Run, Start},
    models::Model,
};

pub(super) type Callbacks<'f> = Vec<Box<dyn Callback + 'f>>;
pub(super) type BatchIterator<'b> = Box<dyn Iterator<Item = Result<Vec<Tensor>>> + 'b>;

/// What is the same in all epochs.
struct Plan<'p> {
    model: &'p Model,
    ready: &'p Ready,
    validation: Option<Data>,
    validation_size: usize,
    validation_freq: usize,
    steps_per_epoch: Option<usize>,
}

impl Model {
    /// Trains for the epochs that were asked for; `batches` gives those of an epoch from where it starts.
    pub(super) fn epochs<'b>(
        &'b self,
        ready: &Ready,
        mut fit: Fit<'_>,
        held_out: Option<Data>,
        known: Option<(usize, usize)>,
        mut batches: impl FnMut(usize, Start) -> Result<BatchIterator<'b>>,
    ) -> Result<History> {
        let validation = match fit.validation.take() {
            Some((x, y, weights)) => Some(self.data("validation_data", x, Some(y), weights)?),
            None => held_out,
        };
        let size = known.map_or(BATCH_SIZE, |(_, size)| size);
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
        let plan = Plan {
            model: self,
            ready,
            validation,
            validation_size: fit.validation_batch_size.unwrap_or(size),
            validation_freq: fit.validation_freq.unwrap_or(1),
            steps_per_epoch: fit.steps_per_epoch,
        };
        let callbacks = &mut fit.callbacks;
        each(callbacks, &mut run, |callback, run| callback.on_train_begin(run))?;
        let mut resumed = resume(callbacks, &mut run)?;
        let first = resumed
            .as_ref()
            .map_or(fit.initial_epoch, |resumed| resumed.epoch);
        for epoch in first..run.params.epochs {
            let inside = resumed.take().filter(|resumed| resumed.inside.is_some());
            // One that was stopped inside an epoch has still to end it.
            if run.is_stopped() && inside.is_none() {
                break;
            }
            plan.train(epoch, callbacks, &mut run, inside, &mut batches)?;
            plan.end(epoch, callbacks, &mut run)?;
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
        for (number, batch) in data.batches(size, 0, None).enumerate() {
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

impl Plan<'_> {
    /// The steps of an epoch, or those that are left of one that was interrupted.
    fn train<'b>(
        &self,
        epoch: usize,
        callbacks: &mut Callbacks<'_>,
        run: &mut Run<'_>,
        inside: Option<Resumed>,
        batches: &mut impl FnMut(usize, Start) -> Result<BatchIterator<'b>>,
    ) -> Result<()> {
        run.logs = None;
        let iterations = self.ready.state.optimizer.iterations().value().item::<i64>()?;
        run.start = Start {
            steps: iterations as u64,
            batch: 0,
        };
        if let Some(start) = inside.as_ref().and_then(|resumed| resumed.inside) {
            run.start = start;
        }
        each(callbacks, run, |callback, run| {
            callback.on_epoch_begin(epoch, run)
        })?;
        self.ready.state.reset()?;
        if let Some(resumed) = inside {
            // The hooks have begun the epoch once more: all is as it was after its last step that was kept.
            resumed.put_back(self.model)?;
            remind(callbacks, &resumed)?;
        }
        let steps = self.steps(epoch, callbacks, run, batches(epoch, run.start)?)?;
        run.batch.clear();
        run.params.steps.get_or_insert(steps);
        match steps {
            0 => Err(nothing("an epoch")),
            _ => Ok(()),
        }
    }

    /// One step for every batch; how many the epoch has then.
    fn steps(
        &self,
        epoch: usize,
        callbacks: &mut Callbacks<'_>,
        run: &mut Run<'_>,
        batches: BatchIterator<'_>,
    ) -> Result<usize> {
        let first = run.start.batch;
        let mut steps = first;
        let within = |number: usize, error| Error::Within {
            place: format!("fit: batch {number} of epoch {epoch}"),
            source: Box::new(error),
        };
        // An epoch that goes on may have been stopped by its last step.
        let most = match run.is_stopped() {
            true => first,
            false => self.steps_per_epoch.unwrap_or(usize::MAX),
        };
        for (number, batch) in (first..most).zip(batches) {
            run.batch = batch.map_err(|error| within(number, error))?;
            each(callbacks, run, |callback, run| {
                callback.on_train_batch_begin(number, run)
            })?;
            self.ready
                .train(&run.batch)
                .map_err(|error| within(number, error))?;
            steps += 1;
            each(callbacks, run, |callback, run| {
                callback.on_train_batch_end(number, run)
            })?;
            if std::mem::take(&mut run.asks_memories) {
                run.memories = memories(callbacks);
            }
            each(callbacks, run, |callback, run| {
                callback.on_train_batch_complete(number, run)
            })?;
            if run.is_stopped() {
                break;
            }
        }
        Ok(steps)
    }

    /// What comes after the last step of an epoch: validation, history, hooks.
    fn end(&self, epoch: usize, callbacks: &mut Callbacks<'_>, run: &mut Run<'_>) -> Result<()> {
        let mut logs = self.ready.state.logs()?;
        if let Some(data) = &self.validation
            && (epoch + 1).is_multiple_of(self.validation_freq)
        {
            let tested = self
                .model
                .test(self.ready, callbacks, run, data, self.validation_size)?;
            for (name, value) in tested.iter() {
                logs.insert(format!("val_{name}"), value);
            }
        }
        let (loss, before) = (logs.get("loss"), run.history.last("loss"));
        let first = before.is_none_or(f64::is_finite) && !loss.is_none_or(f64::is_finite);
        if first {
            tracing::warn!(
                epoch,
                loss,
                "the loss is no finite number: TerminateOnNaN stops at the batch and names the layer where it begins"
            );
        }
        run.logs = Some(logs);
        each(callbacks, run, |callback, run| callback.on_epoch_end(epoch, run))?;
        let logs = run.logs.clone().unwrap_or_default();
        run.history.push(epoch, &logs);
        run.memories = memories(callbacks);
        each(callbacks, run, |callback, run| {
            callback.on_epoch_complete(epoch, run)
        })
    }
}

pub(super) fn nothing(what: &str) -> Error {
    Error::Empty {
        op: "fit",
        what: what.to_owned(),
        least: "1 batch",
    }
}

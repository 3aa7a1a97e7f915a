//! Tells an observer how training gets on.

use std::time::{Duration, Instant};

use ml_core::{Observer, Result};

use super::{Callback, Run};

/// How often loss and metrics are told: reading them at every step would cost more than the step.
const BETWEEN: Duration = Duration::from_millis(100);

/// Tells an observer of every epoch as a task, of every step, and now and then of loss and metrics.
pub struct Progress<'o> {
    observer: &'o dyn Observer,
    task: String,
    told: Instant,
}

impl<'o> Progress<'o> {
    /// Tells this observer.
    pub fn new(observer: &'o dyn Observer) -> Self {
        Self {
            observer,
            task: String::new(),
            told: Instant::now(),
        }
    }
}

impl std::fmt::Debug for Progress<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Progress({:?})", self.task)
    }
}

impl Callback for Progress<'_> {
    fn on_epoch_begin(&mut self, epoch: usize, run: &mut Run<'_>) -> Result<()> {
        self.task = format!("Epoch {}/{}", epoch + 1, run.params().epochs);
        let steps = run.params().steps.unwrap_or_default();
        self.observer.start(&self.task, steps as u64);
        if run.first_batch() > 0 {
            self.observer.advance(&self.task, run.first_batch() as u64);
        }
        self.told = Instant::now();
        Ok(())
    }

    fn on_train_batch_end(&mut self, _: usize, run: &mut Run<'_>) -> Result<()> {
        self.observer.advance(&self.task, 1);
        if self.told.elapsed() >= BETWEEN {
            self.observer.message(&self.task, &run.logs()?.shown());
            self.told = Instant::now();
        }
        Ok(())
    }

    fn on_epoch_end(&mut self, _: usize, run: &mut Run<'_>) -> Result<()> {
        self.observer.message(&self.task, &run.logs()?.shown());
        self.observer.finish(&self.task);
        Ok(())
    }
}

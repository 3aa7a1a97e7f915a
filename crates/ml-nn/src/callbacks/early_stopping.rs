//! Ends training that gets no better.

use ml_core::{Result, Tensor};

use super::{
    Callback, Memory, Run,
    monitor::{Counters, Monitor, monitor_setters},
};

/// Ends training when a number has not got better for some epochs (book section 10.2.6).
///
/// Defaults as in Keras: `val_loss`, patience 0, least step 0, weights stay as they are at the end.
///
/// # Examples
/// ```
/// use ml_core::Tensor;
/// use ml_nn::{Compile, Fit, Sequential, callbacks::EarlyStopping, layers::{Dense, IntoLayer}, optimizers::Sgd};
///
/// let (x, y) = (Tensor::from([[1.0f32], [2.0]]), Tensor::from([[2.0f32], [4.0]]));
/// let mut model = Sequential::new().add(Dense::new(1).input_shape([1])).into_model();
/// model.compile(Compile::new(Sgd::new(0.0), "mse"))?; // learns nothing
/// let mut stopping = EarlyStopping::new().patience(3).restore_best_weights(true);
/// let fit = Fit::new().epochs(100).validation_data(&x, &y).callback(&mut stopping);
/// let history = model.fit(&x, &y, fit)?;
/// assert_eq!((history.epoch.len(), stopping.stopped_epoch()), (4, Some(3)));
/// # Ok::<(), ml_core::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct EarlyStopping {
    monitor: Monitor,
    patience: usize,
    baseline: Option<f64>,
    restore_best_weights: bool,
    start_from_epoch: usize,
    counters: Counters,
    best_weights: Vec<Tensor>,
}

impl Default for EarlyStopping {
    fn default() -> Self {
        Self {
            monitor: Monitor::new("val_loss"),
            patience: 0,
            baseline: None,
            restore_best_weights: false,
            start_from_epoch: 0,
            counters: Counters::default(),
            best_weights: Vec::new(),
        }
    }
}

impl EarlyStopping {
    /// As in Keras.
    pub fn new() -> Self {
        Self::default()
    }

    monitor_setters!();

    /// Less than this is no progress. Default 0.
    #[must_use]
    pub fn min_delta(mut self, delta: f64) -> Self {
        self.monitor.min_delta = delta;
        self
    }

    /// How many epochs without progress are one too many. Default 0: the first.
    #[must_use]
    pub fn patience(mut self, epochs: usize) -> Self {
        self.patience = epochs;
        self
    }

    /// What has to be beaten within the patience.
    #[must_use]
    pub fn baseline(mut self, value: f64) -> Self {
        self.baseline = Some(value);
        self
    }

    /// Whether the weights of the best epoch are put back at the end. Default false.
    #[must_use]
    pub fn restore_best_weights(mut self, restore: bool) -> Self {
        self.restore_best_weights = restore;
        self
    }

    /// Epochs before this one do not count. Default 0.
    #[must_use]
    pub fn start_from_epoch(mut self, epoch: usize) -> Self {
        self.start_from_epoch = epoch;
        self
    }

    /// The epoch, from 0, after which it ended training.
    pub fn stopped_epoch(&self) -> Option<usize> {
        self.counters.stopped_epoch
    }

    /// The best epoch, from 0.
    pub fn best_epoch(&self) -> Option<usize> {
        self.counters.best_epoch
    }

    /// The best value.
    pub fn best(&self) -> Option<f64> {
        self.monitor.best
    }
}

impl Callback for EarlyStopping {
    fn on_train_begin(&mut self, _: &mut Run<'_>) -> Result<()> {
        self.counters = Counters::default();
        self.monitor.best = None;
        self.best_weights.clear();
        Ok(())
    }

    fn on_epoch_end(&mut self, epoch: usize, run: &mut Run<'_>) -> Result<()> {
        let Some(value) = self.monitor.value(run)? else {
            return Ok(());
        };
        if epoch < self.start_from_epoch {
            return Ok(());
        }
        if self.restore_best_weights && self.best_weights.is_empty() {
            // Should no epoch be any good, the first is as good as the others.
            self.best_weights = run.model().get_weights();
            self.counters.best_epoch = Some(epoch);
        }
        self.counters.wait += 1;
        if self.monitor.improves(value) {
            self.counters.best_epoch = Some(epoch);
            if self.restore_best_weights {
                self.best_weights = run.model().get_weights();
            }
            if self
                .baseline
                .is_none_or(|baseline| self.monitor.is_better(value, baseline))
            {
                self.counters.wait = 0;
            }
        } else if self.counters.wait >= self.patience && epoch > 0 {
            self.counters.stopped_epoch = Some(epoch);
            run.stop_training();
        }
        Ok(())
    }

    fn on_train_end(&mut self, run: &mut Run<'_>) -> Result<()> {
        match self.best_weights.is_empty() {
            true => Ok(()),
            false => run.model().set_weights(&self.best_weights),
        }
    }

    fn memory(&self) -> Memory {
        let counters = Counters {
            best: self.monitor.best,
            ..self.counters.clone()
        };
        Memory {
            tensors: self.best_weights.clone(),
            ..counters.memory()
        }
    }

    fn remember(&mut self, memory: Memory) -> Result<()> {
        self.counters = Counters::from_memory(&memory)?;
        self.monitor.best = self.counters.best;
        self.best_weights = memory.tensors;
        Ok(())
    }
}

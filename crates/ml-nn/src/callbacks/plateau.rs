//! A smaller learning rate when nothing gets better.

use ml_core::{Result, check};

use super::{
    Callback, Memory, Run,
    learning_rate::log_rate,
    monitor::{Counters, Monitor, monitor_setters},
};

/// Multiplies the learning rate by a factor when a number has not got better for some epochs (book section 11.3.8,
/// performance scheduling). Logs have the rate of the epoch as `learning_rate`.
///
/// Defaults as in Keras: `val_loss`, factor 0.1, patience 10, least step 1e-4, no rest, no least rate.
///
/// # Examples
/// ```
/// use ml_core::Tensor;
/// use ml_nn::{Compile, Fit, Sequential, callbacks::ReduceLrOnPlateau, layers::{Dense, IntoLayer}, optimizers::Sgd};
///
/// let (x, y) = (Tensor::from([[0.0f32], [0.0]]), Tensor::from([[0.0f32], [0.0]]));
/// let mut model = Sequential::new().add(Dense::new(1).input_shape([1])).into_model();
/// model.compile(Compile::new(Sgd::new(0.5), "mse"))?;
/// let plateau = ReduceLrOnPlateau::new().monitor("loss").factor(0.5).patience(2);
/// let history = model.fit(&x, &y, Fit::new().epochs(6).callback(plateau))?;
/// assert_eq!(history.get("learning_rate"), [0.5, 0.5, 0.5, 0.25, 0.25, 0.125]);
/// # Ok::<(), ml_core::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct ReduceLrOnPlateau {
    monitor: Monitor,
    factor: f64,
    patience: usize,
    rest: usize,
    min_rate: f64,
    counters: Counters,
}

impl Default for ReduceLrOnPlateau {
    fn default() -> Self {
        Self {
            monitor: Monitor {
                min_delta: 1e-4,
                ..Monitor::new("val_loss")
            },
            factor: 0.1,
            patience: 10,
            rest: 0,
            min_rate: 0.0,
            counters: Counters::default(),
        }
    }
}

impl ReduceLrOnPlateau {
    /// As in Keras.
    pub fn new() -> Self {
        Self::default()
    }

    monitor_setters!();

    /// What the rate is multiplied by: at least 0, below 1. Default 0.1.
    #[must_use]
    pub fn factor(mut self, factor: f64) -> Self {
        self.factor = factor;
        self
    }

    /// How many epochs without progress are too many. Default 10.
    #[must_use]
    pub fn patience(mut self, epochs: usize) -> Self {
        self.patience = epochs;
        self
    }

    /// Less than this is no progress. Default 1e-4.
    #[must_use]
    pub fn min_delta(mut self, delta: f64) -> Self {
        self.monitor.min_delta = delta;
        self
    }

    /// Epochs after a reduction that do not count. Default 0.
    #[must_use]
    pub fn cooldown(mut self, epochs: usize) -> Self {
        self.rest = epochs;
        self
    }

    /// The rate goes no lower. Default 0.
    #[must_use]
    pub fn min_learning_rate(mut self, rate: f64) -> Self {
        self.min_rate = rate;
        self
    }
}

impl Callback for ReduceLrOnPlateau {
    fn on_train_begin(&mut self, _: &mut Run<'_>) -> Result<()> {
        let factor = self.factor;
        check::parameter(
            "factor",
            factor,
            (0.0..1.0).contains(&factor),
            "at least 0 and below 1",
        )?;
        self.counters = Counters::default();
        self.monitor.best = None;
        Ok(())
    }

    fn on_epoch_end(&mut self, _: usize, run: &mut Run<'_>) -> Result<()> {
        log_rate(run)?;
        let Some(value) = self.monitor.value(run)? else {
            return Ok(());
        };
        let counters = &mut self.counters;
        if counters.cooldown > 0 {
            counters.cooldown -= 1;
            counters.wait = 0;
        }
        if self.monitor.improves(value) {
            counters.wait = 0;
        } else if counters.cooldown == 0 {
            counters.wait += 1;
            let optimizer = run.model().optimizer()?;
            let rate = optimizer.learning_rate()?;
            if counters.wait >= self.patience && rate > self.min_rate {
                optimizer.set_learning_rate((rate * self.factor).max(self.min_rate))?;
                (counters.cooldown, counters.wait) = (self.rest, 0);
            }
        }
        Ok(())
    }

    fn memory(&self) -> Memory {
        let counters = Counters {
            best: self.monitor.best,
            ..self.counters.clone()
        };
        counters.memory()
    }

    fn remember(&mut self, memory: Memory) -> Result<()> {
        self.counters = Counters::from_memory(&memory)?;
        self.monitor.best = self.counters.best;
        Ok(())
    }
}

//! A learning rate by epoch.

use std::fmt;

use ml_core::{Result, Tensor};

use super::{Callback, Run};
use crate::schedules::Schedule;

/// Sets the learning rate at the beginning of every epoch (book section 11.3.8): a function of the epoch, from 0, and
/// of the rate so far. Logs have it as `learning_rate`.
///
/// # Examples
/// ```
/// use ml_core::Tensor;
/// use ml_nn::{Compile, Fit, Sequential, callbacks::LearningRateScheduler, layers::{Dense, IntoLayer}, optimizers::Sgd};
///
/// let (x, y) = (Tensor::from([[1.0f32], [2.0]]), Tensor::from([[2.0f32], [4.0]]));
/// let mut model = Sequential::new().add(Dense::new(1).input_shape([1])).into_model();
/// model.compile(Compile::new(Sgd::new(0.1), "mse"))?;
/// let halves = LearningRateScheduler::new(|epoch, rate| if epoch < 2 { rate } else { rate / 2.0 });
/// let history = model.fit(&x, &y, Fit::new().epochs(4).callback(halves))?;
/// assert_eq!(history.get("learning_rate"), [0.1, 0.1, 0.05, 0.025]);
/// # Ok::<(), ml_core::Error>(())
/// ```
pub struct LearningRateScheduler<'f>(Box<Rates<'f>>);

/// The rate of an epoch, from the rate before.
type Rates<'f> = dyn FnMut(usize, f64) -> Result<f64> + 'f;

impl<'f> LearningRateScheduler<'f> {
    /// By this function `(epoch, rate)`.
    pub fn new(mut schedule: impl FnMut(usize, f64) -> f64 + 'f) -> Self {
        Self(Box::new(move |epoch, rate| Ok(schedule(epoch, rate))))
    }

    /// By a schedule whose steps are epochs; an optimizer with a schedule follows it step by step.
    ///
    /// # Examples
    /// ```
    /// use ml_core::Tensor;
    /// use ml_nn::{Compile, Fit, Sequential, callbacks::LearningRateScheduler, layers::{Dense, IntoLayer}};
    /// use ml_nn::schedules::ExponentialDecay;
    ///
    /// let (x, y) = (Tensor::from([[1.0f32], [2.0]]), Tensor::from([[2.0f32], [4.0]]));
    /// let mut model = Sequential::new().add(Dense::new(1).input_shape([1])).into_model();
    /// model.compile(Compile::new("sgd", "mse"))?;
    /// // A hundredth after two epochs, whatever the number of steps in them.
    /// let decay = LearningRateScheduler::by_epoch(ExponentialDecay::new(0.1, 2.0, 0.01));
    /// let history = model.fit(&x, &y, Fit::new().epochs(3).batch_size(1).callback(decay))?;
    /// let rates = history.get("learning_rate");
    /// assert!((rates[0] - 0.1).abs() < 1e-12 && (rates[1] - 0.01).abs() < 1e-12 && (rates[2] - 0.001).abs() < 1e-12);
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    pub fn by_epoch(schedule: impl Schedule + 'f) -> Self {
        Self(Box::new(move |epoch, _| {
            schedule.rate(&Tensor::from(epoch as f64))?.item()
        }))
    }
}

impl fmt::Debug for LearningRateScheduler<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("LearningRateScheduler")
    }
}

impl Callback for LearningRateScheduler<'_> {
    fn on_epoch_begin(&mut self, epoch: usize, run: &mut Run<'_>) -> Result<()> {
        let optimizer = run.model().optimizer()?;
        optimizer.set_learning_rate((self.0)(epoch, optimizer.learning_rate()?)?)
    }

    fn on_epoch_end(&mut self, _: usize, run: &mut Run<'_>) -> Result<()> {
        log_rate(run)
    }
}

/// Adds the learning rate to the logs of an epoch.
pub(super) fn log_rate(run: &mut Run<'_>) -> Result<()> {
    let rate = run.model().optimizer()?.learning_rate()?;
    if let Some(logs) = run.logs_mut() {
        logs.insert("learning_rate", rate);
    }
    Ok(())
}

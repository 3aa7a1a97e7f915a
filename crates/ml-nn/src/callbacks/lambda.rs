//! Closures as a callback.

use std::fmt;

use ml_core::Result;

use super::{Callback, Run};

type Plain<'f> = Option<Box<dyn FnMut(&mut Run<'_>) -> Result<()> + 'f>>;
type Numbered<'f> = Option<Box<dyn FnMut(usize, &mut Run<'_>) -> Result<()> + 'f>>;

/// Closures for the hooks of training, without a type of one's own.
///
/// # Examples
/// ```
/// use ml_core::Tensor;
/// use ml_nn::{Compile, Fit, Sequential, callbacks::LambdaCallback, layers::{Dense, IntoLayer}};
///
/// let (x, y) = (Tensor::from([[1.0f32], [2.0]]), Tensor::from([[2.0f32], [4.0]]));
/// let mut model = Sequential::new().add(Dense::new(1).input_shape([1])).into_model();
/// model.compile(Compile::new("sgd", "mse"))?;
/// let mut ratios = Vec::new();
/// let ratio = LambdaCallback::new().on_epoch_end(|_, run| {
///     let logs = run.logs()?;
///     ratios.extend(logs.get("val_loss").zip(logs.get("loss")).map(|(test, train)| test / train));
///     Ok(())
/// });
/// model.fit(&x, &y, Fit::new().epochs(2).validation_data(&x, &y).callback(ratio))?;
/// assert!(ratios.len() == 2 && ratios[0] < 1.0); // tested after the step
/// # Ok::<(), ml_core::Error>(())
/// ```
#[derive(Default)]
pub struct LambdaCallback<'f> {
    train_begin: Plain<'f>,
    train_end: Plain<'f>,
    epoch_begin: Numbered<'f>,
    epoch_end: Numbered<'f>,
    batch_begin: Numbered<'f>,
    batch_end: Numbered<'f>,
}

impl fmt::Debug for LambdaCallback<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("LambdaCallback")
    }
}

impl<'f> LambdaCallback<'f> {
    /// Does nothing yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Before the first epoch.
    #[must_use]
    pub fn on_train_begin(mut self, body: impl FnMut(&mut Run<'_>) -> Result<()> + 'f) -> Self {
        self.train_begin = Some(Box::new(body));
        self
    }

    /// After the last epoch.
    #[must_use]
    pub fn on_train_end(mut self, body: impl FnMut(&mut Run<'_>) -> Result<()> + 'f) -> Self {
        self.train_end = Some(Box::new(body));
        self
    }

    /// Before each epoch.
    #[must_use]
    pub fn on_epoch_begin(mut self, body: impl FnMut(usize, &mut Run<'_>) -> Result<()> + 'f) -> Self {
        self.epoch_begin = Some(Box::new(body));
        self
    }

    /// After each epoch.
    #[must_use]
    pub fn on_epoch_end(mut self, body: impl FnMut(usize, &mut Run<'_>) -> Result<()> + 'f) -> Self {
        self.epoch_end = Some(Box::new(body));
        self
    }

    /// Before each step.
    #[must_use]
    pub fn on_train_batch_begin(mut self, body: impl FnMut(usize, &mut Run<'_>) -> Result<()> + 'f) -> Self {
        self.batch_begin = Some(Box::new(body));
        self
    }

    /// After each step.
    #[must_use]
    pub fn on_train_batch_end(mut self, body: impl FnMut(usize, &mut Run<'_>) -> Result<()> + 'f) -> Self {
        self.batch_end = Some(Box::new(body));
        self
    }
}

fn plain(hook: &mut Plain<'_>, run: &mut Run<'_>) -> Result<()> {
    hook.as_mut().map_or(Ok(()), |hook| hook(run))
}

fn numbered(hook: &mut Numbered<'_>, number: usize, run: &mut Run<'_>) -> Result<()> {
    hook.as_mut().map_or(Ok(()), |hook| hook(number, run))
}

impl Callback for LambdaCallback<'_> {
    fn on_train_begin(&mut self, run: &mut Run<'_>) -> Result<()> {
        plain(&mut self.train_begin, run)
    }

    fn on_train_end(&mut self, run: &mut Run<'_>) -> Result<()> {
        plain(&mut self.train_end, run)
    }

    fn on_epoch_begin(&mut self, epoch: usize, run: &mut Run<'_>) -> Result<()> {
        numbered(&mut self.epoch_begin, epoch, run)
    }

    fn on_epoch_end(&mut self, epoch: usize, run: &mut Run<'_>) -> Result<()> {
        numbered(&mut self.epoch_end, epoch, run)
    }

    fn on_train_batch_begin(&mut self, batch: usize, run: &mut Run<'_>) -> Result<()> {
        numbered(&mut self.batch_begin, batch, run)
    }

    fn on_train_batch_end(&mut self, batch: usize, run: &mut Run<'_>) -> Result<()> {
        numbered(&mut self.batch_end, batch, run)
    }
}

//! What a call gets beside its inputs.

use std::{
    cell::{Cell, RefCell},
    rc::Rc,
};

use ml_core::{Result, Tensor};

use crate::{
    activation::Activation,
    random::{Distribution, Stream},
    regularizers::Regularizer,
};

/// Whether a network learns or answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// Dropout drops, normalisation uses the batch.
    Training,
    /// Nothing is random, normalisation uses what was learned.
    Inference,
}

/// Mode, random numbers, and what a call tells beside its outputs: further losses and metrics.
///
/// # Examples
/// ```
/// use ml_core::Tensor;
/// use ml_nn::layers::Context;
///
/// let x = Tensor::ones([1000], ml_core::DType::F32)?;
/// assert!(Context::inference().dropout(&x, 0.5)?.same(&x));
/// let dropped = Context::training(7, 0i64).dropout(&x, 0.5)?.sum_all()?.item::<f32>()?;
/// assert!((dropped - 1000.0).abs() < 160.0); // five standard errors
/// # Ok::<(), ml_core::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct Context {
    mode: Mode,
    frozen: bool,
    shared: Rc<Shared>,
}

#[derive(Debug, Default)]
struct Shared {
    stream: Option<Stream>,
    /// How many draws were made: the place of the next one.
    draws: Cell<u64>,
    losses: RefCell<Vec<Tensor>>,
    metrics: RefCell<Vec<(String, Tensor)>>,
    logits: RefCell<Vec<Logits>>,
}

/// Probabilities, and what they were computed from.
#[derive(Debug, Clone)]
pub(crate) struct Logits {
    probabilities: Tensor,
    pub(crate) logits: Tensor,
    /// `Softmax` or `Sigmoid`.
    pub(crate) activation: Activation,
}

impl Context {
    /// For answers.
    pub fn inference() -> Self {
        Self::with(Mode::Inference, None)
    }

    /// For learning: random numbers follow from `seed` and from `step`, the number of steps before this one.
    /// Inside a traced function `step` must be a tensor of the graph, an `i64` scalar: as a number it would be baked in.
    pub fn training(seed: u64, step: impl Into<Tensor>) -> Self {
        let stream = Stream {
            seed,
            step: step.into(),
        };
        Self::with(Mode::Training, Some(stream))
    }

    fn with(mode: Mode, stream: Option<Stream>) -> Self {
        let shared = Shared {
            stream,
            ..Shared::default()
        };
        Self {
            mode,
            frozen: false,
            shared: Rc::new(shared),
        }
    }

    /// The same for a layer that is not to learn.
    pub(crate) fn frozen(&self) -> Self {
        Self {
            frozen: true,
            ..self.clone()
        }
    }

    /// Whether the network learns.
    pub fn is_training(&self) -> bool {
        self.mode == Mode::Training
    }

    /// Whether this layer is not to learn, although the network may: [`LayerRef::set_trainable`](super::LayerRef).
    pub fn is_frozen(&self) -> bool {
        self.frozen
    }

    /// Adds a scalar to the loss of this step (book section 12.3.7).
    pub fn add_loss(&self, loss: Tensor) {
        self.shared.losses.borrow_mut().push(loss);
    }

    /// Adds a penalty on the outputs of a layer, divided by the number of examples as in Keras.
    ///
    /// # Errors
    /// Those of the penalty.
    pub fn add_activity_loss(&self, regularizer: &dyn Regularizer, y: &Tensor) -> Result<()> {
        let penalty = regularizer.penalty(y)?;
        let examples = y
            .shape_tensor()?
            .narrow(0, Some(0), Some(1))?
            .sum_all()?
            .cast(y.dtype())?;
        self.add_loss(penalty.div(&examples)?);
        Ok(())
    }

    /// Shows the mean of this scalar over the epoch beside the loss, under this name: over all calls that tell of it, if
    /// there are several in a step. What is to be shown must be told of while training; what is told of in training alone is
    /// 0 in tests.
    pub fn add_metric(&self, name: impl Into<String>, value: Tensor) {
        let value = value.stop_gradient();
        self.shared.metrics.borrow_mut().push((name.into(), value));
    }

    /// What was given to [`add_loss`](Self::add_loss) so far.
    pub fn losses(&self) -> Vec<Tensor> {
        self.shared.losses.borrow().clone()
    }

    /// What was given to [`add_metric`](Self::add_metric) so far.
    pub fn metrics(&self) -> Vec<(String, Tensor)> {
        self.shared.metrics.borrow().clone()
    }

    /// `x` with a share `rate` of its elements 0 and the others times `1 / (1 - rate)`; `x` itself unless training.
    ///
    /// # Errors
    /// [`Error::Parameter`](ml_core::Error::Parameter) unless `rate` is at least 0 and below 1.
    pub fn dropout(&self, x: &Tensor, rate: f64) -> Result<Tensor> {
        match self.noise(x, Distribution::Kept { keep: 1.0 - rate })? {
            Some(mask) => x.mul(&mask),
            None => Ok(x.clone()),
        }
    }

    /// Normal numbers of mean 0 in the shape of `x`; `None` unless training.
    ///
    /// # Errors
    /// [`Error::DType`](ml_core::Error::DType) unless `x` holds `f32` or `f64`.
    pub fn normal_like(&self, x: &Tensor, deviation: f64) -> Result<Option<Tensor>> {
        self.noise(x, Distribution::Normal { deviation })
    }

    /// Numbers between 0 and 1 in the shape of `x`; `None` unless training.
    ///
    /// # Errors
    /// As [`normal_like`](Self::normal_like).
    pub fn uniform_like(&self, x: &Tensor) -> Result<Option<Tensor>> {
        self.noise(x, Distribution::Uniform)
    }

    fn noise(&self, x: &Tensor, distribution: Distribution) -> Result<Option<Tensor>> {
        let Some(stream) = self.shared.stream.as_ref().filter(|_| self.is_training()) else {
            return Ok(None);
        };
        let place = self.shared.draws.get();
        self.shared.draws.set(place + 1);
        stream.noise(x, place, distribution).map(Some)
    }

    /// Remembers what `activation` computed `probabilities` from.
    pub(crate) fn remember_logits(&self, probabilities: &Tensor, logits: &Tensor, activation: &Activation) {
        self.shared.logits.borrow_mut().push(Logits {
            probabilities: probabilities.clone(),
            logits: logits.clone(),
            activation: activation.clone(),
        });
    }

    /// What `probabilities` were computed from, if the last operation was a softmax or a sigmoid.
    pub(crate) fn logits_of(&self, probabilities: &Tensor) -> Option<Logits> {
        let known = self.shared.logits.borrow();
        known
            .iter()
            .find(|known| known.probabilities.same(probabilities))
            .cloned()
    }
}

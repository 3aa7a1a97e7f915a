//! What training is asked for.

use std::fmt;

use ml_core::{Result, Tensor, check};

use super::{Tensors, epochs::Callbacks};
use crate::callbacks::Callback;

/// What the loss of every example of a class counts, by class number.
pub type ClassWeight = std::collections::BTreeMap<i64, f64>;

/// How to train (book section 10.2.2): given to [`Model::fit`](crate::Model::fit), with Keras's defaults.
#[derive(Default)]
pub struct Fit<'f> {
    pub(super) epochs: Option<usize>,
    pub(super) initial_epoch: usize,
    pub(super) batch_size: Option<usize>,
    pub(super) unshuffled: bool,
    pub(super) validation: Option<(Tensors, Tensors, Option<Tensor>)>,
    pub(super) validation_split: f64,
    pub(super) validation_batch_size: Option<usize>,
    pub(super) validation_freq: Option<usize>,
    pub(super) class_weight: Option<ClassWeight>,
    pub(super) sample_weight: Option<Tensor>,
    pub(super) steps_per_epoch: Option<usize>,
    pub(super) callbacks: Callbacks<'f>,
}

impl fmt::Debug for Fit<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "Fit(epochs {:?}, batch size {:?})",
            self.epochs, self.batch_size
        )
    }
}

/// Examples of a step unless said otherwise.
pub(super) const BATCH_SIZE: usize = 32;

impl<'f> Fit<'f> {
    /// One epoch of batches of 32 examples in random order.
    pub fn new() -> Self {
        Self::default()
    }

    /// How often all examples are passed. Default 1.
    #[must_use]
    pub fn epochs(mut self, epochs: usize) -> Self {
        self.epochs = Some(epochs);
        self
    }

    /// The first epoch, for going on: epochs up to it count as done. Default 0.
    #[must_use]
    pub fn initial_epoch(mut self, epoch: usize) -> Self {
        self.initial_epoch = epoch;
        self
    }

    /// Examples of a step. Default 32.
    #[must_use]
    pub fn batch_size(mut self, size: usize) -> Self {
        self.batch_size = Some(size);
        self
    }

    /// Whether every epoch passes the examples in another random order, which follows from the model's seed. Default
    /// true.
    #[must_use]
    pub fn shuffle(mut self, shuffle: bool) -> Self {
        self.unshuffled = !shuffle;
        self
    }

    /// Examples to test on after every epoch.
    #[must_use]
    pub fn validation_data(mut self, x: impl Into<Tensors>, y: impl Into<Tensors>) -> Self {
        self.validation = Some((x.into(), y.into(), None));
        self
    }

    /// The same with a weight for every example.
    #[must_use]
    pub fn weighted_validation_data(
        mut self,
        x: impl Into<Tensors>,
        y: impl Into<Tensors>,
        sample_weight: &Tensor,
    ) -> Self {
        self.validation = Some((x.into(), y.into(), Some(sample_weight.clone())));
        self
    }

    /// Tests on this share of the examples, the last ones as they are given, and does not train on them. Not beside
    /// validation data.
    #[must_use]
    pub fn validation_split(mut self, share: f64) -> Self {
        self.validation_split = share;
        self
    }

    /// Examples of a batch of testing. Default: as of training.
    #[must_use]
    pub fn validation_batch_size(mut self, size: usize) -> Self {
        self.validation_batch_size = Some(size);
        self
    }

    /// Tests after every so many epochs. Default 1.
    #[must_use]
    pub fn validation_freq(mut self, epochs: usize) -> Self {
        self.validation_freq = Some(epochs);
        self
    }

    /// What the loss of each example counts by its class; 1 for classes that are not named.
    #[must_use]
    pub fn class_weight(mut self, weights: impl IntoIterator<Item = (i64, f64)>) -> Self {
        self.class_weight = Some(weights.into_iter().collect());
        self
    }

    /// What the loss of each example counts.
    #[must_use]
    pub fn sample_weight(mut self, weights: &Tensor) -> Self {
        self.sample_weight = Some(weights.clone());
        self
    }

    /// Ends an epoch after so many steps.
    #[must_use]
    pub fn steps_per_epoch(mut self, steps: usize) -> Self {
        self.steps_per_epoch = Some(steps);
        self
    }

    /// One more callback, called after those before; `&mut callback` can be looked at afterwards.
    #[must_use]
    pub fn callback(mut self, callback: impl Callback + 'f) -> Self {
        self.callbacks.push(Box::new(callback));
        self
    }

    pub(super) fn check(&self) -> Result<()> {
        let positive = |name, value: Option<usize>| {
            let value = value.unwrap_or(1);
            check::parameter(name, value, value > 0, "at least 1")
        };
        positive("batch_size", self.batch_size)?;
        positive("validation_batch_size", self.validation_batch_size)?;
        positive("validation_freq", self.validation_freq)?;
        positive("steps_per_epoch", self.steps_per_epoch)?;
        let share = self.validation_split;
        check::parameter(
            "validation_split",
            share,
            (0.0..1.0).contains(&share),
            "at least 0 and below 1",
        )?;
        check::parameter(
            "validation_split",
            share,
            share == 0.0 || self.validation.is_none(),
            "0 beside validation_data: give one of the two",
        )
    }
}

//! Testing and answering.

use ml_core::{Error, Result, Tensor, check};

use super::{
    Logs, Params, Tensors,
    epochs::{Callbacks, each},
    fit::BATCH_SIZE,
};
use crate::{
    callbacks::{Callback, Run},
    models::Model,
};

/// How to test: given to [`Model::evaluate_with`].
#[derive(Default)]
pub struct Evaluate<'e> {
    batch_size: Option<usize>,
    sample_weight: Option<Tensor>,
    callbacks: Callbacks<'e>,
}

/// How to answer: given to [`Model::predict_with`].
#[derive(Default)]
pub struct Predict<'p> {
    batch_size: Option<usize>,
    callbacks: Callbacks<'p>,
}

impl std::fmt::Debug for Evaluate<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Evaluate(batch size {:?})", self.batch_size)
    }
}

impl std::fmt::Debug for Predict<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Predict(batch size {:?})", self.batch_size)
    }
}

impl<'e> Evaluate<'e> {
    /// Batches of 32.
    pub fn new() -> Self {
        Self::default()
    }

    /// Examples of a batch. Default 32.
    #[must_use]
    pub fn batch_size(mut self, size: usize) -> Self {
        self.batch_size = Some(size);
        self
    }

    /// What the loss of each example counts.
    #[must_use]
    pub fn sample_weight(mut self, weights: &Tensor) -> Self {
        self.sample_weight = Some(weights.clone());
        self
    }

    /// One more callback.
    #[must_use]
    pub fn callback(mut self, callback: impl Callback + 'e) -> Self {
        self.callbacks.push(Box::new(callback));
        self
    }
}

impl<'p> Predict<'p> {
    /// Batches of 32.
    pub fn new() -> Self {
        Self::default()
    }

    /// Examples of a batch. Default 32.
    #[must_use]
    pub fn batch_size(mut self, size: usize) -> Self {
        self.batch_size = Some(size);
        self
    }

    /// One more callback.
    #[must_use]
    pub fn callback(mut self, callback: impl Callback + 'p) -> Self {
        self.callbacks.push(Box::new(callback));
        self
    }
}

fn size(given: Option<usize>) -> Result<usize> {
    let size = given.unwrap_or(BATCH_SIZE);
    check::parameter("batch_size", size, size > 0, "at least 1")?;
    Ok(size)
}

impl Model {
    /// Loss and metrics on these examples: the whole loss first.
    ///
    /// # Errors
    /// As [`fit`](Self::fit).
    pub fn evaluate(&self, x: impl Into<Tensors>, y: impl Into<Tensors>) -> Result<Logs> {
        self.evaluate_with(x, y, Evaluate::new())
    }

    /// The same in batches of another size, with weights or callbacks.
    ///
    /// # Errors
    /// As [`fit`](Self::fit).
    pub fn evaluate_with(
        &self,
        x: impl Into<Tensors>,
        y: impl Into<Tensors>,
        mut how: Evaluate<'_>,
    ) -> Result<Logs> {
        let size = size(how.batch_size)?;
        let data = self.data("evaluate", x.into(), Some(y.into()), how.sample_weight.take())?;
        let ready = self.ready()?;
        let params = Params {
            steps: Some(data.rows().div_ceil(size)),
            batch_size: Some(size),
            metrics: ready.state.names(),
            ..Params::default()
        };
        let mut run = Run::new(self, params);
        self.test(ready, &mut how.callbacks, &mut run, &data, size)
    }

    /// The output for each example, of a model with one output.
    ///
    /// # Errors
    /// [`Error::Data`] for several outputs, and as [`fit`](Self::fit); it need not be compiled.
    pub fn predict(&self, x: impl Into<Tensors>) -> Result<Tensor> {
        let mut outputs = self.predict_all(x)?;
        match (outputs.pop(), outputs.len()) {
            (Some(output), 0) => Ok(output),
            (last, others) => Err(Error::Data {
                op: "predict",
                problem: format!(
                    "the model has {} outputs, not one",
                    others + usize::from(last.is_some())
                ),
                remedy: "use predict_all, which gives them all",
            }),
        }
    }

    /// All outputs for each example.
    ///
    /// # Errors
    /// As [`predict`](Self::predict).
    pub fn predict_all(&self, x: impl Into<Tensors>) -> Result<Vec<Tensor>> {
        self.predict_with(x, Predict::new())
    }

    /// The same in batches of another size, with callbacks.
    ///
    /// # Errors
    /// As [`predict`](Self::predict).
    pub fn predict_with(&self, x: impl Into<Tensors>, mut how: Predict<'_>) -> Result<Vec<Tensor>> {
        let size = size(how.batch_size)?;
        let data = self.data("predict", x.into(), None, None)?;
        let params = Params {
            steps: Some(data.rows().div_ceil(size)),
            batch_size: Some(size),
            ..Params::default()
        };
        let (callbacks, mut run) = (&mut how.callbacks, Run::new(self, params));
        each(callbacks, &mut run, |callback, run| {
            callback.on_predict_begin(run)
        })?;
        let mut outputs: Vec<Vec<Tensor>> = Vec::new();
        for (number, batch) in data.batches(size, 0, None).enumerate() {
            each(callbacks, &mut run, |callback, run| {
                callback.on_predict_batch_begin(number, run)
            })?;
            let batch = batch?;
            outputs.push(self.forward().call(&batch.iter().collect::<Vec<_>>())?);
            each(callbacks, &mut run, |callback, run| {
                callback.on_predict_batch_end(number, run)
            })?;
        }
        each(callbacks, &mut run, |callback, run| callback.on_predict_end(run))?;
        let count = outputs.first().map_or(0, Vec::len);
        let joined = |output: usize| {
            let parts: Vec<&Tensor> = outputs.iter().map(|batch| &batch[output]).collect();
            Tensor::concat(&parts, 0)
        };
        (0..count).map(joined).collect()
    }

    /// The number of the largest output for each example: its most probable class, however small the probability.
    ///
    /// # Errors
    /// As [`predict`](Self::predict).
    pub fn predict_classes(&self, x: impl Into<Tensors>) -> Result<Tensor> {
        self.predict(x)?.argmax(-1)
    }

    /// One step of training on one batch; loss and metrics of this batch alone.
    ///
    /// # Errors
    /// As [`fit`](Self::fit).
    pub fn train_on_batch(&mut self, x: impl Into<Tensors>, y: impl Into<Tensors>) -> Result<Logs> {
        let data = self.data("train_on_batch", x.into(), Some(y.into()), None)?;
        let ready = self.ready()?;
        ready.state.reset()?;
        ready.train(data.tensors())?;
        ready.state.logs()
    }

    /// Loss and metrics of one batch.
    ///
    /// # Errors
    /// As [`fit`](Self::fit).
    pub fn test_on_batch(&self, x: impl Into<Tensors>, y: impl Into<Tensors>) -> Result<Logs> {
        let data = self.data("test_on_batch", x.into(), Some(y.into()), None)?;
        let ready = self.ready()?;
        ready.state.reset()?;
        ready.test(data.tensors())?;
        ready.state.logs()
    }
}

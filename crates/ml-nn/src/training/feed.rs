//! Training on what it is given: examples in memory, or batches.

use ml_core::{DType, Error, Result, Rng, Tensor, check};

use super::{
    Batch, ClassWeight, Data, Fit, History, Tensors,
    data::check_finite,
    epochs::{BatchIterator, nothing},
    fit::BATCH_SIZE,
};
use crate::{callbacks::Start, models::Model};

/// Weights of examples by the classes of their labels, times those given.
fn class_weights(labels: &Tensor, weights: &ClassWeight, given: Option<&Tensor>) -> Result<Tensor> {
    let classes = match labels.rank() {
        2 if labels.shape()[1] > 1 => labels.argmax(-1)?,
        2 => labels.squeeze(&[-1])?,
        _ => labels.clone(),
    };
    let classes = classes.cast(DType::I64)?.to_vec::<i64>()?;
    for (class, weight) in weights {
        let name = format!("class_weight of {class}");
        check::parameter(&name, weight, weight.is_finite(), "a finite number")?;
    }
    let weight = |class: &i64| weights.get(class).copied().unwrap_or(1.0) as f32;
    let own = Tensor::from(classes.iter().map(weight).collect::<Vec<f32>>());
    match given {
        Some(given) if given.shape().first() != own.shape().first() => Err(Error::Length {
            op: "fit",
            left_name: "y",
            left: classes.len(),
            right_name: "sample_weight",
            right: given.shape().first().copied().unwrap_or(0),
        }),
        Some(given) => own.mul(&given.cast(DType::F32)?),
        None => Ok(own),
    }
}

impl Model {
    /// Trains on these examples. What was learned before is the beginning.
    ///
    /// # Errors
    /// [`Error::Data`] unless compiled, and for another number of inputs or labels than the model has;
    /// [`Error::Length`] for different numbers of examples; [`Error::Empty`] for none; [`Error::NotFinite`] for NaN or
    /// infinity in inputs or labels; [`Error::Parameter`] for settings outside their domain; [`Error::Within`] naming
    /// the layer that does not fit; and errors of callbacks.
    pub fn fit(&mut self, x: impl Into<Tensors>, y: impl Into<Tensors>, fit: Fit<'_>) -> Result<History> {
        fit.check()?;
        let x = x.into().in_order("fit", &self.input_names())?;
        self.build_from(&x)?;
        let y = y.into().in_order("fit", &self.output_names())?;
        let ready = self.ready()?;
        check_finite("fit", "x", &x)?;
        check_finite("fit", "y", &y)?;
        check_finite("fit", "sample_weight", fit.sample_weight.as_slice())?;
        check::parameter(
            "class_weight",
            "given",
            fit.class_weight.is_none() || y.len() == 1,
            "left out for a model with several outputs: give sample_weight",
        )?;
        let weights = match (&fit.class_weight, y.first()) {
            (Some(weights), Some(labels)) => {
                Some(class_weights(labels, weights, fit.sample_weight.as_ref())?)
            }
            _ => fit.sample_weight.clone(),
        };
        let data = Data::new("fit", x, y, weights)?;
        let (data, held_out) = split(data, fit.validation_split)?;
        let size = fit.batch_size.unwrap_or(BATCH_SIZE);
        let all = data.rows().div_ceil(size);
        let steps = fit.steps_per_epoch.map_or(all, |steps| steps.min(all));
        let (seed, shuffle) = (self.seed_value(), !fit.unshuffled);
        let rows = data.rows();
        let order =
            |done: u64| shuffle.then(|| Rng::new(seed).stream(u64::MAX).stream(done).permutation(rows));
        let batches = |_, start: Start| -> Result<BatchIterator<'_>> {
            Ok(Box::new(data.batches(size, start.batch, order(start.steps))))
        };
        self.epochs(ready, fit, held_out, Some((steps, size)), batches)
    }

    /// Trains on batches of your own: `batches` gives those of the epoch of this number.
    ///
    /// # Errors
    /// As [`fit`](Self::fit); those of the batches; [`Error::Parameter`] for settings that need all examples at once:
    /// a validation split, weights.
    pub fn fit_batches<'b, I>(
        &'b mut self,
        mut batches: impl FnMut(usize) -> I,
        fit: Fit<'_>,
    ) -> Result<History>
    where
        I: Iterator<Item = Result<Batch>> + 'b,
    {
        fit.check()?;
        let whole = fit.validation_split == 0.0 && fit.sample_weight.is_none() && fit.class_weight.is_none();
        check::parameter(
            "validation_split, sample_weight and class_weight",
            "given",
            whole,
            "left out: batches bring their own weights",
        )?;
        if !self.is_built() {
            let first = batches(fit.initial_epoch)
                .next()
                .transpose()?
                .ok_or_else(|| nothing("the first epoch"))?;
            let x = first.x.in_order("fit_batches", &self.input_names())?;
            self.build_from(&x)?;
        }
        let model: &Self = self;
        let ready = model.ready()?;
        let (inputs, outputs) = (model.input_names(), model.output_names());
        let fed = move |batch: Result<Batch>| {
            let batch = batch?;
            let x = batch.x.in_order("fit_batches", &inputs)?;
            model.ensure_fits(&x)?;
            let y = batch.y.in_order("fit_batches", &outputs)?;
            check_finite("fit_batches", "x", &x)?;
            check_finite("fit_batches", "y", &y)?;
            check_finite("fit_batches", "sample_weight", batch.sample_weight.as_slice())?;
            Ok(Data::new("fit_batches", x, y, batch.sample_weight)?
                .tensors()
                .to_vec())
        };
        let batches = |epoch: usize, start: Start| -> Result<BatchIterator<'_>> {
            Ok(Box::new(batches(epoch).skip(start.batch).map(fed.clone())))
        };
        model.epochs(ready, fit, None, None, batches)
    }

    /// All tensors of a call, in order.
    pub(super) fn data(
        &self,
        op: &'static str,
        x: Tensors,
        y: Option<Tensors>,
        weights: Option<Tensor>,
    ) -> Result<Data> {
        let x = x.in_order(op, &self.input_names())?;
        self.build_from(&x)?;
        let y = y.map(|y| y.in_order(op, &self.output_names())).transpose()?;
        let y = y.unwrap_or_default();
        check_finite(op, "x", &x)?;
        check_finite(op, "y", &y)?;
        check_finite(op, "sample_weight", weights.as_slice())?;
        Data::new(op, x, y, weights)
    }
}

/// The examples to train on, and the last ones to test on.
fn split(data: Data, share: f64) -> Result<(Data, Option<Data>)> {
    if share == 0.0 {
        return Ok((data, None));
    }
    let rows = data.rows();
    let kept = (rows as f64 * (1.0 - share)).floor() as usize;
    if kept == 0 || kept == rows {
        return Err(Error::Data {
            op: "fit",
            problem: format!("validation_split = {share} of {rows} examples leaves {kept} for training"),
            remedy: "choose a share that leaves at least 1 example on each side",
        });
    }
    Ok((data.part(0, kept)?, Some(data.part(kept, rows)?)))
}

//! Ends training at the first NaN and says where it came from.

use std::fmt;

use ml_core::{DType, Result, Tensor, autodiff::Variable};

use super::{Callback, Run};
use crate::{layers::Context, training::watch};

/// Ends training as soon as the loss is NaN or infinite, puts back the weights and what the optimizer kept before that
/// step, and finds out where it began: a second pass over the batch, operation by operation, looks at what every layer gives.
///
/// It reads the loss and holds on to weights and momenta at every step, which costs a copy of them: for looking into what goes
/// wrong, and for runs whose steps are long.
///
/// # Examples
/// ```
/// use ml_core::Tensor;
/// use ml_nn::{Compile, Fit, Sequential, callbacks::TerminateOnNaN, layers::{Dense, IntoLayer, Lambda}};
///
/// let (x, y) = (Tensor::from([[1.0f32], [-1.0]]), Tensor::from([[0.0f32], [0.0]]));
/// let mut model = Sequential::new()
///     .add(Lambda::new("root", |x| x.sqrt()).named("root").input_shape([1]))
///     .add(Dense::new(1))
///     .into_model();
/// model.compile(Compile::new("sgd", "mse"))?;
/// let mut terminate = TerminateOnNaN::new();
/// let fit = Fit::new().epochs(5).batch_size(1).shuffle(false).callback(&mut terminate);
/// model.fit(&x, &y, fit)?;
/// let found = terminate.found().expect("the root of -1").to_string();
/// assert_eq!(found, "the loss is NaN at batch 1 of epoch 0: the output of layer \"root\" (Lambda) is the first with NaN");
/// # Ok::<(), ml_core::Error>(())
/// ```
#[derive(Debug, Default)]
pub struct TerminateOnNaN {
    epoch: usize,
    step: Option<Tensor>,
    before: Vec<Tensor>,
    optimizer: Vec<(Variable, Tensor)>,
    found: Option<NotANumber>,
}

/// Where a NaN was found first.
#[derive(Debug, Clone, PartialEq)]
pub struct NotANumber {
    /// The epoch, from 0.
    pub epoch: usize,
    /// The batch in it, from 0.
    pub batch: usize,
    /// The loss: NaN, or infinite.
    pub loss: f64,
    /// Where it began: a weight, the output of a layer, or the loss.
    pub place: String,
}

impl fmt::Display for NotANumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            epoch,
            batch,
            loss,
            place,
        } = self;
        write!(
            f,
            "the loss is {loss} at batch {batch} of epoch {epoch}: {place} is the first with NaN"
        )?;
        if loss.is_nan() {
            Ok(())
        } else {
            f.write_str(" or infinity")
        }
    }
}

impl TerminateOnNaN {
    /// Has found nothing yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// What it found, if anything.
    pub fn found(&self) -> Option<&NotANumber> {
        self.found.as_ref()
    }

    /// Where the first NaN of this step is, with the weights that it began with.
    fn place(&self, run: &Run<'_>) -> Result<String> {
        let model = run.model();
        model.set_weights(&self.before)?;
        let mut kept = self.optimizer.iter();
        kept.try_for_each(|(variable, value)| variable.assign(value))?;
        for weight in model.weights() {
            if has_nan(&weight.variable.value())? {
                return Ok(format!("the weight {:?}", weight.variable.name()));
            }
        }
        let inputs = &run.batch()[..model.input_names().len().min(run.batch().len())];
        let step = self.step.clone().unwrap_or_else(|| Tensor::from(0i64));
        let context = Context::training(model.seed_value(), step);
        let (passed, seen) = watch::watching(|| model.call(inputs, &context));
        passed?;
        // The pass moved averages, as a step does.
        model.set_weights(&self.before)?;
        for (layer, outputs) in seen {
            for output in &outputs {
                if has_nan(output)? {
                    return Ok(format!("the output of {layer}"));
                }
            }
        }
        Ok("the loss itself".to_owned())
    }
}

fn has_nan(tensor: &Tensor) -> Result<bool> {
    if !tensor.dtype().is_float() {
        return Ok(false);
    }
    // Zero times a number is zero unless the number is NaN or infinite.
    Ok(tensor
        .mul_scalar(0.0)?
        .sum_all()?
        .cast(DType::F64)?
        .item::<f64>()?
        != 0.0)
}

impl Callback for TerminateOnNaN {
    fn on_train_begin(&mut self, _: &mut Run<'_>) -> Result<()> {
        self.found = None;
        Ok(())
    }

    fn on_epoch_begin(&mut self, epoch: usize, _: &mut Run<'_>) -> Result<()> {
        self.epoch = epoch;
        Ok(())
    }

    fn on_train_batch_begin(&mut self, _: usize, run: &mut Run<'_>) -> Result<()> {
        self.before = run.model().get_weights();
        let optimizer = run.model().optimizer()?;
        self.step = Some(optimizer.iterations().value());
        let kept = optimizer.state().into_iter();
        self.optimizer = kept
            .map(|variable| (variable.clone(), variable.value()))
            .collect();
        Ok(())
    }

    fn on_train_batch_end(&mut self, batch: usize, run: &mut Run<'_>) -> Result<()> {
        let loss = run.loss()?;
        if loss.is_finite() {
            return Ok(());
        }
        let found = NotANumber {
            epoch: self.epoch,
            batch,
            loss,
            place: self.place(run)?,
        };
        tracing::warn!("{found}");
        self.found = Some(found);
        run.stop_training();
        Ok(())
    }

    fn on_train_end(&mut self, _: &mut Run<'_>) -> Result<()> {
        self.before.clear();
        self.optimizer.clear();
        Ok(())
    }
}

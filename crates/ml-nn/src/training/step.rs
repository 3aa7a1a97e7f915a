//! One step: forward, backward, update, metrics.

use ml_core::{
    Error, Result, Tensor,
    autodiff::{Source, Tape, Variable},
};

use super::Logs;
use crate::{
    layers::{Context, LayerRef, Weight},
    losses::LossRef,
    metrics::{IntoMetric, Mean, MetricState},
    models::Output,
    optimizers::BoundOptimizer,
};

/// What the steps of a model need.
#[derive(Debug)]
pub(crate) struct State {
    pub(super) root: LayerRef,
    pub(super) inputs: usize,
    pub(super) outputs: Vec<Head>,
    pub(super) weights: Vec<Weight>,
    pub(crate) optimizer: BoundOptimizer,
    pub(super) loss: MetricState,
    /// Of what layers tell by `add_metric`.
    pub(super) told: Vec<MetricState>,
    pub(super) seed: u64,
}

/// An output with its loss and metrics.
#[derive(Debug)]
pub(super) struct Head {
    loss: LossRef,
    weight: f64,
    /// The mean loss of this output; where there is one output it is the whole.
    shown: Option<MetricState>,
    metrics: Vec<MetricState>,
}

impl Head {
    pub(super) fn new(output: Output, alone: bool) -> Self {
        let shown = output.shown_name(alone).map(|name| Mean.named(name).start());
        let metrics = output.metrics.iter().map(|metric| {
            let name = output.metric_name(metric, alone);
            metric.clone().named(name).start()
        });
        Self {
            shown,
            metrics: metrics.collect(),
            loss: output.loss,
            weight: output.weight,
        }
    }
}

/// Refuses a loss that is no single number: added to the whole, it would make many losses of one.
fn scalar(op: &'static str, value: Tensor) -> Result<Tensor> {
    match value.rank() {
        0 => Ok(value),
        _ => Err(Error::BadShape {
            op,
            shape: value.shape().to_vec(),
            rule: "it must be one number: take the sum or the mean of it".to_owned(),
        }),
    }
}

/// What a network gives for a batch.
struct Forward {
    outputs: Vec<Tensor>,
    context: Context,
}

impl State {
    pub(super) fn step(&self, arguments: &[Tensor], training: bool) -> Result<Tensor> {
        let (inputs, rest) = arguments.split_at(self.inputs.min(arguments.len()));
        let (labels, weights) = rest.split_at(self.outputs.len().min(rest.len()));
        if labels.len() < self.outputs.len() {
            return Err(Error::Data {
                op: "step",
                problem: format!("{} labels for {} outputs", labels.len(), self.outputs.len()),
                remedy: "give one label for each output",
            });
        }
        let weights = weights.first();
        if !training {
            let forward = self.forward(inputs, false)?;
            return self.loss(&forward, labels, weights);
        }
        let tape = Tape::new();
        let variables = self.optimizer.variables();
        tape.watch_variables(variables)?;
        let forward = self.forward(inputs, true)?;
        let loss = self.loss(&forward, labels, weights)?;
        let sources: Vec<&dyn Source> = variables.iter().map(|variable| variable as &dyn Source).collect();
        let gradients = tape.gradient(&loss, &sources)?;
        drop(tape);
        self.optimizer.apply_gradients(&gradients)?;
        self.constrain()?;
        Ok(loss.stop_gradient())
    }

    fn forward(&self, inputs: &[Tensor], training: bool) -> Result<Forward> {
        let context = match training {
            true => Context::training(self.seed, self.optimizer.iterations().read()),
            false => Context::inference(),
        };
        let outputs = self.root.call(inputs, &context)?;
        Ok(Forward { outputs, context })
    }

    /// The whole loss; metrics take the batch in.
    fn loss(&self, forward: &Forward, labels: &[Tensor], weights: Option<&Tensor>) -> Result<Tensor> {
        let Some(examples) = forward.outputs.first() else {
            return Err(Error::Empty {
                op: "step",
                what: "what the model gives".to_owned(),
                least: "1 output",
            });
        };
        // A scalar for every batch counts as often as it has examples.
        let rows = examples.shape_tensor()?.narrow(0, Some(0), Some(1))?;
        let mut total: Option<Tensor> = None;
        for ((head, y_true), y_pred) in self.outputs.iter().zip(labels).zip(&forward.outputs) {
            let logits = forward.context.logits_of(y_pred);
            let loss = head.loss.value_with(y_true, y_pred, logits.as_ref(), weights)?;
            if let Some(shown) = &head.shown {
                shown.update_state(y_true, &loss.expand_dims(0)?, Some(&rows))?;
            }
            for metric in &head.metrics {
                metric.update_state(y_true, y_pred, weights)?;
            }
            let loss = if head.weight == 1.0 {
                loss
            } else {
                loss.mul_scalar(head.weight)?
            };
            total = Some(match total {
                Some(total) => total.add(&loss)?,
                None => loss,
            });
        }
        let mut total = total.unwrap_or_else(|| Tensor::from(0.0f32));
        for penalty in self.penalties()? {
            total = total.add(&penalty)?;
        }
        for loss in forward.context.losses() {
            total = total.add(&scalar("add_loss", loss)?)?;
        }
        self.loss
            .update_state(&total, &total.expand_dims(0)?, Some(&rows))?;
        for (name, value) in forward.context.metrics() {
            // By name: a layer may tell of something only while training, or at every one of several calls.
            let Some(metric) = self.told.iter().find(|metric| metric.name() == name) else {
                continue;
            };
            let value = scalar("add_metric", value)?;
            metric.update_state(&value, &value.expand_dims(0)?, Some(&rows))?;
        }
        Ok(total)
    }

    fn penalties(&self) -> Result<Vec<Tensor>> {
        let penalty = |weight: &Weight| {
            let regularizer = weight.regularizer.as_ref()?;
            let penalty = regularizer.penalty(&weight.variable.read());
            let penalty = penalty.and_then(|penalty| scalar("penalty", penalty));
            Some(penalty.map_err(|error| Error::Within {
                place: format!("penalty on {:?}", weight.variable.name()),
                source: Box::new(error),
            }))
        };
        self.weights.iter().filter_map(penalty).collect()
    }

    fn constrain(&self) -> Result<()> {
        for weight in self.weights.iter().filter(|weight| weight.trainable) {
            if let Some(constraint) = &weight.constraint {
                weight
                    .variable
                    .assign(&constraint.apply(&weight.variable.read())?)?;
            }
        }
        Ok(())
    }

    fn metrics(&self) -> impl Iterator<Item = &MetricState> {
        let shown = self.outputs.iter().filter_map(|head| head.shown.as_ref());
        let metrics = self.outputs.iter().flat_map(|head| &head.metrics);
        [&self.loss]
            .into_iter()
            .chain(shown)
            .chain(metrics)
            .chain(&self.told)
    }

    /// What loss and metrics accumulate in.
    pub(crate) fn metric_variables(&self) -> impl Iterator<Item = &Variable> {
        self.metrics().flat_map(MetricState::variables)
    }

    /// The mean loss so far.
    pub(crate) fn running_loss(&self) -> Result<f64> {
        self.loss.result()
    }

    /// Loss and metrics so far.
    pub(crate) fn logs(&self) -> Result<Logs> {
        let mut logs = Logs::default();
        for metric in self.metrics() {
            logs.insert(metric.name(), metric.result()?);
        }
        Ok(logs)
    }

    /// Names of what is logged.
    pub(crate) fn names(&self) -> Vec<String> {
        self.metrics().map(|metric| metric.name().to_owned()).collect()
    }

    /// Begins an epoch: nothing is accumulated.
    pub(crate) fn reset(&self) -> Result<()> {
        self.metrics().try_for_each(MetricState::reset_state)
    }
}

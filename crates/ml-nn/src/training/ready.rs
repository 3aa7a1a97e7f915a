//! A compiled model that knows its weights: its steps as functions.

use std::sync::{Arc, Mutex, PoisonError};

use ml_core::{Error, Result, Tensor, autodiff::Variable, graph::Function, ops::Spec};

use super::step::{Head, State};
use crate::{
    layers::{Context, LayerRef},
    metrics::{IntoMetric, Mean, MetricState},
    models::{Compiled, repeated},
    optimizers::IntoOptimizer,
};

/// A compiled model that knows its weights: what trains and tests it.
#[derive(Debug)]
pub(crate) struct Ready {
    pub(crate) state: Arc<State>,
    train: Function,
    test: Function,
}

impl Ready {
    pub(crate) fn new(root: &LayerRef, compiled: Compiled, seed: u64) -> Result<Self> {
        let weights = root.weights();
        let variables: Vec<Variable> = weights
            .iter()
            .filter(|weight| weight.trainable)
            .map(|weight| weight.variable.clone())
            .collect();
        let inputs = root.inputs().unwrap_or_default();
        let alone = compiled.outputs.len() == 1;
        let state = Arc::new(State {
            root: root.clone(),
            inputs: inputs.len(),
            outputs: compiled
                .outputs
                .into_iter()
                .map(|output| Head::new(output, alone))
                .collect(),
            weights,
            optimizer: IntoOptimizer::bind(compiled.optimizer, &variables)?,
            loss: Mean.named("loss").start(),
            told: told(root, &inputs)?,
            seed,
        });
        // Metrics of the model have names of their own: `compile` saw to it. What layers tell of is known only now.
        if let Some(twice) = repeated(&state.names()) {
            return Err(Error::Data {
                op: "add_metric",
                problem: format!("a layer tells of {twice:?}, and the logs have a number of this name"),
                remedy: "call it otherwise",
            });
        }
        let function = |name: &str, training: bool| {
            let state = Arc::clone(&state);
            Function::new(name, move |arguments| Ok(vec![state.step(arguments, training)?]))
                .run_eagerly(compiled.run_eagerly)
                .options(compiled.options)
        };
        Ok(Self {
            train: function("train_step", true),
            test: function("test_step", false),
            state,
        })
    }

    /// One step of training on inputs, labels and weights; the loss.
    pub(crate) fn train(&self, tensors: &[Tensor]) -> Result<Tensor> {
        self.train.apply(&tensors.iter().collect::<Vec<_>>())
    }

    /// The same without learning.
    pub(crate) fn test(&self, tensors: &[Tensor]) -> Result<Tensor> {
        self.test.apply(&tensors.iter().collect::<Vec<_>>())
    }

    /// How often the steps were traced.
    pub(crate) fn trace_count(&self) -> usize {
        self.train.trace_count() + self.test.trace_count()
    }
}

/// A mean for every metric that layers tell of, found by tracing the network once.
fn told(root: &LayerRef, inputs: &[Spec]) -> Result<Vec<MetricState>> {
    let names: Arc<Mutex<Vec<String>>> = Arc::default();
    let (layer, found) = (root.clone(), Arc::clone(&names));
    let probe = Function::new("probe", move |inputs| {
        let context = Context::training(0, Tensor::from(0i64));
        let outputs = layer.call(inputs, &context)?;
        let mut found = found.lock().unwrap_or_else(PoisonError::into_inner);
        *found = Vec::new();
        for (name, _) in context.metrics() {
            if !found.contains(&name) {
                found.push(name);
            }
        }
        Ok(outputs)
    });
    probe.concrete(inputs)?;
    let names = names.lock().unwrap_or_else(PoisonError::into_inner);
    Ok(names.iter().map(|name| Mean.named(name).start()).collect())
}

//! How a layer gets its weights, and is called once it has them.

use std::sync::Arc;

use ml_core::{Error, Result, Tensor, graph::Function, ops::Spec};

use super::{Builder, Context, LayerRef, Module, Scope, handle::Built, scope::wrong_count};
use crate::training::watch;

impl LayerRef {
    /// Gives it its weights, for these inputs; one that has them only checks that the inputs fit.
    pub(crate) fn build(&self, path: &str, inputs: &[Spec], builder: &mut Builder) -> Result<()> {
        if let Some(built) = self.0.built.get() {
            if built.inputs == inputs {
                return Ok(());
            }
            return self.within(path, || trial_outputs(self, inputs).map(drop));
        }
        let built = self.within(path, || {
            let mut scope = Scope::new(builder, path, inputs);
            let module: Arc<dyn Module> = self.0.layer.build(inputs, &mut scope)?.into();
            let (weights, children) = (scope.weights, scope.children);
            let outputs = match self.0.layer.outputs(inputs)? {
                Some(outputs) => outputs,
                None => traced_outputs(path, &module, inputs)?,
            };
            Ok(Built {
                path: path.to_owned(),
                inputs: inputs.to_vec(),
                outputs,
                module,
                weights,
                children,
            })
        })?;
        // A second build at the same time would have been for the same inputs: the first stays.
        let _ = self.0.built.set(built);
        Ok(())
    }

    /// Adds to an error where it happened, unless that is known.
    fn within<R>(&self, path: &str, body: impl FnOnce() -> Result<R>) -> Result<R> {
        body().map_err(|error| match error {
            Error::Within { .. } => error,
            error => Error::Within {
                place: match path {
                    "" => format!("model {:?} ({})", self.base_name(), self.class_name()),
                    path => format!("layer {path:?} ({})", self.class_name()),
                },
                source: Box::new(error),
            },
        })
    }

    /// The outputs for these inputs.
    ///
    /// # Errors
    /// [`Error::Within`] naming the layer, with what went wrong: among others that it is not built.
    pub fn call(&self, inputs: &[Tensor], context: &Context) -> Result<Vec<Tensor>> {
        let Some(built) = self.0.built.get() else {
            return Err(not_built(&self.base_name()));
        };
        let outputs = self.within(&built.path, || {
            self.check_count(built, inputs)?;
            match self.trainable() {
                true => built.module.call(inputs, context),
                false => built.module.call(inputs, &context.frozen()),
            }
        })?;
        watch::see(&built.path, self.class_name(), &outputs);
        Ok(outputs)
    }

    /// Whether it can be called with so many inputs. Modules rely on it: they do not count again.
    fn check_count(&self, built: &Built, inputs: &[Tensor]) -> Result<()> {
        let needed = built.inputs.len();
        if inputs.len() == needed {
            return Ok(());
        }
        if inputs.is_empty() {
            return Err(wrong_count(0, &needed.to_string()));
        }
        // A layer that joins any number of inputs may be shared by places with different numbers of them: it says so when it
        // is built anew.
        let specs: Vec<Spec> = inputs.iter().map(Tensor::spec).collect();
        trial_outputs(self, &specs).map(drop)
    }

    /// The output for one input of a layer that has one.
    ///
    /// # Errors
    /// As [`call`](Self::call).
    pub fn apply(&self, x: &Tensor, context: &Context) -> Result<Tensor> {
        let outputs = self.call(std::slice::from_ref(x), context)?;
        outputs.into_iter().next().ok_or_else(|| Error::Empty {
            op: "apply",
            what: format!("what layer {:?} gives", self.base_name()),
            least: "1 output",
        })
    }
}

/// A layer or model without weights is asked for something that needs them.
pub(crate) fn not_built(name: &str) -> Error {
    Error::Data {
        op: "build",
        problem: format!(
            "{name:?} is not built: the shape of its inputs is not known, so that it has no weights"
        ),
        remedy: "give its first layer .input_shape([...]), call build(...), or let it see data first",
    }
}

/// Types and shapes of the outputs of a built layer for these inputs, which may differ from those it was built for.
pub(crate) fn outputs_for(layer: &LayerRef, inputs: &[Spec]) -> Result<Vec<Spec>> {
    match layer.0.built.get() {
        Some(built) if built.inputs == inputs => Ok(built.outputs.clone()),
        _ => trial_outputs(layer, inputs),
    }
}

/// Types and shapes of the outputs of a layer, without giving it weights.
pub(crate) fn trial_outputs(layer: &LayerRef, inputs: &[Spec]) -> Result<Vec<Spec>> {
    let found = layer.within(&layer.base_name(), || layer.layer().outputs(inputs))?;
    if let Some(outputs) = found {
        return Ok(outputs);
    }
    let copy = layer.unshared();
    copy.build(&layer.base_name(), inputs, &mut Builder::trial())?;
    Ok(copy.outputs().unwrap_or_default().to_vec())
}

/// Types and shapes of the outputs of a module, by tracing it.
fn traced_outputs(path: &str, module: &Arc<dyn Module>, inputs: &[Spec]) -> Result<Vec<Spec>> {
    let module = Arc::clone(module);
    let traced = Function::new(path, move |inputs| module.call(inputs, &Context::inference()));
    let concrete = traced.concrete(inputs)?;
    let graph = concrete.graph();
    Ok(graph
        .outputs()
        .iter()
        .map(|&edge| graph.spec(edge).clone())
        .collect())
}

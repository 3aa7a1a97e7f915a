//! A layer in use.

use std::{
    fmt,
    sync::{
        Arc, OnceLock,
        atomic::{AtomicBool, Ordering},
    },
};

use ml_core::{DType, Error, Result, Shape, Tensor, graph::Function, ops::Spec};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::{Builder, Context, Layer, Module, Scope, Weight};
use crate::{named::snake_case, training::watch};

/// A layer in use: a handle with a name, whose clones are one layer with one set of weights.
///
/// # Examples
/// ```
/// use ml_nn::layers::{Dense, IntoLayer};
///
/// let layer = Dense::new(10).named("output").input_shape([300]);
/// assert_eq!(layer.name(), Some("output"));
/// assert!(layer.weights().is_empty()); // not built yet
/// ```
#[derive(Clone)]
pub struct LayerRef(Arc<Inner>);

struct Inner {
    layer: Box<dyn Layer>,
    name: Option<String>,
    inputs: Option<Vec<Spec>>,
    trainable: AtomicBool,
    built: OnceLock<Built>,
}

struct Built {
    path: String,
    inputs: Vec<Spec>,
    outputs: Vec<Spec>,
    module: Arc<dyn Module>,
    weights: Vec<Weight>,
    children: Vec<(String, LayerRef)>,
}

/// What can be used as a layer: any [`Layer`], and a handle of one.
pub trait IntoLayer: Sized {
    /// The handle; of a layer that is no handle yet, a new one.
    fn into_layer(self) -> LayerRef;

    /// The layer under this name, which must be its own inside a model. Default: after its type, with a number.
    #[must_use]
    fn named(self, name: impl Into<String>) -> LayerRef {
        let name = Some(name.into());
        self.into_layer().changed(|inner| inner.name = name)
    }

    /// The layer, not to learn from the start.
    #[must_use]
    fn frozen(self) -> LayerRef {
        let layer = self.into_layer();
        layer.set_trainable(false);
        layer
    }

    /// The layer as the first of a model, for examples of this shape (without the axis that counts them) of `f32`.
    #[must_use]
    fn input_shape(self, shape: impl Into<Shape>) -> LayerRef {
        self.input_spec(DType::F32, shape)
    }

    /// As [`input_shape`](Self::input_shape), of another element type.
    #[must_use]
    fn input_spec(self, dtype: DType, shape: impl Into<Shape>) -> LayerRef {
        let spec = batch_spec(dtype, &shape.into());
        self.into_layer().changed(|inner| inner.inputs = Some(vec![spec]))
    }
}

impl<L: Layer + 'static> IntoLayer for L {
    fn into_layer(self) -> LayerRef {
        LayerRef::new(Box::new(self), None)
    }
}

impl IntoLayer for Box<dyn Layer> {
    fn into_layer(self) -> LayerRef {
        LayerRef::new(self, None)
    }
}

impl IntoLayer for LayerRef {
    fn into_layer(self) -> LayerRef {
        self
    }
}

impl IntoLayer for &LayerRef {
    fn into_layer(self) -> LayerRef {
        self.clone()
    }
}

/// `[?, shape...]`.
pub(crate) fn batch_spec(dtype: DType, shape: &Shape) -> Spec {
    let lengths = [Shape::UNKNOWN].into_iter().chain(shape.iter().copied());
    Spec::new(dtype, lengths.collect::<Shape>())
}

impl LayerRef {
    pub(crate) fn new(layer: Box<dyn Layer>, name: Option<String>) -> Self {
        Self(Arc::new(Inner {
            inputs: layer.inputs(),
            layer,
            name,
            trainable: AtomicBool::new(true),
            built: OnceLock::new(),
        }))
    }

    /// This handle with something changed; another layer than before if there are other handles of it.
    fn changed(self, change: impl FnOnce(&mut Inner)) -> Self {
        let mut inner = Arc::try_unwrap(self.0).unwrap_or_else(|shared| Inner {
            layer: shared.layer.clone(),
            name: shared.name.clone(),
            inputs: shared.inputs.clone(),
            trainable: AtomicBool::new(shared.trainable.load(Ordering::Relaxed)),
            built: OnceLock::new(),
        });
        change(&mut inner);
        Self(Arc::new(inner))
    }

    /// The same layer with weights of its own, not built yet.
    #[must_use]
    pub fn unshared(&self) -> Self {
        let layer = self.0.layer.unshared().unwrap_or_else(|| self.0.layer.clone());
        Self(Arc::new(Inner {
            layer,
            name: self.0.name.clone(),
            inputs: self.0.inputs.clone(),
            trainable: AtomicBool::new(self.trainable()),
            built: OnceLock::new(),
        }))
    }

    /// Whether both are handles of one layer.
    pub fn same(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }

    /// The layer's hyperparameters.
    pub fn layer(&self) -> &dyn Layer {
        &*self.0.layer
    }

    /// The name it was given, if any; a model gives the others names.
    pub fn name(&self) -> Option<&str> {
        self.0.name.as_deref()
    }

    /// The name of its type: `Dense`.
    pub fn class_name(&self) -> &'static str {
        self.0.layer.typetag_name()
    }

    /// The name it gets unless it was given one: `dense`.
    pub(crate) fn base_name(&self) -> String {
        self.name()
            .map_or_else(|| snake_case(self.class_name()), str::to_owned)
    }

    /// Types and shapes of the inputs, once they are known.
    pub fn inputs(&self) -> Option<Vec<Spec>> {
        self.0
            .built
            .get()
            .map(|built| built.inputs.clone())
            .or_else(|| self.0.inputs.clone())
    }

    /// Types and shapes of the outputs, once the layer is built.
    pub fn outputs(&self) -> Option<&[Spec]> {
        self.0.built.get().map(|built| &built.outputs[..])
    }

    /// Whether the layer is to learn; true unless set otherwise.
    pub fn trainable(&self) -> bool {
        self.0.trainable.load(Ordering::Relaxed)
    }

    /// Sets whether the layer, with all layers inside, is to learn. A compiled model takes it in at the next `compile`.
    pub fn set_trainable(&self, trainable: bool) {
        self.0.trainable.store(trainable, Ordering::Relaxed);
    }

    /// Whether it has its weights.
    pub fn is_built(&self) -> bool {
        self.0.built.get().is_some()
    }

    /// Where it is: the names of the layers around it and its own, joined by `/`.
    pub fn path(&self) -> Option<&str> {
        self.0.built.get().map(|built| built.path.as_str())
    }

    /// The layers inside it, with their names.
    pub fn sublayers(&self) -> Vec<(String, LayerRef)> {
        match self.0.built.get() {
            Some(built) => built.children.clone(),
            None => self.0.layer.sublayers(),
        }
    }

    /// Its own weights and those of the layers inside, each once, in the order in which they were made.
    pub fn weights(&self) -> Vec<Weight> {
        let mut all: Vec<Weight> = Vec::new();
        self.visit(true, &mut |weight, learns| {
            if !all.iter().any(|known| known.variable.same(&weight.variable)) {
                let trainable = learns && weight.trainable;
                all.push(Weight {
                    trainable,
                    ..weight.clone()
                });
            }
        });
        all
    }

    fn visit(&self, learns: bool, see: &mut dyn FnMut(&Weight, bool)) {
        let learns = learns && self.trainable();
        if let Some(built) = self.0.built.get() {
            built.weights.iter().for_each(|weight| see(weight, learns));
            built
                .children
                .iter()
                .for_each(|(_, child)| child.visit(learns, see));
        }
    }

    /// The values of [`weights`](Self::weights).
    pub fn get_weights(&self) -> Vec<Tensor> {
        self.weights()
            .iter()
            .map(|weight| weight.variable.value())
            .collect()
    }

    /// Replaces the values of [`weights`](Self::weights), in their order; all or none.
    ///
    /// # Errors
    /// [`Error::Data`] for another number of tensors or a type or shape that differs, naming the weight.
    pub fn set_weights(&self, values: &[Tensor]) -> Result<()> {
        let weights = self.weights();
        let place = || self.path().map_or_else(|| self.base_name(), str::to_owned);
        if weights.len() != values.len() {
            return Err(Error::Data {
                op: "set_weights",
                problem: format!(
                    "{:?} has {} weights, but {} were given",
                    place(),
                    weights.len(),
                    values.len()
                ),
                remedy: "give one tensor a weight, in the order of get_weights()",
            });
        }
        for (weight, value) in weights.iter().zip(values) {
            let (variable, spec) = (&weight.variable, value.spec());
            if spec != Spec::new(variable.dtype(), variable.shape()) {
                return Err(Error::Data {
                    op: "set_weights",
                    problem: format!(
                        "{:?} is {}{}, but was given {spec}",
                        variable.name(),
                        variable.dtype(),
                        variable.shape()
                    ),
                    remedy: "give tensors of the types and shapes of get_weights()",
                });
            }
        }
        weights
            .iter()
            .zip(values)
            .try_for_each(|(weight, value)| weight.variable.assign(value))
    }

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
        let outputs = self.within(&built.path, || match self.trainable() {
            true => built.module.call(inputs, context),
            false => built.module.call(inputs, &context.frozen()),
        })?;
        watch::see(&built.path, self.class_name(), &outputs);
        Ok(outputs)
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

/// What a file holds of a layer in use.
#[derive(Serialize, Deserialize)]
struct Stored {
    layer: Box<dyn Layer>,
    name: Option<String>,
    inputs: Option<Vec<Spec>>,
    trainable: bool,
}

impl Serialize for LayerRef {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Stored {
            layer: self.0.layer.clone(),
            name: self.0.name.clone(),
            inputs: self.0.inputs.clone(),
            trainable: self.trainable(),
        }
        .serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for LayerRef {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let stored = Stored::deserialize(deserializer)?;
        Ok(Self(Arc::new(Inner {
            layer: stored.layer,
            name: stored.name,
            inputs: stored.inputs,
            trainable: AtomicBool::new(stored.trainable),
            built: OnceLock::new(),
        })))
    }
}

impl fmt::Debug for LayerRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} as {:?}", self.0.layer, self.base_name())
    }
}

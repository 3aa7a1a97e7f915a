//! A layer in use.

use std::{
    fmt,
    sync::{
        Arc, OnceLock,
        atomic::{AtomicBool, Ordering},
    },
};

use ml_core::{Error, Result, Tensor, ops::Spec};

use super::{Layer, Module, Weight};
use crate::named::snake_case;

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
pub struct LayerRef(pub(super) Arc<Inner>);

/// What all clones of a handle share.
pub(super) struct Inner {
    pub(super) layer: Box<dyn Layer>,
    pub(super) name: Option<String>,
    pub(super) inputs: Option<Vec<Spec>>,
    pub(super) trainable: AtomicBool,
    pub(super) built: OnceLock<Built>,
}

/// What a layer is once it knows its inputs.
pub(super) struct Built {
    pub(super) path: String,
    pub(super) inputs: Vec<Spec>,
    pub(super) outputs: Vec<Spec>,
    pub(super) module: Arc<dyn Module>,
    pub(super) weights: Vec<Weight>,
    pub(super) children: Vec<(String, LayerRef)>,
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
    pub(super) fn changed(self, change: impl FnOnce(&mut Inner)) -> Self {
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

    /// What all handles of one layer have in common, and no other has.
    pub(crate) fn key(&self) -> usize {
        Arc::as_ptr(&self.0) as usize
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
        // The path of a model itself is empty.
        let path = self.path().filter(|path| !path.is_empty());
        let place = || path.map_or_else(|| self.base_name(), str::to_owned);
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
}

impl fmt::Debug for LayerRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} as {:?}", self.0.layer, self.base_name())
    }
}

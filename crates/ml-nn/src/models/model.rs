//! A network with names, weights and modes.

use std::sync::OnceLock;

use ml_core::{Error, Result, Tensor, graph::Function};

use super::{Compiled, Functional, Place, summary};
use crate::{
    layers::{IntoLayer, LayerRef, Weight},
    training::Ready,
};

/// A network that can be compiled, trained, tested and asked (book section 10.2).
///
/// Any layer can be made a model: a [`Sequential`](super::Sequential) stack, a [`Functional`] graph, or a type of your
/// own; and any model can be used as a layer ([`as_layer`](Self::as_layer)).
///
/// # Examples
/// ```
/// use ml_core::Tensor;
/// use ml_nn::{Compile, Fit, Sequential, layers::{Dense, IntoLayer}, optimizers::Sgd};
///
/// // y = 2x - 1, learned by one neuron.
/// let x = Tensor::from([[-1.0f32], [0.0], [1.0], [2.0]]);
/// let y = Tensor::from([[-3.0f32], [-1.0], [1.0], [3.0]]);
/// let mut model = Sequential::new().add(Dense::new(1).input_shape([1])).into_model();
/// model.compile(Compile::new(Sgd::new(0.1), "mse"))?;
/// let history = model.fit(&x, &y, Fit::new().epochs(200))?;
/// assert!(history.last("loss").unwrap() < 1e-6);
/// let answer = model.predict(&Tensor::from([[10.0f32]]))?.item::<f32>()?;
/// assert!((answer - 19.0).abs() < 0.01);
/// # Ok::<(), ml_core::Error>(())
/// ```
#[derive(Debug)]
pub struct Model {
    pub(super) name: String,
    pub(super) root: LayerRef,
    pub(super) seed: u64,
    pub(super) compiled: Option<Compiled>,
    /// Whether `compile` could look at the layers: they were built.
    pub(super) advised: bool,
    pub(super) ready: OnceLock<Ready>,
    pub(super) forward: OnceLock<Function>,
}

impl Model {
    /// A model of this layer.
    pub fn new(layer: impl IntoLayer) -> Self {
        let root = layer.into_layer();
        Self {
            name: match root.class_name() {
                "Functional" => root.name().unwrap_or("model").to_owned(),
                _ => root.base_name(),
            },
            root,
            seed: 0,
            compiled: None,
            advised: false,
            ready: OnceLock::new(),
            forward: OnceLock::new(),
        }
    }

    /// A model of the graph between these places.
    ///
    /// # Errors
    /// As [`Functional::new`].
    pub fn functional(inputs: &[&Place], outputs: &[&Place]) -> Result<Self> {
        Ok(Self::new(Functional::new(inputs, outputs)?))
    }

    /// Sets the name.
    #[must_use]
    pub fn named(mut self, name: impl Into<String>) -> Self {
        self.name = name.into();
        self
    }

    /// Sets the seed of first weights, dropout and the order of examples. Default 0. Weights that are there already
    /// stay.
    #[must_use]
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its seed.
    pub fn seed_value(&self) -> u64 {
        self.seed
    }

    /// The layer that the model is, for use inside others: weights are shared.
    pub fn as_layer(&self) -> LayerRef {
        self.root.clone()
    }

    /// Its layers with their names.
    pub fn layers(&self) -> Vec<(String, LayerRef)> {
        self.root.sublayers()
    }

    /// The layer of this name.
    ///
    /// # Errors
    /// [`Error::Data`] with the names that there are.
    pub fn layer(&self, name: &str) -> Result<LayerRef> {
        let layers = self.layers();
        let found = layers.iter().find(|(known, _)| known == name);
        let names = || layers.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>();
        found.map(|(_, layer)| layer.clone()).ok_or_else(|| Error::Data {
            op: "layer",
            problem: format!(
                "model {:?} has no layer {name:?}; it has: {}",
                self.name,
                names().join(", ")
            ),
            remedy: "use one of these names, or name the layer: Dense::new(1).named(...)",
        })
    }

    /// Its weights, each once, in the order of the layers.
    pub fn weights(&self) -> Vec<Weight> {
        self.root.weights()
    }

    /// The values of its weights.
    pub fn get_weights(&self) -> Vec<Tensor> {
        self.root.get_weights()
    }

    /// Replaces the values of its weights, all or none.
    ///
    /// # Errors
    /// As [`LayerRef::set_weights`].
    pub fn set_weights(&self, values: &[Tensor]) -> Result<()> {
        self.root.set_weights(values)
    }

    /// Number of all its weights' elements; it is built if it can be.
    ///
    /// # Errors
    /// As [`ensure_built`](Self::ensure_built).
    pub fn count_params(&self) -> Result<usize> {
        self.ensure_built()?;
        Ok(self
            .weights()
            .iter()
            .map(|weight| weight.variable.shape().len())
            .sum())
    }

    /// The table of layers: names, types, shapes, numbers of weights. It is built if it can be.
    ///
    /// # Errors
    /// As [`ensure_built`](Self::ensure_built).
    pub fn summary(&self) -> Result<String> {
        self.ensure_built()?;
        Ok(summary::summary(&self.name, &self.root))
    }

    /// The same network with weights of its own, not compiled; they are built anew from the seed.
    #[must_use]
    pub fn clone_model(&self) -> Self {
        let root = self.root.unshared();
        let clone = Self {
            name: self.name.clone(),
            seed: self.seed,
            ..Self::new(&root)
        };
        if let Some(inputs) = self.root.inputs().filter(|_| self.is_built()) {
            // It fits: it did the first time.
            let built = clone.build_for(&inputs);
            debug_assert!(built.is_ok(), "{built:?}");
        }
        clone
    }
}

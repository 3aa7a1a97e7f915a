//! A network with names, weights and modes.

use std::sync::OnceLock;

use ml_core::{Error, Result, Shape, Tensor, graph::Function, ops::Spec};

use super::{Compile, Compiled, Functional, Place, advice::advise, summary};
use crate::{
    layers::{Builder, Context, IntoLayer, LayerRef, Weight, batch_spec, not_built},
    optimizers::BoundOptimizer,
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
    advised: bool,
    ready: OnceLock<Ready>,
    forward: OnceLock<Function>,
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

    /// Gives it its weights, for examples of this shape (without the axis that counts them) of `f32`.
    ///
    /// # Errors
    /// [`Error::Within`] naming the layer that does not fit.
    pub fn build(&self, shape: impl Into<Shape>) -> Result<()> {
        self.build_for(&[batch_spec(ml_core::DType::F32, &shape.into())])
    }

    /// Gives it its weights, for inputs of these types and shapes, whose first length is unknown.
    ///
    /// # Errors
    /// As [`build`](Self::build).
    pub fn build_for(&self, inputs: &[Spec]) -> Result<()> {
        if self.root.is_built() {
            return Ok(());
        }
        self.root.build("", inputs, &mut Builder::new(self.seed))
    }

    /// Gives it its weights if the shape of its inputs is known.
    ///
    /// # Errors
    /// [`Error::Data`] if it is not; otherwise as [`build`](Self::build).
    pub fn ensure_built(&self) -> Result<()> {
        let inputs = self.root.inputs().ok_or_else(|| not_built(&self.name))?;
        self.build_for(&inputs)
    }

    /// Gives it its weights for this data, unless it has them; and checks that the data fits.
    pub(crate) fn build_from(&self, tensors: &[Tensor]) -> Result<()> {
        if self.root.inputs().is_none() {
            let spec = |tensor: &Tensor| {
                batch_spec(tensor.dtype(), &tensor.shape().iter().skip(1).copied().collect())
            };
            self.build_for(&tensors.iter().map(spec).collect::<Vec<_>>())?;
        }
        self.ensure_built()?;
        let expected = self.root.inputs().unwrap_or_default();
        for ((spec, tensor), name) in expected.iter().zip(tensors).zip(self.input_names()) {
            if spec.dtype != tensor.dtype() || !spec.shape.matches(tensor.shape()) {
                return Err(Error::Data {
                    op: "input",
                    problem: format!("expected {name} to be {spec}, but got {}", tensor.spec()),
                    remedy: "reshape or cast the data, or build the model for it",
                });
            }
        }
        Ok(())
    }

    /// Whether it has its weights.
    pub fn is_built(&self) -> bool {
        self.root.is_built()
    }

    /// Names of the inputs.
    pub fn input_names(&self) -> Vec<String> {
        let names = self.root.layer().input_names();
        if !names.is_empty() {
            return names;
        }
        let count = self.root.inputs().map_or(1, |inputs| inputs.len());
        match (count, self.layers().first()) {
            (1, Some((first, _))) => vec![format!("{first}_input")],
            _ => (1..=count).map(|number| format!("input_{number}")).collect(),
        }
    }

    /// Names of the outputs: those of the layers that give them.
    pub fn output_names(&self) -> Vec<String> {
        let names = self.root.layer().output_names();
        if !names.is_empty() {
            return names;
        }
        let count = self.root.outputs().map_or(1, <[Spec]>::len);
        match (count, self.layers().last()) {
            (1, Some((last, _))) => vec![last.clone()],
            _ => (1..=count).map(|number| format!("output_{number}")).collect(),
        }
    }

    /// Its layers with their names.
    pub fn layers(&self) -> Vec<(String, LayerRef)> {
        self.root.sublayers()
    }

    /// The layer of this name.
    ///
    /// # Errors
    /// [`Error::UnknownParameter`] with the names that there are.
    pub fn layer(&self, name: &str) -> Result<LayerRef> {
        let layers = self.layers();
        let found = layers.iter().find(|(known, _)| known == name);
        found
            .map(|(_, layer)| layer.clone())
            .ok_or_else(|| Error::UnknownParameter {
                owner: format!("model {:?}: layers", self.name),
                name: name.to_owned(),
                known: layers
                    .iter()
                    .map(|(name, _)| name.as_str())
                    .collect::<Vec<_>>()
                    .join(", "),
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

    /// Says what it is trained for and how. What was learned stays; steps, momenta and rates begin anew.
    ///
    /// # Errors
    /// [`Error::Parameter`] for a name that does not exist, [`Error::Data`] for an output that does not exist, or that is
    /// of one number where the loss compares classes.
    ///
    /// # Warnings
    /// Through `tracing`: an activation function at the output that does not suit the loss (book section 10.2.2), a hidden
    /// layer whose units start alike (10.1.4), dense layers without an activation function between them (10.1.4).
    pub fn compile(&mut self, compile: Compile) -> Result<()> {
        if self.root.inputs().is_some() {
            self.ensure_built()?;
        }
        let compiled = compile.resolve(&self.output_names())?;
        if self.is_built() {
            advise(&self.root, &compiled)?;
            self.advised = true;
        }
        self.compiled = Some(compiled);
        self.ready = OnceLock::new();
        Ok(())
    }

    /// Whether it has a loss and an optimizer.
    pub fn is_compiled(&self) -> bool {
        self.compiled.is_some()
    }

    /// What trains it.
    pub(crate) fn ready(&self) -> Result<&Ready> {
        if let Some(ready) = self.ready.get() {
            return Ok(ready);
        }
        let compiled = self.compiled.clone().ok_or_else(|| Error::Data {
            op: "fit",
            problem: format!(
                "model {:?} is not compiled: it has no loss and no optimizer",
                self.name
            ),
            remedy: "call compile(Compile::new(optimizer, loss)) first",
        })?;
        self.ensure_built()?;
        if !self.advised {
            advise(&self.root, &compiled)?;
        }
        let ready = Ready::new(&self.root, compiled, self.seed)?;
        Ok(self.ready.get_or_init(|| ready))
    }

    /// The optimizer with what it keeps, of a model that is compiled and built.
    ///
    /// # Errors
    /// [`Error::Data`] unless it is.
    pub fn optimizer(&self) -> Result<&BoundOptimizer> {
        Ok(&self.ready()?.state.optimizer)
    }

    /// How often steps of training and testing were traced so far.
    ///
    /// # Errors
    /// As [`optimizer`](Self::optimizer).
    pub fn trace_count(&self) -> Result<usize> {
        Ok(self.ready()?.trace_count())
    }

    /// The outputs for these inputs, for loops of your own: recorded by tapes, part of functions that are being traced.
    ///
    /// # Errors
    /// [`Error::Within`] naming the layer where something does not fit.
    pub fn call(&self, inputs: &[Tensor], context: &Context) -> Result<Vec<Tensor>> {
        self.root.call(inputs, context)
    }

    /// What answers, as one function.
    pub(crate) fn forward(&self) -> &Function {
        self.forward.get_or_init(|| {
            let root = self.root.clone();
            Function::new("predict", move |inputs| root.call(inputs, &Context::inference()))
        })
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

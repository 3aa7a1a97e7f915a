//! Any graph of layers without cycles: several inputs and outputs, shared layers, models as layers.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use ml_core::{DType, Error, Result, Shape, Tensor, ops::Spec};
use serde::{Deserialize, Serialize};

use super::sequential::{check_names, names};
use crate::layers::{Context, InputLayer, IntoLayer, Layer, LayerRef, Module, Scope, trial_outputs};

/// The start of a graph of layers: what the model is fed with (book section 10.2.3).
#[derive(Debug, Clone)]
pub struct Input {
    layer: InputLayer,
    name: Option<String>,
}

/// A place in a graph of layers: an output of one, before there is any data.
///
/// # Examples
/// ```
/// use ml_nn::{Activation, Input, Model, connect, layers::{Concatenate, Dense}};
///
/// // The book's Wide & Deep network.
/// let input = Input::new([8]).place();
/// let hidden = input.then(Dense::new(30).activation(Activation::Relu))?;
/// let hidden = hidden.then(Dense::new(30).activation(Activation::Relu))?;
/// let output = connect(Concatenate::new(), &[&input, &hidden])?.then(Dense::new(1))?;
/// let model = Model::functional(&[&input], &[&output])?;
/// assert_eq!(model.count_params()?, 1239);
/// # Ok::<(), ml_core::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct Place {
    node: Arc<Node>,
    output: usize,
}

/// A layer applied to places.
#[derive(Debug)]
struct Node {
    /// Larger than those of all nodes it depends on.
    number: u64,
    layer: LayerRef,
    inputs: Vec<Place>,
    outputs: Vec<Spec>,
}

impl Input {
    /// Examples of this shape (without the axis that counts them), of `f32`.
    pub fn new(shape: impl Into<Shape>) -> Self {
        Self {
            layer: InputLayer::new(shape),
            name: None,
        }
    }

    /// Sets the element type.
    #[must_use]
    pub fn dtype(mut self, dtype: DType) -> Self {
        self.layer = self.layer.dtype(dtype);
        self
    }

    /// Sets the name, by which `fit` can be given data.
    #[must_use]
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.name = Some(name.into());
        self
    }

    /// The place where the data comes in.
    pub fn place(self) -> Place {
        let outputs = self.layer.inputs().unwrap_or_default();
        // Keras calls its inputs `input_1`: so that the name says what it is.
        let layer = LayerRef::new(Box::new(self.layer), Some(self.name.unwrap_or_default()));
        Place::new(layer, Vec::new(), outputs)
    }
}

impl Place {
    fn new(layer: LayerRef, inputs: Vec<Self>, outputs: Vec<Spec>) -> Self {
        // Only the order of nodes depends on it.
        static NUMBER: AtomicU64 = AtomicU64::new(0);
        let node = Node {
            number: NUMBER.fetch_add(1, Ordering::Relaxed),
            layer,
            inputs,
            outputs,
        };
        Self {
            node: Arc::new(node),
            output: 0,
        }
    }

    /// What the layer gives for this.
    ///
    /// # Errors
    /// [`Error::Within`] naming the layer if this does not fit it; [`Error::Data`] unless it has one output.
    pub fn then(&self, layer: impl IntoLayer) -> Result<Self> {
        connect(layer, &[self])
    }

    /// Element type and shape; the first length, of the axis that counts examples, is unknown.
    pub fn spec(&self) -> &Spec {
        &self.node.outputs[self.output]
    }

    fn same(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.node, &other.node) && self.output == other.output
    }
}

/// What the layer gives for these places.
///
/// # Errors
/// As [`Place::then`].
pub fn connect(layer: impl IntoLayer, inputs: &[&Place]) -> Result<Place> {
    let mut outputs = connect_all(layer, inputs)?;
    match (outputs.pop(), outputs.len()) {
        (Some(output), 0) => Ok(output),
        (last, others) => Err(Error::Data {
            op: "connect",
            problem: format!(
                "the layer has {} outputs, not one",
                others + usize::from(last.is_some())
            ),
            remedy: "use connect_all, which gives them all",
        }),
    }
}

/// All that the layer gives for these places.
///
/// # Errors
/// [`Error::Within`] naming the layer if they do not fit it.
pub fn connect_all(layer: impl IntoLayer, inputs: &[&Place]) -> Result<Vec<Place>> {
    let layer = layer.into_layer();
    let specs: Vec<Spec> = inputs.iter().map(|place| place.spec().clone()).collect();
    let outputs = trial_outputs(&layer, &specs)?;
    let count = outputs.len();
    let first = Place::new(
        layer,
        inputs.iter().map(|&place| place.clone()).collect(),
        outputs,
    );
    let place = |output| Place {
        node: Arc::clone(&first.node),
        output,
    };
    Ok((0..count).map(place).collect())
}

/// A step of a functional model: a layer, by its position, and where its inputs come from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Step {
    layer: usize,
    /// Step and output.
    inputs: Vec<(usize, usize)>,
}

/// A graph of layers, as a layer. Made by [`Model::functional`](super::Model::functional), or here for use inside
/// other models.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Functional {
    /// Each once, with its name.
    layers: Vec<(String, LayerRef)>,
    /// Every step after those it needs.
    steps: Vec<Step>,
    /// Which steps the inputs are.
    inputs: Vec<usize>,
    /// Where the outputs come from.
    outputs: Vec<(usize, usize)>,
}

impl Functional {
    /// The graph between these places.
    ///
    /// # Errors
    /// [`Error::Data`] if an output depends on an input that is not given, an input is used for nothing, or two layers
    /// have one name.
    pub fn new(inputs: &[&Place], outputs: &[&Place]) -> Result<Self> {
        let nodes = needed(inputs, outputs)?;
        let position = |place: &Place| {
            let node = nodes.iter().position(|node| Arc::ptr_eq(node, &place.node));
            (node.expect("every place that is needed was found"), place.output)
        };
        let mut layers: Vec<LayerRef> = Vec::new();
        let mut steps = Vec::with_capacity(nodes.len());
        for node in &nodes {
            let known = layers.iter().position(|layer| layer.same(&node.layer));
            let layer = known.unwrap_or_else(|| {
                layers.push(node.layer.clone());
                layers.len() - 1
            });
            // What comes in at an input has no past, whatever it was computed from elsewhere.
            let is_input = inputs.iter().any(|place| Arc::ptr_eq(&place.node, node));
            let inputs = if is_input {
                Vec::new()
            } else {
                node.inputs.iter().map(position).collect()
            };
            steps.push(Step { layer, inputs });
        }
        let layers: Vec<_> = input_names(names(&layers)).into_iter().zip(layers).collect();
        check_names(&layers)?;
        Ok(Self {
            layers,
            steps,
            inputs: inputs.iter().map(|place| position(place).0).collect(),
            outputs: outputs.iter().map(|place| position(place)).collect(),
        })
    }

    /// Names of the inputs, in order.
    pub fn input_names(&self) -> Vec<String> {
        self.inputs
            .iter()
            .map(|&step| self.layers[self.steps[step].layer].0.clone())
            .collect()
    }

    /// Names of the layers that give the outputs, in order.
    pub fn output_names(&self) -> Vec<String> {
        let name = |&(step, _): &(usize, usize)| self.layers[self.steps[step].layer].0.clone();
        self.outputs.iter().map(name).collect()
    }
}

/// Inputs without a name are `input_1`, `input_2`, ... as in Keras.
fn input_names(mut names: Vec<String>) -> Vec<String> {
    let mut number = 0;
    for position in 0..names.len() {
        if names[position].is_empty() {
            number += 1;
            while names.contains(&format!("input_{number}")) {
                number += 1;
            }
            names[position] = format!("input_{number}");
        }
    }
    names
}

/// The nodes between inputs and outputs, each after those it needs.
fn needed(inputs: &[&Place], outputs: &[&Place]) -> Result<Vec<Arc<Node>>> {
    let mut found: Vec<Arc<Node>> = Vec::new();
    let mut pending: Vec<Place> = outputs.iter().map(|&place| place.clone()).collect();
    while let Some(place) = pending.pop() {
        if found.iter().any(|node| Arc::ptr_eq(node, &place.node)) {
            continue;
        }
        found.push(Arc::clone(&place.node));
        if inputs.iter().any(|input| input.same(&place)) {
            continue;
        }
        if place.node.inputs.is_empty() {
            return Err(Error::Data {
                op: "Model",
                problem: format!(
                    "an output depends on the input {:?}, which is not among the inputs",
                    place.node.layer.base_name()
                ),
                remedy: "give all inputs that the outputs are computed from",
            });
        }
        pending.extend(place.node.inputs.iter().cloned());
    }
    for input in inputs {
        if !found.iter().any(|node| Arc::ptr_eq(node, &input.node)) {
            return Err(Error::Data {
                op: "Model",
                problem: format!(
                    "no output depends on the input {:?}",
                    input.node.layer.base_name()
                ),
                remedy: "leave it out, or connect it",
            });
        }
    }
    // A node is made after those it needs.
    found.sort_by_key(|node| node.number);
    Ok(found)
}

#[typetag::serde]
impl Layer for Functional {
    fn build(&self, inputs: &[Spec], scope: &mut Scope<'_>) -> Result<Box<dyn Module>> {
        scope.at_least(inputs, self.inputs.len())?;
        let mut specs: Vec<Vec<Spec>> = Vec::with_capacity(self.steps.len());
        let mut run = Vec::with_capacity(self.steps.len());
        let mut layers: Vec<Option<LayerRef>> = vec![None; self.layers.len()];
        for (number, step) in self.steps.iter().enumerate() {
            let input = self.inputs.iter().position(|&input| input == number);
            let given = match input {
                Some(input) => vec![inputs[input].clone()],
                None => step
                    .inputs
                    .iter()
                    .map(|&(step, output)| specs[step][output].clone())
                    .collect(),
            };
            let (name, layer) = &self.layers[step.layer];
            let layer = match &layers[step.layer] {
                Some(built) => scope.layer(name, built, &given)?,
                None => scope.layer(name, layer, &given)?,
            };
            layers[step.layer] = Some(layer.clone());
            specs.push(match input {
                Some(_) => given,
                None => crate::layers::outputs_for(&layer, &given)?,
            });
            run.push((layer, input, step.inputs.clone()));
        }
        let outputs = self.outputs.clone();
        Ok(Box::new(move |inputs: &[Tensor], context: &Context| {
            let mut values: Vec<Vec<Tensor>> = Vec::with_capacity(run.len());
            for (layer, input, from) in &run {
                values.push(match input {
                    Some(input) => vec![inputs[*input].clone()],
                    None => {
                        let given: Vec<_> = from
                            .iter()
                            .map(|&(step, output)| values[step][output].clone())
                            .collect();
                        layer.call(&given, context)?
                    }
                });
            }
            Ok(outputs
                .iter()
                .map(|&(step, output)| values[step][output].clone())
                .collect())
        }))
    }

    fn inputs(&self) -> Option<Vec<Spec>> {
        let specs = self
            .inputs
            .iter()
            .map(|&step| self.layers[self.steps[step].layer].1.inputs());
        specs.collect::<Option<Vec<_>>>().map(|specs| specs.concat())
    }

    fn sublayers(&self) -> Vec<(String, LayerRef)> {
        self.layers.clone()
    }

    fn connections(&self) -> Option<Vec<Vec<String>>> {
        let from = |layer: usize| {
            let steps = self.steps.iter().filter(|step| step.layer == layer);
            let inputs = steps.flat_map(|step| &step.inputs);
            inputs
                .map(|&(step, _)| self.layers[self.steps[step].layer].0.clone())
                .collect()
        };
        Some((0..self.layers.len()).map(from).collect())
    }

    fn input_names(&self) -> Vec<String> {
        Self::input_names(self)
    }

    fn output_names(&self) -> Vec<String> {
        Self::output_names(self)
    }

    fn unshared(&self) -> Option<Box<dyn Layer>> {
        let layers = self
            .layers
            .iter()
            .map(|(name, layer)| (name.clone(), layer.unshared()));
        Some(Box::new(Self {
            layers: layers.collect(),
            ..self.clone()
        }))
    }
}

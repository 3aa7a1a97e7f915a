//! Any graph of layers without cycles: several inputs and outputs, shared layers, models as layers.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use ml_core::{Error, Result, Tensor, ops::Spec};
use serde::{Deserialize, Serialize};

use super::{
    place::{Node, Place},
    sequential::{check_names, names},
};
use crate::layers::{Context, Layer, LayerRef, Module, Scope};

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
#[serde(try_from = "Stored")]
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

/// What a file says, before anything is believed.
#[derive(Deserialize)]
struct Stored {
    layers: Vec<(String, LayerRef)>,
    steps: Vec<Step>,
    inputs: Vec<usize>,
    outputs: Vec<(usize, usize)>,
}

impl TryFrom<Stored> for Functional {
    type Error = Error;

    fn try_from(stored: Stored) -> Result<Self> {
        let Stored {
            layers,
            steps,
            inputs,
            outputs,
        } = stored;
        some_of_both(inputs.len(), outputs.len())?;
        let refused = |problem: String| Error::Data {
            op: "Functional",
            problem,
            remedy: "give a graph as a model writes it",
        };
        for (number, step) in steps.iter().enumerate() {
            if step.layer >= layers.len() {
                let count = layers.len();
                return Err(refused(format!(
                    "step {number} is layer {} of {count}",
                    step.layer
                )));
            }
            if let Some((later, _)) = step.inputs.iter().find(|&&(from, _)| from >= number) {
                return Err(refused(format!(
                    "step {number} needs step {later}, which is not before it"
                )));
            }
        }
        let mut ends = inputs.iter().chain(outputs.iter().map(|(step, _)| step));
        if let Some(step) = ends.find(|&&step| step >= steps.len()) {
            let count = steps.len();
            return Err(refused(format!("an input or output is step {step} of {count}")));
        }
        check_names(&layers)?;
        Ok(Self {
            layers,
            steps,
            inputs,
            outputs,
        })
    }
}

/// A network without inputs or outputs computes nothing.
fn some_of_both(inputs: usize, outputs: usize) -> Result<()> {
    let missing = match (inputs, outputs) {
        (0, _) => ("inputs", "1 input"),
        (_, 0) => ("outputs", "1 output"),
        _ => return Ok(()),
    };
    Err(Error::Empty {
        op: "Model",
        what: format!("the list of {}", missing.0),
        least: missing.1,
    })
}

/// The output of this number that a step gives.
fn output<T: Clone>(values: &[Vec<T>], &(step, output): &(usize, usize)) -> Result<T> {
    let given = &values[step];
    given.get(output).cloned().ok_or_else(|| Error::Data {
        op: "Functional",
        problem: format!(
            "output {output} of step {step} is used, which has {}",
            given.len()
        ),
        remedy: "use an output that the layer has",
    })
}

impl Functional {
    /// The graph between these places.
    ///
    /// # Errors
    /// [`Error::Data`] if an output depends on an input that is not given, an input is used for nothing or given twice, or
    /// two layers have one name; [`Error::Empty`] without inputs or outputs.
    pub fn new(inputs: &[&Place], outputs: &[&Place]) -> Result<Self> {
        some_of_both(inputs.len(), outputs.len())?;
        for (number, input) in inputs.iter().enumerate() {
            if inputs[..number].iter().any(|before| before.same(input)) {
                return Err(Error::Data {
                    op: "Model",
                    problem: format!("input {} is the same as one before it", number + 1),
                    remedy: "give each input once: a place can feed several layers",
                });
            }
        }
        let nodes = needed(inputs, outputs)?;
        let places: HashMap<*const Node, usize> = nodes.iter().map(Arc::as_ptr).zip(0..).collect();
        let position = |place: &Place| (places[&Arc::as_ptr(&place.node)], place.output);
        let mut layers: Vec<LayerRef> = Vec::new();
        let mut known: HashMap<usize, usize> = HashMap::new();
        let mut steps = Vec::with_capacity(nodes.len());
        for node in &nodes {
            let layer = *known.entry(node.layer.key()).or_insert_with(|| {
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

    /// Names of the layers that give the outputs, in order; with a number where a layer gives several of them: `split`,
    /// `split_1`.
    pub fn output_names(&self) -> Vec<String> {
        let mut names: Vec<String> = Vec::with_capacity(self.outputs.len());
        for &(step, _) in &self.outputs {
            let layer = &self.layers[self.steps[step].layer].0;
            let free = |name: &String| !names.contains(name) && (name == layer || !self.is_layer(name));
            let mut numbered = (0..).map(|number| match number {
                0 => layer.clone(),
                number => format!("{layer}_{number}"),
            });
            let name = numbered.find(free).expect("some number is free");
            names.push(name);
        }
        names
    }

    fn is_layer(&self, name: &str) -> bool {
        self.layers.iter().any(|(known, _)| known == name)
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
    let mut known: HashSet<*const Node> = HashSet::new();
    let mut pending: Vec<Place> = outputs.iter().map(|&place| place.clone()).collect();
    while let Some(place) = pending.pop() {
        if !known.insert(Arc::as_ptr(&place.node)) {
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
        if !known.contains(&Arc::as_ptr(&input.node)) {
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
        scope.as_many(inputs, self.inputs.len())?;
        let mut specs: Vec<Vec<Spec>> = Vec::with_capacity(self.steps.len());
        let mut run = Vec::with_capacity(self.steps.len());
        let mut layers: Vec<Option<LayerRef>> = vec![None; self.layers.len()];
        for (number, step) in self.steps.iter().enumerate() {
            let input = self.inputs.iter().position(|&input| input == number);
            let given = match input {
                Some(input) => vec![inputs[input].clone()],
                None => {
                    let from = step.inputs.iter();
                    from.map(|from| output(&specs, from)).collect::<Result<_>>()?
                }
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
        outputs
            .iter()
            .try_for_each(|from| output(&specs, from).map(drop))?;
        Ok(Box::new(move |inputs: &[Tensor], context: &Context| {
            let mut values: Vec<Vec<Tensor>> = Vec::with_capacity(run.len());
            for (layer, input, from) in &run {
                values.push(match input {
                    Some(input) => vec![inputs[*input].clone()],
                    None => {
                        let given = from.iter().map(|from| output(&values, from));
                        layer.call(&given.collect::<Result<Vec<_>>>()?, context)?
                    }
                });
            }
            outputs.iter().map(|from| output(&values, from)).collect()
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
        let mut from = vec![Vec::new(); self.layers.len()];
        for step in &self.steps {
            for &(feeder, _) in &step.inputs {
                from[step.layer].push(self.layers[self.steps[feeder].layer].0.clone());
            }
        }
        Some(from)
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

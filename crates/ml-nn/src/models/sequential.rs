//! One layer after the other.

use std::collections::{HashMap, HashSet};

use ml_core::{Error, Result, Tensor, ops::Spec};
use serde::{Deserialize, Serialize};

use super::Model;
use crate::layers::{Context, IntoLayer, Layer, LayerRef, Module, Scope};

/// A stack of layers, each fed with what the one before gives; a handle that comes again is the same layer again, with the same
/// weights. It is a layer itself, and a model once it is
/// [`into_model`](Self::into_model).
///
/// # Examples
/// ```
/// use ml_nn::{Activation, Sequential, layers::{Dense, Flatten, IntoLayer}};
///
/// let model = Sequential::new()
///     .add(Flatten.input_shape([28, 28]))
///     .add(Dense::new(300).activation(Activation::Relu))
///     .add(Dense::new(100).activation(Activation::Relu))
///     .add(Dense::new(10).activation(Activation::Softmax))
///     .into_model();
/// assert_eq!(model.count_params()?, 266_610);
/// # Ok::<(), ml_core::Error>(())
/// ```
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(try_from = "Stored", into = "Stored")]
pub struct Sequential {
    layers: Vec<LayerRef>,
}

/// What a file says: each layer once, and where they are if one comes again.
#[derive(Clone, Serialize, Deserialize)]
struct Stored {
    layers: Vec<LayerRef>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    order: Option<Vec<usize>>,
}

impl From<Sequential> for Stored {
    fn from(stack: Sequential) -> Self {
        let (layers, order) = stack.each_once();
        let again = order.len() > layers.len();
        Self {
            layers,
            order: again.then_some(order),
        }
    }
}

impl TryFrom<Stored> for Sequential {
    type Error = Error;

    fn try_from(stored: Stored) -> Result<Self> {
        let Some(order) = stored.order else {
            return Ok(stored.layers.into_iter().collect());
        };
        let layer = |place: usize| {
            stored.layers.get(place).cloned().ok_or_else(|| Error::Data {
                op: "Sequential",
                problem: format!(
                    "a layer of the stack is number {place} of {}",
                    stored.layers.len()
                ),
                remedy: "give a stack as a model writes it",
            })
        };
        order.into_iter().map(layer).collect()
    }
}

impl Sequential {
    /// No layer yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// With one more layer at the end: Keras's name, which nobody takes for a sum.
    #[allow(clippy::should_implement_trait)]
    #[must_use]
    pub fn add(mut self, layer: impl IntoLayer) -> Self {
        self.layers.push(layer.into_layer());
        self
    }

    /// A model of this network.
    pub fn into_model(self) -> Model {
        Model::new(self)
    }

    /// Each layer once, and for every place in the stack which one it is.
    fn each_once(&self) -> (Vec<LayerRef>, Vec<usize>) {
        let mut known: HashMap<usize, usize> = HashMap::new();
        let mut layers: Vec<LayerRef> = Vec::with_capacity(self.layers.len());
        let order = self.layers.iter().map(|layer| {
            *known.entry(layer.key()).or_insert_with(|| {
                layers.push(layer.clone());
                layers.len() - 1
            })
        });
        let order = order.collect();
        (layers, order)
    }
}

impl FromIterator<LayerRef> for Sequential {
    fn from_iter<I: IntoIterator<Item = LayerRef>>(layers: I) -> Self {
        Self {
            layers: layers.into_iter().collect(),
        }
    }
}

/// A name for each layer, its own or after its type: `dense`, `dense_1`, ...
pub(super) fn names(layers: &[LayerRef]) -> Vec<String> {
    let mut taken: HashSet<String> = layers
        .iter()
        .filter_map(|layer| layer.name().map(str::to_owned))
        .collect();
    // Where the search for a free number begins: without it a long stack would take long.
    let mut next: HashMap<String, usize> = HashMap::new();
    let mut free = |base: String| {
        let number = next.entry(base.clone()).or_insert(0);
        loop {
            let name = match *number {
                0 => base.clone(),
                number => format!("{base}_{number}"),
            };
            *number += 1;
            if taken.insert(name.clone()) {
                return name;
            }
        }
    };
    let name = |layer: &LayerRef| match layer.name() {
        Some(name) => name.to_owned(),
        None => free(layer.base_name()),
    };
    layers.iter().map(name).collect()
}

/// Refuses two layers of one name.
pub(super) fn check_names(named: &[(String, LayerRef)]) -> Result<()> {
    let mut known: HashMap<&str, &LayerRef> = HashMap::new();
    for (name, layer) in named {
        if known.insert(name, layer).is_some_and(|twin| !twin.same(layer)) {
            return Err(Error::Data {
                op: "build",
                problem: format!("two layers are named {name:?}"),
                remedy: "give every layer of a model a name of its own: .named(\"...\")",
            });
        }
    }
    Ok(())
}

#[typetag::serde]
impl Layer for Sequential {
    fn build(&self, inputs: &[Spec], scope: &mut Scope<'_>) -> Result<Box<dyn Module>> {
        let named = self.sublayers();
        check_names(&named)?;
        let mut specs = scope.exactly::<1>(inputs)?.to_vec();
        let mut built = Vec::with_capacity(named.len());
        for (name, layer) in named {
            let layer = scope.layer(&name, layer, &specs)?;
            specs = crate::layers::outputs_for(&layer, &specs)?;
            built.push(layer);
        }
        Ok(Box::new(move |inputs: &[Tensor], context: &Context| {
            built
                .iter()
                .try_fold(inputs.to_vec(), |flow, layer| layer.call(&flow, context))
        }))
    }

    fn inputs(&self) -> Option<Vec<Spec>> {
        self.layers.first()?.inputs()
    }

    fn sublayers(&self) -> Vec<(String, LayerRef)> {
        let (layers, order) = self.each_once();
        let names = names(&layers);
        let named = |place: usize| (names[place].clone(), layers[place].clone());
        order.into_iter().map(named).collect()
    }

    fn unshared(&self) -> Option<Box<dyn Layer>> {
        let (layers, order) = self.each_once();
        let layers: Vec<LayerRef> = layers.iter().map(LayerRef::unshared).collect();
        let layers = order.into_iter().map(|place| layers[place].clone());
        Some(Box::new(layers.collect::<Self>()))
    }
}

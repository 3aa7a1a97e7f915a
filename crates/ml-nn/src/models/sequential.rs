//! One layer after the other.

use std::collections::{HashMap, HashSet};

use ml_core::{Result, Tensor, ops::Spec};
use serde::{Deserialize, Serialize};

use super::Model;
use crate::layers::{Context, IntoLayer, Layer, LayerRef, Module, Scope};

/// A stack of layers, each fed with what the one before gives. It is a layer itself, and a model once it is
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
pub struct Sequential {
    layers: Vec<LayerRef>,
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
            return Err(ml_core::Error::Data {
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
        names(&self.layers)
            .into_iter()
            .zip(self.layers.iter().cloned())
            .collect()
    }

    fn unshared(&self) -> Option<Box<dyn Layer>> {
        let layers = self.layers.iter().map(LayerRef::unshared).collect();
        Some(Box::new(Self { layers }))
    }
}

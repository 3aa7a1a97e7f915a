//! The layers of a model as a graph.

use ml_core::Result;
use prost::Message;

use super::{
    SummaryWriter,
    messages::{GraphDef, NodeDef, Versions, What},
};
use crate::models::Model;

impl SummaryWriter {
    /// The layers of a model and how they are connected.
    ///
    /// # Errors
    /// [`Error::Io`](ml_core::Error::Io); those of building the model.
    pub fn graph(&mut self, model: &Model) -> Result<()> {
        model.ensure_built()?;
        let layers = model.layers();
        let root = model.as_layer();
        let connections = root.layer().connections();
        let inputs = model.input_names();
        let placeholders = inputs
            .iter()
            .filter(|name| !layers.iter().any(|(known, _)| known == *name));
        let mut node: Vec<NodeDef> = placeholders
            .map(|name| NodeDef {
                name: name.clone(),
                op: "Placeholder".to_owned(),
                input: Vec::new(),
            })
            .collect();
        for (number, (name, layer)) in layers.iter().enumerate() {
            let input = match &connections {
                Some(all) => all.get(number).cloned().unwrap_or_default(),
                // One after the other, as in a stack.
                None if number > 0 => vec![layers[number - 1].0.clone()],
                None => inputs.clone(),
            };
            node.push(NodeDef {
                name: name.clone(),
                op: layer.class_name().to_owned(),
                input: if input.is_empty() && number == 0 && !inputs.contains(name) {
                    inputs.clone()
                } else {
                    input
                },
            });
        }
        let graph = GraphDef {
            node,
            // Any since TensorFlow 2.
            versions: Some(Versions { producer: 440 }),
        };
        self.event(0, What::GraphDef(graph.encode_to_vec()))
    }
}

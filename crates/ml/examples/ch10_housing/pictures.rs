//! Networks as drawings: what `plot_model` is for.

use std::collections::HashMap;

use ml::{
    core::Result,
    nn::Model,
    plot::{
        Diagram, Figure,
        diagram::{Direction, NodeId},
    },
};

use crate::{
    support::{AnyResult, Chapter},
    wide_deep::{network_of_one_input, network_of_two_inputs, network_of_two_outputs},
};

pub(crate) fn run(book: &mut Chapter) -> AnyResult {
    book.section("Drawings");
    book.figure(
        "10-14",
        "a Wide & Deep network",
        &drawn(&network_of_one_input()?)?,
    )?;
    book.figure("10-15", "with two inputs", &drawn(&network_of_two_inputs()?)?)?;
    book.figure(
        "10-16",
        "with two inputs and two outputs",
        &drawn(&network_of_two_outputs()?)?,
    )?;
    Ok(())
}

/// A box for each layer with its name, type and output, and the arrows between them.
fn drawn(model: &Model) -> Result<Figure> {
    model.ensure_built()?;
    let root = model.as_layer();
    let connections = root.layer().connections().unwrap_or_default();
    let layers = model.layers();
    let mut diagram = Diagram::new();
    diagram.direction(Direction::Right);
    let mut nodes: HashMap<&str, NodeId> = HashMap::new();
    for (name, layer) in &layers {
        let shape = match layer.outputs().filter(|outputs| !outputs.is_empty()) {
            Some(outputs) => outputs[0].to_string(),
            None => layer.inputs().unwrap_or_default()[0].to_string(),
        };
        let node = diagram.node(format!("{name}\n{}\n{shape}", layer.class_name()));
        nodes.insert(name, node);
    }
    for ((name, _), from) in layers.iter().zip(&connections) {
        for feeder in from {
            diagram.edge(nodes[feeder.as_str()], nodes[name.as_str()])?;
        }
    }
    diagram.figure()
}

//! The executor.

use std::sync::Arc;

use smallvec::SmallVec;

use super::{Graph, Kind};
use crate::{
    Result, Tensor,
    tensor::{Array, Value},
};

/// Runs every node of the graph in order.
pub(super) fn run(graph: &Graph, arguments: &[&Array]) -> Result<Vec<Tensor>> {
    let mut values: Vec<SmallVec<[Arc<Array>; 1]>> = Vec::with_capacity(graph.nodes.len());
    let mut arguments = arguments.iter();
    for node in &graph.nodes {
        let input = |number: usize| {
            let edge = node.inputs[number];
            &values[edge.node][edge.output]
        };
        let outputs: SmallVec<[Arc<Array>; 1]> = match &node.kind {
            Kind::Placeholder => arguments
                .next()
                .map(|&array| Arc::new(array.clone()))
                .into_iter()
                .collect(),
            Kind::Constant(array) => SmallVec::from_elem(Arc::clone(array), 1),
            Kind::Read(variable) => match graph.variables[*variable].value().value {
                Value::Array(array) => SmallVec::from_elem(array, 1),
                Value::Symbol(_) => unreachable!("a variable never holds a symbol"),
            },
            Kind::Assign(variable) => {
                graph.variables[*variable].store(Value::Array(Arc::clone(input(0))));
                SmallVec::new()
            }
            Kind::Primitive(primitive) => {
                let inputs: SmallVec<[&Array; 4]> =
                    (0..node.inputs.len()).map(|number| &**input(number)).collect();
                primitive.forward(&inputs)?.into_iter().map(Arc::new).collect()
            }
        };
        values.push(outputs);
    }
    Ok(graph
        .outputs
        .iter()
        .map(|edge| Tensor::from(Arc::clone(&values[edge.node][edge.output])))
        .collect())
}

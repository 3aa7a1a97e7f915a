//! Running the operations of a graph one by one, as if the program were written here: into a graph that is
//! being traced, or for a tape that records them.

use std::sync::Arc;

use smallvec::SmallVec;

use super::{Graph, Kind, stack::trace_of, store::guarded};
use crate::{
    Result, Tensor,
    autodiff::{self, Rule},
    ops::{Primitive, apply_ruled},
};

/// The results of the graph's operations, applied to `arguments` (one for each input).
pub(super) fn replay(graph: &Graph, arguments: &[&Tensor]) -> Result<Vec<Tensor>> {
    let mut state = |node: usize, _: &[&Tensor]| match &graph.nodes[node].kind {
        Kind::Read(variable) => Some(SmallVec::from_elem(graph.variables[*variable].read(), 1)),
        _ => None,
    };
    walk(graph, arguments, &mut state, true)
}

/// As [`replay`], but what stateful operations gave is given: `stateful` holds it in their order. Nothing is
/// assigned; gradients flow through these operations as through all others.
pub(super) fn replay_again(graph: &Graph, arguments: &[&Tensor], stateful: &[Tensor]) -> Result<Vec<Tensor>> {
    let mut given = stateful.iter().cloned();
    let mut state = |position: usize, inputs: &[&Tensor]| {
        let node = &graph.nodes[position];
        if !node.is_stateful() {
            return None;
        }
        let mut outputs: Outputs = given.by_ref().take(node.outputs.len()).collect();
        let tapes = autodiff::tapes_of(inputs);
        if let (Kind::Primitive(primitive), false) = (&node.kind, tapes.is_empty()) {
            let inputs = inputs.iter().map(|&input| input.clone()).collect();
            autodiff::record(
                tapes,
                || rule(graph, Arc::clone(primitive)),
                inputs,
                &mut outputs,
                true,
            );
        }
        Some(outputs)
    };
    walk(graph, arguments, &mut state, false)
}

/// How gradients flow back through an operation of `graph`; one from a file may have been damaged.
fn rule(graph: &Graph, primitive: Arc<dyn Primitive>) -> Rule {
    if !graph.from_file {
        return Rule::Primitive(primitive);
    }
    Rule::Custom(Arc::new(move |call, gradients| {
        guarded(true, primitive.name(), || primitive.vjp(call, gradients))
    }))
}

type Outputs = SmallVec<[Tensor; 1]>;
/// Outputs of a node, from its position and operands, that are known otherwise than by applying its operation.
type Known<'k> = dyn FnMut(usize, &[&Tensor]) -> Option<Outputs> + 'k;

fn walk(graph: &Graph, arguments: &[&Tensor], known: &mut Known<'_>, assign: bool) -> Result<Vec<Tensor>> {
    if let (true, Some(trace)) = (graph.from_file, trace_of(arguments.iter().copied())) {
        trace.mark_from_file();
    }
    let mut values: Vec<Outputs> = vec![SmallVec::new(); graph.nodes.len()];
    for (&node, &argument) in graph.inputs.iter().zip(arguments) {
        values[node] = SmallVec::from_elem(argument.clone(), 1);
    }
    for (position, node) in graph.nodes.iter().enumerate() {
        let inputs: SmallVec<[&Tensor; 4]> = node
            .inputs
            .iter()
            .map(|edge| &values[edge.node][edge.output])
            .collect();
        let outputs = match (known(position, &inputs), &node.kind) {
            (Some(outputs), _) => outputs,
            (None, Kind::Placeholder) => continue,
            (None, Kind::Constant(array)) => SmallVec::from_elem(Tensor::from(array.clone()), 1),
            (None, Kind::Identity) => SmallVec::from_elem(inputs[0].clone(), 1),
            (None, Kind::Assign(variable)) if assign => {
                // The tapes at hand were not there when the assignment was accepted: none follows it.
                graph.variables[*variable].assign(&inputs[0].stop_gradient())?;
                SmallVec::new()
            }
            (None, Kind::Read(_) | Kind::Assign(_)) => SmallVec::new(),
            (None, Kind::Primitive(primitive)) => {
                let recorded = match autodiff::tapes_of(&inputs).is_empty() {
                    true => None,
                    false => primitive.recorded(),
                };
                let primitive = recorded.as_ref().unwrap_or(primitive);
                let mut outputs = apply_ruled(primitive, &inputs, |primitive| rule(graph, primitive))?;
                outputs.truncate(node.outputs.len());
                outputs
            }
        };
        drop(inputs);
        values[position] = outputs;
    }
    Ok(graph
        .outputs
        .iter()
        .map(|edge| values[edge.node][edge.output].clone())
        .collect())
}

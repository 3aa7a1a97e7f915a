//! The reverse sweep: from the target back to the sources, every node once (book appendix D, figure D-3).

use std::{
    collections::{HashMap, HashSet},
    hash::{BuildHasherDefault, Hasher},
    sync::Arc,
};

use smallvec::SmallVec;

use super::node::{Node, Origin, Rule, Saved, TapeState};
use crate::{Error, Result, Tensor, ops::Call};

/// Node numbers are distinct already: hashing them would only cost time.
#[derive(Default)]
pub(super) struct Identity(u64);

impl Hasher for Identity {
    fn finish(&self) -> u64 {
        // Spread over the high bits, which the table looks at first.
        self.0.wrapping_mul(0x9E37_79B9_7F4A_7C15)
    }

    fn write(&mut self, _: &[u8]) {
        unreachable!("only node numbers are hashed, with write_u64")
    }

    fn write_u64(&mut self, id: u64) {
        self.0 = id;
    }
}

pub(super) type ById<T> = HashMap<u64, T, BuildHasherDefault<Identity>>;
type Ids = HashSet<u64, BuildHasherDefault<Identity>>;

/// The gradients that have arrived at the outputs of a node.
type Arrived = SmallVec<[Option<Tensor>; 1]>;

/// The sum over all `targets` of the gradient of target times its seed, for every source.
///
/// With `consume`, what the nodes saved is freed as the sweep goes.
pub(super) fn backward(
    tape: &Arc<TapeState>,
    targets: &[(Tensor, Tensor)],
    sources: &[Option<Origin>],
    consume: bool,
) -> Result<Vec<Option<Tensor>>> {
    let nodes = reachable(tape, targets);
    let needed = leading_to(&nodes, sources);
    let mut arrived: ById<Arrived> = ById::default();
    for (target, seed) in targets {
        if let Some(origin) = &target.origin {
            arrive(&mut arrived, origin, seed.clone())?;
        }
    }
    let source_ids: Ids = sources.iter().flatten().map(|origin| origin.node.id).collect();
    for node in nodes.iter().rev() {
        // What an outer tape recorded, too, it will ask for later.
        let saved = if consume && node.tapes.len() == 1 {
            node.take_saved()
        } else {
            node.saved()
        };
        if !needed.contains(&node.id) {
            continue;
        }
        let gradients = match source_ids.contains(&node.id) {
            true => arrived.get(&node.id).cloned(),
            false => arrived.remove(&node.id),
        };
        if let Some(gradients) = gradients {
            let saved = saved.ok_or_else(used_up)?;
            propagate(tape, node, &saved, &gradients, &needed, &mut arrived)?;
        }
    }
    let gradient_of = |origin: &Origin| arrived.get(&origin.node.id)?.get(origin.output)?.clone();
    Ok(sources
        .iter()
        .map(|source| source.as_ref().and_then(gradient_of))
        .collect())
}

fn used_up() -> Error {
    Error::Gradient {
        op: "gradient",
        problem: "a part of the recorded computation was used up by another one-shot tape".to_owned(),
        remedy: "make that tape persistent: Tape::persistent()",
    }
}

/// The nodes of `tape` that the targets depend on, inputs before what is made of them.
pub(super) fn reachable(tape: &Arc<TapeState>, targets: &[(Tensor, Tensor)]) -> Vec<Arc<Node>> {
    let mut seen = Ids::default();
    let mut waiting: Vec<Arc<Node>> = Vec::new();
    let mut nodes = Vec::new();
    let mut meet = |node: &Arc<Node>, waiting: &mut Vec<Arc<Node>>| {
        let ours = node.tapes.iter().any(|other| Arc::ptr_eq(other, tape));
        if ours && seen.insert(node.id) {
            waiting.push(Arc::clone(node));
        }
    };
    for origin in targets.iter().filter_map(|(target, _)| target.origin.as_ref()) {
        meet(&origin.node, &mut waiting);
    }
    while let Some(node) = waiting.pop() {
        node.parents(|parent| meet(parent, &mut waiting));
        nodes.push(node);
    }
    nodes.sort_unstable_by_key(|node| node.id);
    nodes
}

/// The nodes through which a gradient must flow to reach a source.
fn leading_to(nodes: &[Arc<Node>], sources: &[Option<Origin>]) -> Ids {
    let mut needed: Ids = sources.iter().flatten().map(|origin| origin.node.id).collect();
    for node in nodes {
        let mut leads = false;
        node.parents(|parent| leads |= needed.contains(&parent.id));
        if leads {
            needed.insert(node.id);
        }
    }
    needed
}

/// Sends the gradients of a node's outputs on to its inputs.
fn propagate(
    tape: &Arc<TapeState>,
    node: &Arc<Node>,
    saved: &Saved,
    gradients: &Arrived,
    needed: &Ids,
    arrived: &mut ById<Arrived>,
) -> Result<()> {
    let wanted: SmallVec<[bool; 4]> = saved
        .inputs
        .iter()
        .map(|input| {
            input
                .origin
                .as_ref()
                .is_some_and(|origin| needed.contains(&origin.node.id))
        })
        .collect();
    if !wanted.contains(&true) {
        return Ok(());
    }
    let to_inputs: SmallVec<[Option<Tensor>; 2]> = match &node.rule {
        Rule::Leaf => gradients.iter().cloned().collect(),
        Rule::Custom(rule) => rule(gradients)?.into(),
        Rule::Primitive(primitive) => {
            let inputs: SmallVec<[Tensor; 2]> =
                saved.inputs.iter().map(|input| without(tape, input)).collect();
            let outputs: SmallVec<[Tensor; 1]> = outputs_of(tape, node, saved);
            let call = Call {
                inputs: &inputs,
                outputs: &outputs,
                wanted: &wanted,
            };
            primitive.vjp(&call, gradients)?
        }
    };
    for ((input, wanted), gradient) in saved.inputs.iter().zip(wanted).zip(to_inputs) {
        if let (true, Some(origin), Some(gradient)) = (wanted, &input.origin, gradient) {
            arrive(arrived, origin, gradient)?;
        }
    }
    Ok(())
}

/// `tensor` as other tapes see it: the gradient's own computation is not recorded on the tape it is for.
pub(super) fn without(tape: &Arc<TapeState>, tensor: &Tensor) -> Tensor {
    let only_ours = |origin: &Origin| origin.node.tapes.iter().all(|other| Arc::ptr_eq(other, tape));
    Tensor {
        value: tensor.value.clone(),
        origin: tensor
            .origin
            .as_ref()
            .filter(|origin| !only_ours(origin))
            .cloned(),
    }
}

pub(super) fn outputs_of(tape: &Arc<TapeState>, node: &Arc<Node>, saved: &Saved) -> SmallVec<[Tensor; 1]> {
    let output = |(number, value): (usize, &crate::tensor::Value)| {
        let origin = Some(Origin {
            node: Arc::clone(node),
            output: number,
        });
        without(
            tape,
            &Tensor {
                value: value.clone(),
                origin,
            },
        )
    };
    saved.outputs.iter().enumerate().map(output).collect()
}

fn arrive(arrived: &mut ById<Arrived>, origin: &Origin, gradient: Tensor) -> Result<()> {
    let slots = arrived.entry(origin.node.id).or_default();
    if slots.len() <= origin.output {
        slots.resize(origin.output + 1, None);
    }
    let slot = &mut slots[origin.output];
    *slot = Some(match slot.take() {
        None => gradient,
        Some(sum) => sum.add(&gradient)?,
    });
    Ok(())
}

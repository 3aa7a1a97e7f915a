//! In which order the sweeps pass the recorded nodes.

use std::{
    cmp::Ordering,
    collections::{BinaryHeap, HashMap},
    hash::{BuildHasherDefault, Hasher},
    sync::Arc,
};

use smallvec::SmallVec;

use super::node::{Origin, Rule, Saved, SharedNode, TapeState, Tapes, hide};
use crate::{Error, Result, Tensor, tensor::Value};

/// Node numbers are distinct already: hashing them would only cost time.
#[derive(Default)]
struct Identity(u64);

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

/// Where nodes stand in the plan, by their number.
///
/// What was recorded lately has numbers close to the youngest node's: those are looked up in a row.
#[derive(Default)]
struct Positions {
    youngest: u64,
    row: Vec<usize>,
    older: HashMap<u64, usize, BuildHasherDefault<Identity>>,
}

impl Positions {
    /// The longest row.
    const RECENT: usize = 1 << 16;
    const UNKNOWN: usize = usize::MAX;

    /// The place of `id` in the row, if it is recent.
    fn recent(&self, id: u64) -> Option<usize> {
        let age = usize::try_from(self.youngest.checked_sub(id)?).ok()?;
        (age < Self::RECENT).then_some(age)
    }

    fn get(&self, id: u64) -> Option<usize> {
        match self.recent(id) {
            Some(age) => self
                .row
                .get(age)
                .copied()
                .filter(|&position| position != Self::UNKNOWN),
            None => self.older.get(&id).copied(),
        }
    }

    fn set(&mut self, id: u64, position: usize) {
        let Some(age) = self.recent(id) else {
            self.older.insert(id, position);
            return;
        };
        if age >= self.row.len() {
            self.row.resize(age + 1, Self::UNKNOWN);
        }
        self.row[age] = position;
    }
}

/// A node whose parents are not looked at yet; the youngest first.
struct Pending(SharedNode);

impl PartialEq for Pending {
    fn eq(&self, other: &Self) -> bool {
        self.0.id == other.0.id
    }
}
impl Eq for Pending {}
impl PartialOrd for Pending {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}
impl Ord for Pending {
    fn cmp(&self, other: &Self) -> Ordering {
        self.0.id.cmp(&other.0.id)
    }
}

/// An output of a node of the plan: the position of the node, the number of the output.
pub(super) type Place = (usize, usize);

/// The nodes of a tape that some tensors depend on, every one before those it was made of.
pub(super) struct Plan {
    tape: Arc<TapeState>,
    /// The tape, and those that a part of the nodes is hidden from: none of them may follow the sweep, or it
    /// would follow a part only.
    hidden: Tapes,
    pub(super) nodes: Vec<SharedNode>,
    /// Where every input of every node comes from; `None` from outside the tape.
    inputs: Vec<Option<Place>>,
    /// Where the inputs of each node begin in `inputs`; one more for the end.
    starts: Vec<usize>,
    positions: Positions,
}

impl Plan {
    /// Everything on `tape` that `targets` depend on.
    pub(super) fn new<'t>(
        tape: &Arc<TapeState>,
        targets: impl IntoIterator<Item = &'t Tensor>,
    ) -> Result<Self> {
        let mut plan = Self {
            tape: Arc::clone(tape),
            hidden: Tapes::from_elem(Arc::clone(tape), 1),
            nodes: Vec::new(),
            inputs: Vec::new(),
            starts: vec![0],
            positions: Positions::default(),
        };
        let mut pending = BinaryHeap::new();
        // Of the inputs by node number, until all positions are known.
        let mut origins: Vec<Option<(u64, usize)>> = Vec::new();
        let meet = |origin: Option<&Origin>, plan: &mut Self, pending: &mut BinaryHeap<Pending>| {
            let origin = origin.filter(|origin| origin.node.is_on(&plan.tape))?;
            let id = origin.node.id;
            if plan.positions.get(id).is_none() {
                plan.positions.set(id, 0);
                pending.push(Pending(SharedNode::clone(&origin.node)));
            }
            Some((id, origin.output))
        };
        let targets: SmallVec<[&Tensor; 1]> = targets.into_iter().collect();
        let ids = targets
            .iter()
            .filter_map(|target| Some(target.origin.as_ref()?.node.id));
        plan.positions.youngest = ids.max().unwrap_or_default();
        for target in targets {
            meet(target.origin.as_ref(), &mut plan, &mut pending);
        }
        while let Some(Pending(node)) = pending.pop() {
            if !node.origins(|origin| origins.push(meet(origin, &mut plan, &mut pending))) {
                return Err(used_up());
            }
            if let Rule::Hidden(tapes) = &node.rule {
                plan.hide_from(tapes);
            }
            plan.starts.push(origins.len());
            plan.nodes.push(node);
        }
        for (position, node) in plan.nodes.iter().enumerate() {
            plan.positions.set(node.id, position);
        }
        let place = |(id, output): (u64, usize)| Some((plan.positions.get(id)?, output));
        plan.inputs = origins.into_iter().map(|origin| place(origin?)).collect();
        Ok(plan)
    }

    fn hide_from(&mut self, tapes: &[Arc<TapeState>]) {
        for tape in tapes {
            if !self.hidden.iter().any(|other| Arc::ptr_eq(other, tape)) {
                self.hidden.push(Arc::clone(tape));
            }
        }
    }

    /// `tensor` as the tapes see it that may follow the sweep.
    pub(super) fn seen(&self, mut tensor: Tensor) -> Tensor {
        hide(&self.hidden, &mut tensor);
        tensor
    }

    /// Where the inputs of the node at `position` come from.
    pub(super) fn inputs(&self, position: usize) -> &[Option<Place>] {
        &self.inputs[self.starts[position]..self.starts[position + 1]]
    }

    /// Where a tensor lies in the plan, if it does.
    pub(super) fn place(&self, origin: &Origin) -> Option<Place> {
        Some((self.positions.get(origin.node.id)?, origin.output))
    }

    /// Whether a tape records the sweep.
    pub(super) fn is_followed(&self) -> bool {
        self.nodes
            .iter()
            .flat_map(|node| &node.tapes)
            .any(|tape| tape.is_recording() && !self.hidden.iter().any(|hidden| Arc::ptr_eq(hidden, tape)))
    }

    /// What the node at `position` saved; taken from it if `consume` and no other tape will ask for it.
    pub(super) fn saved(&self, position: usize, consume: bool) -> Result<Saved> {
        let node = &self.nodes[position];
        match consume && node.is_only_for(&self.tape) {
            true => node.take_saved(),
            false => node.saved(),
        }
        .ok_or_else(used_up)
    }

    /// Frees what the node at `position` saved, unless another tape will ask for it.
    pub(super) fn release(&self, position: usize) {
        let node = &self.nodes[position];
        if node.is_only_for(&self.tape) {
            node.take_saved();
        }
    }

    /// Calls `rule` with inputs and outputs of the node at `position`, as other tapes see them. `like` is a derivative
    /// that flows through the node.
    #[inline(always)]
    pub(super) fn with_operands<R>(
        &self,
        position: usize,
        saved: Saved,
        like: &Tensor,
        stand_ins: &mut StandIns,
        rule: impl FnOnce(&[Tensor], &[Tensor]) -> R,
    ) -> R {
        match saved {
            Saved::Whole { inputs, outputs } => {
                let (inputs, outputs) = self.seen_operands(position, inputs, outputs);
                rule(&inputs, &outputs)
            }
            Saved::Alike(origins) => {
                let operands = stand_ins.like(like, origins.len());
                rule(operands, &operands[..1])
            }
        }
    }

    fn seen_operands(
        &self,
        position: usize,
        mut inputs: SmallVec<[Tensor; 2]>,
        saved: SmallVec<[Value; 1]>,
    ) -> (SmallVec<[Tensor; 2]>, SmallVec<[Tensor; 1]>) {
        let node = &self.nodes[position];
        inputs.iter_mut().for_each(|input| hide(&self.hidden, input));
        let origin = |output| {
            // Without other tapes the memory would be taken away again at once.
            (node.tapes.len() > 1).then(|| Origin {
                node: SharedNode::clone(node),
                output,
            })
        };
        let mut outputs: SmallVec<[Tensor; 1]> = SmallVec::new();
        for (output, value) in saved.into_iter().enumerate() {
            let origin = origin(output);
            outputs.push(self.seen(Tensor { value, origin }));
        }
        (inputs, outputs)
    }
}

/// Tensors without values, in place of operands that no rule looks at and nothing kept.
#[derive(Default)]
pub(super) struct StandIns(SmallVec<[Tensor; 2]>);

impl StandIns {
    /// `count` of them, at least one, of the type and shape of `tensor`: the last ones again if they will do.
    fn like(&mut self, tensor: &Tensor, count: usize) -> &[Tensor] {
        let alike = |last: &Tensor| last.dtype() == tensor.dtype() && last.shape() == tensor.shape();
        if self.0.len() < count || !self.0.first().is_some_and(alike) {
            let value = match &tensor.value {
                Value::Array(array) => Value::Array(array.hollow()),
                symbol @ Value::Symbol(_) => symbol.clone(),
            };
            self.0 = SmallVec::from_elem(Tensor { value, origin: None }, count);
        }
        &self.0[..count]
    }
}

fn used_up() -> Error {
    Error::Gradient {
        op: "gradient",
        problem: "a part of the recorded computation was used up by another one-shot tape".to_owned(),
        remedy: "make that tape persistent: Tape::persistent()",
    }
}

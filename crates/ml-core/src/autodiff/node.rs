//! Recorded operations.

use std::{
    mem,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
};

use smallvec::SmallVec;
use triomphe::UniqueArc;

use crate::{
    Result, Tensor,
    kernels::shared::share,
    ops::{Call, Gradients, Primitive, keep, transposed_vjp},
    tensor::Value,
};

/// A node as tensors and nodes hold it.
pub(crate) type SharedNode = triomphe::Arc<Node>;

/// What a tape and the nodes it records share.
#[derive(Debug)]
pub(crate) struct TapeState {
    pub(crate) recording: AtomicBool,
    pub(crate) persistent: bool,
    pub(crate) used: AtomicBool,
    /// Whether it will never ask again: dropped, or one-shot and answered.
    pub(crate) done: AtomicBool,
}

impl TapeState {
    pub(crate) fn is_recording(&self) -> bool {
        self.recording.load(Ordering::Relaxed)
    }
}

/// The tapes that want to know of an operation: nearly always one.
pub(crate) type Tapes = SmallVec<[Arc<TapeState>; 1]>;

/// Where a tensor comes from: output number `output` of `node`.
#[derive(Clone)]
pub struct Origin {
    pub(crate) node: SharedNode,
    pub(crate) output: usize,
}

impl Origin {
    /// Whether both are one output of one node.
    pub(crate) fn is(&self, other: &Self) -> bool {
        SharedNode::ptr_eq(&self.node, &other.node) && self.output == other.output
    }
}

/// A recorded operation.
pub(crate) struct Node {
    /// Larger than that of every node it depends on.
    pub(crate) id: u64,
    pub(crate) tapes: Tapes,
    pub(crate) rule: Rule,
    /// Gone once a one-shot tape has used it.
    saved: Mutex<Option<Saved>>,
}

/// A reverse rule that the user brings, in the form of [`Primitive::vjp`].
pub(crate) type CustomRule = dyn Fn(&Call<'_>, &[Option<Tensor>]) -> Result<Gradients> + Send + Sync;

/// How gradients flow back through a node.
pub(crate) enum Rule {
    /// A watched tensor, or a read of a variable: the gradient passes unchanged to all it was made of.
    Leaf,
    /// As a leaf, and what comes after is hidden from these tapes: it is their own derivative.
    Hidden(Arc<[Arc<TapeState>]>),
    /// The rule of a primitive without parameters.
    Static(&'static dyn Primitive),
    /// The rule of a primitive with parameters.
    Primitive(Arc<dyn Primitive>),
    /// A rule that the user brings.
    Custom(Arc<CustomRule>),
}

impl Rule {
    /// The rule of `primitive`.
    pub(crate) fn of<P: Primitive + 'static>(primitive: P) -> Self {
        if size_of::<P>() == 0 {
            // A box of nothing is no memory, so that nothing leaks; and nothing is asked for per operation.
            return Self::Static(Box::leak(Box::new(primitive)));
        }
        Self::Primitive(Arc::new(primitive))
    }

    /// From the gradients of the outputs to those of the inputs.
    pub(super) fn vjp(&self, call: &Call<'_>, gradients: &[Option<Tensor>]) -> Result<Gradients> {
        match self {
            Self::Leaf | Self::Hidden(_) => Ok(SmallVec::from_elem(gradients[0].clone(), call.inputs.len())),
            Self::Static(primitive) => primitive.vjp(call, gradients),
            Self::Primitive(primitive) => primitive.vjp(call, gradients),
            Self::Custom(rule) => rule(call, gradients),
        }
    }

    /// From the tangents of the inputs to those of the outputs.
    pub(super) fn jvp(&self, call: &Call<'_>, tangents: &[Option<Tensor>]) -> Result<Gradients> {
        match self {
            // Of what a leaf was made of, at most one is on the same tape.
            Self::Leaf | Self::Hidden(_) => {
                Ok(SmallVec::from_elem(tangents.iter().flatten().next().cloned(), 1))
            }
            Self::Static(primitive) => primitive.jvp(call, tangents),
            Self::Primitive(primitive) => primitive.jvp(call, tangents),
            Self::Custom(rule) => transposed_vjp(call, tangents, &|call, gradients| rule(call, gradients)),
        }
    }
}

/// What the rule needs to know.
#[derive(Clone)]
pub(crate) enum Saved {
    /// What went in and came out.
    Whole {
        inputs: SmallVec<[Tensor; 2]>,
        outputs: SmallVec<[Value; 1]>,
    },
    /// Only where the inputs come from: no values are needed, and all types and shapes are those of the gradient.
    Alike(SmallVec<[Option<Origin>; 2]>),
}

impl Saved {
    /// How many outputs there are, at least one.
    pub(super) fn outputs(&self) -> usize {
        match self {
            Self::Whole { outputs, .. } => outputs.len().max(1),
            Self::Alike(_) => 1,
        }
    }

    /// Calls `visit` with the origin of every input, in order.
    fn origins(&self, mut visit: impl FnMut(Option<&Origin>)) {
        match self {
            Self::Whole { inputs, .. } => inputs.iter().for_each(|input| visit(input.origin.as_ref())),
            Self::Alike(origins) => origins.iter().for_each(|origin| visit(origin.as_ref())),
        }
    }

    /// Adds those nodes to `waiting` that nothing but this still holds.
    fn unlink(self, waiting: &mut Vec<Node>) {
        let alone = |origin: Option<Origin>| {
            let node = triomphe::Arc::into_unique(origin?.node)?;
            Some(UniqueArc::into_inner(node))
        };
        match self {
            Self::Whole { inputs, .. } => {
                waiting.extend(inputs.into_iter().filter_map(|input| alone(input.origin)))
            }
            Self::Alike(origins) => waiting.extend(origins.into_iter().filter_map(alone)),
        }
    }
}

static NEXT_ID: AtomicU64 = AtomicU64::new(0);

/// A number that every node made from here on exceeds.
pub(super) fn now() -> u64 {
    NEXT_ID.fetch_add(1, Ordering::Relaxed)
}

impl Node {
    #[inline(always)]
    fn new(tapes: Tapes, rule: impl FnOnce() -> Rule, saved: impl FnOnce() -> Saved) -> SharedNode {
        share(|| Self {
            id: now(),
            tapes,
            rule: rule(),
            saved: Mutex::new(Some(saved())),
        })
    }

    /// A node for `tapes` that passes gradients on to what `parents` come from, and has no values itself.
    pub(super) fn leaf(tapes: Tapes, parents: impl IntoIterator<Item = Tensor>) -> SharedNode {
        Self::passing(tapes, Rule::Leaf, parents)
    }

    fn passing(tapes: Tapes, rule: Rule, parents: impl IntoIterator<Item = Tensor>) -> SharedNode {
        let inputs: SmallVec<[Tensor; 2]> = parents
            .into_iter()
            .map(|parent| Tensor {
                value: keep(&parent.value, false),
                origin: parent.origin,
            })
            .collect();
        let outputs = inputs.iter().take(1).map(|input| input.value.clone()).collect();
        Self::new(tapes, || rule, || Saved::Whole { inputs, outputs })
    }

    /// Whether `tape` recorded it.
    pub(super) fn is_on(&self, tape: &Arc<TapeState>) -> bool {
        self.tapes.iter().any(|other| Arc::ptr_eq(other, tape))
    }

    /// Whether no tape but `tape` will ask for it.
    pub(super) fn is_only_for(&self, tape: &Arc<TapeState>) -> bool {
        self.tapes
            .iter()
            .all(|other| Arc::ptr_eq(other, tape) || other.done.load(Ordering::Acquire))
    }

    /// A copy of what was saved; `None` once used up.
    pub(super) fn saved(&self) -> Option<Saved> {
        self.saved.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Takes what was saved, so that its memory is freed as soon as the caller is done.
    pub(super) fn take_saved(&self) -> Option<Saved> {
        self.saved.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    /// Calls `visit` with the origin of every input, in order; false if they are used up.
    pub(super) fn origins(&self, visit: impl FnMut(Option<&Origin>)) -> bool {
        let saved = self.saved.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(saved) = &*saved {
            saved.origins(visit);
        }
        saved.is_some()
    }
}

/// Dropping a long chain of nodes one inside the other would overflow the stack.
impl Drop for Node {
    fn drop(&mut self) {
        fn unlink(node: &mut Node, waiting: &mut Vec<Node>) {
            if let Some(saved) = mem::take(node.saved.get_mut().unwrap_or_else(PoisonError::into_inner)) {
                saved.unlink(waiting);
            }
        }
        // No memory is asked for unless this held the last reference to another node.
        let mut waiting = Vec::new();
        unlink(self, &mut waiting);
        while let Some(mut node) = waiting.pop() {
            unlink(&mut node, &mut waiting);
        }
    }
}

/// The recording tapes that follow at least one of `inputs`.
#[inline]
pub(crate) fn tapes_of(inputs: &[&Tensor]) -> Tapes {
    let mut tapes = Tapes::new();
    for origin in inputs.iter().filter_map(|input| input.origin.as_ref()) {
        for tape in &origin.node.tapes {
            let known = tapes.iter().any(|other| Arc::ptr_eq(other, tape));
            if !known && tape.is_recording() {
                tapes.push(Arc::clone(tape));
            }
        }
    }
    tapes
}

/// The node of an operation on these `inputs` that gave something of their very type and shape, and whose `rule` needs
/// no values.
#[inline]
pub(crate) fn record_alike(tapes: Tapes, rule: impl FnOnce() -> Rule, inputs: &[&Tensor]) -> Origin {
    let origins = || match inputs {
        [one] => SmallVec::from_iter([one.origin.clone()]),
        [one, other] => SmallVec::from_buf([one.origin.clone(), other.origin.clone()]),
        many => many.iter().map(|input| input.origin.clone()).collect(),
    };
    Origin {
        node: Node::new(tapes, rule, || Saved::Alike(origins())),
        output: 0,
    }
}

/// Gives `outputs` the memory that they were made of `inputs` by `rule`, which needs their values or not.
/// Only floating-point numbers get it: nothing else has a gradient.
pub(crate) fn record(
    tapes: Tapes,
    rule: impl FnOnce() -> Rule,
    inputs: SmallVec<[Tensor; 2]>,
    outputs: &mut [Tensor],
    needs_outputs: bool,
) {
    let mut kept: SmallVec<[Value; 1]> = SmallVec::new();
    for output in &*outputs {
        kept.push(keep(&output.value, needs_outputs));
    }
    let node = Node::new(tapes, rule, || Saved::Whole {
        inputs,
        outputs: kept,
    });
    if let [output] = outputs {
        output.origin = output.dtype().is_float().then_some(Origin { node, output: 0 });
        return;
    }
    for (number, output) in outputs.iter_mut().enumerate() {
        output.origin = output.dtype().is_float().then(|| Origin {
            node: SharedNode::clone(&node),
            output: number,
        });
    }
}

/// Makes `tensor` what every tape but those of `hidden` sees: the computation of a derivative is not recorded on the
/// tape it is for.
pub(super) fn hide(hidden: &[Arc<TapeState>], tensor: &mut Tensor) {
    let Some(origin) = &tensor.origin else { return };
    let is_hidden = |tape: &&Arc<TapeState>| hidden.iter().any(|other| Arc::ptr_eq(other, tape));
    let tapes = &origin.node.tapes;
    if tapes.iter().all(|tape| is_hidden(&tape)) {
        tensor.origin = None;
        return;
    }
    // A tape that has stopped recording need not be taken out.
    let taken: Vec<_> = tapes
        .iter()
        .filter(is_hidden)
        .filter(|tape| tape.is_recording())
        .cloned()
        .collect();
    if !taken.is_empty() {
        let others = tapes.iter().filter(|tape| !is_hidden(tape)).cloned().collect();
        let node = Node::passing(others, Rule::Hidden(taken.into()), [tensor.clone()]);
        tensor.origin = Some(Origin { node, output: 0 });
    }
}

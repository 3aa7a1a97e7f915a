//! Recorded operations.

use std::{
    mem,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
};

use smallvec::SmallVec;

use crate::{
    Result, Tensor,
    ops::{Call, Gradients, Primitive, keep, transposed_vjp},
    tensor::Value,
};

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
    pub(crate) node: Arc<Node>,
    pub(crate) output: usize,
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
pub(crate) struct Saved {
    pub(crate) inputs: SmallVec<[Tensor; 2]>,
    pub(crate) outputs: SmallVec<[Value; 1]>,
}

static NEXT_ID: AtomicU64 = AtomicU64::new(0);

/// A number that every node made from here on exceeds.
pub(super) fn now() -> u64 {
    NEXT_ID.fetch_add(1, Ordering::Relaxed)
}

impl Node {
    pub(crate) fn new(tapes: Tapes, rule: Rule, saved: Saved) -> Arc<Self> {
        Arc::new(Self {
            id: now(),
            tapes,
            rule,
            saved: Mutex::new(Some(saved)),
        })
    }

    /// A node for `tapes` that passes gradients on to what `parents` come from, and has no values itself.
    pub(super) fn leaf(tapes: Tapes, parents: impl IntoIterator<Item = Tensor>) -> Arc<Self> {
        Self::passing(tapes, Rule::Leaf, parents)
    }

    fn passing(tapes: Tapes, rule: Rule, parents: impl IntoIterator<Item = Tensor>) -> Arc<Self> {
        let inputs: SmallVec<[Tensor; 2]> = parents
            .into_iter()
            .map(|parent| Tensor {
                value: keep(&parent.value, false),
                origin: parent.origin,
            })
            .collect();
        let outputs = inputs.iter().take(1).map(|input| input.value.clone()).collect();
        Self::new(tapes, rule, Saved { inputs, outputs })
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
    pub(super) fn origins(&self, mut visit: impl FnMut(Option<&Origin>)) -> bool {
        let saved = self.saved.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(saved) = &*saved {
            saved.inputs.iter().for_each(|input| visit(input.origin.as_ref()));
        }
        saved.is_some()
    }
}

/// Dropping a long chain of nodes one inside the other would overflow the stack.
impl Drop for Node {
    fn drop(&mut self) {
        fn unlink(saved: Option<Saved>, waiting: &mut Vec<Node>) {
            let inputs = saved.into_iter().flat_map(|saved| saved.inputs);
            waiting.extend(inputs.filter_map(|input| Arc::into_inner(input.origin?.node)));
        }
        // No memory is asked for unless this held the last reference to another node.
        let mut waiting = Vec::new();
        unlink(
            mem::take(self.saved.get_mut().unwrap_or_else(PoisonError::into_inner)),
            &mut waiting,
        );
        while let Some(mut node) = waiting.pop() {
            unlink(
                mem::take(node.saved.get_mut().unwrap_or_else(PoisonError::into_inner)),
                &mut waiting,
            );
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

/// Gives `outputs` the memory that they were made of `inputs` by `rule`, which needs their values or not.
/// Only floating-point numbers get it: nothing else has a gradient.
pub(crate) fn record(
    tapes: Tapes,
    rule: Rule,
    inputs: SmallVec<[Tensor; 2]>,
    outputs: &mut [Tensor],
    needs_outputs: bool,
) {
    let mut kept: SmallVec<[Value; 1]> = SmallVec::new();
    for output in &*outputs {
        kept.push(keep(&output.value, needs_outputs));
    }
    let saved = Saved {
        inputs,
        outputs: kept,
    };
    let node = Node::new(tapes, rule, saved);
    if let [output] = outputs {
        output.origin = output.dtype().is_float().then_some(Origin { node, output: 0 });
        return;
    }
    for (number, output) in outputs.iter_mut().enumerate() {
        output.origin = output.dtype().is_float().then(|| Origin {
            node: Arc::clone(&node),
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

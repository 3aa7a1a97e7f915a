//! Recorded operations.

use std::sync::{
    Arc, Mutex, PoisonError,
    atomic::{AtomicBool, AtomicU64, Ordering},
};

use smallvec::SmallVec;

use crate::{
    Result, Tensor,
    ops::{Primitive, keep},
    tensor::Value,
};

/// What a tape and the nodes it records share.
#[derive(Debug)]
pub(crate) struct TapeState {
    pub(crate) recording: AtomicBool,
    pub(crate) persistent: bool,
    pub(crate) used: AtomicBool,
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

/// Gradients of the outputs to gradients of the inputs, `None` where there is none.
pub(crate) type CustomRule = dyn Fn(&[Option<Tensor>]) -> Result<Vec<Option<Tensor>>> + Send + Sync;

/// How gradients flow back through a node.
pub(crate) enum Rule {
    /// A watched tensor or variable: the gradient passes unchanged to what it was made of, if anything.
    Leaf,
    /// The rule of the primitive.
    Primitive(Arc<dyn Primitive>),
    /// A rule that the user brings.
    Custom(Arc<CustomRule>),
}

/// What the rule needs to know.
#[derive(Clone)]
pub(crate) struct Saved {
    pub(crate) inputs: SmallVec<[Tensor; 2]>,
    pub(crate) outputs: SmallVec<[Value; 1]>,
}

static NEXT_ID: AtomicU64 = AtomicU64::new(0);

impl Node {
    pub(crate) fn new(tapes: Tapes, rule: Rule, saved: Saved) -> Arc<Self> {
        Arc::new(Self {
            id: NEXT_ID.fetch_add(1, Ordering::Relaxed),
            tapes,
            rule,
            saved: Mutex::new(Some(saved)),
        })
    }

    /// A copy of what was saved; `None` once used up.
    pub(crate) fn saved(&self) -> Option<Saved> {
        self.saved.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Takes what was saved, so that its memory is freed as soon as the caller is done.
    pub(crate) fn take_saved(&self) -> Option<Saved> {
        self.saved.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    /// Calls `visit` with every node that an input comes from.
    pub(crate) fn parents(&self, mut visit: impl FnMut(&Arc<Node>)) {
        let saved = self.saved.lock().unwrap_or_else(PoisonError::into_inner);
        for origin in saved
            .iter()
            .flat_map(|saved| &saved.inputs)
            .filter_map(|input| input.origin.as_ref())
        {
            visit(&origin.node);
        }
    }
}

/// Dropping a long chain of nodes one inside the other would overflow the stack.
impl Drop for Node {
    fn drop(&mut self) {
        let own = self
            .saved
            .get_mut()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        let mut waiting: Vec<Saved> = own.into_iter().collect();
        while let Some(saved) = waiting.pop() {
            for origin in saved.inputs.into_iter().filter_map(|input| input.origin) {
                if let Some(mut node) = Arc::into_inner(origin.node) {
                    let saved = node
                        .saved
                        .get_mut()
                        .unwrap_or_else(PoisonError::into_inner)
                        .take();
                    waiting.extend(saved);
                }
            }
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
            if !known && tape.recording.load(Ordering::Relaxed) {
                tapes.push(Arc::clone(tape));
            }
        }
    }
    tapes
}

/// Gives `outputs` the memory that they were made of `inputs` by `rule`, which needs their values or not.
pub(crate) fn record(
    tapes: Tapes,
    rule: Rule,
    inputs: SmallVec<[Tensor; 2]>,
    outputs: &mut [Tensor],
    needs_outputs: bool,
) {
    let saved = Saved {
        inputs,
        outputs: outputs
            .iter()
            .map(|output| keep(&output.value, needs_outputs))
            .collect(),
    };
    let node = Node::new(tapes, rule, saved);
    for (number, output) in outputs.iter_mut().enumerate() {
        output.origin = Some(Origin {
            node: Arc::clone(&node),
            output: number,
        });
    }
}

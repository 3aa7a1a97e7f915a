//! Mutable state: weights, counters, the moments of an optimizer.

use std::{
    fmt,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError, TryLockError,
        atomic::{AtomicBool, Ordering},
    },
};

use super::{
    Node, Origin,
    checkpoint::held,
    node::{SharedNode, TapeState, Tapes},
};
use crate::{
    DType, Error, Result, Shape, Tensor, graph,
    ops::Spec,
    tensor::{Array, Value},
};

/// A tensor that can be replaced: the only mutable thing here (book section 12.2.4).
///
/// Clones are handles of one variable. Element type and shape never change. What was read before an
/// assignment keeps its value; a gradient with respect to the variable counts every read while a tape
/// watches it. Inside a traced function, reads and assignments become steps of the graph and happen, in
/// their order, whenever the graph runs.
///
/// # Examples
/// ```
/// use ml_core::{Tensor, autodiff::Variable};
///
/// let v = Variable::new([[1.0f32, 2.0], [3.0, 4.0]]);
/// v.assign(&v.read().mul_scalar(2.0)?)?;
/// v.assign_add(&Tensor::from([[1.0f32, 1.0], [1.0, 1.0]]))?;
/// assert_eq!(v.read().to_vec::<f32>()?, [3.0, 5.0, 7.0, 9.0]);
/// # Ok::<(), ml_core::Error>(())
/// ```
#[derive(Clone)]
pub struct Variable(Arc<Shared>);

struct Shared {
    name: String,
    spec: Spec,
    trainable: AtomicBool,
    state: Mutex<State>,
}

struct State {
    /// Never a symbol, never followed by a tape.
    value: Tensor,
    /// The tapes that watch, each with the leaf that its gradients arrive at.
    watchers: Vec<(Arc<TapeState>, SharedNode)>,
}

impl Variable {
    /// A trainable variable with this first value.
    pub fn new(value: impl Into<Tensor>) -> Self {
        Self::named("variable", value)
    }

    /// The same with a name, which graphs and files show.
    pub fn named(name: impl Into<String>, value: impl Into<Tensor>) -> Self {
        let name = name.into();
        let value = graph::initial_value(&name, value.into());
        Self(Arc::new(Shared {
            name,
            spec: value.spec(),
            trainable: AtomicBool::new(true),
            state: Mutex::new(State {
                value: value.stop_gradient(),
                watchers: Vec::new(),
            }),
        }))
    }

    /// The name it was made with.
    pub fn name(&self) -> &str {
        &self.0.name
    }

    /// Element type.
    pub fn dtype(&self) -> DType {
        self.0.spec.dtype
    }

    /// Lengths of the axes.
    pub fn shape(&self) -> &Shape {
        &self.0.spec.shape
    }

    /// Whether training is meant to change it; true unless set otherwise.
    pub fn trainable(&self) -> bool {
        self.0.trainable.load(Ordering::Relaxed)
    }

    /// Sets whether training is meant to change it.
    pub fn set_trainable(&self, trainable: bool) {
        self.0.trainable.store(trainable, Ordering::Relaxed);
    }

    /// Whether both are handles of one variable.
    pub fn same(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }

    /// The current value; followed by the tapes that watch the variable.
    pub fn read(&self) -> Tensor {
        let value = held(self).unwrap_or_else(|| graph::read(self).unwrap_or_else(|| self.value()).value);
        let origin = self.follow(&value);
        Tensor { value, origin }
    }

    /// The leaf of the tape that follows this read; of several, a node that leads to the leaf of each.
    fn follow(&self, value: &Value) -> Option<Origin> {
        let state = self.state();
        let recording = state.watchers.iter().filter(|(tape, _)| tape.is_recording());
        let mut leaves = recording.clone().map(|(_, leaf)| Origin {
            node: SharedNode::clone(leaf),
            output: 0,
        });
        let first = leaves.next()?;
        let Some(second) = leaves.next() else {
            return Some(first);
        };
        let parents = [first, second].into_iter().chain(leaves).map(|origin| Tensor {
            value: value.clone(),
            origin: Some(origin),
        });
        let tapes: Tapes = recording.map(|(tape, _)| Arc::clone(tape)).collect();
        Some(Origin {
            node: Node::leaf(tapes, parents),
            output: 0,
        })
    }

    /// The current value in memory, whatever tapes and traces there are.
    pub fn value(&self) -> Tensor {
        self.state().value.clone()
    }

    /// Replaces the value.
    ///
    /// # Errors
    /// [`Error::MixedDTypes`] or [`Error::Shape`] unless `value` is of the variable's type and shape;
    /// [`Error::Gradient`] if a tape that watches this variable follows `value`, since no gradient flows
    /// through an assignment: `value.stop_gradient()` says that none is wanted.
    pub fn assign(&self, value: &Tensor) -> Result<()> {
        self.check(value)?;
        if graph::assign(self, value)? {
            return Ok(());
        }
        self.state().value = Tensor::from(value.array()?.contiguous());
        Ok(())
    }

    /// Adds `value`, which may broadcast. No update is lost if several threads do so at once.
    ///
    /// # Errors
    /// As [`assign`](Self::assign).
    pub fn assign_add(&self, value: &Tensor) -> Result<()> {
        self.update(value, Tensor::add)
    }

    /// Subtracts `value`, which may broadcast. No update is lost if several threads do so at once.
    ///
    /// # Errors
    /// As [`assign`](Self::assign).
    pub fn assign_sub(&self, value: &Tensor) -> Result<()> {
        self.update(value, Tensor::sub)
    }

    /// Replaces the value by `change(current value, value)`; of several threads that do so at once, each changes
    /// what another has left.
    pub(super) fn update(
        &self,
        value: &Tensor,
        change: impl Fn(&Tensor, &Tensor) -> Result<Tensor>,
    ) -> Result<()> {
        self.refuse_followed(value)?;
        let value = value.stop_gradient();
        if graph::is_tracing() {
            return self.assign(&change(&self.read().stop_gradient(), &value)?);
        }
        // Nothing is locked while it computes: if the variable was assigned meanwhile, it computes again.
        loop {
            let current = self.value();
            let next = change(&current, &value)?;
            self.check(&next)?;
            let next = next.array()?.contiguous();
            let mut state = self.state();
            if same_memory(&state.value, &current) {
                state.value = Tensor::from(next);
                return Ok(());
            }
        }
    }

    fn check(&self, value: &Tensor) -> Result<()> {
        if value.dtype() != self.dtype() {
            return Err(Error::MixedDTypes {
                op: "assign",
                left: self.dtype().name(),
                right: value.dtype().name(),
            });
        }
        if !value.shape().matches(self.shape()) {
            return Err(Error::Shape {
                op: "assign",
                left: self.shape().to_vec(),
                right: value.shape().to_vec(),
                rule: "the new value must have the variable's shape",
            });
        }
        self.refuse_followed(value)
    }

    fn refuse_followed(&self, value: &Tensor) -> Result<()> {
        let followed = super::tapes_of(&[value]);
        let state = self.state();
        let watches = |tape: &Arc<TapeState>| state.watchers.iter().any(|(w, _)| Arc::ptr_eq(w, tape));
        if followed.iter().any(watches) {
            return Err(Error::Gradient {
                op: "assign",
                problem: format!(
                    "a tape that watches variable {:?} is recording the new value",
                    self.name()
                ),
                remedy: "no gradient flows through an assignment: assign after gradient(), or value.stop_gradient()",
            });
        }
        Ok(())
    }

    /// Adds a tape to those that follow reads of this variable; false if it is there already.
    pub(super) fn add_watcher(&self, tape: &Arc<TapeState>) -> bool {
        let mut state = self.state();
        if state.watchers.iter().any(|(w, _)| Arc::ptr_eq(w, tape)) {
            return false;
        }
        let leaf = Node::leaf(Tapes::from_elem(Arc::clone(tape), 1), []);
        state.watchers.push((Arc::clone(tape), leaf));
        true
    }

    pub(super) fn remove_watcher(&self, tape: &Arc<TapeState>) {
        self.state().watchers.retain(|(w, _)| !Arc::ptr_eq(w, tape));
    }

    /// Whether `node` is where the gradients of a tape that watches this variable arrive.
    pub(super) fn owns(&self, node: &SharedNode) -> bool {
        self.state()
            .watchers
            .iter()
            .any(|(_, leaf)| SharedNode::ptr_eq(leaf, node))
    }

    pub(super) fn leaf_of(&self, tape: &Arc<TapeState>) -> Option<Origin> {
        let state = self.state();
        let (_, leaf) = state.watchers.iter().find(|(w, _)| Arc::ptr_eq(w, tape))?;
        Some(Origin {
            node: SharedNode::clone(leaf),
            output: 0,
        })
    }

    /// The variable, locked, if it holds `read` and nobody else is at it: its memory may be written over then.
    pub(crate) fn hold(&self, read: &Array) -> Option<Held<'_>> {
        let state = match self.0.state.try_lock() {
            Ok(state) => state,
            Err(TryLockError::Poisoned(poisoned)) => poisoned.into_inner(),
            Err(TryLockError::WouldBlock) => return None,
        };
        let held = matches!(&state.value.value, Value::Array(held) if held.is(read));
        held.then_some(Held(state))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Every change is one assignment, or one by a kernel, which does not panic: nothing is left half done.
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Stores a value that a running graph computed for this variable.
    pub(crate) fn store(&self, value: Value) {
        self.state().value = Tensor { value, origin: None };
    }
}

/// A variable that nobody else reads or assigns meanwhile.
pub(crate) struct Held<'v>(MutexGuard<'v, State>);

impl Held<'_> {
    /// The value, of the variable's type and shape.
    pub(crate) fn array(&mut self) -> &mut Array {
        match &mut self.0.value.value {
            Value::Array(array) => array,
            Value::Symbol(_) => unreachable!("a variable never holds a symbol"),
        }
    }
}

/// Whether both are one array, not two equal ones.
fn same_memory(a: &Tensor, b: &Tensor) -> bool {
    matches!((&a.value, &b.value), (Value::Array(a), Value::Array(b)) if a.is(b))
}

impl fmt::Debug for Variable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Variable({:?}, {}{})", self.name(), self.dtype(), self.shape())
    }
}

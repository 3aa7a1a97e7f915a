//! The tape: what to record, and the gradients of it.

use std::sync::{
    Arc, Mutex, PoisonError,
    atomic::{AtomicBool, Ordering},
};

use super::{
    Node, Origin, Variable,
    backward::Reverse,
    forward,
    node::{TapeState, hide, tapes_of},
};
use crate::{Error, Result, Tensor};

/// Records what is computed from the tensors and variables it watches, and differentiates it
/// (book section 12.3.8).
///
/// One call of [`gradient`](Self::gradient) uses the tape up, and frees every intermediate value as soon
/// as the sweep has passed it; a [`persistent`](Self::persistent) tape answers any number of times and
/// keeps them until it and the tensors are dropped. The gradient of what is not watched, and of what the
/// target does not depend on, is `None`. The gradient of a target with several elements is that of their
/// sum. For second derivatives let an outer tape watch first what the inner one watches: to the tape that
/// computed it, a derivative is a constant, and so is what is derived from that.
///
/// # Examples
/// ```
/// use ml_core::{Tensor, autodiff::Tape};
///
/// // 3·w1² + 2·w1·w2 at (5, 3): the partial derivatives are 6·w1 + 2·w2 = 36 and 2·w1 = 10.
/// let tape = Tape::new();
/// let (w1, w2) = (tape.watch(&Tensor::from(5.0f32))?, tape.watch(&Tensor::from(3.0f32))?);
/// let z = &(&w1.square()? * 3.0) + &(&(&w1 * &w2) * 2.0);
/// let gradients = tape.gradient(&z, &[&w1, &w2])?;
/// assert_eq!(gradients[0].as_ref().map(|g| g.item::<f32>()).transpose()?, Some(36.0));
/// assert_eq!(gradients[1].as_ref().map(|g| g.item::<f32>()).transpose()?, Some(10.0));
/// # Ok::<(), ml_core::Error>(())
/// ```
#[derive(Debug)]
pub struct Tape {
    pub(super) state: Arc<TapeState>,
    /// What to follow no longer once the tape is dropped.
    variables: Mutex<Vec<Variable>>,
}

/// What a gradient can be taken with respect to: a tensor that a tape watches or that was computed from
/// one, or a [`Variable`].
pub trait Source {
    /// Where the tape finds it.
    #[doc(hidden)]
    fn origin(&self, tape: &Tape) -> Option<Origin>;

    /// Its value, for type and shape.
    #[doc(hidden)]
    fn value(&self) -> Tensor;
}

impl Source for Tensor {
    fn origin(&self, _: &Tape) -> Option<Origin> {
        self.origin.clone()
    }

    fn value(&self) -> Tensor {
        self.stop_gradient()
    }
}

impl Source for Variable {
    fn origin(&self, tape: &Tape) -> Option<Origin> {
        let leaf = self.leaf_of(&tape.state);
        if leaf.is_none() {
            tracing::warn!(
                variable = self.name(),
                "gradient with respect to a variable that this tape never watched: call watch_variables first"
            );
        }
        leaf
    }

    fn value(&self) -> Tensor {
        Variable::value(self)
    }
}

impl Default for Tape {
    fn default() -> Self {
        Self::new()
    }
}

impl Tape {
    /// A tape for one gradient.
    pub fn new() -> Self {
        Self::with(false)
    }

    /// A tape for any number of gradients.
    pub fn persistent() -> Self {
        Self::with(true)
    }

    fn with(persistent: bool) -> Self {
        let state = TapeState {
            recording: AtomicBool::new(true),
            persistent,
            used: AtomicBool::new(false),
            done: AtomicBool::new(false),
        };
        Self {
            state: Arc::new(state),
            variables: Mutex::new(Vec::new()),
        }
    }

    /// The same value, followed from here on: use what this returns.
    ///
    /// # Errors
    /// [`Error::DType`] unless its elements are `f32` or `f64`: nothing else has a gradient.
    pub fn watch(&self, tensor: &Tensor) -> Result<Tensor> {
        tensor.dtype().require_float("watch")?;
        Ok(Tensor {
            value: tensor.value.clone(),
            origin: Some(self.leaf(tensor)),
        })
    }

    /// Follows every read of these variables from here on, until the tape is dropped.
    ///
    /// # Errors
    /// [`Error::DType`] as [`watch`](Self::watch).
    pub fn watch_variables<'v>(&self, variables: impl IntoIterator<Item = &'v Variable>) -> Result<()> {
        variables.into_iter().try_for_each(|variable| {
            variable.dtype().require_float("watch_variables")?;
            if variable.add_watcher(&self.state) {
                self.variables().push(variable.clone());
            }
            Ok(())
        })
    }

    fn variables(&self) -> std::sync::MutexGuard<'_, Vec<Variable>> {
        self.variables.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn leaf(&self, tensor: &Tensor) -> Origin {
        // An outer tape that follows the tensor already must see through this leaf.
        let mut tapes = tapes_of(&[tensor]);
        if !tapes.iter().any(|tape| Arc::ptr_eq(tape, &self.state)) {
            tapes.push(Arc::clone(&self.state));
        }
        Origin {
            node: Node::leaf(tapes, [tensor.clone()]),
            output: 0,
        }
    }

    /// Runs `body` without recording.
    ///
    /// # Examples
    /// ```
    /// use ml_core::{Tensor, autodiff::Tape};
    ///
    /// let tape = Tape::new();
    /// let x = tape.watch(&Tensor::from(2.0f32))?;
    /// let aside = tape.stop_recording(|| x.square())?;
    /// assert!(!aside.is_tracked() && x.square()?.is_tracked());
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    pub fn stop_recording<R>(&self, body: impl FnOnce() -> R) -> R {
        /// Resumes even when `body` panics.
        struct Resume<'t>(&'t TapeState, bool);
        impl Drop for Resume<'_> {
            fn drop(&mut self) {
                self.0.recording.store(self.1, Ordering::Relaxed);
            }
        }
        let _resume = Resume(&self.state, self.state.recording.swap(false, Ordering::Relaxed));
        body()
    }

    /// Gradient of the sum of `target`'s elements with respect to every source, each of the source's shape.
    ///
    /// # Errors
    /// [`Error::Gradient`] if the tape is one-shot and used already; [`Error::DType`] unless `target` holds
    /// `f32` or `f64`; errors of the operations that the gradient consists of.
    pub fn gradient(&self, target: &Tensor, sources: &[&dyn Source]) -> Result<Vec<Option<Tensor>>> {
        self.gradient_of(&[target], sources)
    }

    /// As [`gradient`](Self::gradient) of the sum of several targets.
    ///
    /// # Errors
    /// As [`gradient`](Self::gradient).
    pub fn gradient_of(&self, targets: &[&Tensor], sources: &[&dyn Source]) -> Result<Vec<Option<Tensor>>> {
        let seeded = targets
            .iter()
            .map(|target| {
                target.dtype().require_float("gradient")?;
                Ok(((*target).clone(), target.ones_like()?))
            })
            .collect::<Result<Vec<_>>>()?;
        self.sweep(&seeded, sources)
    }

    /// As [`gradient`](Self::gradient), with zeros in place of `None` for what the target does not depend on.
    ///
    /// # Errors
    /// As [`gradient`](Self::gradient).
    ///
    /// # Examples
    /// ```
    /// use ml_core::{Tensor, autodiff::Tape};
    ///
    /// let tape = Tape::new();
    /// let x = tape.watch(&Tensor::from(2.0f32))?;
    /// let apart = Tensor::from([1.0f32, 2.0]);
    /// let gradients = tape.gradient_or_zeros(&x.square()?, &[&x, &apart])?;
    /// assert_eq!(gradients[0].item::<f32>()?, 4.0);
    /// assert_eq!(gradients[1].to_vec::<f32>()?, [0.0, 0.0]);
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    pub fn gradient_or_zeros(&self, target: &Tensor, sources: &[&dyn Source]) -> Result<Vec<Tensor>> {
        let gradients = self.gradient(target, sources)?;
        let or_zeros = |(gradient, source): (Option<Tensor>, &&dyn Source)| match gradient {
            Some(gradient) => Ok(gradient),
            None => source.value().zeros_like(),
        };
        gradients.into_iter().zip(sources).map(or_zeros).collect()
    }

    /// As [`gradient`](Self::gradient) of `sum(target · seed)`: the product of a vector with the Jacobian.
    ///
    /// # Errors
    /// As [`gradient`](Self::gradient); [`Error::Shape`] unless `seed` has the shape of `target`.
    pub fn vector_jacobian(
        &self,
        target: &Tensor,
        seed: &Tensor,
        sources: &[&dyn Source],
    ) -> Result<Vec<Option<Tensor>>> {
        target.dtype().require_float("vector_jacobian")?;
        same_spec("vector_jacobian", target, seed)?;
        self.sweep(&[(target.clone(), seed.clone())], sources)
    }

    /// The product of the Jacobian with a vector: how fast every target changes when each source moves with
    /// the velocity given. Forward mode, in one sweep over what was recorded, however many targets there are.
    ///
    /// `None` for a target that depends on no source.
    ///
    /// # Errors
    /// As [`gradient`](Self::gradient); [`Error::Shape`] or [`Error::MixedDTypes`] unless every velocity has
    /// the shape and the element type of its source.
    ///
    /// # Examples
    /// ```
    /// use ml_core::{Tensor, autodiff::Tape};
    ///
    /// let tape = Tape::new();
    /// let x = tape.watch(&Tensor::from([1.0, 2.0, 3.0]))?;
    /// let y = x.square()?;
    /// let moved = tape.jacobian_vector(&[&y], &[(&x, &Tensor::from([1.0, 0.0, 10.0]))])?;
    /// assert_eq!(moved[0].as_ref().map(|t| t.to_vec::<f64>()).transpose()?, Some(vec![2.0, 0.0, 60.0]));
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    pub fn jacobian_vector(
        &self,
        targets: &[&Tensor],
        velocities: &[(&dyn Source, &Tensor)],
    ) -> Result<Vec<Option<Tensor>>> {
        let mut seeds = Vec::new();
        for (source, velocity) in velocities {
            same_spec("jacobian_vector", &source.value(), velocity)?;
            seeds.extend(source.origin(self).map(|origin| (origin, (*velocity).clone())));
        }
        self.once(|consume| forward::sweep(&self.state, targets, &seeds, consume))
    }

    pub(super) fn sweep(
        &self,
        seeded: &[(Tensor, Tensor)],
        sources: &[&dyn Source],
    ) -> Result<Vec<Option<Tensor>>> {
        self.once(|consume| {
            let targets = seeded.iter().map(|(target, _)| target);
            Reverse::new(&self.state, targets, &self.origins(sources))?.sweep(seeded, consume)
        })
    }

    /// Where the tape finds the sources.
    pub(super) fn origins(&self, sources: &[&dyn Source]) -> Vec<Option<Origin>> {
        sources.iter().map(|source| source.origin(self)).collect()
    }

    /// Runs `sweeps`, which gets whether to free what it passes. A one-shot tape allows that once.
    pub(super) fn once(
        &self,
        sweeps: impl FnOnce(bool) -> Result<Vec<Option<Tensor>>>,
    ) -> Result<Vec<Option<Tensor>>> {
        let consume = !self.state.persistent;
        if self.state.used.swap(true, Ordering::AcqRel) && consume {
            return Err(Error::Gradient {
                op: "gradient",
                problem: "this tape was used already, and a one-shot tape is erased by its first gradient"
                    .to_owned(),
                remedy: "ask for all gradients in one call, or make it Tape::persistent()",
            });
        }
        if consume {
            self.state.recording.store(false, Ordering::Relaxed);
        }
        let gradients = sweeps(consume);
        if consume {
            self.state.done.store(true, Ordering::Release);
        }
        gradients
    }

    /// `tensor` as every other tape sees it.
    pub(super) fn hidden_from(&self, mut tensor: Tensor) -> Tensor {
        hide(std::slice::from_ref(&self.state), &mut tensor);
        tensor
    }
}

/// Refuses `vector` unless it has the element type and the shape of `tensor`.
pub(super) fn same_spec(op: &'static str, tensor: &Tensor, vector: &Tensor) -> Result<()> {
    crate::ops::same_dtype(op, tensor.dtype(), vector.dtype())?;
    if tensor.shape().matches(vector.shape()) {
        return Ok(());
    }
    Err(Error::Shape {
        op,
        left: tensor.shape().to_vec(),
        right: vector.shape().to_vec(),
        rule: "the vector must have the shape of the tensor it belongs to",
    })
}

/// What a dropped tape watched is recorded no more, and nothing waits for its gradient.
impl Drop for Tape {
    fn drop(&mut self) {
        self.state.recording.store(false, Ordering::Relaxed);
        self.state.done.store(true, Ordering::Release);
        for variable in self.variables().drain(..) {
            variable.remove_watcher(&self.state);
        }
    }
}

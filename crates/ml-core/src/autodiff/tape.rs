//! The tape: what to record, and the gradients of it.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use smallvec::smallvec;

use super::{
    Node, Origin, Rule, Variable,
    backward::{backward, without},
    node::{Saved, TapeState},
};
use crate::{Error, Result, Tensor};

/// Records what is computed from the tensors and variables it watches, and differentiates it
/// (book section 12.3.8).
///
/// One call of [`gradient`](Self::gradient) uses the tape up, and frees every intermediate value as soon
/// as the sweep has passed it; a [`persistent`](Self::persistent) tape answers any number of times and
/// keeps them until it and the tensors are dropped. The gradient of what is not watched, and of what the
/// target does not depend on, is `None`. The gradient of a target with several elements is that of their
/// sum. For second derivatives let an outer tape watch first what the inner one watches.
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
}

/// What a gradient can be taken with respect to: a tensor that a tape watches or that was computed from
/// one, or a [`Variable`].
pub trait Source {
    /// Where the tape finds it.
    #[doc(hidden)]
    fn origin(&self, tape: &Tape) -> Option<Origin>;
}

impl Source for Tensor {
    fn origin(&self, _: &Tape) -> Option<Origin> {
        self.origin.clone()
    }
}

impl Source for Variable {
    fn origin(&self, tape: &Tape) -> Option<Origin> {
        self.leaf_of(&tape.state)
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
        };
        Self {
            state: Arc::new(state),
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

    /// Follows every read of these variables from here on.
    ///
    /// # Errors
    /// [`Error::DType`] as [`watch`](Self::watch).
    pub fn watch_variables<'v>(&self, variables: impl IntoIterator<Item = &'v Variable>) -> Result<()> {
        variables.into_iter().try_for_each(|variable| {
            variable.dtype().require_float("watch_variables")?;
            variable.add_watcher(&self.state, |current| self.leaf(current).node);
            Ok(())
        })
    }

    fn leaf(&self, tensor: &Tensor) -> Origin {
        // An outer tape that follows the tensor already must see through this leaf.
        let mut tapes = super::tapes_of(&[tensor]);
        if !tapes.iter().any(|tape| Arc::ptr_eq(tape, &self.state)) {
            tapes.push(Arc::clone(&self.state));
        }
        let saved = Saved {
            inputs: smallvec![tensor.clone()],
            outputs: smallvec![tensor.value.clone()],
        };
        Origin {
            node: Node::new(tapes, Rule::Leaf, saved),
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
        if !target.shape().matches(seed.shape()) {
            return Err(Error::Shape {
                op: "vector_jacobian",
                left: target.shape().to_vec(),
                right: seed.shape().to_vec(),
                rule: "the seed must have the shape of the target",
            });
        }
        self.sweep(&[(target.clone(), seed.clone())], sources)
    }

    fn sweep(&self, seeded: &[(Tensor, Tensor)], sources: &[&dyn Source]) -> Result<Vec<Option<Tensor>>> {
        if self.state.used.swap(true, Ordering::AcqRel) && !self.state.persistent {
            return Err(Error::Gradient {
                op: "gradient",
                problem: "this tape was used already, and a one-shot tape is erased by its first gradient"
                    .to_owned(),
                remedy: "ask for all gradients in one call, or make it Tape::persistent()",
            });
        }
        if !self.state.persistent {
            self.state.recording.store(false, Ordering::Relaxed);
        }
        let origins: Vec<_> = sources.iter().map(|source| source.origin(self)).collect();
        let gradients = backward(&self.state, seeded, &origins, !self.state.persistent)?;
        Ok(gradients
            .into_iter()
            .map(|gradient| gradient.map(|g| without(&self.state, &g)))
            .collect())
    }
}

/// What a dropped tape watched is recorded no more.
impl Drop for Tape {
    fn drop(&mut self) {
        self.state.recording.store(false, Ordering::Relaxed);
    }
}

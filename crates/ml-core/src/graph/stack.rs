//! Which functions this thread traces.

use std::{cell::RefCell, sync::Arc};

use super::trace::Trace;
use crate::{Tensor, tensor::Value};

thread_local! {
    /// The functions being traced on this thread, the innermost last.
    static TRACING: RefCell<Vec<Arc<Trace>>> = const { RefCell::new(Vec::new()) };
}

impl Trace {
    /// Runs `body` while operations without symbols, too, belong to this trace.
    pub(super) fn enter<R>(self: &Arc<Self>, body: impl FnOnce() -> R) -> R {
        /// Leaves the trace even when `body` panics.
        struct Leave;
        impl Drop for Leave {
            fn drop(&mut self) {
                TRACING.with_borrow_mut(Vec::pop);
            }
        }
        TRACING.with_borrow_mut(|stack| stack.push(Arc::clone(self)));
        let _leave = Leave;
        body()
    }
}

/// The innermost function that this thread traces.
pub(super) fn current() -> Option<Arc<Trace>> {
    TRACING.with_borrow(|stack| stack.last().cloned())
}

/// Runs `body` as if around the branch or loop that this thread traces.
pub(super) fn around<R>(body: impl FnOnce() -> R) -> R {
    /// Comes back even when `body` panics.
    struct Back(Option<Arc<Trace>>);
    impl Drop for Back {
        fn drop(&mut self) {
            TRACING.with_borrow_mut(|stack| stack.extend(self.0.take()));
        }
    }
    let _back = Back(TRACING.with_borrow_mut(Vec::pop));
    body()
}

/// Whether this thread traces the function at this address.
pub(super) fn is_being_traced(owner: usize) -> bool {
    TRACING.with_borrow(|stack| stack.iter().any(|trace| trace.is_of(owner)))
}

/// Whether this thread traces a function.
pub(crate) fn is_tracing() -> bool {
    TRACING.with_borrow(|stack| !stack.is_empty())
}

/// The trace that operations on these belong to: that of this thread, or else of a symbol among them.
pub(super) fn trace_of<'t>(inputs: impl IntoIterator<Item = &'t Tensor>) -> Option<Arc<Trace>> {
    current().or_else(|| {
        inputs.into_iter().find_map(|input| match &input.value {
            Value::Symbol(symbol) => Some(Arc::clone(&symbol.trace)),
            Value::Array(_) => None,
        })
    })
}

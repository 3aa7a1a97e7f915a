//! The executor on counted threads: so many operations at a time, each spread over a pool of its own.
//!
//! What is ready waits in one queue. A worker lives in its pool only while it has steps to take, so that idle ones
//! hold no thread, and runs whole operations there: kernels then find as many threads as they may use.

use std::{
    any::Any,
    cell::Cell,
    collections::VecDeque,
    panic::{AssertUnwindSafe, catch_unwind, resume_unwind},
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
};

use rayon::ThreadPool;

use super::{
    parallel::{Run, Steps},
    plan::Plan,
};
use crate::{Result, tensor::Array};

thread_local! {
    static INSIDE: Cell<bool> = const { Cell::new(false) };
}

/// Whether this thread is running an operation for a worker. A graph inside an operation runs on that operation's
/// threads: it would wait for workers who wait for it.
pub(super) fn is_inside() -> bool {
    INSIDE.get()
}

/// A graph on its way through workers, one for each pool.
struct Counted {
    run: Run<Arc<Plan>>,
    pools: Arc<[ThreadPool]>,
    state: Mutex<State>,
    /// Told when the last worker has nothing left to do.
    finished: Condvar,
}

struct State {
    ready: VecDeque<usize>,
    idle: Vec<usize>,
    panicked: Option<Box<dyn Any + Send>>,
}

impl Plan {
    /// The results for these arguments, as many steps at a time as there are pools.
    pub(super) fn run_counted(
        self: &Arc<Self>,
        arguments: &[&Array],
        pools: Arc<[ThreadPool]>,
    ) -> Result<Vec<Array>> {
        let state = State {
            ready: VecDeque::new(),
            idle: (0..pools.len()).rev().collect(),
            panicked: None,
        };
        let counted = Arc::new(Counted {
            run: Run::new(Arc::clone(self), arguments),
            pools,
            state: Mutex::new(state),
            finished: Condvar::new(),
        });
        counted.offer(counted.run.first_steps());
        counted.wait();
        counted.run.results()
    }
}

impl Counted {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Queues steps that are ready, and wakes an idle worker for each.
    fn offer(self: &Arc<Self>, steps: impl IntoIterator<Item = usize>) {
        let mut state = self.state();
        for step in steps {
            state.ready.push_back(step);
            if let Some(worker) = state.idle.pop() {
                let counted = Arc::clone(self);
                self.pools[worker].spawn(move || counted.work(worker));
            }
        }
    }

    /// Waits until all workers are idle, and passes on the panic of one.
    fn wait(&self) {
        let mut state = self.state();
        while state.idle.len() < self.pools.len() {
            state = self.finished.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        if let Some(panic) = state.panicked.take() {
            drop(state);
            resume_unwind(panic);
        }
    }

    /// Takes steps until none is ready.
    fn work(self: Arc<Self>, worker: usize) {
        let mut next = None;
        while let Some(step) = next.or_else(|| self.next(worker)) {
            let mut ready = self.advance(step).into_iter();
            next = ready.next();
            if ready.len() > 0 {
                self.offer(ready);
            }
        }
    }

    /// The step that has waited longest; with none, the worker is idle from here on.
    fn next(&self, worker: usize) -> Option<usize> {
        let mut state = self.state();
        let step = state.ready.pop_front();
        if step.is_none() {
            state.idle.push(worker);
            if state.idle.len() == self.pools.len() {
                self.finished.notify_all();
            }
        }
        step
    }

    /// Runs a step; a panic in it belongs to the caller, not to the pool.
    fn advance(&self, step: usize) -> Steps {
        INSIDE.set(true);
        let ready = catch_unwind(AssertUnwindSafe(|| self.run.advance(step)));
        INSIDE.set(false);
        ready.unwrap_or_else(|panic| {
            let mut state = self.state();
            state.ready.clear();
            state.panicked.get_or_insert(panic);
            Steps::new()
        })
    }
}

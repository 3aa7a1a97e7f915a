//! With how many threads a graph runs.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
};

use derive_setters::Setters;
use rayon::{ThreadPool, ThreadPoolBuilder};

use crate::{Error, Result};

/// Most threads that may be asked for.
const MOST_THREADS: usize = 1024;

/// With how many threads a graph runs (book section 19.5.2).
///
/// Results never depend on it: kernels cut and join their work in the same way on one thread or many.
///
/// # Examples
/// ```
/// use ml_core::{Tensor, graph::{Function, RunOptions}};
///
/// let one_thread = RunOptions::default().inter_op(1).intra_op(1);
/// let f = Function::unary("f", |x| x.square()?.add(x)).options(one_thread);
/// assert_eq!(f.apply(&[&Tensor::from([1.0, 2.0])])?.to_vec::<f64>()?, [2.0, 6.0]);
/// # Ok::<(), ml_core::Error>(())
/// ```
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Setters)]
#[setters(strip_option)]
pub struct RunOptions {
    /// How many operations may run at the same time, 1 to 1024. `None`, the default: one after the other
    /// where that is as fast, and as many as the ambient `rayon` pool has threads where branches of the
    /// graph are large.
    pub inter_op: Option<usize>,
    /// Over how many threads one operation may be spread, 1 to 1024. `None`, the default: as many as the
    /// pool that it runs in has.
    pub intra_op: Option<usize>,
}

impl RunOptions {
    /// The pools that these options ask for: for operations, and for the work within one.
    pub(super) fn pools(&self) -> Result<[Option<Arc<ThreadPool>>; 2]> {
        // Operations one after the other need no thread of their own.
        let inter = self
            .inter_op
            .map(|threads| check("inter_op", threads))
            .transpose()?;
        let intra = self
            .intra_op
            .map(|threads| check("intra_op", threads))
            .transpose()?;
        Ok([
            inter
                .filter(|&threads| threads > 1)
                .map(|threads| pool("inter", threads))
                .transpose()?,
            intra.map(|threads| pool("intra", threads)).transpose()?,
        ])
    }
}

fn check(name: &str, threads: usize) -> Result<usize> {
    if (1..=MOST_THREADS).contains(&threads) {
        return Ok(threads);
    }
    Err(Error::Parameter {
        name: name.to_owned(),
        value: threads.to_string(),
        domain: format!("1 to {MOST_THREADS} threads"),
    })
}

/// The pool of this many threads for this use: made once, shared by all graphs.
fn pool(of: &'static str, threads: usize) -> Result<Arc<ThreadPool>> {
    static POOLS: Mutex<BTreeMap<(&str, usize), Arc<ThreadPool>>> = Mutex::new(BTreeMap::new());
    let mut pools = POOLS.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(pool) = pools.get(&(of, threads)) {
        return Ok(Arc::clone(pool));
    }
    let built = ThreadPoolBuilder::new()
        .num_threads(threads)
        .thread_name(move |number| format!("{of}-op-{number}"))
        .build()
        .map_err(|error| Error::Parameter {
            name: format!("{of}_op"),
            value: threads.to_string(),
            domain: format!("as many threads as the system can start: {error}"),
        })?;
    let built = Arc::new(built);
    pools.insert((of, threads), Arc::clone(&built));
    Ok(built)
}

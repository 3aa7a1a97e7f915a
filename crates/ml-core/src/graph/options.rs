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
/// The bodies of loops and the branches of [`cond`](super::cond()) are part of one operation: what is in them runs one
/// after the other, spread as that operation is. So does a graph that an operation of another one calls.
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
    /// where that is as fast or `intra_op` is given, and as many as the ambient `rayon` pool has threads where
    /// branches of the graph are large.
    pub inter_op: Option<usize>,
    /// Over how many threads each of them may be spread, 1 to 1024, together no more than 1024. `None`, the default:
    /// over as many as run operations, or as the ambient pool has where these run one after the other.
    pub intra_op: Option<usize>,
}

/// Where the operations of a graph run.
pub(super) enum Threads {
    /// One after the other, where the caller is.
    Here,
    /// One after the other, spread over this pool.
    Spread(Arc<[ThreadPool]>),
    /// Side by side on the threads of one pool, over which each is spread.
    Shared(Arc<[ThreadPool]>),
    /// One at a time in each of these pools.
    Counted(Arc<[ThreadPool]>),
}

impl RunOptions {
    /// The threads that these options ask for.
    pub(super) fn threads(&self) -> Result<Threads> {
        let inter = check("inter_op", self.inter_op)?;
        let intra = check("intra_op", self.intra_op)?;
        Ok(match (inter.unwrap_or(1), intra) {
            (1, None) => Threads::Here,
            (1, Some(intra)) => Threads::Spread(pools(1, intra)?),
            (inter, None) => Threads::Shared(pools(1, inter)?),
            (inter, Some(intra)) => {
                check("inter_op times intra_op", Some(inter * intra))?;
                Threads::Counted(pools(inter, intra)?)
            }
        })
    }
}

fn check(name: &str, threads: Option<usize>) -> Result<Option<usize>> {
    match threads {
        Some(wrong) if !(1..=MOST_THREADS).contains(&wrong) => Err(Error::Parameter {
            name: name.to_owned(),
            value: wrong.to_string(),
            domain: format!("1 to {MOST_THREADS} threads"),
        }),
        threads => Ok(threads),
    }
}

/// So many pools of so many threads: made once, shared by all graphs.
fn pools(count: usize, threads: usize) -> Result<Arc<[ThreadPool]>> {
    type Pools = BTreeMap<(usize, usize), Arc<[ThreadPool]>>;
    static POOLS: Mutex<Pools> = Mutex::new(BTreeMap::new());
    let mut known = POOLS.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(pools) = known.get(&(count, threads)) {
        return Ok(Arc::clone(pools));
    }
    let build = |pool: usize| {
        ThreadPoolBuilder::new()
            .num_threads(threads)
            .thread_name(move |number| format!("graph-{pool}-{number}"))
            .build()
            .map_err(|error| Error::Parameter {
                name: "threads of a graph".to_owned(),
                value: format!("{count} times {threads}"),
                domain: format!("as many threads as the system can start: {error}"),
            })
    };
    let built: Arc<[ThreadPool]> = (0..count).map(build).collect::<Result<Vec<_>>>()?.into();
    known.insert((count, threads), Arc::clone(&built));
    Ok(built)
}

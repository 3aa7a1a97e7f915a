//! What blocks: a lock, and a signal for every change.

use std::{
    fmt,
    sync::{Condvar, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use super::{Component, Record, order::Order, record};
use crate::{Error, Result, Tensor};

/// A queue, whatever its discipline.
pub(super) struct Core {
    name: &'static str,
    capacity: usize,
    /// Records that must remain while the queue is open.
    reserve: usize,
    components: Vec<Component>,
    state: Mutex<State>,
    /// Somebody put, took, gave up or closed.
    changed: Condvar,
}

struct State {
    order: Box<dyn Order>,
    closed: bool,
    /// Closed, and those who wait for room give up.
    cancelled: bool,
    /// Calls that are putting records, some of them waiting for room: more may come although closed.
    writers: usize,
}

impl State {
    /// Whether nothing more will come.
    fn is_over(&self) -> bool {
        self.closed && (self.writers == 0 || self.cancelled)
    }
}

impl Core {
    pub(super) fn new(
        name: &'static str,
        capacity: usize,
        components: Vec<Component>,
        order: Box<dyn Order>,
    ) -> Result<Self> {
        if capacity == 0 {
            return Err(Error::Parameter {
                name: format!("{name}: capacity"),
                value: "0".to_owned(),
                domain: "at least 1 record".to_owned(),
            });
        }
        Ok(Self {
            name,
            capacity,
            reserve: 0,
            components,
            state: Mutex::new(State {
                order,
                closed: false,
                cancelled: false,
                writers: 0,
            }),
            changed: Condvar::new(),
        })
    }

    /// The same, where `reserve` records remain while the queue is open.
    pub(super) fn keeping(self, reserve: usize) -> Result<Self> {
        if reserve >= self.capacity {
            return Err(Error::Parameter {
                name: format!("{}: min_after_dequeue", self.name),
                value: reserve.to_string(),
                domain: format!(
                    "less than the capacity, {}: else nothing could ever be taken",
                    self.capacity
                ),
            });
        }
        Ok(Self { reserve, ..self })
    }

    pub(super) fn components(&self) -> &[Component] {
        &self.components
    }

    pub(super) fn capacity(&self) -> usize {
        self.capacity
    }

    pub(super) fn most_at_once(&self) -> usize {
        self.capacity - self.reserve
    }

    pub(super) fn size(&self) -> usize {
        self.lock().order.len()
    }

    pub(super) fn is_closed(&self) -> bool {
        self.lock().closed
    }

    pub(super) fn close(&self, cancel: bool) {
        let mut state = self.lock();
        state.closed = true;
        state.cancelled |= cancel;
        self.changed.notify_all();
    }

    /// The record as it is kept, if it is of the right kind.
    pub(super) fn admit(&self, op: &'static str, record: &[Tensor]) -> Result<Record> {
        record::admit(op, record, &self.components)
    }

    /// Puts records that were admitted, one by one as there is room.
    pub(super) fn put(
        &self,
        op: &'static str,
        records: Vec<Record>,
        patience: Option<Duration>,
    ) -> Result<()> {
        let deadline = deadline(patience);
        let mut state = self.lock();
        if state.closed {
            return Err(self.refused(op));
        }
        state.writers += 1;
        let mut outcome = Ok(());
        'records: for record in records {
            while state.order.len() >= self.capacity {
                if state.cancelled {
                    outcome = Err(self.refused(op));
                    break 'records;
                }
                let late;
                (state, late) = self.wait(state, deadline);
                if let Some(waited) = late {
                    outcome = Err(self.timeout(op, waited, "still full"));
                    break 'records;
                }
            }
            state.order.push(record);
            self.changed.notify_all();
        }
        state.writers -= 1;
        self.changed.notify_all();
        outcome
    }

    /// Takes `n` records together; with `fewer`, what is left of a closed queue.
    pub(super) fn take(
        &self,
        op: &'static str,
        n: usize,
        fewer: bool,
        patience: Option<Duration>,
    ) -> Result<Vec<Record>> {
        self.take_or_end(op, n, fewer, patience)?
            .map_err(|left| Error::Data {
                op,
                problem: format!(
                    "the {} is closed and holds {left} records, but {n} are asked for",
                    self.name
                ),
                remedy: "stop taking: nothing more will come (dequeue_up_to takes what is left)",
            })
    }

    /// As [`take`](Self::take); the inner error is how many are left where nothing more will come.
    pub(super) fn take_or_end(
        &self,
        op: &'static str,
        n: usize,
        fewer: bool,
        patience: Option<Duration>,
    ) -> Result<Result<Vec<Record>, usize>> {
        let deadline = deadline(patience);
        let mut state = self.lock();
        loop {
            let (left, over) = (state.order.len(), state.is_over());
            let available = if over {
                left
            } else {
                left.saturating_sub(self.reserve)
            };
            let taken = match () {
                () if available >= n => n,
                () if over && fewer && left > 0 => left,
                () if over => return Ok(Err(left)),
                () => {
                    let late;
                    (state, late) = self.wait(state, deadline);
                    if let Some(waited) = late {
                        return Err(self.timeout(op, waited, "without enough records"));
                    }
                    continue;
                }
            };
            let records = (0..taken).map_while(|_| state.order.pop()).collect();
            self.changed.notify_all();
            return Ok(Ok(records));
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits for a change; gives the patience back when the time is up.
    fn wait<'s>(
        &'s self,
        state: MutexGuard<'s, State>,
        deadline: Option<(Duration, Instant)>,
    ) -> (MutexGuard<'s, State>, Option<Duration>) {
        let Some((patience, deadline)) = deadline else {
            let state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
            return (state, None);
        };
        let left = deadline.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return (state, Some(patience));
        }
        let woken = self.changed.wait_timeout(state, left);
        (woken.unwrap_or_else(PoisonError::into_inner).0, None)
    }

    fn refused(&self, op: &'static str) -> Error {
        Error::Data {
            op,
            problem: format!("the {} is closed", self.name),
            remedy: "put records before closing it, or make another queue",
        }
    }

    fn timeout(&self, op: &'static str, waited: Duration, how: &str) -> Error {
        Error::Data {
            op,
            problem: format!(
                "the {} of capacity {} was {how} after {waited:?}",
                self.name, self.capacity
            ),
            remedy: "another thread must help: start it, allow more time, or close the queue",
        }
    }
}

/// How long to wait, and until when; a time beyond the clock's range is for ever.
fn deadline(patience: Option<Duration>) -> Option<(Duration, Instant)> {
    patience.and_then(|patience| Some((patience, Instant::now().checked_add(patience)?)))
}

impl fmt::Debug for Core {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({} of {} records)", self.name, self.size(), self.capacity)
    }
}

//! Bounded queues of records between threads (book appendix F.6).
//!
//! For input pipelines the data API has taken their place; they remain useful where threads hand tensors to
//! each other. Four disciplines share one interface:
//!
//! | made by | leaves first |
//! |---|---|
//! | [`Queue::fifo`] | what came first |
//! | [`Queue::padding_fifo`] | what came first; batches may mix shapes and are padded |
//! | [`Queue::priority`] | the LOWEST priority number; what came first among equals |
//! | [`Queue::random_shuffle`] | any one, while enough remain to choose from |

mod core;
mod order;
mod record;

use std::{sync::Arc, time::Duration};

use self::{core::Core, record::Batch};
use crate::{DType, Error, Result, Shape, Tensor};

pub use self::record::Component;

/// A record: a tensor a component.
pub type Record = Vec<Tensor>;

/// A bounded queue of records, safe to share: clones are handles of one queue.
///
/// `enqueue*` waits while the queue is full, `dequeue*` while it holds too little, until another thread helps
/// or the queue is closed; [`with_timeout`](Self::with_timeout) bounds the wait. Records are values: gradients
/// do not flow through a queue.
///
/// # Examples
/// ```
/// use ml_core::{DType, Shape, Tensor, ops::Spec, structures::queue::Queue};
///
/// let q = Queue::fifo(3, [Spec::new(DType::I32, []), Spec::new(DType::Str, [])])?;
/// q.enqueue(&[Tensor::from(10), Tensor::from("windy")])?;
/// q.enqueue(&[Tensor::from(15), Tensor::from("sunny")])?;
/// assert_eq!(q.size(), 2);
/// assert_eq!(q.dequeue()?[0].item::<i32>()?, 10);
/// # Ok::<(), ml_core::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct Queue {
    core: Arc<Core>,
    patience: Option<Duration>,
}

impl Queue {
    /// First in, first out: at most `capacity` records of these components, each a
    /// [`DType`] or, with a shape, a [`Spec`](crate::ops::Spec).
    ///
    /// # Errors
    /// [`Error::Parameter`] for a capacity of 0, [`Error::Empty`] without components,
    /// [`Error::BadShape`] for a shape with unknown axes.
    pub fn fifo(capacity: usize, components: impl IntoIterator<Item = impl Into<Component>>) -> Result<Self> {
        Self::new(Core::new(
            "fifo queue",
            capacity,
            record::fixed(components)?,
            order::fifo(),
        )?)
    }

    /// As [`fifo`](Self::fifo), but axes of a component may be [`Shape::UNKNOWN`]: where records are dequeued
    /// together, the shorter ones are padded with 0, false or the empty string.
    ///
    /// # Errors
    /// As [`fifo`](Self::fifo); [`Error::Parameter`] for a component without a shape.
    ///
    /// # Examples
    /// ```
    /// use ml_core::{DType, Shape, Tensor, ops::Spec, structures::queue::Queue};
    ///
    /// let q = Queue::padding_fifo(3, [Spec::new(DType::I32, [Shape::UNKNOWN])])?;
    /// q.enqueue(&[Tensor::from([1])])?;
    /// q.enqueue(&[Tensor::from([2, 3])])?;
    /// assert_eq!(q.dequeue_many(2)?[0].to_vec::<i32>()?, [1, 0, 2, 3]);
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    pub fn padding_fifo(
        capacity: usize,
        components: impl IntoIterator<Item = impl Into<Component>>,
    ) -> Result<Self> {
        Self::new(Core::new(
            "padding fifo queue",
            capacity,
            record::padded(components)?,
            order::fifo(),
        )?)
    }

    /// The record with the LOWEST priority leaves first; among equals, the one that came first. The priority,
    /// an `i64` scalar, is one more component in front of those given.
    ///
    /// # Errors
    /// As [`fifo`](Self::fifo).
    ///
    /// # Examples
    /// ```
    /// use ml_core::{DType, Tensor, structures::queue::Queue};
    ///
    /// let q = Queue::priority(3, [DType::Str])?;
    /// q.enqueue(&[Tensor::from(7i64), Tensor::from("later")])?;
    /// q.enqueue(&[Tensor::from(-1i64), Tensor::from("now")])?;
    /// assert_eq!(q.dequeue()?[0].item::<i64>()?, -1);
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    pub fn priority(
        capacity: usize,
        components: impl IntoIterator<Item = impl Into<Component>>,
    ) -> Result<Self> {
        let priority = Component::new(DType::I64, Some(Shape::scalar()));
        let components = std::iter::once(priority).chain(components.into_iter().map(Into::into));
        Self::new(Core::new(
            "priority queue",
            capacity,
            record::fixed(components)?,
            order::priority(),
        )?)
    }

    /// A random record leaves, drawn with `seed`, while `min_after_dequeue` others remain to choose from; once
    /// the queue is closed, the rest leaves, too.
    ///
    /// # Errors
    /// As [`fifo`](Self::fifo); [`Error::Parameter`] unless `min_after_dequeue` is less than the capacity.
    ///
    /// # Examples
    /// ```
    /// use ml_core::{DType, Tensor, structures::queue::Queue};
    ///
    /// let q = Queue::random_shuffle(9, 2, [DType::I32], 42)?;
    /// for i in 0..3 {
    ///     q.enqueue(&[Tensor::from(i)])?;
    /// }
    /// assert!((0..3).contains(&q.dequeue()?[0].item::<i32>()?));
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    pub fn random_shuffle(
        capacity: usize,
        min_after_dequeue: usize,
        components: impl IntoIterator<Item = impl Into<Component>>,
        seed: u64,
    ) -> Result<Self> {
        let components = record::fixed(components)?;
        let core = Core::new("random shuffle queue", capacity, components, order::shuffle(seed))?;
        Self::new(core.keeping(min_after_dequeue)?)
    }

    fn new(core: Core) -> Result<Self> {
        Ok(Self {
            core: Arc::new(core),
            patience: None,
        })
    }

    /// A handle of the same queue whose calls give up, with an error, after waiting this long.
    ///
    /// # Examples
    /// ```
    /// use ml_core::{DType, structures::queue::Queue};
    /// use std::time::Duration;
    ///
    /// let q = Queue::fifo(1, [DType::I32])?.with_timeout(Duration::from_millis(5));
    /// assert!(q.dequeue().unwrap_err().to_string().contains("5ms"));
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    #[must_use]
    pub fn with_timeout(&self, patience: Duration) -> Self {
        Self {
            core: Arc::clone(&self.core),
            patience: Some(patience),
        }
    }

    /// Adds a record; waits while the queue is full.
    ///
    /// # Errors
    /// [`Error::Length`] for another number of components, [`Error::MixedDTypes`] and [`Error::Shape`] for one of
    /// another type or shape, [`Error::Graph`] while tracing, [`Error::Data`] if the queue is closed or
    /// the time is up.
    pub fn enqueue(&self, record: &[Tensor]) -> Result<()> {
        let record = self.core.admit("enqueue", record)?;
        self.core.put("enqueue", vec![record], self.patience)
    }

    /// Adds the records whose components lie along the first axis of `batch`'s tensors, waiting for room as
    /// often as needed.
    ///
    /// # Errors
    /// As [`enqueue`](Self::enqueue), before anything is added; [`Error::BadShape`] unless all tensors have the
    /// same first length. When the time is up, the records that found room stay.
    ///
    /// # Examples
    /// ```
    /// use ml_core::{DType, Tensor, structures::queue::Queue};
    ///
    /// let q = Queue::fifo(3, [DType::I32, DType::Str])?;
    /// q.enqueue_many(&[Tensor::from([13, 16]), Tensor::from(["cloudy", "rainy"])])?;
    /// assert_eq!((q.size(), q.dequeue()?[0].item::<i32>()?), (2, 13));
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    pub fn enqueue_many(&self, batch: &[Tensor]) -> Result<()> {
        const OP: &str = "enqueue_many";
        let records = record::split(OP, batch)?;
        let records = records.iter().map(|record| self.core.admit(OP, record));
        self.core.put(OP, records.collect::<Result<_>>()?, self.patience)
    }

    /// Takes a record; waits while there is none.
    ///
    /// # Errors
    /// [`Error::Data`] if the queue is closed and drained, or the time is up.
    pub fn dequeue(&self) -> Result<Record> {
        let mut records = self.core.take("dequeue", 1, false, self.patience)?;
        Ok(records.pop().expect("one record was asked for and came"))
    }

    /// Takes a record, or `None` once the queue is closed and drained: the end of a consumer's loop.
    ///
    /// # Errors
    /// [`Error::Data`] if the time is up.
    ///
    /// # Examples
    /// ```
    /// use ml_core::{DType, Tensor, structures::queue::Queue};
    ///
    /// let q = Queue::fifo(3, [DType::I32])?;
    /// q.enqueue_many(&[Tensor::from([1, 2])])?;
    /// q.close();
    /// let mut sum = 0;
    /// while let Some(record) = q.next_record()? {
    ///     sum += record[0].item::<i32>()?;
    /// }
    /// assert_eq!(sum, 3);
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    pub fn next_record(&self) -> Result<Option<Record>> {
        Ok(self
            .core
            .take_or_end("next_record", 1, false, self.patience)?
            .ok()
            .and_then(|mut r| r.pop()))
    }

    /// Takes `n` records at once, stacked: every component gets a first axis of length `n`. Waits until so many
    /// are there.
    ///
    /// # Errors
    /// [`Error::Parameter`] for 0 or more than the capacity (which could never be there together), or if the
    /// components were given without shapes; [`Error::Data`] if the queue is closed with fewer, which stay, or
    /// the time is up.
    ///
    /// # Examples
    /// ```
    /// use ml_core::{DType, Tensor, ops::Spec, structures::queue::Queue};
    ///
    /// let q = Queue::fifo(3, [Spec::new(DType::I32, [])])?;
    /// q.enqueue_many(&[Tensor::from([15, 13, 16])])?;
    /// assert_eq!(q.dequeue_many(3)?[0].to_vec::<i32>()?, [15, 13, 16]);
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    pub fn dequeue_many(&self, n: usize) -> Result<Record> {
        self.batch("dequeue_many", n, false)
    }

    /// As [`dequeue_many`](Self::dequeue_many), but a closed queue gives the fewer that are left.
    ///
    /// # Errors
    /// As [`dequeue_many`](Self::dequeue_many); [`Error::Data`] if a closed queue has nothing left.
    pub fn dequeue_up_to(&self, n: usize) -> Result<Record> {
        self.batch("dequeue_up_to", n, true)
    }

    fn batch(&self, op: &'static str, n: usize, fewer: bool) -> Result<Record> {
        let batch = Batch::of(op, self.core.components())?;
        let most = self.core.most_at_once();
        if !(1..=most).contains(&n) {
            return Err(Error::Parameter {
                name: format!("{op}: n"),
                value: n.to_string(),
                domain: format!("1 to {most}, as many as can be there to be taken together"),
            });
        }
        batch.stack(&self.core.take(op, n, fewer, self.patience)?)
    }

    /// Number of records in the queue now.
    pub fn size(&self) -> usize {
        self.core.size()
    }

    /// The most records it holds.
    pub fn capacity(&self) -> usize {
        self.core.capacity()
    }

    /// Refuses records from now on. What is there, and what waits for room already, can still be taken;
    /// after that, taking is an error. Wakes all who wait for what will not come.
    pub fn close(&self) {
        self.core.close(false);
    }

    /// As [`close`](Self::close), and those who wait for room give up with an error.
    pub fn close_and_cancel(&self) {
        self.core.close(true);
    }

    /// Whether it was closed.
    pub fn is_closed(&self) -> bool {
        self.core.is_closed()
    }
}

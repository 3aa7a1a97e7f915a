//! Which record leaves next.

use std::{
    cmp::Ordering,
    collections::{BinaryHeap, VecDeque},
};

use super::Record;
use crate::Rng;

/// A discipline with the records it holds.
pub(super) trait Order: Send {
    fn len(&self) -> usize;
    fn push(&mut self, record: Record);
    fn pop(&mut self) -> Option<Record>;
}

/// What came first.
pub(super) fn fifo() -> Box<dyn Order> {
    Box::new(VecDeque::new())
}

/// The lowest first component; what came first among equals.
pub(super) fn priority() -> Box<dyn Order> {
    Box::new(ByPriority {
        heap: BinaryHeap::new(),
        count: 0,
    })
}

/// Any.
pub(super) fn shuffle(seed: u64) -> Box<dyn Order> {
    Box::new(Shuffled {
        records: Vec::new(),
        rng: Rng::new(seed),
    })
}

impl Order for VecDeque<Record> {
    fn len(&self) -> usize {
        self.len()
    }

    fn push(&mut self, record: Record) {
        self.push_back(record);
    }

    fn pop(&mut self) -> Option<Record> {
        self.pop_front()
    }
}

struct ByPriority {
    heap: BinaryHeap<Entry>,
    /// Records that ever came: ties leave in this order.
    count: u64,
}

struct Entry {
    priority: i64,
    number: u64,
    record: Record,
}

/// The greatest leaves the heap first: the one of lowest priority and number.
impl Ord for Entry {
    fn cmp(&self, other: &Self) -> Ordering {
        (other.priority, other.number).cmp(&(self.priority, self.number))
    }
}

impl PartialOrd for Entry {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Entry {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Entry {}

impl Order for ByPriority {
    fn len(&self) -> usize {
        self.heap.len()
    }

    fn push(&mut self, record: Record) {
        let priority = record[0]
            .item()
            .expect("records were admitted: the first component is an i64 scalar");
        self.heap.push(Entry {
            priority,
            number: self.count,
            record,
        });
        self.count += 1;
    }

    fn pop(&mut self) -> Option<Record> {
        self.heap.pop().map(|entry| entry.record)
    }
}

struct Shuffled {
    records: Vec<Record>,
    rng: Rng,
}

impl Order for Shuffled {
    fn len(&self) -> usize {
        self.records.len()
    }

    fn push(&mut self, record: Record) {
        self.records.push(record);
    }

    fn pop(&mut self) -> Option<Record> {
        if self.records.is_empty() {
            return None;
        }
        let chosen = self.rng.below(self.records.len());
        Some(self.records.swap_remove(chosen))
    }
}

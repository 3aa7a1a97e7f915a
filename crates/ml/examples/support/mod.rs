//! What the chapters' programs share: a report of our numbers beside the book's.

mod page;
mod report;

pub(crate) use report::{AnyResult, Book, Chapter, run};

//! What the chapters' programs share: a report of our numbers beside the book's.

// Every program compiles this for itself and uses its part of it.
#![allow(dead_code, unused_imports)]

mod page;
mod report;

pub(crate) use report::{AnyResult, Book, Chapter, run};

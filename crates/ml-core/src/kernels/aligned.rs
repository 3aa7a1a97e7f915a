//! Memory that vectors of numbers lie whole in.

use std::ops::{Deref, DerefMut};

/// Bytes in a line of the cache, and in the widest vector: one that begins elsewhere costs two accesses.
pub(crate) const LINE: usize = 64;

/// A buffer that begins at a line of the cache.
#[derive(Default)]
pub(crate) struct Aligned<T> {
    values: Vec<T>,
    start: usize,
    len: usize,
}

impl<T: Clone + Default> Aligned<T> {
    pub(crate) fn new(len: usize) -> Self {
        let slack = LINE / size_of::<T>().max(1);
        let values = vec![T::default(); len + slack];
        // A hint only: where the distance is unknown, the buffer begins where its memory does.
        let start = Some(values.as_ptr().align_offset(LINE)).filter(|&start| start <= slack);
        Self {
            values,
            start: start.unwrap_or(0),
            len,
        }
    }
}

impl<T> Deref for Aligned<T> {
    type Target = [T];

    #[inline]
    fn deref(&self) -> &[T] {
        &self.values[self.start..self.start + self.len]
    }
}

impl<T> DerefMut for Aligned<T> {
    #[inline]
    fn deref_mut(&mut self) -> &mut [T] {
        &mut self.values[self.start..self.start + self.len]
    }
}

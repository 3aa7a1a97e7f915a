//! Memory of tensors, and its reuse.

use std::ops::Deref;

use smallvec::SmallVec;

use crate::dtype::Element;

/// Elements that a block holds itself, without memory of their own.
pub(crate) const FEW: usize = 16;

/// Smaller memory is cheaper to ask the system for than to look up here.
const SMALLEST_KEPT: usize = 32 << 10;
/// At most this much memory of one element type waits to be used again.
const MOST_KEPT: usize = 128 << 20;

/// The elements of a tensor, in memory that returns to a list of spare blocks when it is dropped.
///
/// Fresh memory costs a page fault every 4 KiB, more than the arithmetic of most operations; a training
/// step or a loop over large tensors runs in the blocks of its previous round.
#[derive(Debug)]
pub struct Block<T: Element>(SmallVec<[T; FEW]>);

impl<T: Element> Block<T> {
    #[inline]
    pub(crate) fn new(values: Vec<T>) -> Self {
        Self(SmallVec::from_vec(values))
    }

    /// The first `len` of these elements.
    #[inline]
    pub(crate) fn few(values: [T; FEW], len: usize) -> Self {
        Self(SmallVec::from_buf_and_len(values, len))
    }

    pub(crate) fn as_mut_slice(&mut self) -> &mut [T] {
        &mut self.0
    }

    pub(crate) fn into_vec(mut self) -> Vec<T> {
        std::mem::take(&mut self.0).into_vec()
    }
}

impl<T: Element> Clone for Block<T> {
    fn clone(&self) -> Self {
        let mut copy = scratch(self.0.len());
        copy.clone_from_slice(&self.0);
        Self::new(copy)
    }
}

impl<T: Element> Deref for Block<T> {
    type Target = [T];

    #[inline]
    fn deref(&self) -> &[T] {
        &self.0
    }
}

impl<T: Element> Drop for Block<T> {
    fn drop(&mut self) {
        let own = bytes::<T>(self.0.capacity());
        if !self.0.spilled() || !(SMALLEST_KEPT..=MOST_KEPT).contains(&own) {
            return;
        }
        let values = std::mem::take(&mut self.0).into_vec();
        // A poisoned list is left alone: the memory goes back to the system.
        let Ok(mut spare) = T::spare().lock() else { return };
        spare.push(values);
        let mut kept: usize = spare.iter().map(|block| bytes::<T>(block.capacity())).sum();
        while kept > MOST_KEPT {
            kept -= bytes::<T>(spare.remove(0).capacity());
        }
    }
}

fn bytes<T>(elements: usize) -> usize {
    elements * size_of::<T>()
}

/// `len` elements with any content, for a kernel that writes every one of them.
pub(crate) fn scratch<T: Element>(len: usize) -> Vec<T> {
    if bytes::<T>(len) < SMALLEST_KEPT {
        // Not `vec![zero; len]`: asking for zeroed memory is the slow path of allocators, filling it is quick.
        let mut values = Vec::with_capacity(len);
        values.resize(len, T::default());
        return values;
    }
    match take_spare::<T>(len) {
        Some(mut values) => {
            // Only what lies beyond the block's former length is written here.
            values.resize(len, T::default());
            values
        }
        None => vec![T::default(); len],
    }
}

/// The most recent spare block that is large enough and not more than half empty.
fn take_spare<T: Element>(len: usize) -> Option<Vec<T>> {
    let mut spare = T::spare().lock().ok()?;
    let fits = |block: &Vec<T>| block.capacity() >= len && block.capacity() <= 2 * len;
    let index = spare.iter().rposition(fits)?;
    Some(spare.remove(index))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dropped_memory_is_used_again() {
        let len = 77_777;
        let block = Block::new(vec![1.5f64; len]);
        let address = block.as_ptr();
        drop(block);
        let again = (0..64)
            .map(|_| scratch::<f64>(len))
            .find(|values| values.as_ptr() == address);
        assert!(again.is_some_and(|values| values.len() == len));
    }
}

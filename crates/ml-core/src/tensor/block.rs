//! Memory of tensors, and its reuse.

use std::{ops::Deref, sync::Arc};

use crate::dtype::Element;

/// Smaller memory is cheaper to ask the system for than to look up here.
const SMALLEST_KEPT: usize = 32 << 10;
/// At most this much memory of one element type waits to be used again.
const MOST_KEPT: usize = 128 << 20;

/// The elements of a tensor: a few inside it, more in a block that its views share.
#[derive(Clone, Debug)]
pub enum Store<T: Element> {
    /// Inside it.
    Few(Few<T>),
    /// Shared memory.
    Block(Arc<Block<T>>),
}

/// A few elements, without memory of their own.
///
/// The elements come first and at a multiple of 8 bytes, so that vectors of them are copied as they were written.
#[derive(Clone, Debug)]
#[repr(C, align(8))]
pub struct Few<T: Element> {
    values: T::Few,
    /// How many of them count, from the first on.
    len: usize,
}

impl<T: Element> Few<T> {
    /// All there is room for, and how many of them count.
    #[inline]
    pub(crate) fn parts(&self) -> (&T::Few, usize) {
        (&self.values, self.len)
    }
}

impl<T: Element> Store<T> {
    /// Elements that need no memory of their own.
    pub(crate) const FEW: usize = size_of::<T::Few>() / size_of::<T>();

    /// `len` elements with any content, for a kernel that writes every one of them.
    #[inline]
    pub(crate) fn scratch(len: usize) -> Self {
        if len <= Self::FEW {
            return Self::few(T::Few::default(), len);
        }
        Self::Block(Arc::new(Block(scratch(len))))
    }

    /// The first `len` of these elements.
    #[inline]
    pub(crate) fn few(values: T::Few, len: usize) -> Self {
        debug_assert!(len <= Self::FEW);
        Self::Few(Few { values, len })
    }

    /// The elements to be written, if nobody else holds them.
    #[inline]
    pub(crate) fn unique(&mut self) -> Option<&mut [T]> {
        match self {
            Self::Few(few) => Some(&mut few.values.as_mut()[..few.len]),
            Self::Block(block) => Arc::get_mut(block).map(|block| &mut block.0[..]),
        }
    }

    /// The elements of memory that was just made.
    #[inline]
    pub(crate) fn fresh(&mut self) -> &mut [T] {
        self.unique().expect("nobody else can hold it yet")
    }

    /// The elements as a vector of their own; memory that nobody else holds is handed over.
    pub(crate) fn into_vec(self) -> Vec<T> {
        match self {
            Self::Few(_) => self.to_vec(),
            Self::Block(block) => match Arc::try_unwrap(block) {
                Ok(mut block) => std::mem::take(&mut block.0),
                Err(shared) => shared.0.clone(),
            },
        }
    }
}

impl<T: Element> From<Vec<T>> for Store<T> {
    #[inline]
    fn from(values: Vec<T>) -> Self {
        if values.len() > Self::FEW {
            return Self::Block(Arc::new(Block(values)));
        }
        let len = values.len();
        let mut few = T::Few::default();
        few.as_mut()
            .iter_mut()
            .zip(values)
            .for_each(|(slot, value)| *slot = value);
        Self::few(few, len)
    }
}

impl<T: Element> Deref for Store<T> {
    type Target = [T];

    #[inline]
    fn deref(&self) -> &[T] {
        match self {
            Self::Few(few) => &few.values.as_ref()[..few.len],
            Self::Block(block) => &block.0,
        }
    }
}

/// Memory that returns to a list of spare blocks when it is dropped.
///
/// Fresh memory costs a page fault every 4 KiB, more than the arithmetic of most operations; a training
/// step or a loop over large tensors runs in the blocks of its previous round.
#[derive(Debug)]
pub struct Block<T: Element>(Vec<T>);

impl<T: Element> Drop for Block<T> {
    fn drop(&mut self) {
        let own = bytes::<T>(self.0.capacity());
        if !(SMALLEST_KEPT..=MOST_KEPT).contains(&own) {
            return;
        }
        let values = std::mem::take(&mut self.0);
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
        let block = Store::from(vec![1.5f64; len]);
        let address = block.as_ptr();
        drop(block);
        let again = (0..64)
            .map(|_| scratch::<f64>(len))
            .find(|values| values.as_ptr() == address);
        assert!(again.is_some_and(|values| values.len() == len));
    }
}

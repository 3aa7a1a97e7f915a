//! Shared values that are made where they will lie.

use triomphe::{Arc, UniqueArc};

/// What `make` returns, in shared memory.
///
/// The memory is asked for first, so that the value is written there once: a processor that copies what was written
/// a moment ago, in other portions, waits for it, and every operation on tensors makes such a value.
#[inline(always)]
pub(crate) fn share<T>(make: impl FnOnce() -> T) -> Arc<T> {
    let mut place = UniqueArc::<T>::new_uninit();
    place.write(make());
    // SAFETY: it was written the line before.
    unsafe { UniqueArc::assume_init(place) }.shareable()
}

#[cfg(test)]
mod tests {
    use std::panic::{AssertUnwindSafe, catch_unwind};

    use super::*;

    #[test]
    fn it_holds_what_was_made() {
        let shared = share(|| vec![1, 2, 3]);
        let clone = Arc::clone(&shared);
        drop(shared);
        assert_eq!(*clone, [1, 2, 3]);
        assert_eq!(
            Arc::into_unique(clone).map(UniqueArc::into_inner),
            Some(vec![1, 2, 3])
        );
    }

    #[test]
    fn nothing_is_dropped_that_was_not_made() {
        let failed = catch_unwind(AssertUnwindSafe(|| share(|| -> Vec<u8> { panic!("not made") })));
        assert!(failed.is_err());
    }
}

//! Whole numbers by masked rejection.

use std::{
    fmt::Display,
    ops::{Bound, RangeBounds},
};

use ndarray::{Array, IntoDimension};

use super::{NumpyRng, filled, mt19937::Mt19937};
use crate::{Error, Result};

impl NumpyRng {
    /// `randint(low, high, shape, dtype)`: uniform among the integers of a range, whose type is the
    /// dtype: `randint(0..10, 5)`, `randint(0..=255u8, (28, 28))`.
    ///
    /// The type matters: several small integers (`u8`, `i8`, `u16`, `i16`) are cut out of one random
    /// word, the larger ones take one or two words each. NumPy's default is `i64`; for ranges below
    /// 2^32 the draws of all 32- and 64-bit types are the same.
    ///
    /// # Errors
    /// [`Error::Parameter`] if the range is empty.
    ///
    /// # Examples
    /// ```
    /// use ml_core::random::NumpyRng;
    ///
    /// let mut rng = NumpyRng::new(42);
    /// assert_eq!(rng.randint(0..100, 4)?.to_vec(), [51, 92, 14, 71]);
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    pub fn randint<T: Integer, S: IntoDimension>(
        &mut self,
        range: impl RangeBounds<T>,
        shape: S,
    ) -> Result<Array<T, S::Dim>> {
        let (low, last) = ends(&range);
        if low > last {
            return Err(Error::Parameter {
                name: "range".to_owned(),
                value: format!("{low}..={last}"),
                domain: "at least one integer".to_owned(),
            });
        }
        let mut cut = Cut::new((last - low) as u64, T::BITS);
        let twister = &mut self.twister;
        Ok(filled(shape, || {
            T::from_wide(low + i128::from(cut.draw(twister)))
        }))
    }

    /// Uniform among `0..=last`, as shuffling and the 64-bit `randint` draw it.
    #[inline]
    pub(super) fn interval(&mut self, last: u64) -> u64 {
        match last {
            0 => 0,
            u64::MAX => self.twister.next_u64(),
            _ => masked(last, || {
                if last <= u64::from(u32::MAX) {
                    u64::from(self.twister.next_u32())
                } else {
                    self.twister.next_u64()
                }
            }),
        }
    }
}

/// First and last integer of a range.
fn ends<T: Integer>(range: &impl RangeBounds<T>) -> (i128, i128) {
    let low = match range.start_bound() {
        Bound::Included(low) => low.to_wide(),
        Bound::Excluded(low) => low.to_wide() + 1,
        Bound::Unbounded => T::MIN,
    };
    let last = match range.end_bound() {
        Bound::Included(last) => last.to_wide(),
        Bound::Excluded(high) => high.to_wide() - 1,
        Bound::Unbounded => T::MAX,
    };
    (low, last)
}

/// Draws until the low bits, as many as `last` has, are not above `last`.
#[inline]
fn masked(last: u64, mut draw: impl FnMut() -> u64) -> u64 {
    let mask = u64::MAX >> last.leading_zeros();
    loop {
        let value = draw() & mask;
        if value <= last {
            return value;
        }
    }
}

/// Draws of one call of `randint`, which share what is left of a word.
struct Cut {
    last: u64,
    bits: u32,
    word: u32,
    /// Pieces of `word` that are still unused.
    left: u32,
}

impl Cut {
    fn new(last: u64, bits: u32) -> Self {
        // A 64-bit integer from a range below 2^32 takes one 32-bit word.
        let bits = if bits == 64 && last <= u64::from(u32::MAX) {
            32
        } else {
            bits
        };
        let (word, left) = (0, 0);
        Self {
            last,
            bits,
            word,
            left,
        }
    }

    fn draw(&mut self, twister: &mut Mt19937) -> u64 {
        if self.last == 0 {
            return 0;
        }
        masked(self.last, || self.piece(twister))
    }

    fn piece(&mut self, twister: &mut Mt19937) -> u64 {
        if self.bits == 64 {
            return twister.next_u64();
        }
        if self.left == 0 {
            self.word = twister.next_u32();
            self.left = 32 / self.bits;
        } else {
            // Never reached for 32 bits, whose words are used whole.
            self.word >>= self.bits;
        }
        self.left -= 1;
        u64::from(self.word) & (u64::MAX >> (64 - self.bits))
    }
}

/// A type of integer that [`NumpyRng::randint`] draws.
pub trait Integer: Copy + Display + sealed::Wide {}

mod sealed {
    pub trait Wide {
        const BITS: u32;
        const MIN: i128;
        const MAX: i128;
        fn to_wide(self) -> i128;
        fn from_wide(value: i128) -> Self;
    }
}

macro_rules! integers {
    ($($t:ident),*) => { $(
        impl Integer for $t {}
        impl sealed::Wide for $t {
            const BITS: u32 = $t::BITS;
            const MIN: i128 = $t::MIN as i128;
            const MAX: i128 = $t::MAX as i128;
            fn to_wide(self) -> i128 {
                self as i128
            }
            // Only ever sees values between two of this type.
            fn from_wide(value: i128) -> Self {
                value as $t
            }
        }
    )* };
}
integers!(u8, i8, u16, i16, u32, i32, u64, i64, usize, isize);

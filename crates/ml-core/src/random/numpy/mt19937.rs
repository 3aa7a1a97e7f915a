//! The Mersenne Twister with the seeding and the derived draws of NumPy.

use std::fmt;

/// Words of state.
pub(super) const WORDS: usize = 624;
const SHIFT: usize = 397;

/// MT19937 (Matsumoto and Nishimura, "Mersenne Twister", ACM TOMACS 8, 1998).
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Mt19937 {
    pub(super) key: [u32; WORDS],
    /// Words of `key` that were handed out; all of them once `WORDS` is reached.
    pub(super) position: usize,
}

impl fmt::Debug for Mt19937 {
    // 624 words tell a reader nothing.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Mt19937 {{ position: {} }}", self.position)
    }
}

impl Mt19937 {
    /// `init_genrand` of the authors' reference: one number fills the state by a linear recurrence.
    pub(super) fn new(seed: u32) -> Self {
        let (mut key, mut word) = ([0; WORDS], seed);
        for (i, slot) in (1u32..).zip(&mut key) {
            *slot = word;
            word = 1_812_433_253u32.wrapping_mul(word ^ (word >> 30)).wrapping_add(i);
        }
        Self { key, position: WORDS }
    }

    /// `init_by_array` of the authors' reference.
    pub(super) fn from_words(seed: &[u32]) -> Self {
        let mut key = Self::new(19_650_218).key;
        let (mut i, mut j) = (1, 0);
        for _ in 0..WORDS.max(seed.len()) {
            let previous = key[i - 1] ^ (key[i - 1] >> 30);
            key[i] = (key[i] ^ previous.wrapping_mul(1_664_525))
                .wrapping_add(seed[j])
                .wrapping_add(j as u32);
            i += 1;
            j = (j + 1) % seed.len();
            if i == WORDS {
                key[0] = key[WORDS - 1];
                i = 1;
            }
        }
        for _ in 1..WORDS {
            let previous = key[i - 1] ^ (key[i - 1] >> 30);
            key[i] = (key[i] ^ previous.wrapping_mul(1_566_083_941)).wrapping_sub(i as u32);
            i += 1;
            if i == WORDS {
                key[0] = key[WORDS - 1];
                i = 1;
            }
        }
        // The top bit makes sure that the state is not all zeros.
        key[0] = 0x8000_0000;
        Self { key, position: WORDS }
    }

    #[inline]
    pub(super) fn next_u32(&mut self) -> u32 {
        if self.position == WORDS {
            self.twist();
        }
        let mut y = self.key[self.position];
        self.position += 1;
        y ^= y >> 11;
        y ^= (y << 7) & 0x9D2C_5680;
        y ^= (y << 15) & 0xEFC6_0000;
        y ^ (y >> 18)
    }

    /// Two draws, the first in the upper half.
    #[inline]
    pub(super) fn next_u64(&mut self) -> u64 {
        let high = u64::from(self.next_u32());
        high << 32 | u64::from(self.next_u32())
    }

    /// Uniform in `[0, 1)`: 27 bits of one draw over 26 bits of the next.
    #[inline]
    pub(super) fn next_f64(&mut self) -> f64 {
        let (a, b) = (self.next_u32() >> 5, self.next_u32() >> 6);
        (f64::from(a) * 67_108_864.0 + f64::from(b)) / 9_007_199_254_740_992.0
    }

    fn twist(&mut self) {
        for i in 0..WORDS {
            let y = (self.key[i] & 0x8000_0000) | (self.key[(i + 1) % WORDS] & 0x7FFF_FFFF);
            let magic = if y & 1 == 1 { 0x9908_B0DF } else { 0 };
            self.key[i] = self.key[(i + SHIFT) % WORDS] ^ (y >> 1) ^ magic;
        }
        self.position = 0;
    }
}

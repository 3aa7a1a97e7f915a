//! The fast default generator.

use rand_xoshiro::{
    Xoshiro256PlusPlus,
    rand_core::{Rng as _, SeedableRng},
};

use super::Generator;

/// A fast seeded generator (xoshiro256++) whose sequence can be split into independent streams.
///
/// Parallel work gives every unit its own [`stream`](Rng::stream), so that results do not depend on
/// the number of threads or the order in which they run.
///
/// # Examples
/// ```
/// use ml_core::Rng;
///
/// let (mut a, mut b) = (Rng::new(42).stream(3), Rng::new(42).stream(3));
/// assert_eq!(a.uniform(), b.uniform());
/// ```
#[derive(Debug, Clone)]
pub struct Rng {
    seed: u64,
    state: Xoshiro256PlusPlus,
}

impl Rng {
    /// The generator of this seed.
    pub fn new(seed: u64) -> Self {
        Self {
            seed,
            state: Xoshiro256PlusPlus::seed_from_u64(seed),
        }
    }

    /// The generator of unit `index` of the work under this seed, whatever was drawn so far.
    pub fn stream(&self, index: u64) -> Self {
        // SplitMix64's finaliser: neighbouring (seed, index) pairs give unrelated seeds.
        let mut z = self.seed ^ index.wrapping_add(1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        Self::new(z ^ (z >> 31))
    }

    /// The next 64 random bits.
    #[inline]
    pub fn next_u64(&mut self) -> u64 {
        self.state.next_u64()
    }

    /// Uniform in `[0, 1)` with 53 random bits.
    #[inline]
    pub fn uniform(&mut self) -> f64 {
        (self.next_u64() >> 11) as f64 * (1.0 / (1u64 << 53) as f64)
    }

    /// Uniform among `0..n` without bias (Lemire, "Fast Random Integer Generation in an Interval",
    /// 2019).
    ///
    /// # Panics
    /// If `n` is 0.
    #[inline]
    pub fn below(&mut self, n: usize) -> usize {
        assert!(n > 0, "Rng::below: n must be at least 1");
        let n = n as u64;
        let mut wide = u128::from(self.next_u64()) * u128::from(n);
        if (wide as u64) < n {
            let threshold = n.wrapping_neg() % n;
            while (wide as u64) < threshold {
                wide = u128::from(self.next_u64()) * u128::from(n);
            }
        }
        (wide >> 64) as usize
    }

    /// Normal with mean 0 and variance 1 (Marsaglia's polar method).
    pub fn standard_normal(&mut self) -> f64 {
        loop {
            let (u, v) = (2.0 * self.uniform() - 1.0, 2.0 * self.uniform() - 1.0);
            let s = u * u + v * v;
            if s > 0.0 && s < 1.0 {
                return u * (-2.0 * s.ln() / s).sqrt();
            }
        }
    }

    /// Exponential with mean 1.
    pub fn standard_exponential(&mut self) -> f64 {
        -(1.0 - self.uniform()).ln()
    }

    /// Shuffles in place (Fisher-Yates).
    pub fn shuffle<T>(&mut self, items: &mut [T]) {
        for i in (1..items.len()).rev() {
            items.swap(i, self.below(i + 1));
        }
    }

    /// `0..n` in random order.
    pub fn permutation(&mut self, n: usize) -> Vec<usize> {
        let mut items: Vec<usize> = (0..n).collect();
        self.shuffle(&mut items);
        items
    }
}

impl Generator for Rng {
    fn uniform(&mut self) -> f64 {
        Self::uniform(self)
    }

    fn below(&mut self, n: usize) -> usize {
        Self::below(self, n)
    }

    fn standard_normal(&mut self) -> f64 {
        Self::standard_normal(self)
    }

    fn standard_exponential(&mut self) -> f64 {
        Self::standard_exponential(self)
    }

    fn standard_gamma(&mut self, alpha: f64) -> f64 {
        self.gamma_of(alpha)
    }

    fn permutation(&mut self, n: usize) -> Vec<usize> {
        Self::permutation(self, n)
    }

    fn sample_without_replacement(&mut self, n: usize, k: usize) -> Vec<usize> {
        assert!(k <= n, "cannot draw {k} different ones of {n}");
        // The first k steps of a shuffle from the front.
        let mut items: Vec<usize> = (0..n).collect();
        for i in 0..k {
            let j = i + Self::below(self, n - i);
            items.swap(i, j);
        }
        items.truncate(k);
        items
    }
}

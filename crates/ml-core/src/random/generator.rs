//! The choice between the two generators.

use std::collections::HashSet;

use serde::{Deserialize, Serialize};

use super::{NumpyRng, Rng, poisson::poisson};

/// Where the random numbers of an estimator, splitter or generator of data come from.
///
/// A plain number (`.seed(42)`) seeds the fast [`Rng`]; [`Seed::numpy`] seeds [`NumpyRng`], which
/// gives the very splits and data that NumPy and Scikit-Learn give for `random_state=42`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Seed {
    /// The fast generator.
    Fast(u64),
    /// NumPy's legacy generator.
    Numpy(u32),
}

impl Default for Seed {
    fn default() -> Self {
        Self::Fast(0)
    }
}

impl From<u64> for Seed {
    fn from(seed: u64) -> Self {
        Self::Fast(seed)
    }
}

impl Seed {
    /// NumPy's `RandomState(seed)`.
    pub fn numpy(seed: u32) -> Self {
        Self::Numpy(seed)
    }

    /// A fresh generator at the start of this seed's sequence.
    pub fn generator(self) -> Box<dyn Generator> {
        match self {
            Self::Fast(seed) => Box::new(Rng::new(seed)),
            Self::Numpy(seed) => Box::new(NumpyRng::new(seed)),
        }
    }

    /// The seed as a number, to derive the streams of parallel work from.
    pub fn number(self) -> u64 {
        match self {
            Self::Fast(seed) => seed,
            Self::Numpy(seed) => u64::from(seed),
        }
    }
}

/// What splitters and generators of data need from either generator.
pub trait Generator: Send {
    /// Uniform in `[0, 1)`, 53 bits.
    fn uniform(&mut self) -> f64;

    /// Uniform among `0..n`.
    ///
    /// # Panics
    /// If `n` is 0.
    fn below(&mut self, n: usize) -> usize;

    /// Normal with mean 0 and variance 1.
    fn standard_normal(&mut self) -> f64;

    /// Exponential with mean 1.
    fn standard_exponential(&mut self) -> f64;

    /// Gamma with shape `alpha` (finite, above 0) and scale 1.
    fn standard_gamma(&mut self, alpha: f64) -> f64;

    /// A count of mean `mean` (at least 0, below 2⁶³) from the Poisson distribution.
    fn poisson(&mut self, mean: f64) -> i64 {
        poisson(mean, || self.uniform())
    }

    /// `0..n` in random order.
    fn permutation(&mut self, n: usize) -> Vec<usize>;

    /// `k` different ones of `0..n`, in random order.
    ///
    /// # Panics
    /// If `k` is above `n`.
    fn sample_without_replacement(&mut self, n: usize, k: usize) -> Vec<usize>;

    /// `k` different ones of `0..n`, not always in random order (all of them come ascending), by the
    /// cheapest of three ways: the very ones of `sklearn.utils.random.sample_without_replacement`.
    ///
    /// # Panics
    /// If `k` is above `n`.
    fn sample_unordered(&mut self, n: usize, k: usize) -> Vec<usize> {
        assert!(k <= n, "cannot draw {k} different ones of {n}");
        let ratio = if n == 0 { 1.0 } else { k as f64 / n as f64 };
        if ratio > 0.01 && ratio < 0.99 {
            return self.sample_without_replacement(n, k);
        }
        let mut items = Vec::with_capacity(k);
        if ratio < 0.2 {
            // Few of many: draws again whatever was drawn before.
            let mut seen = HashSet::with_capacity(k);
            while items.len() < k {
                let item = self.below(n);
                if seen.insert(item) {
                    items.push(item);
                }
            }
            return items;
        }
        // Nearly all: the first `k` sit, each later one takes a random seat or none (Vitter, 1985).
        items.extend(0..k);
        for i in k..n {
            let seat = self.below(i + 1);
            if seat < k {
                items[seat] = i;
            }
        }
        items
    }
}

//! NumPy's legacy `RandomState`, bit for bit.

use super::{Generator, Rng};

/// Bit-compatible with NumPy's legacy `RandomState(seed)`.
#[derive(Debug, Clone)]
pub struct NumpyRng(Rng);

impl NumpyRng {
    /// `numpy.random.RandomState(seed)`.
    pub fn new(seed: u32) -> Self {
        Self(Rng::new(u64::from(seed)))
    }
}

impl Generator for NumpyRng {
    fn uniform(&mut self) -> f64 {
        self.0.uniform()
    }
    fn below(&mut self, n: usize) -> usize {
        self.0.below(n)
    }
    fn standard_normal(&mut self) -> f64 {
        self.0.standard_normal()
    }
    fn standard_exponential(&mut self) -> f64 {
        self.0.standard_exponential()
    }
    fn permutation(&mut self, n: usize) -> Vec<usize> {
        self.0.permutation(n)
    }
    fn sample_without_replacement(&mut self, n: usize, k: usize) -> Vec<usize> {
        Generator::sample_without_replacement(&mut self.0, n, k)
    }
}

//! NumPy's legacy `RandomState`, bit for bit.
//!
//! One file a family of draws, each as an `impl NumpyRng`: integers, choices and permutations,
//! normal, gamma and its relatives, counts.

mod choice;
mod counts;
mod gamma;
mod integers;
mod mt19937;
mod multivariate;
mod normal;

use ndarray::{Array, Array1, IntoDimension};
use serde::{Deserialize, Serialize};

use self::mt19937::{Mt19937, WORDS};
use super::Generator;
use crate::{Error, Result, check};

pub use integers::Integer;

/// Bit-compatible with NumPy's legacy `RandomState(seed)`, hence with `numpy.random.seed(seed)` and
/// with `random_state=seed` in Scikit-Learn.
///
/// The methods carry NumPy's names and draw in NumPy's order, so that a program which makes the same
/// calls sees the same numbers. A shape is a number, a tuple or an array of lengths: `rand(100)` is an
/// `Array1`, `rand((100, 2))` an `Array2`. Distributions with a transcendental function in them
/// (`normal`, `gamma`, ...) call the system's mathematical library, as NumPy does: on another system
/// than the one that made the reference, their last bit may differ.
///
/// # Examples
/// ```
/// use ml_core::random::NumpyRng;
///
/// let mut rng = NumpyRng::new(42);
/// assert_eq!(rng.rand(2).to_vec(), [0.3745401188473625, 0.9507143064099162]);
///
/// let mut rng = NumpyRng::new(42);
/// assert_eq!(rng.permutation(5), [1, 4, 2, 0, 3]);
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct NumpyRng {
    twister: Mt19937,
    /// The polar method makes normal numbers in pairs; the second one waits here.
    second_normal: Option<f64>,
}

/// All that a [`NumpyRng`] remembers: what `RandomState.get_state()` returns.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct NumpyState {
    /// The 624 words of the Mersenne Twister.
    pub key: Vec<u32>,
    /// How many of them were handed out, 0 to 624.
    pub position: usize,
    /// The second one of a pair of normal numbers, if it was not handed out yet.
    pub second_normal: Option<f64>,
}

impl NumpyRng {
    /// `numpy.random.RandomState(seed)`.
    pub fn new(seed: u32) -> Self {
        Self {
            twister: Mt19937::new(seed),
            second_normal: None,
        }
    }

    /// `numpy.random.RandomState([..])`: a seed of several words.
    ///
    /// # Errors
    /// [`Error::Empty`] without a word.
    pub fn from_words(seed: &[u32]) -> Result<Self> {
        if seed.is_empty() {
            return Err(Error::Empty {
                op: "NumpyRng::from_words",
                what: "the seed".to_owned(),
                least: "1 word",
            });
        }
        Ok(Self {
            twister: Mt19937::from_words(seed),
            second_normal: None,
        })
    }

    /// A snapshot, to continue from later.
    pub fn state(&self) -> NumpyState {
        NumpyState {
            key: self.twister.key.to_vec(),
            position: self.twister.position,
            second_normal: self.second_normal,
        }
    }

    /// Continues from a snapshot.
    ///
    /// # Errors
    /// [`Error::Parameter`] unless it has 624 words and a position among them.
    pub fn from_state(state: &NumpyState) -> Result<Self> {
        let n_words = state.key.len();
        check::parameter("state.key.len()", n_words, n_words == WORDS, "624")?;
        let position = state.position;
        check::parameter("state.position", position, position <= WORDS, "0 to 624")?;
        let mut key = [0; WORDS];
        key.copy_from_slice(&state.key);
        Ok(Self {
            twister: Mt19937 { key, position },
            second_normal: state.second_normal,
        })
    }

    /// `random()`: one number, uniform in `[0, 1)` with 53 random bits.
    #[inline]
    pub fn random(&mut self) -> f64 {
        self.twister.next_f64()
    }

    /// `random_sample(n)`: `n` numbers, uniform in `[0, 1)`.
    pub fn random_sample(&mut self, n: usize) -> Array1<f64> {
        self.rand(n)
    }

    /// `rand(*shape)`: uniform in `[0, 1)`.
    pub fn rand<S: IntoDimension>(&mut self, shape: S) -> Array<f64, S::Dim> {
        filled(shape, || self.random())
    }

    /// `uniform(low, high, shape)`: uniform in `[low, high)`.
    ///
    /// # Errors
    /// [`Error::Parameter`] unless `high - low` is finite.
    pub fn uniform<S: IntoDimension>(&mut self, low: f64, high: f64, shape: S) -> Result<Array<f64, S::Dim>> {
        let range = high - low;
        check::parameter("high - low", range, range.is_finite(), "finite")?;
        Ok(filled(shape, || low + range * self.random()))
    }
}

/// An array whose elements were drawn one after the other, rows first.
fn filled<S: IntoDimension, T>(shape: S, draw: impl FnMut() -> T) -> Array<T, S::Dim> {
    Array::from_shape_simple_fn(shape.into_dimension(), draw)
}

impl Generator for NumpyRng {
    fn uniform(&mut self) -> f64 {
        self.random()
    }

    /// `randint(0, n)`.
    fn below(&mut self, n: usize) -> usize {
        assert!(n > 0, "NumpyRng::below: n must be at least 1");
        self.interval(n as u64 - 1) as usize
    }

    fn standard_normal(&mut self) -> f64 {
        Self::standard_normal(self)
    }

    fn standard_exponential(&mut self) -> f64 {
        Self::standard_exponential(self)
    }

    fn standard_gamma(&mut self, alpha: f64) -> f64 {
        self.one_gamma(alpha)
    }

    fn permutation(&mut self, n: usize) -> Vec<usize> {
        Self::permutation(self, n)
    }

    /// `choice(n, k, replace=False)`.
    fn sample_without_replacement(&mut self, n: usize, k: usize) -> Vec<usize> {
        assert!(k <= n, "cannot draw {k} different ones of {n}");
        let mut items = Self::permutation(self, n);
        items.truncate(k);
        items
    }
}

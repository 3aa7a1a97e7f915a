//! Two interleaving half circles.

use derive_setters::Setters;
use ml_core::{
    Result, Seed, check,
    ndarray::{Array1, Array2},
};

use super::{Samples, draws};

/// Two half circles that reach into each other: classes that no straight line separates.
///
/// Gives `x` `[n_samples, 2]` and the class, 0 for the upper and 1 for the lower moon. Sines and
/// cosines come from the system's mathematical library: a coordinate may differ from Scikit-Learn's by
/// a unit in the last place.
///
/// # Examples
/// ```
/// use ml_core::Seed;
/// use ml_data::datasets::generators::MakeMoons;
///
/// let (x, y) = MakeMoons::default().n_samples(500).noise(0.3).seed(Seed::numpy(42)).generate()?;
/// assert_eq!((x.dim(), y.sum()), ((500, 2), 250));
/// assert!((x[[0, 0]] - 0.831_039_149_102_306).abs() < 1e-14);
/// # Ok::<(), ml_core::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Setters)]
pub struct MakeMoons {
    /// Rows in all, or of the upper and of the lower moon. Default 100.
    #[setters(into)]
    pub n_samples: Samples,
    /// Whether to shuffle the rows. Default true.
    pub shuffle: bool,
    /// Standard deviation of the normal noise on every coordinate, at least 0. Default 0.
    pub noise: f64,
    /// Where the randomness comes from.
    #[setters(into)]
    pub seed: Seed,
}

impl Default for MakeMoons {
    fn default() -> Self {
        Self {
            n_samples: Samples::Total(100),
            shuffle: true,
            noise: 0.0,
            seed: Seed::default(),
        }
    }
}

impl MakeMoons {
    /// The points and their classes.
    ///
    /// # Errors
    /// [`Error::Parameter`](ml_core::Error::Parameter) for a parameter outside its domain.
    pub fn generate(&self) -> Result<(Array2<f64>, Array1<i64>)> {
        let [n_outer, n_inner] = self.n_samples.of_two()?;
        check::parameter("noise", self.noise, self.noise >= 0.0, "at least 0")?;
        let angles = |n| draws::steps(std::f64::consts::PI, n, true);
        let outer = angles(n_outer).map(|t| [t.cos(), t.sin()]).collect();
        let inner = angles(n_inner)
            .map(|t| [1.0 - t.cos(), 1.0 - t.sin() - 0.5])
            .collect();
        let rng = &mut *self.seed.generator();
        Ok(draws::two_classes([outer, inner], self.shuffle, self.noise, rng))
    }
}

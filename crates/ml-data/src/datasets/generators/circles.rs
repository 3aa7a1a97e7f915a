//! A small circle within a large one.

use derive_setters::Setters;
use ml_core::{
    Result, Seed, check,
    ndarray::{Array1, Array2},
};

use super::{Samples, draws};

/// A circle of radius 1 around one of radius `factor`.
///
/// Gives `x` `[n_samples, 2]` and the class, 0 for the outer and 1 for the inner circle. Sines and
/// cosines come from the system's mathematical library: a coordinate may differ from Scikit-Learn's by
/// a unit in the last place.
///
/// # Examples
/// ```
/// use ml_data::datasets::generators::MakeCircles;
///
/// let (x, y) = MakeCircles::default().n_samples((1, 4)).factor(0.5).shuffle(false).generate()?;
/// assert_eq!(x.row(0).to_vec(), [1.0, 0.0]);
/// assert_eq!((x[[1, 0]], y[1]), (0.5, 1));
/// # Ok::<(), ml_core::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Setters)]
pub struct MakeCircles {
    /// Rows in all, or of the outer and of the inner circle. Default 100.
    #[setters(into)]
    pub n_samples: Samples,
    /// Whether to shuffle the rows. Default true.
    pub shuffle: bool,
    /// Standard deviation of the normal noise on every coordinate, at least 0. Default 0.
    pub noise: f64,
    /// Radius of the inner circle, at least 0 and below 1. Default 0.8.
    pub factor: f64,
    /// Where the randomness comes from.
    #[setters(into)]
    pub seed: Seed,
}

impl Default for MakeCircles {
    fn default() -> Self {
        Self {
            n_samples: Samples::Total(100),
            shuffle: true,
            noise: 0.0,
            factor: 0.8,
            seed: Seed::default(),
        }
    }
}

impl MakeCircles {
    /// The points and their classes.
    ///
    /// # Errors
    /// [`Error::Parameter`](ml_core::Error::Parameter) for a parameter outside its domain.
    pub fn generate(&self) -> Result<(Array2<f64>, Array1<i64>)> {
        let [n_outer, n_inner] = self.n_samples.of_two()?;
        check::parameter("noise", self.noise, self.noise >= 0.0, "at least 0")?;
        let (factor, valid) = (self.factor, (0.0..1.0).contains(&self.factor));
        check::parameter("factor", factor, valid, "at least 0 and below 1")?;
        let angles = |n| draws::steps(std::f64::consts::TAU, n, false);
        let outer = angles(n_outer).map(|t| [t.cos(), t.sin()]).collect();
        let inner = angles(n_inner)
            .map(|t| [t.cos() * factor, t.sin() * factor])
            .collect();
        let rng = &mut *self.seed.generator();
        Ok(draws::two_classes([outer, inner], self.shuffle, self.noise, rng))
    }
}

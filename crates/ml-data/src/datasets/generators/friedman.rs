//! Friedman's first regression problem.

use std::f64::consts::PI;

use derive_setters::Setters;
use ml_core::{
    Result, Seed, check,
    ndarray::{Array1, Array2, ArrayView1},
};

use super::{draws, samples};

/// `y = 10 sin(π x0 x1) + 20 (x2 - 0.5)² + 10 x3 + 5 x4 + noise`, with features uniform in `[0, 1)`, of
/// which only the first five matter.
///
/// The features are Scikit-Learn's to the bit; `y` may differ by a unit in the last place of the sine.
///
/// Source: Friedman, "Multivariate Adaptive Regression Splines", Annals of Statistics 19 (1991).
///
/// # Examples
/// ```
/// use ml_core::Seed;
/// use ml_data::datasets::generators::MakeFriedman1;
///
/// let (x, y) = MakeFriedman1::default().n_samples(3).seed(Seed::numpy(42)).generate()?;
/// assert_eq!(x[[0, 0]], 0.3745401188473625);
/// assert!((y[0] - 16.8).abs() < 0.05);
/// # Ok::<(), ml_core::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Setters)]
pub struct MakeFriedman1 {
    /// Rows, at least 1. Default 100.
    pub n_samples: usize,
    /// Columns, at least 5. Default 10.
    pub n_features: usize,
    /// Standard deviation of the normal noise on `y`, at least 0. Default 0.
    pub noise: f64,
    /// Where the randomness comes from.
    #[setters(into)]
    pub seed: Seed,
}

impl Default for MakeFriedman1 {
    fn default() -> Self {
        Self {
            n_samples: 100,
            n_features: 10,
            noise: 0.0,
            seed: Seed::default(),
        }
    }
}

impl MakeFriedman1 {
    /// The features and the target.
    ///
    /// # Errors
    /// [`Error::Parameter`](ml_core::Error::Parameter) for a parameter outside its domain.
    pub fn generate(&self) -> Result<(Array2<f64>, Array1<f64>)> {
        check::parameter("n_samples", self.n_samples, self.n_samples >= 1, "at least 1")?;
        check::parameter("n_features", self.n_features, self.n_features >= 5, "at least 5")?;
        check::parameter("noise", self.noise, self.noise >= 0.0, "at least 0")?;
        samples::fits(self.n_samples, self.n_features)?;
        let mut rng = self.seed.generator();
        let x = draws::uniform(&mut *rng, (self.n_samples, self.n_features));
        let target = |x: ArrayView1<'_, f64>| {
            let quadratic = (x[2] - 0.5) * (x[2] - 0.5);
            10.0 * (PI * x[0] * x[1]).sin()
                + 20.0 * quadratic
                + 10.0 * x[3]
                + 5.0 * x[4]
                + self.noise * rng.standard_normal()
        };
        let y = x.rows().into_iter().map(target).collect();
        Ok((x, y))
    }
}

//! A linear model of some of the features.

use derive_setters::Setters;
use ml_core::{
    Error, Result, Seed, check,
    ndarray::{Array1, Array2, Axis, s},
    random::Generator,
};

use super::{draws, orthonormal::orthonormal, samples};

/// Normal features and a target that depends linearly on some of them.
///
/// The coefficients are uniform in `[0, 100)` for the informative features and 0 for the others. With
/// `effective_rank`, the features are correlated: most of their variance lies in so many directions.
/// Features and coefficients are Scikit-Learn's to the bit (correlated features to about 1e-13), `y` up
/// to the rounding of the matrix product.
///
/// # Examples
/// ```
/// use ml_core::Seed;
/// use ml_data::datasets::generators::MakeRegression;
///
/// let regression = MakeRegression::default().n_samples(5).n_features(2).noise(1.0).seed(Seed::numpy(42));
/// let (x, y) = regression.generate()?;
/// assert!((x[[0, 0]] - 0.4967).abs() < 1e-4 && (y[0] - 6.737).abs() < 1e-3);
/// # Ok::<(), ml_core::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Setters)]
pub struct MakeRegression {
    /// Rows, at least 1. Default 100.
    pub n_samples: usize,
    /// Columns, at least 1. Default 100.
    pub n_features: usize,
    /// Columns that the target depends on; all, if there are not so many. Default 10.
    pub n_informative: usize,
    /// Targets a row, at least 1. Default 1.
    pub n_targets: usize,
    /// Added to every target. Default 0.
    pub bias: f64,
    /// Approximate number of directions that explain most of the features, at least 1. Default: the
    /// features are independent.
    #[setters(strip_option)]
    pub effective_rank: Option<usize>,
    /// Share of the other directions if `effective_rank` is set, 0 to 1. Default 0.5.
    pub tail_strength: f64,
    /// Standard deviation of the normal noise on the targets, at least 0. Default 0.
    pub noise: f64,
    /// Whether to shuffle rows and columns. Default true.
    pub shuffle: bool,
    /// Where the randomness comes from.
    #[setters(into)]
    pub seed: Seed,
}

/// What [`MakeRegression`] makes for any number of targets.
#[derive(Debug, Clone, PartialEq)]
pub struct GeneratedRegression {
    /// `[n_samples, n_features]`.
    pub x: Array2<f64>,
    /// `[n_samples, n_targets]`.
    pub y: Array2<f64>,
    /// The true coefficients, `[n_features, n_targets]`.
    pub coefficients: Array2<f64>,
}

impl Default for MakeRegression {
    fn default() -> Self {
        Self {
            n_samples: 100,
            n_features: 100,
            n_informative: 10,
            n_targets: 1,
            bias: 0.0,
            effective_rank: None,
            tail_strength: 0.5,
            noise: 0.0,
            shuffle: true,
            seed: Seed::default(),
        }
    }
}

impl MakeRegression {
    /// The features and the one target.
    ///
    /// # Errors
    /// [`Error::Parameter`] for a parameter outside its domain; [`Error::Unsupported`] for several
    /// targets.
    pub fn generate(&self) -> Result<(Array2<f64>, Array1<f64>)> {
        if self.n_targets > 1 {
            return Err(Error::Unsupported {
                owner: "MakeRegression::generate".to_owned(),
                what: "several targets",
                remedy: "call generate_targets",
            });
        }
        let made = self.generate_targets()?;
        Ok((made.x, made.y.remove_axis(Axis(1))))
    }

    /// The features, all targets and the true coefficients.
    ///
    /// # Errors
    /// [`Error::Parameter`] for a parameter outside its domain.
    pub fn generate_targets(&self) -> Result<GeneratedRegression> {
        self.check()?;
        let rng = &mut *self.seed.generator();
        let x = match self.effective_rank {
            None => draws::normal(rng, (self.n_samples, self.n_features)),
            Some(rank) => self.low_rank(rank as f64, rng),
        };
        let n_informative = self.n_informative.min(self.n_features);
        let mut coefficients = Array2::zeros((self.n_features, self.n_targets));
        let informative = draws::uniform(rng, (n_informative, self.n_targets)) * 100.0;
        coefficients
            .slice_mut(s![..n_informative, ..])
            .assign(&informative);
        let mut y = draws::product(x.view(), coefficients.view()) + self.bias;
        if self.noise > 0.0 {
            y.map_inplace(|v| *v += self.noise * rng.standard_normal());
        }
        if !self.shuffle {
            return Ok(GeneratedRegression { x, y, coefficients });
        }
        let rows = rng.permutation(self.n_samples);
        let columns = rng.permutation(self.n_features);
        Ok(GeneratedRegression {
            x: x.select(Axis(0), &rows).select(Axis(1), &columns),
            y: y.select(Axis(0), &rows),
            coefficients: coefficients.select(Axis(0), &columns),
        })
    }

    fn check(&self) -> Result<()> {
        check::parameter("n_samples", self.n_samples, self.n_samples >= 1, "at least 1")?;
        check::parameter("n_features", self.n_features, self.n_features >= 1, "at least 1")?;
        check::parameter("n_targets", self.n_targets, self.n_targets >= 1, "at least 1")?;
        samples::fits(self.n_samples, self.n_features)?;
        samples::fits(self.n_features.max(self.n_samples), self.n_targets)?;
        check::parameter("bias", self.bias, self.bias.is_finite(), "finite")?;
        check::parameter("noise", self.noise, self.noise >= 0.0, "at least 0")?;
        let valid = (0.0..=1.0).contains(&self.tail_strength);
        check::parameter("tail_strength", self.tail_strength, valid, "between 0 and 1")?;
        let rank = self.effective_rank.unwrap_or(1);
        check::parameter("effective_rank", rank, rank >= 1, "at least 1")
    }

    /// Random directions whose singular values fall like a bell with a long tail.
    fn low_rank(&self, rank: f64, rng: &mut dyn Generator) -> Array2<f64> {
        let n = self.n_samples.min(self.n_features);
        let mut left = orthonormal(draws::normal(rng, (self.n_samples, n)));
        let right = orthonormal(draws::normal(rng, (self.n_features, n)));
        for (i, mut direction) in left.columns_mut().into_iter().enumerate() {
            let i = i as f64;
            let bell = (1.0 - self.tail_strength) * (-(i / rank) * (i / rank)).exp();
            let tail = self.tail_strength * (-0.1 * i / rank).exp();
            direction *= bell + tail;
        }
        draws::product(left.view(), right.t())
    }
}

//! A sheet rolled up in space.

use std::f64::consts::PI;

use derive_setters::Setters;
use ml_core::{
    Result, Seed, check,
    ndarray::{Array1, Array2},
    random::Generator,
};

use super::samples;

/// A two-dimensional sheet rolled up in three dimensions: `(t cos t, height, t sin t)`.
///
/// Gives `x` `[n_samples, 3]` and the position `t` along the roll, from 1.5π to 4.5π. Sines and cosines
/// come from the system's mathematical library: a coordinate may differ from Scikit-Learn's by a unit
/// in the last place.
///
/// # Examples
/// ```
/// use ml_core::Seed;
/// use ml_data::datasets::generators::MakeSwissRoll;
///
/// let (x, t) = MakeSwissRoll::default().n_samples(1000).noise(0.2).seed(Seed::numpy(42)).generate()?;
/// assert_eq!(x.dim(), (1000, 3));
/// assert!(t.iter().all(|&t| (4.71..14.14).contains(&t)));
/// # Ok::<(), ml_core::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Setters)]
pub struct MakeSwissRoll {
    /// Rows, at least 1. Default 100.
    pub n_samples: usize,
    /// Standard deviation of the normal noise on every coordinate, at least 0. Default 0.
    pub noise: f64,
    /// Whether to cut a hole into the middle of the sheet. Default false.
    pub hole: bool,
    /// Where the randomness comes from.
    #[setters(into)]
    pub seed: Seed,
}

impl Default for MakeSwissRoll {
    fn default() -> Self {
        Self {
            n_samples: 100,
            noise: 0.0,
            hole: false,
            seed: Seed::default(),
        }
    }
}

const HEIGHT: f64 = 21.0;

impl MakeSwissRoll {
    /// The points and their positions along the roll.
    ///
    /// # Errors
    /// [`Error::Parameter`](ml_core::Error::Parameter) for a parameter outside its domain.
    pub fn generate(&self) -> Result<(Array2<f64>, Array1<f64>)> {
        let n = self.n_samples;
        check::parameter("n_samples", n, n >= 1, "at least 1")?;
        samples::fits(n, 3)?;
        check::parameter("noise", self.noise, self.noise >= 0.0, "at least 0")?;
        let rng = &mut *self.seed.generator();
        let (t, height) = if self.hole {
            sheet_with_hole(n, rng)
        } else {
            sheet(n, rng)
        };
        let mut x = Array2::zeros((n, 3));
        for (mut column, values) in x
            .columns_mut()
            .into_iter()
            .zip([&t * &t.cos(), height, &t * &t.sin()])
        {
            column.assign(&values);
            column.map_inplace(|v| *v += self.noise * rng.standard_normal());
        }
        Ok((x, t))
    }
}

fn sheet(n: usize, rng: &mut dyn Generator) -> (Array1<f64>, Array1<f64>) {
    let t = Array1::from_shape_simple_fn(n, || 1.5 * PI * (1.0 + 2.0 * rng.uniform()));
    let height = Array1::from_shape_simple_fn(n, || HEIGHT * rng.uniform());
    (t, height)
}

/// Eight of nine equal patches: all but the middle one.
fn sheet_with_hole(n: usize, rng: &mut dyn Generator) -> (Array1<f64>, Array1<f64>) {
    let patches: Vec<usize> = (0..n)
        .map(|_| rng.below(8))
        .map(|patch| if patch < 4 { patch } else { patch + 1 })
        .collect();
    let mut along = |patch: &usize| PI * (1.5 + (patch / 3) as f64) + rng.uniform() * PI;
    let t = patches.iter().map(&mut along).collect();
    let mut up = |patch: &usize| (patch % 3 * 7) as f64 + rng.uniform() * 7.0;
    let height = patches.iter().map(&mut up).collect();
    (t, height)
}

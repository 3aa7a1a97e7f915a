//! Normal clouds of points.

use derive_setters::Setters;
use ml_core::{
    Result, Seed, check,
    ndarray::{Array1, Array2},
    random::Generator,
};

use super::{Samples, draws, samples};

/// Round normal clouds of points around centres, one class a cloud.
///
/// Gives `x` `[n_samples, n_features]` and the number of the cloud; equal to Scikit-Learn's to the bit.
///
/// # Examples
/// ```
/// use ml_core::{Seed, ndarray::array};
/// use ml_data::datasets::generators::MakeBlobs;
///
/// let blobs = MakeBlobs::default().n_samples(6).centers(array![[0.0, 0.0], [9.0, 9.0]]);
/// let (x, y) = blobs.cluster_std(0.0).seed(Seed::numpy(42)).generate()?;
/// assert_eq!(y.sum(), 3);
/// assert!(x.rows().into_iter().zip(&y).all(|(x, &y)| x[0] == 9.0 * y as f64));
/// # Ok::<(), ml_core::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Setters)]
pub struct MakeBlobs {
    /// Rows in all, or of every cloud. Default 100.
    #[setters(into)]
    pub n_samples: Samples,
    /// Columns, at least 1; given centres have their own. Default 2.
    pub n_features: usize,
    /// How many clouds, or where. Default: as many as `n_samples` lists, or 3.
    #[setters(into, strip_option)]
    pub centers: Option<Centers>,
    /// Standard deviation of the clouds, at least 0. Default 1.
    #[setters(into)]
    pub cluster_std: Spread,
    /// Least and greatest coordinate of the random centres. Default (-10, 10).
    pub center_box: (f64, f64),
    /// Whether to shuffle the rows. Default true.
    pub shuffle: bool,
    /// Where the randomness comes from.
    #[setters(into)]
    pub seed: Seed,
}

/// How many clouds, or where their centres are.
#[derive(Debug, Clone, PartialEq)]
pub enum Centers {
    /// So many random centres, at least 1.
    Count(usize),
    /// These, `[clouds, features]`.
    At(Array2<f64>),
}

/// Standard deviation of clouds.
#[derive(Debug, Clone, PartialEq)]
pub enum Spread {
    /// The same for all.
    Same(f64),
    /// One a cloud.
    Each(Vec<f64>),
}

macro_rules! from {
    ($($from:ty => $to:ident::$variant:ident),*) => { $(
        impl From<$from> for $to {
            fn from(value: $from) -> Self {
                Self::$variant(value)
            }
        }
    )* };
}
from!(usize => Centers::Count, Array2<f64> => Centers::At, f64 => Spread::Same, Vec<f64> => Spread::Each);

impl Default for MakeBlobs {
    fn default() -> Self {
        Self {
            n_samples: Samples::Total(100),
            n_features: 2,
            centers: None,
            cluster_std: Spread::Same(1.0),
            center_box: (-10.0, 10.0),
            shuffle: true,
            seed: Seed::default(),
        }
    }
}

const DEFAULT_CENTERS: usize = 3;

impl MakeBlobs {
    /// The points and the numbers of their clouds.
    ///
    /// # Errors
    /// [`Error::Parameter`](ml_core::Error::Parameter) for a parameter outside its domain, and for
    /// lists whose lengths do not match the number of clouds.
    pub fn generate(&self) -> Result<(Array2<f64>, Array1<i64>)> {
        let (x, y, _) = self.generate_with_centers()?;
        Ok((x, y))
    }

    /// The points, the numbers of their clouds, and the centres `[clouds, features]`.
    ///
    /// # Errors
    /// As [`generate`](Self::generate).
    pub fn generate_with_centers(&self) -> Result<(Array2<f64>, Array1<i64>, Array2<f64>)> {
        let rng = &mut *self.seed.generator();
        let centers = self.draw_centers(rng)?;
        let sizes = self.sizes(centers.nrows())?;
        let spreads = self.spreads(centers.nrows())?;
        let total = sizes.iter().fold(0, |sum: usize, &n| sum.saturating_add(n));
        samples::fits(total, centers.ncols())?;
        let mut x = Array2::zeros((total, centers.ncols()));
        let clouds = sizes
            .iter()
            .enumerate()
            .flat_map(|(cloud, &n)| std::iter::repeat_n(cloud, n));
        let clouds: Vec<usize> = clouds.collect();
        for (mut point, &cloud) in x.rows_mut().into_iter().zip(&clouds) {
            for (v, center) in point.iter_mut().zip(centers.row(cloud)) {
                *v = center + spreads[cloud] * rng.standard_normal();
            }
        }
        let mut y = clouds.into_iter().map(|cloud| cloud as i64).collect();
        if self.shuffle {
            (x, y) = draws::shuffled(rng, &x, &y);
        }
        Ok((x, y, centers))
    }

    fn draw_centers(&self, rng: &mut dyn Generator) -> Result<Array2<f64>> {
        let count = match (&self.centers, &self.n_samples) {
            (Some(Centers::At(centers)), _) => {
                check::not_empty("MakeBlobs", centers.view())?;
                check::finite("MakeBlobs", centers.view())?;
                return Ok(centers.clone());
            }
            (Some(Centers::Count(count)), _) => *count,
            (None, Samples::Each(each)) => each.len(),
            (None, Samples::Total(_)) => DEFAULT_CENTERS,
        };
        check::parameter("centers", count, count >= 1, "at least 1")?;
        check::parameter("n_features", self.n_features, self.n_features >= 1, "at least 1")?;
        samples::fits(count, self.n_features)?;
        let (low, high) = self.center_box;
        let (range, valid) = (high - low, high >= low && (high - low).is_finite());
        check::parameter(
            "center_box",
            format!("{low} to {high}"),
            valid,
            "in order and finite",
        )?;
        Ok(draws::uniform(rng, (count, self.n_features)).mapv(|u| low + range * u))
    }

    /// Points of every cloud; the first ones get the odd points.
    fn sizes(&self, n_clouds: usize) -> Result<Vec<usize>> {
        match &self.n_samples {
            Samples::Total(total) => {
                check::parameter("n_samples", total, *total >= 1, "at least 1")?;
                let size = |cloud| total / n_clouds + usize::from(cloud < total % n_clouds);
                Ok((0..n_clouds).map(size).collect())
            }
            Samples::Each(each) => {
                let domain = format!("one number for each of {n_clouds} centers");
                check::parameter("n_samples", format!("{each:?}"), each.len() == n_clouds, &domain)?;
                Ok(each.clone())
            }
        }
    }

    fn spreads(&self, n_clouds: usize) -> Result<Vec<f64>> {
        let spreads = match &self.cluster_std {
            Spread::Same(spread) => vec![*spread; n_clouds],
            Spread::Each(each) => {
                let domain = format!("one number for each of {n_clouds} centers");
                check::parameter(
                    "cluster_std",
                    format!("{each:?}"),
                    each.len() == n_clouds,
                    &domain,
                )?;
                each.clone()
            }
        };
        for &spread in &spreads {
            check::parameter("cluster_std", spread, spread >= 0.0, "at least 0")?;
        }
        Ok(spreads)
    }
}

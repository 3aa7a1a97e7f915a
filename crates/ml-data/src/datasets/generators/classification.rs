//! Clusters at the corners of a cube.

use derive_setters::Setters;
use ml_core::{
    Error, Result, Seed, check,
    ndarray::{Array1, Array2, ArrayViewMut1, Axis, s},
    random::Generator,
};

use super::{draws, samples};

/// Classes made of normal clusters at the corners of a cube in the informative features, beside
/// redundant, repeated and random features.
///
/// Unshuffled, the columns come in this order: informative, redundant (linear combinations of the
/// informative ones), repeated (copies of the former), random. Labels and random features are
/// Scikit-Learn's to the bit, the products among the others to about 1e-13.
///
/// Source: Guyon, "Design of experiments for the NIPS 2003 variable selection benchmark" (2003).
///
/// # Examples
/// ```
/// use ml_core::Seed;
/// use ml_data::datasets::generators::MakeClassification;
///
/// let (x, y) = MakeClassification::default().n_samples(200).seed(Seed::numpy(42)).generate()?;
/// assert_eq!((x.dim(), y.len()), ((200, 20), 200));
/// # Ok::<(), ml_core::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Setters)]
pub struct MakeClassification {
    /// Rows, at least 1. Default 100.
    pub n_samples: usize,
    /// Columns, at least those of the next three together; the rest is random. Default 20.
    pub n_features: usize,
    /// Columns that tell the classes apart, at least 1. Default 2.
    pub n_informative: usize,
    /// Columns that are linear combinations of the informative ones. Default 2.
    pub n_redundant: usize,
    /// Columns that are copies of informative and redundant ones. Default 0.
    pub n_repeated: usize,
    /// Classes, at least 1. Default 2.
    pub n_classes: usize,
    /// Clusters a class, at least 1; all clusters together at most `2^n_informative`. Default 2.
    pub n_clusters_per_class: usize,
    /// Share of every class, or of all but the last. Default: equal shares.
    #[setters(into, strip_option)]
    pub weights: Option<Vec<f64>>,
    /// Share of rows whose class is drawn at random, 0 to 1. Default 0.01.
    pub flip_y: f64,
    /// Half the side of the cube, above 0. Default 1.
    pub class_sep: f64,
    /// Whether the corners are those of a cube, or of a random stretched one. Default true.
    pub hypercube: bool,
    /// Added to the features. Default 0.
    #[setters(into)]
    pub shift: PerFeature,
    /// The shifted features are multiplied by this. Default 1.
    #[setters(into)]
    pub scale: PerFeature,
    /// Whether to shuffle rows and columns. Default true.
    pub shuffle: bool,
    /// Where the randomness comes from.
    #[setters(into)]
    pub seed: Seed,
}

/// A number for every feature.
#[derive(Debug, Clone, PartialEq)]
pub enum PerFeature {
    /// The same for all.
    Same(f64),
    /// One a feature, in the unshuffled order.
    Each(Vec<f64>),
    /// Random: a shift within `class_sep` of 0, a scale between 1 and 101.
    Random,
}

impl From<f64> for PerFeature {
    fn from(value: f64) -> Self {
        Self::Same(value)
    }
}

impl From<Vec<f64>> for PerFeature {
    fn from(each: Vec<f64>) -> Self {
        Self::Each(each)
    }
}

/// What a feature was made for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FeatureRole {
    /// Tells the classes apart.
    Informative,
    /// A linear combination of informative features.
    Redundant,
    /// A copy of an informative or redundant feature.
    Repeated,
    /// Noise.
    Random,
}

impl Default for MakeClassification {
    fn default() -> Self {
        Self {
            n_samples: 100,
            n_features: 20,
            n_informative: 2,
            n_redundant: 2,
            n_repeated: 0,
            n_classes: 2,
            n_clusters_per_class: 2,
            weights: None,
            flip_y: 0.01,
            class_sep: 1.0,
            hypercube: true,
            shift: PerFeature::Same(0.0),
            scale: PerFeature::Same(1.0),
            shuffle: true,
            seed: Seed::default(),
        }
    }
}

impl MakeClassification {
    /// The features and the classes.
    ///
    /// # Errors
    /// [`Error::Parameter`] for a parameter outside its domain; [`Error::Data`] if the counts of
    /// features or clusters do not fit.
    pub fn generate(&self) -> Result<(Array2<f64>, Array1<i64>)> {
        let (x, y, _) = self.generate_with_roles()?;
        Ok((x, y))
    }

    /// The features, the classes, and what every feature was made for.
    ///
    /// # Errors
    /// As [`generate`](Self::generate).
    pub fn generate_with_roles(&self) -> Result<(Array2<f64>, Array1<i64>, Vec<FeatureRole>)> {
        self.check()?;
        let sizes = self.cluster_sizes()?;
        let rng = &mut *self.seed.generator();
        let mut x = Array2::zeros((self.n_samples, self.n_features));
        let mut y = self.clusters(&mut x, &sizes, rng);
        self.fill_other_features(&mut x, rng);
        self.flip(&mut y, rng);
        self.shift_and_scale(&mut x, rng);
        let mut roles: Vec<FeatureRole> = (0..self.n_features).map(|i| self.role(i)).collect();
        if self.shuffle {
            (x, y) = draws::shuffled(rng, &x, &y);
            let columns = rng.permutation(self.n_features);
            x = x.select(Axis(1), &columns);
            roles = columns.into_iter().map(|i| roles[i]).collect();
        }
        Ok((x, y, roles))
    }

    fn n_clusters(&self) -> usize {
        self.n_classes * self.n_clusters_per_class
    }

    fn role(&self, column: usize) -> FeatureRole {
        let n_linear = self.n_informative + self.n_redundant;
        if column < self.n_informative {
            FeatureRole::Informative
        } else if column < n_linear {
            FeatureRole::Redundant
        } else if column < n_linear + self.n_repeated {
            FeatureRole::Repeated
        } else {
            FeatureRole::Random
        }
    }

    fn check(&self) -> Result<()> {
        let per_class = self.n_clusters_per_class;
        check::parameter("n_samples", self.n_samples, self.n_samples >= 1, "at least 1")?;
        check::parameter(
            "n_informative",
            self.n_informative,
            self.n_informative >= 1,
            "at least 1",
        )?;
        samples::fits(self.n_samples, self.n_features)?;
        samples::fits(self.n_classes, per_class)?;
        check::parameter("n_classes", self.n_classes, self.n_classes >= 1, "at least 1")?;
        check::parameter("n_clusters_per_class", per_class, per_class >= 1, "at least 1")?;
        let valid = (0.0..=1.0).contains(&self.flip_y);
        check::parameter("flip_y", self.flip_y, valid, "between 0 and 1")?;
        let valid = self.class_sep > 0.0 && self.class_sep.is_finite();
        check::parameter("class_sep", self.class_sep, valid, "above 0 and finite")?;
        self.check_per_feature("shift", &self.shift)?;
        self.check_per_feature("scale", &self.scale)?;
        let op = "MakeClassification";
        let made = [self.n_informative, self.n_redundant, self.n_repeated];
        let used = made.iter().fold(0, |sum: usize, &n| sum.saturating_add(n));
        if used > self.n_features {
            let problem = format!(
                "{used} informative, redundant and repeated features are more than n_features = {}",
                self.n_features
            );
            let remedy = "raise n_features or lower the others";
            return Err(Error::Data { op, problem, remedy });
        }
        let n_clusters = self.n_classes.saturating_mul(per_class);
        let corners = u32::try_from(self.n_informative)
            .ok()
            .and_then(|n| 1usize.checked_shl(n));
        // A shift that overflows means more corners than can be counted.
        if corners.is_some_and(|corners| n_clusters > corners) {
            let problem = format!(
                "{n_clusters} clusters do not fit the corners of a cube in {} dimensions",
                self.n_informative
            );
            let remedy = "raise n_informative, or lower n_classes or n_clusters_per_class";
            return Err(Error::Data { op, problem, remedy });
        }
        Ok(())
    }

    fn check_per_feature(&self, name: &str, values: &PerFeature) -> Result<()> {
        let each = match values {
            PerFeature::Random => return Ok(()),
            PerFeature::Same(value) => std::slice::from_ref(value),
            PerFeature::Each(each) => {
                let domain = format!("one number for each of {} features", self.n_features);
                check::parameter(name, format!("{each:?}"), each.len() == self.n_features, &domain)?;
                each
            }
        };
        each.iter()
            .try_for_each(|v| check::parameter(name, v, v.is_finite(), "finite"))
    }

    /// Rows of every cluster, by the weights of the classes; the first ones get the odd rows.
    fn cluster_sizes(&self) -> Result<Vec<usize>> {
        let weights = self.class_weights()?;
        let share = |cluster: usize| {
            let rows = self.n_samples as f64 * weights[cluster % self.n_classes];
            (rows / self.n_clusters_per_class as f64) as usize
        };
        let mut sizes: Vec<usize> = (0..self.n_clusters()).map(share).collect();
        let used: usize = sizes.iter().sum();
        let domain = "shares that sum to at most 1";
        check::parameter("weights", format!("{weights:?}"), used <= self.n_samples, domain)?;
        for i in 0..self.n_samples - used {
            sizes[i % self.n_clusters()] += 1;
        }
        Ok(sizes)
    }

    fn class_weights(&self) -> Result<Vec<f64>> {
        let n = self.n_classes;
        let Some(given) = &self.weights else {
            return Ok(vec![1.0 / n as f64; n]);
        };
        let domain = format!("{n} shares, or {} and the last one is the rest", n - 1);
        let valid = given.len() == n || given.len() + 1 == n;
        check::parameter("weights", format!("{given:?}"), valid, &domain)?;
        let mut weights = given.clone();
        if weights.len() < n {
            weights.push(1.0 - given.iter().sum::<f64>());
        }
        for &weight in &weights {
            check::parameter(
                "weights",
                weight,
                (0.0..=1.0).contains(&weight),
                "between 0 and 1",
            )?;
        }
        Ok(weights)
    }

    /// The informative features of all clusters, and the classes.
    fn clusters(&self, x: &mut Array2<f64>, sizes: &[usize], rng: &mut dyn Generator) -> Array1<i64> {
        let n = self.n_informative;
        let mut centers = corners(sizes.len(), n, rng);
        centers.mapv_inplace(|v| v * (2.0 * self.class_sep) - self.class_sep);
        if !self.hypercube {
            centers *= &draws::uniform(rng, (sizes.len(), 1));
            centers *= &draws::uniform(rng, (1, n));
        }
        x.slice_mut(s![.., ..n])
            .assign(&draws::normal(rng, (self.n_samples, n)));
        let mut y = Array1::zeros(self.n_samples);
        let mut start = 0;
        for (cluster, &size) in sizes.iter().enumerate() {
            let rows = start..start + size;
            start += size;
            let mixing = draws::uniform(rng, (n, n)).mapv(|u| 2.0 * u - 1.0);
            let mut points = x.slice_mut(s![rows.clone(), ..n]);
            let mixed = draws::product(points.view(), mixing.view());
            points.assign(&(mixed + centers.row(cluster)));
            y.slice_mut(s![rows]).fill((cluster % self.n_classes) as i64);
        }
        y
    }

    fn fill_other_features(&self, x: &mut Array2<f64>, rng: &mut dyn Generator) {
        let (informative, redundant) = (self.n_informative, self.n_redundant);
        let linear = informative + redundant;
        if redundant > 0 {
            let mixing = draws::uniform(rng, (informative, redundant)).mapv(|u| 2.0 * u - 1.0);
            let mixed = draws::product(x.slice(s![.., ..informative]), mixing.view());
            x.slice_mut(s![.., informative..linear]).assign(&mixed);
        }
        let sources: Vec<usize> = (0..self.n_repeated)
            .map(|_| ((linear - 1) as f64 * rng.uniform() + 0.5) as usize)
            .collect();
        let copies = x.select(Axis(1), &sources);
        x.slice_mut(s![.., linear..linear + self.n_repeated])
            .assign(&copies);
        let mut random = x.slice_mut(s![.., linear + self.n_repeated..]);
        random.map_inplace(|v| *v = rng.standard_normal());
    }

    fn flip(&self, y: &mut Array1<i64>, rng: &mut dyn Generator) {
        let flipped: Vec<bool> = y.iter().map(|_| rng.uniform() < self.flip_y).collect();
        for (y, _) in y.iter_mut().zip(flipped).filter(|(_, flipped)| *flipped) {
            *y = rng.below(self.n_classes) as i64;
        }
    }

    fn shift_and_scale(&self, x: &mut Array2<f64>, rng: &mut dyn Generator) {
        let mut per_feature = |values: &PerFeature, random: &dyn Fn(f64) -> f64| match values {
            PerFeature::Same(value) => Array1::from_elem(self.n_features, *value),
            PerFeature::Each(each) => Array1::from(each.clone()),
            PerFeature::Random => Array1::from_shape_simple_fn(self.n_features, || random(rng.uniform())),
        };
        let shift = per_feature(&self.shift, &|u| (2.0 * u - 1.0) * self.class_sep);
        let scale = per_feature(&self.scale, &|u| 1.0 + 100.0 * u);
        for mut row in x.rows_mut() {
            row += &shift;
            row *= &scale;
        }
    }
}

/// Dimensions of the part of a cube whose corners are numbered and drawn without repetition.
const NUMBERED: usize = 30;

/// Different corners of the unit cube, one a row.
fn corners(count: usize, dimensions: usize, rng: &mut dyn Generator) -> Array2<f64> {
    let mut corners = Array2::zeros((count, dimensions));
    // Beyond 30 dimensions the leading ones are drawn freely; the last 30 keep the corners apart.
    let numbered = dimensions.min(NUMBERED);
    let leading = dimensions - numbered;
    for mut corner in corners.rows_mut() {
        corner
            .slice_mut(s![..leading])
            .map_inplace(|v| *v = rng.below(2) as f64);
    }
    let numbers = rng.sample_unordered(1 << numbered, count);
    for (mut corner, number) in corners.rows_mut().into_iter().zip(numbers) {
        set_bits(corner.slice_mut(s![leading..]), number);
    }
    corners
}

/// Binary digits, the highest first.
fn set_bits(mut digits: ArrayViewMut1<'_, f64>, number: usize) {
    let n = digits.len();
    for (i, digit) in digits.iter_mut().enumerate() {
        *digit = f64::from((number >> (n - 1 - i) & 1) as u8);
    }
}

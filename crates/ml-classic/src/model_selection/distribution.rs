//! Distributions of hyperparameters.

use ml_core::{
    Error, Result, check,
    params::Value,
    random::{Generator, Seed},
};
use serde::{Deserialize, Serialize};

use super::ParamSet;

/// What random values of a hyperparameter are drawn from.
///
/// | the scale of the value is | draw it |
/// |---|---|
/// | unknown | log-uniform ([`Distribution::log_uniform`], also called reciprocal) |
/// | more or less known | exponential, normal, or uniform around it |
///
/// Every draw takes its uniform number(s) in the order in which SciPy takes them, so that with
/// [`Seed::numpy`] the values are those of `scipy.stats` for the same `random_state`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Distribution {
    /// Uniform between `low` and `high`.
    Uniform {
        /// The lower end.
        low: f64,
        /// The upper end, above `low`.
        high: f64,
    },
    /// The logarithm is uniform: every decade is equally likely. SciPy's `loguniform`, `reciprocal`.
    LogUniform {
        /// The lower end, above 0.
        low: f64,
        /// The upper end, above `low`.
        high: f64,
    },
    /// Exponential with this mean.
    Exponential {
        /// The mean, above 0.
        scale: f64,
    },
    /// Number of trials up to the first success: 1, 2, ...
    Geometric {
        /// Probability of success, in `(0, 1]`.
        p: f64,
    },
    /// A whole number in `low..high`, all equally likely.
    Integer {
        /// The least.
        low: i64,
        /// One above the greatest.
        high: i64,
    },
    /// Normal.
    Normal {
        /// The mean.
        mean: f64,
        /// The standard deviation, above 0.
        standard_deviation: f64,
    },
    /// One of these values, all equally likely.
    Choice(#[serde(with = "super::json")] Vec<Value>),
}

impl Distribution {
    /// Uniform between `low` and `high`.
    pub fn uniform(low: f64, high: f64) -> Self {
        Self::Uniform { low, high }
    }

    /// Log-uniform between `low` and `high`.
    pub fn log_uniform(low: f64, high: f64) -> Self {
        Self::LogUniform { low, high }
    }

    /// Exponential with this mean.
    pub fn exponential(scale: f64) -> Self {
        Self::Exponential { scale }
    }

    /// Geometric with this probability.
    pub fn geometric(p: f64) -> Self {
        Self::Geometric { p }
    }

    /// A whole number in `low..high`.
    pub fn integer(low: i64, high: i64) -> Self {
        Self::Integer { low, high }
    }

    /// Normal with this mean and standard deviation.
    pub fn normal(mean: f64, standard_deviation: f64) -> Self {
        Self::Normal {
            mean,
            standard_deviation,
        }
    }

    /// One of these values.
    pub fn choice<V: Into<Value>>(values: impl IntoIterator<Item = V>) -> Self {
        Self::Choice(values.into_iter().map(Into::into).collect())
    }

    /// Draws one value.
    ///
    /// # Errors
    /// [`Error::Parameter`] for a distribution whose numbers are outside their domain.
    pub fn sample(&self, generator: &mut dyn Generator) -> Result<Value> {
        self.check()?;
        Ok(match self {
            Self::Uniform { low, high } => (low + generator.uniform() * (high - low)).into(),
            Self::LogUniform { low, high } => {
                let exponent = low.ln() + generator.uniform() * (high.ln() - low.ln());
                // Rounding must not leave the interval.
                exponent.exp().clamp(*low, *high).into()
            }
            Self::Exponential { scale } => (scale * generator.standard_exponential()).min(f64::MAX).into(),
            Self::Geometric { p } => geometric(*p, generator.uniform()).into(),
            Self::Integer { low, high } => (low + generator.below((high - low) as usize) as i64).into(),
            Self::Normal {
                mean,
                standard_deviation,
            } => (mean + standard_deviation * generator.standard_normal())
                .clamp(f64::MIN, f64::MAX)
                .into(),
            Self::Choice(values) => values[generator.below(values.len())].clone(),
        })
    }

    fn check(&self) -> Result<()> {
        let (valid, domain) = match self {
            Self::Uniform { low, high } => (
                low < high && (high - low).is_finite(),
                "a finite interval with low < high",
            ),
            Self::LogUniform { low, high } => (
                *low > 0.0 && low < high && high.is_finite(),
                "an interval with 0 < low < high",
            ),
            Self::Exponential { scale } => (*scale > 0.0 && scale.is_finite(), "of a mean above 0"),
            Self::Geometric { p } => (*p > 0.0 && *p <= 1.0, "of a probability in (0, 1]"),
            Self::Integer { low, high } => (
                low < high && high.checked_sub(*low).is_some(),
                "a range with low < high",
            ),
            Self::Normal {
                mean,
                standard_deviation: s,
            } => (
                mean.is_finite() && *s > 0.0 && s.is_finite(),
                "finite, with a standard deviation above 0",
            ),
            Self::Choice(values) => (!values.is_empty(), "a choice of at least one value"),
        };
        check::parameter("distribution", format!("{self:?}"), valid, domain)
    }
}

/// The inverse of the distribution function at `u`.
fn geometric(p: f64, u: f64) -> i64 {
    // Below a third the sum would be long; NumPy switches to the closed form there.
    if p < 1.0 / 3.0 {
        return ((1.0 - u).ln() / (1.0 - p).ln()).ceil().max(1.0) as i64;
    }
    let (mut trials, mut term, mut sum) = (1, p, p);
    while u > sum && term > 0.0 {
        term *= 1.0 - p;
        sum += term;
        trials += 1;
    }
    trials
}

/// A distribution for each of some hyperparameters.
///
/// # Examples
/// ```
/// use ml_classic::model_selection::{Distribution, ParamDistributions};
///
/// let space = ParamDistributions::new()
///     .sample("forest__n_estimators", Distribution::integer(1, 200))
///     .sample("forest__max_features", Distribution::integer(1, 8));
/// let candidates = space.candidates(10, 42.into())?;
/// assert_eq!(candidates.len(), 10);
/// # Ok::<(), ml_core::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ParamDistributions(Vec<(String, Distribution)>);

impl ParamDistributions {
    /// No hyperparameter yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Draws the value at `path` from `distribution`; replaces an earlier one for the same path.
    #[must_use]
    pub fn sample(mut self, path: impl Into<String>, distribution: Distribution) -> Self {
        let path = path.into();
        self.0.retain(|(existing, _)| *existing != path);
        self.0.push((path, distribution));
        self.0.sort_by(|a, b| a.0.cmp(&b.0));
        self
    }

    /// `n` random candidates, names in alphabetical order.
    ///
    /// If all values are choices, no candidate comes twice, and there are no more than combinations.
    ///
    /// # Errors
    /// [`Error::Parameter`] for `n` of 0 and for distributions outside their domain.
    pub fn candidates(&self, n: usize, seed: Seed) -> Result<Vec<ParamSet>> {
        check::parameter("n_iter", n, n > 0, "at least 1")?;
        let mut generator = seed.generator();
        if let Some(lists) = self.lists() {
            return self.distinct(&lists, n, &mut *generator);
        }
        let draw = |_| {
            self.0
                .iter()
                .map(|(path, d)| {
                    Ok((
                        path.clone(),
                        d.sample(&mut *generator).map_err(|e| named(path, e))?,
                    ))
                })
                .collect()
        };
        (0..n).map(draw).collect()
    }

    fn lists(&self) -> Option<Vec<&[Value]>> {
        let values = self.0.iter().map(|(_, d)| match d {
            Distribution::Choice(values) => Some(values.as_slice()),
            _ => None,
        });
        values.collect()
    }

    /// Different combinations of lists, each a number written in mixed radix.
    fn distinct(&self, lists: &[&[Value]], n: usize, generator: &mut dyn Generator) -> Result<Vec<ParamSet>> {
        for (path, d) in &self.0 {
            d.check().map_err(|e| named(path, e))?;
        }
        let total = lists
            .iter()
            .fold(1usize, |total, l| total.saturating_mul(l.len()));
        let decode = |mut number: usize| {
            let mut pairs: Vec<(String, Value)> = Vec::with_capacity(lists.len());
            for ((path, _), values) in self.0.iter().zip(lists).rev() {
                pairs.push((path.clone(), values[number % values.len()].clone()));
                number /= values.len();
            }
            pairs.into_iter().rev().collect()
        };
        let numbers = match total {
            _ if n >= total => (0..total).collect(),
            0..=MOST_TO_SHUFFLE => generator.sample_without_replacement(total, n),
            _ => draw_distinct(total, n, generator),
        };
        Ok(numbers.into_iter().map(decode).collect())
    }
}

/// Up to so many combinations are listed and shuffled; beyond, draws are rejected if seen.
const MOST_TO_SHUFFLE: usize = 1_000_000;

fn draw_distinct(total: usize, n: usize, generator: &mut dyn Generator) -> Vec<usize> {
    let (mut seen, mut out) = (std::collections::BTreeSet::new(), Vec::with_capacity(n));
    while out.len() < n {
        let number = generator.below(total);
        if seen.insert(number) {
            out.push(number);
        }
    }
    out
}

fn named(path: &str, error: Error) -> Error {
    match error {
        Error::Parameter { value, domain, .. } => Error::Parameter {
            name: format!("distribution of {path:?}"),
            value,
            domain,
        },
        other => other,
    }
}

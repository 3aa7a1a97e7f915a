//! Inputs brought to mean 0 and variance 1.

use ml_core::{DType, Error, Result, Tensor, ops::Spec};
use serde::{Deserialize, Serialize};

use super::{Layer, Module, Scope, WeightSpec, unary};
use crate::initializers::FnInitializer;

/// Brings every feature to mean 0 and variance 1, by what it learned from data before training: `(x - mean) /
/// √variance` (book section 13.3). Any shape stays as it is; mean and variance are weights that do not learn.
///
/// # Examples
/// ```
/// use ml_core::Tensor;
/// use ml_nn::{Sequential, layers::{IntoLayer, Normalization}};
///
/// let x = Tensor::from([[1.0f32], [3.0]]);
/// let model = Sequential::new().add(Normalization::adapted(&x)?.input_shape([1])).into_model();
/// assert_eq!(model.predict(&x)?.to_vec::<f32>()?, [-1.0, 1.0]); // mean 2, variance 1
/// # Ok::<(), ml_core::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Normalization {
    /// The axis of the features; negative counts from the end. Default -1.
    pub axis: isize,
    /// Mean of every feature.
    pub mean: Vec<f64>,
    /// Variance of every feature, not negative.
    pub variance: Vec<f64>,
    /// How many numbers of each feature were seen.
    pub count: usize,
}

impl Default for Normalization {
    fn default() -> Self {
        Self {
            axis: -1,
            mean: Vec::new(),
            variance: Vec::new(),
            count: 0,
        }
    }
}

/// Keeps the quotient of a feature that never varies finite, as in Keras.
const LEAST_DEVIATION: f64 = 1e-7;

impl Normalization {
    /// Features on the last axis; it must be given data by [`adapt`](Self::adapt) before it can be built.
    pub fn new() -> Self {
        Self::default()
    }

    /// By the mean and variance of these examples, features on the last axis.
    ///
    /// # Errors
    /// As [`adapt`](Self::adapt).
    pub fn adapted(examples: &Tensor) -> Result<Self> {
        let mut layer = Self::default();
        layer.adapt(examples)?;
        Ok(layer)
    }

    /// Takes more examples in: mean and variance are those of all so far, whatever the batches. Source: Chan et al.,
    /// "Algorithms for Computing the Sample Variance" (1983).
    ///
    /// # Errors
    /// [`Error::Empty`] for none, [`Error::Data`] for another number of features than before or numbers that are not
    /// finite, [`Error::DType`] for what is no number, [`Error::Axis`].
    pub fn adapt(&mut self, examples: &Tensor) -> Result<()> {
        let axis = examples.shape().axis("Normalization", self.axis)?;
        if examples.is_empty() {
            return Err(Error::Empty {
                op: "Normalization::adapt",
                what: "the data".to_owned(),
                least: "1 example",
            });
        }
        let others: Vec<isize> = (0..examples.rank() as isize)
            .filter(|&other| other as usize != axis)
            .collect();
        let (mean, variance) = examples.cast(DType::F64)?.moments(&others, false)?;
        let (mean, variance) = (mean.to_vec::<f64>()?, variance.to_vec::<f64>()?);
        let features = mean.len();
        if self.count > 0 && self.mean.len() != features {
            return Err(not_adapted(format!(
                "it knows {} features, but the data has {features}",
                self.mean.len()
            )));
        }
        if mean.iter().chain(&variance).any(|value| !value.is_finite()) {
            return Err(not_adapted("the data holds NaN or infinity".to_owned()));
        }
        let new = examples.len() / features;
        if self.count == 0 {
            (self.mean, self.variance, self.count) = (mean, variance, new);
            return Ok(());
        }
        let all = (self.count + new) as f64;
        let (before, share) = (self.count as f64 / all, new as f64 / all);
        let known = self.mean.iter_mut().zip(&mut self.variance);
        for ((own_mean, own_variance), (mean, variance)) in known.zip(mean.iter().zip(&variance)) {
            let apart = mean - *own_mean;
            *own_variance = before * *own_variance + share * variance + before * share * apart * apart;
            *own_mean += share * apart;
        }
        self.count += new;
        Ok(())
    }
}

fn not_adapted(problem: String) -> Error {
    Error::Data {
        op: "Normalization",
        problem,
        remedy: "give it finite examples with the features of the model's: Normalization::adapted(&x)",
    }
}

#[typetag::serde]
impl Layer for Normalization {
    fn build(&self, inputs: &[Spec], scope: &mut Scope<'_>) -> Result<Box<dyn Module>> {
        let [input] = scope.exactly(inputs)?;
        let axis = input.shape.axis("Normalization", self.axis)?;
        let features = scope.known_axis(input, axis)?;
        let lengths = [self.mean.len(), self.variance.len()];
        if lengths != [features, features] {
            return Err(not_adapted(match lengths {
                [0, 0] => "it knows neither mean nor variance".to_owned(),
                [mean, variance] => {
                    format!(
                        "it knows {mean} means and {variance} variances, but there are {features} features"
                    )
                }
            }));
        }
        let mut weight = |name: &'static str, values: &[f64]| {
            let values = values.to_vec();
            let initializer =
                FnInitializer::new(name, move |_, dtype, _| Tensor::from(values.clone()).cast(dtype));
            scope.weight(
                WeightSpec::new(name, [features])
                    .initializer(initializer)
                    .trainable(false),
            )
        };
        let (mean, variance) = (weight("mean", &self.mean)?, weight("variance", &self.variance)?);
        let along = super::spread(features, axis, input.shape.rank());
        Ok(unary(move |x, _| {
            let deviation = variance.read().sqrt()?;
            let deviation = deviation.maximum(&deviation.number_like(LEAST_DEVIATION)?)?;
            x.sub(&along(mean.read())?)?.div(&along(deviation)?)
        }))
    }
}

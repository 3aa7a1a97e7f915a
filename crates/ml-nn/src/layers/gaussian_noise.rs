//! Noise against overfitting.

use ml_core::{Result, check, ops::Spec};
use serde::{Deserialize, Serialize};

use super::{Layer, Module, Scope, unary};

/// While training, adds normal noise of mean 0 to every input; otherwise passes them on. Any shape stays as it is.
///
/// # Examples
/// ```
/// use ml_core::Tensor;
/// use ml_nn::{Sequential, layers::{GaussianNoise, IntoLayer}};
///
/// let model = Sequential::new().add(GaussianNoise::new(0.1).input_shape([2])).into_model();
/// let x = Tensor::from([[1.0f32, 2.0]]);
/// assert_eq!(model.predict(&x)?.to_vec::<f32>()?, [1.0, 2.0]);
/// # Ok::<(), ml_core::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct GaussianNoise {
    /// Standard deviation of the noise: finite, at least 0.
    pub stddev: f64,
}

impl GaussianNoise {
    /// Noise of this standard deviation.
    pub fn new(stddev: f64) -> Self {
        Self { stddev }
    }
}

#[typetag::serde]
impl Layer for GaussianNoise {
    fn build(&self, inputs: &[Spec], scope: &mut Scope<'_>) -> Result<Box<dyn Module>> {
        scope.exactly::<1>(inputs)?;
        let stddev = self.stddev;
        check::parameter(
            "stddev",
            stddev,
            stddev.is_finite() && stddev >= 0.0,
            "finite and >= 0",
        )?;
        Ok(unary(move |x, context| match context.normal_like(x, stddev)? {
            Some(noise) => x.add(&noise),
            None => Ok(x.clone()),
        }))
    }
}

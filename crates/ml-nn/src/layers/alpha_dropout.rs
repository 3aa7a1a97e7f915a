//! Dropout for self-normalising networks.

use ml_core::{Result, check, ops::Spec};
use serde::{Deserialize, Serialize};

use super::{Layer, Module, Scope, unary};

/// While training, sets a share `rate` of the inputs to what SELU gives far below 0, `α' = -1.7581`, and scales and
/// shifts all so that mean 0 and variance 1 stay what they are; otherwise passes them on (book section 11.4.2).
///
/// `y = a · (kept x, dropped α') + b`, with `a = 1 / √((1 - rate) · (1 + rate · α'²))` and `b = -a · α' · rate`. Any
/// shape stays as it is. Source: Klambauer et al., "Self-Normalizing Neural Networks" (2017).
///
/// # Examples
/// ```
/// use ml_core::Tensor;
/// use ml_nn::{Sequential, layers::{AlphaDropout, IntoLayer}};
///
/// let model = Sequential::new().add(AlphaDropout::new(0.1).input_shape([2])).into_model();
/// let x = Tensor::from([[1.0f32, 2.0]]);
/// assert_eq!(model.predict(&x)?.to_vec::<f32>()?, [1.0, 2.0]);
/// # Ok::<(), ml_core::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct AlphaDropout {
    /// Share of the inputs that are dropped: at least 0, below 1.
    pub rate: f64,
}

impl AlphaDropout {
    /// Drops this share.
    pub fn new(rate: f64) -> Self {
        Self { rate }
    }
}

/// What SELU tends to far below 0: minus the product of its two constants.
const LEAST: f64 = -1.673_263_242_354_377_2 * 1.050_700_987_355_480_5;

#[typetag::serde]
impl Layer for AlphaDropout {
    fn build(&self, inputs: &[Spec], scope: &mut Scope<'_>) -> Result<Box<dyn Module>> {
        scope.exactly::<1>(inputs)?;
        let rate = self.rate;
        check::parameter("rate", rate, (0.0..1.0).contains(&rate), "at least 0 and below 1")?;
        let keep = 1.0 - rate;
        let a = 1.0 / (keep * (1.0 + rate * LEAST * LEAST)).sqrt();
        let b = -a * LEAST * rate;
        Ok(unary(move |x, context| {
            if !context.is_training() {
                return Ok(x.clone());
            }
            // Dropout of the distance from α': what is dropped is α', and what is kept comes out 1 / keep too large.
            let distance = context.dropout(&x.sub_scalar(LEAST)?, rate)?;
            distance.mul_scalar(keep * a)?.add_scalar(LEAST * a + b)
        }))
    }
}

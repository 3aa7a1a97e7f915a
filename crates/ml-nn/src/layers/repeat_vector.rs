//! A row several times.

use ml_core::{Error, Result, check, ops::Spec};
use serde::{Deserialize, Serialize};

use super::{Layer, Module, Scope, unary};

/// Repeats the row of every example: `[batch, features]` gives `[batch, times, features]`.
///
/// # Examples
/// ```
/// use ml_core::Tensor;
/// use ml_nn::{Sequential, layers::{IntoLayer, RepeatVector}};
///
/// let model = Sequential::new().add(RepeatVector::new(2).input_shape([2])).into_model();
/// let y = model.predict(&Tensor::from([[1.0f32, 2.0]]))?;
/// assert_eq!(y.to_vec::<f32>()?, [1.0, 2.0, 1.0, 2.0]);
/// # Ok::<(), ml_core::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct RepeatVector {
    /// How often: at least 1.
    pub times: usize,
}

impl RepeatVector {
    /// So often.
    pub fn new(times: usize) -> Self {
        Self { times }
    }
}

#[typetag::serde]
impl Layer for RepeatVector {
    fn build(&self, inputs: &[Spec], scope: &mut Scope<'_>) -> Result<Box<dyn Module>> {
        let [input] = scope.exactly(inputs)?;
        let times = self.times;
        check::parameter("times", times, times > 0, "at least 1")?;
        if input.shape.rank() != 2 {
            return Err(Error::BadShape {
                op: "RepeatVector",
                shape: input.shape.to_vec(),
                rule: "examples must be rows: [batch, features]".to_owned(),
            });
        }
        Ok(unary(move |x, _| x.expand_dims(1)?.repeat(times, 1)))
    }
}

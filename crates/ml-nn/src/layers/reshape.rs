//! Another shape for every example.

use ml_core::{Error, Result, Shape, ops::Spec};
use serde::{Deserialize, Serialize};

use super::{Layer, Module, Scope, unary};

/// The numbers of every example, in their order, under another shape: `[batch, ...]` gives `[batch, shape...]`.
///
/// # Examples
/// ```
/// use ml_core::Tensor;
/// use ml_nn::{Sequential, layers::{IntoLayer, Reshape}};
///
/// let model = Sequential::new().add(Reshape::new([2, -1]).input_shape([6])).into_model();
/// let y = model.predict(&Tensor::from([[1.0f32, 2.0, 3.0, 4.0, 5.0, 6.0]]))?;
/// assert_eq!(y.shape().to_vec(), [1, 2, 3]);
/// # Ok::<(), ml_core::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reshape {
    /// The lengths of the axes of an example; one of them may be -1 and takes what is left.
    pub shape: Vec<i64>,
}

impl Reshape {
    /// Examples of this shape.
    pub fn new(shape: impl Into<Vec<i64>>) -> Self {
        Self { shape: shape.into() }
    }

    /// The lengths without -1, for examples of so many numbers; `None` if they do not fit.
    fn lengths(&self, numbers: usize) -> Option<Vec<i64>> {
        let open = self.shape.iter().filter(|&&length| length == -1).count();
        let valid = self.shape.iter().all(|&length| length > 0 || length == -1);
        let known = self
            .shape
            .iter()
            .filter(|&&length| length > 0)
            .try_fold(1usize, |product, &length| {
                product.checked_mul(usize::try_from(length).ok()?)
            })?;
        let fits = match open {
            0 => known == numbers,
            1 => numbers.is_multiple_of(known) && numbers > 0,
            _ => false,
        };
        let lengths = self.shape.iter().map(|&length| match length {
            -1 => (numbers / known) as i64,
            length => length,
        });
        (valid && fits).then(|| lengths.collect())
    }
}

#[typetag::serde]
impl Layer for Reshape {
    fn build(&self, inputs: &[Spec], scope: &mut Scope<'_>) -> Result<Box<dyn Module>> {
        let [input] = scope.exactly(inputs)?;
        let example: Shape = input.shape.iter().skip(1).copied().collect();
        let lengths = example.is_known().then(|| self.lengths(example.len())).flatten();
        let lengths = lengths.ok_or_else(|| Error::BadShape {
            op: "Reshape",
            shape: example.to_vec(),
            rule: format!(
                "examples of this shape cannot be laid out as {:?}: the numbers of elements must be known and equal, \
                 lengths positive but for one -1",
                self.shape
            ),
        })?;
        let lengths: Vec<i64> = [-1].into_iter().chain(lengths).collect();
        Ok(unary(move |x, _| x.reshape(&lengths)))
    }
}

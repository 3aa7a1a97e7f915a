//! The axes of every example in another order.

use ml_core::{Error, Result, ops::Spec};
use serde::{Deserialize, Serialize};

use super::{Layer, Module, Scope, unary};

/// Exchanges the axes of every example: `[batch, a, b]` under the order `[2, 1]` gives `[batch, b, a]`.
///
/// # Examples
/// ```
/// use ml_core::Tensor;
/// use ml_nn::{Sequential, layers::{IntoLayer, Permute}};
///
/// let model = Sequential::new().add(Permute::new([2, 1]).input_shape([2, 2])).into_model();
/// let y = model.predict(&Tensor::from([[[1.0f32, 2.0], [3.0, 4.0]]]))?;
/// assert_eq!(y.to_vec::<f32>()?, [1.0, 3.0, 2.0, 4.0]);
/// # Ok::<(), ml_core::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Permute {
    /// Which axis of the input each axis of the output is, counted from 1 as in Keras: each once.
    pub order: Vec<usize>,
}

impl Permute {
    /// This order.
    pub fn new(order: impl Into<Vec<usize>>) -> Self {
        Self { order: order.into() }
    }
}

#[typetag::serde]
impl Layer for Permute {
    fn build(&self, inputs: &[Spec], scope: &mut Scope<'_>) -> Result<Box<dyn Module>> {
        let [input] = scope.exactly(inputs)?;
        let mut sorted = self.order.clone();
        sorted.sort_unstable();
        if !sorted.into_iter().eq(1..input.shape.rank()) {
            return Err(Error::BadShape {
                op: "Permute",
                shape: input.shape.to_vec(),
                rule: format!(
                    "the order {:?} must name every axis but the first once, from 1 on",
                    self.order
                ),
            });
        }
        let rest = self.order.iter().map(|&axis| axis as isize);
        let order: Vec<isize> = [0].into_iter().chain(rest).collect();
        Ok(unary(move |x, _| x.permute(&order)))
    }
}

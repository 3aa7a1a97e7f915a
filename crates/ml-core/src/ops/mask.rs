//! Selection by truth values: how many there are is known only when it runs.

use serde::{Deserialize, Serialize};

use super::{Arrays, Primitive, Spec, Specs, apply, discrete::discrete, elementwise::outputs, one};
use crate::{DType, Error, Result, Shape, Tensor, tensor::Array};

/// Indices of the elements that are true, a row each.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
struct NonZero;

#[typetag::serde(name = "nonzero")]
impl Primitive for NonZero {
    fn name(&self) -> &'static str {
        "nonzero"
    }

    fn infer(&self, inputs: &[Spec]) -> Result<Specs> {
        require_bool(inputs[0].dtype)?;
        Ok(one(
            DType::I64,
            Shape::from([Shape::UNKNOWN, inputs[0].shape.rank()]),
        ))
    }

    fn forward(&self, inputs: &[&Array]) -> Result<Arrays> {
        require_bool(inputs[0].dtype())?;
        let (mask, shape) = (inputs[0].elements::<bool>(), inputs[0].shape());
        let count = mask.iter().filter(|&&set| set).count();
        let strides = shape.row_major();
        let mut rows = Vec::with_capacity(count * shape.rank());
        for (place, _) in mask.iter().enumerate().filter(|&(_, &set)| set) {
            let position = |(&stride, &length): (&isize, &usize)| (place / stride as usize % length) as i64;
            rows.extend(strides.iter().zip(shape.iter()).map(position));
        }
        Ok(outputs(Array::dense(rows, Shape::from([count, shape.rank()]))))
    }

    discrete!();
}

fn require_bool(mask: DType) -> Result<()> {
    mask.require("nonzero", mask == DType::Bool, "bool as a mask")
}

impl Tensor {
    /// The indices of the elements that are true, `[how many, axes]` of `i64`, in row-major order.
    ///
    /// # Errors
    /// [`Error::DType`] unless the elements are `bool`.
    ///
    /// # Examples
    /// ```
    /// use ml_core::Tensor;
    ///
    /// let mask = Tensor::from([[true, false], [false, true]]);
    /// assert_eq!(mask.nonzero()?.to_vec::<i64>()?, [0, 0, 1, 1]);
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    pub fn nonzero(&self) -> Result<Tensor> {
        apply(NonZero, &[self])
    }

    /// What lies where `mask` is true, as NumPy's `t[mask]`: the axes of the mask, which must be the first ones
    /// of the tensor, become one. Inside a traced function its length is unknown.
    ///
    /// # Errors
    /// [`Error::DType`] unless the mask is `bool`, [`Error::Shape`] unless its shape is how the tensor's begins.
    ///
    /// # Examples
    /// ```
    /// use ml_core::Tensor;
    ///
    /// let t = Tensor::from([[1, 2], [3, 4]]);
    /// assert_eq!(t.masked_select(&Tensor::from([[true, false], [false, true]]))?.to_vec::<i32>()?, [1, 4]);
    /// assert_eq!(t.masked_select(&Tensor::from([false, true]))?.to_vec::<i32>()?, [3, 4]); // a row
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    pub fn masked_select(&self, mask: &Tensor) -> Result<Tensor> {
        let rank = mask.rank();
        if rank > self.rank() || !mask.shape().matches(&Shape::from(&self.shape()[..rank])) {
            return Err(Error::Shape {
                op: "masked_select",
                left: self.shape().to_vec(),
                right: mask.shape().to_vec(),
                rule: "the mask must have the first axes of the tensor",
            });
        }
        self.gather_nd(&mask.nonzero()?)
    }

    /// `number` where `mask` is true, the elements elsewhere; the mask broadcasts. No gradient flows to what is
    /// covered.
    ///
    /// # Errors
    /// [`Error::DType`] unless the mask is `bool`, [`Error::Shape`] if it does not broadcast; as
    /// [`number_like`](Self::number_like).
    ///
    /// # Examples
    /// ```
    /// use ml_core::Tensor;
    ///
    /// let scores = Tensor::from([[0.5, 2.0], [1.0, 3.0]]);
    /// let masked = scores.masked_fill(&Tensor::from([false, true]), f64::NEG_INFINITY)?;
    /// assert_eq!(masked.softmax(-1)?.to_vec::<f64>()?, [1.0, 0.0, 1.0, 0.0]);
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    pub fn masked_fill(&self, mask: &Tensor, number: f64) -> Result<Tensor> {
        Tensor::select(mask, &self.number_like(number)?, self)
    }
}

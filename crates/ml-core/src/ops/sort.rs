//! Elements in order, and the positions that bring them there.

use serde::{Deserialize, Serialize};

use super::{Arrays, Primitive, Spec, Specs, apply, discrete::discrete, elementwise::outputs, one};
use crate::{
    DType, Error, Result, Shape, Tensor,
    kernels::sort,
    tensor::{Array, for_dtype},
};

/// Which way [`Tensor::sort`] orders. NaN comes last both ways, and equal elements keep their order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Order {
    /// The smallest first.
    Ascending,
    /// The largest first.
    Descending,
}

/// Positions of the elements along the last axis, in order.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
struct ArgSort {
    order: Order,
}

/// Positions of the `k` largest elements along the last axis.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
struct ArgTopK {
    k: usize,
}

#[typetag::serde(name = "argsort")]
impl Primitive for ArgSort {
    fn name(&self) -> &'static str {
        "argsort"
    }

    fn infer(&self, inputs: &[Spec]) -> Result<Specs> {
        Ok(one(DType::I64, inputs[0].shape.clone()))
    }

    fn forward(&self, inputs: &[&Array]) -> Result<Arrays> {
        let descending = self.order == Order::Descending;
        Ok(outputs(
            for_dtype!(inputs[0].dtype(), T => sort::argsort::<T>(inputs[0], descending)),
        ))
    }

    discrete!();
}

impl ArgTopK {
    fn shape(self, shape: &Shape) -> Result<Shape> {
        let mut shape = shape.clone();
        let available = shape.last().copied().unwrap_or(0);
        match shape.last_mut() {
            Some(last) if self.k <= available => *last = self.k,
            _ => {
                return Err(Error::Parameter {
                    name: "top_k: k".to_owned(),
                    value: self.k.to_string(),
                    domain: format!("at most {available}, the length of the last axis"),
                });
            }
        }
        Ok(shape)
    }
}

#[typetag::serde(name = "arg_top_k")]
impl Primitive for ArgTopK {
    fn name(&self) -> &'static str {
        "arg_top_k"
    }

    fn infer(&self, inputs: &[Spec]) -> Result<Specs> {
        Ok(one(DType::I64, self.shape(&inputs[0].shape)?))
    }

    fn forward(&self, inputs: &[&Array]) -> Result<Arrays> {
        self.shape(inputs[0].shape())?;
        Ok(outputs(
            for_dtype!(inputs[0].dtype(), T => sort::top_k::<T>(inputs[0], self.k)),
        ))
    }

    discrete!();
}

impl Tensor {
    /// The positions along `axis` that bring the elements in order: equal ones keep theirs, NaN comes last.
    /// Texts are ordered by their bytes.
    ///
    /// # Errors
    /// [`Error::Axis`] for an axis that does not exist.
    ///
    /// # Examples
    /// ```
    /// use ml_core::{Tensor, ops::Order};
    ///
    /// let t = Tensor::from([3, 1, 2, 1]);
    /// assert_eq!(t.argsort(0, Order::Ascending)?.to_vec::<i64>()?, [1, 3, 2, 0]);
    /// assert_eq!(t.argsort(0, Order::Descending)?.to_vec::<i64>()?, [0, 2, 1, 3]);
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    pub fn argsort(&self, axis: isize, order: Order) -> Result<Tensor> {
        let axis = self.shape().axis("argsort", axis)? as isize;
        let last = self.rank() as isize - 1;
        let lanes = self.stop_gradient().swap_axes(axis, last)?;
        apply(ArgSort { order }, &[&lanes])?.swap_axes(axis, last)
    }

    /// The elements along `axis` in order; gradients go back where the elements came from.
    ///
    /// # Errors
    /// As [`argsort`](Self::argsort).
    ///
    /// # Examples
    /// ```
    /// use ml_core::{Tensor, ops::Order};
    ///
    /// let y = Tensor::from([[3.0, 1.0], [f64::NAN, 2.0]]).sort(1, Order::Ascending)?.to_vec::<f64>()?;
    /// assert_eq!(y[..3], [1.0, 3.0, 2.0]);
    /// assert!(y[3].is_nan());
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    pub fn sort(&self, axis: isize, order: Order) -> Result<Tensor> {
        self.take_along_axis(&self.argsort(axis, order)?, axis)
    }

    /// The `k` largest elements along the last axis, the largest first, and their positions; of equal elements
    /// the earlier comes first, NaN last.
    ///
    /// # Errors
    /// [`Error::Parameter`] if the axis has fewer than `k` elements.
    ///
    /// # Examples
    /// ```
    /// use ml_core::Tensor;
    ///
    /// let (values, positions) = Tensor::from([0.1, 0.7, 0.2, 0.7]).top_k(3)?;
    /// assert_eq!(values.to_vec::<f64>()?, [0.7, 0.7, 0.2]);
    /// assert_eq!(positions.to_vec::<i64>()?, [1, 3, 2]);
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    pub fn top_k(&self, k: usize) -> Result<(Tensor, Tensor)> {
        let positions = apply(ArgTopK { k }, &[&self.stop_gradient()])?;
        Ok((self.take_along_axis(&positions, -1)?, positions))
    }
}

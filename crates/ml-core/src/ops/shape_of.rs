//! Shapes as values, for sizes that are known only when a traced function runs.

use serde::{Deserialize, Serialize};

use super::{Arrays, Call, Gradients, Primitive, Saves, Spec, Specs, apply, elementwise::outputs, one};
use crate::{
    DType, Error, Result, Shape, Tensor,
    tensor::{Array, Value},
};

#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
enum ShapeOf {
    Lengths,
    Size,
}

#[typetag::serde(name = "shape_of")]
impl Primitive for ShapeOf {
    fn name(&self) -> &'static str {
        match self {
            Self::Lengths => "shape_tensor",
            Self::Size => "size_tensor",
        }
    }

    fn infer(&self, inputs: &[Spec]) -> Result<Specs> {
        Ok(match self {
            Self::Lengths => one(DType::I64, Shape::from([inputs[0].shape.rank()])),
            Self::Size => one(DType::I64, Shape::scalar()),
        })
    }

    fn forward(&self, inputs: &[&Array]) -> Result<Arrays> {
        let shape = inputs[0].shape();
        Ok(outputs(match self {
            Self::Lengths => {
                let lengths: Vec<i64> = shape.iter().map(|&length| length as i64).collect();
                Array::dense(lengths, Shape::from([shape.rank()]))
            }
            Self::Size => Array::scalar(shape.len() as i64),
        }))
    }

    fn vjp(&self, _: &Call<'_>, _: &[Option<Tensor>]) -> Result<Gradients> {
        Ok(Gradients::from_elem(None, 1))
    }

    fn jvp(&self, _: &Call<'_>, _: &[Option<Tensor>]) -> Result<Gradients> {
        Ok(Gradients::from_elem(None, 1))
    }

    fn saves(&self) -> Saves {
        Saves::NOTHING
    }
}

impl Tensor {
    /// The length of `axis`, as a number: negative axes count from the end.
    ///
    /// # Errors
    /// [`Error::Axis`] for an axis that does not exist; [`Error::Graph`] inside a traced function for a length that
    /// only the call will tell, see [`shape_tensor`](Self::shape_tensor).
    ///
    /// # Examples
    /// ```
    /// use ml_core::{Tensor, graph::Function};
    ///
    /// let mean = Function::unary("mean", |x| x.sum_all()?.div_scalar(x.length(0)? as f64));
    /// assert_eq!(mean.apply(&[&Tensor::from([2.0, 4.0])])?.item::<f64>()?, 3.0);
    /// assert_eq!(mean.apply(&[&Tensor::from([1.0, 2.0, 6.0])])?.item::<f64>()?, 3.0);
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    pub fn length(&self, axis: isize) -> Result<usize> {
        let axis = self.shape().axis("length", axis)?;
        match (self.shape()[axis], &self.value) {
            (Shape::UNKNOWN, Value::Symbol(symbol)) => Err(Error::Graph {
                function: symbol.trace.name().to_owned(),
                problem: format!(
                    "the length of axis {axis} of {} is not known while tracing",
                    symbol.name()
                ),
                remedy: "take it from shape_tensor(), or leave no length open in the signature",
            }),
            (length, _) => Ok(length),
        }
    }

    /// The lengths of the axes as a tensor of `i64`: inside a traced function, also those that only the call
    /// will tell (book section 12.4.3).
    ///
    /// # Errors
    /// None but those of a graph under construction.
    ///
    /// # Examples
    /// ```
    /// use ml_core::Tensor;
    ///
    /// assert_eq!(Tensor::from([[1, 2, 3], [4, 5, 6]]).shape_tensor()?.to_vec::<i64>()?, [2, 3]);
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    pub fn shape_tensor(&self) -> Result<Tensor> {
        apply(ShapeOf::Lengths, &[&self.stop_gradient()])
    }

    /// The number of elements as a scalar of `i64`, known now or when the traced function runs.
    ///
    /// # Errors
    /// As [`shape_tensor`](Self::shape_tensor).
    ///
    /// # Examples
    /// ```
    /// use ml_core::Tensor;
    ///
    /// assert_eq!(Tensor::from([[1, 2, 3], [4, 5, 6]]).size_tensor()?.item::<i64>()?, 6);
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    pub fn size_tensor(&self) -> Result<Tensor> {
        apply(ShapeOf::Size, &[&self.stop_gradient()])
    }

    /// The same tensor: for programs that choose between operations, one of which does nothing.
    ///
    /// # Errors
    /// None: it is a `Result` as that of every operation.
    pub fn identity(&self) -> Result<Tensor> {
        Ok(self.clone())
    }
}

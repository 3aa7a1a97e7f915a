//! Positions of the largest and smallest elements.

use serde::{Deserialize, Serialize};

use super::{Arrays, Primitive, Spec, Specs, apply, discrete::discrete, elementwise::outputs, one};
use crate::{
    DType, Error, Result, Shape, Tensor,
    kernels::sort,
    tensor::{Array, for_dtype},
};

/// Along an axis, which vanishes.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
struct ArgExtreme {
    axis: usize,
    smallest: bool,
}

impl ArgExtreme {
    const fn op(self) -> &'static str {
        if self.smallest { "argmin" } else { "argmax" }
    }

    fn shape(self, shape: &Shape) -> Result<Shape> {
        match shape[self.axis] {
            0 => Err(Error::Empty {
                op: self.op(),
                what: format!("axis {} of shape {shape}", self.axis),
                least: "1 element",
            }),
            _ => Ok(shape.reduced(&[self.axis], false)),
        }
    }
}

#[typetag::serde(name = "arg_extreme")]
impl Primitive for ArgExtreme {
    fn name(&self) -> &'static str {
        self.op()
    }

    fn infer(&self, inputs: &[Spec]) -> Result<Specs> {
        Ok(one(DType::I64, self.shape(&inputs[0].shape)?))
    }

    fn forward(&self, inputs: &[&Array]) -> Result<Arrays> {
        let x = inputs[0];
        let shape = self.shape(x.shape())?;
        let count = |lengths: &[usize]| lengths.iter().product();
        let seen = [
            count(&x.shape()[..self.axis]),
            x.shape()[self.axis],
            count(&x.shape()[self.axis + 1..]),
        ];
        Ok(outputs(
            for_dtype!(x.dtype(), T => sort::extreme::<T>(x, seen, self.smallest, shape)),
        ))
    }

    discrete!();
}

impl Tensor {
    fn arg_extreme(&self, axis: isize, smallest: bool) -> Result<Tensor> {
        let mut extreme = ArgExtreme { axis: 0, smallest };
        extreme.axis = self.shape().axis(extreme.op(), axis)?;
        apply(extreme, &[&self.stop_gradient()])
    }

    /// Position along `axis`, which vanishes, of the largest element: the first of equal ones; the first NaN if
    /// there is one, as in NumPy.
    ///
    /// # Errors
    /// [`Error::Axis`] for an axis that does not exist, [`Error::Empty`] for one without elements.
    ///
    /// # Examples
    /// ```
    /// use ml_core::Tensor;
    ///
    /// assert_eq!(Tensor::from([[1, 5, 5], [7, 2, 3]]).argmax(1)?.to_vec::<i64>()?, [1, 0]);
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    pub fn argmax(&self, axis: isize) -> Result<Tensor> {
        self.arg_extreme(axis, false)
    }

    /// Position along `axis`, which vanishes, of the smallest element: the first of equal ones; the first NaN if
    /// there is one.
    ///
    /// # Errors
    /// As [`argmax`](Self::argmax).
    pub fn argmin(&self, axis: isize) -> Result<Tensor> {
        self.arg_extreme(axis, true)
    }
}

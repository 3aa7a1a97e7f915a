//! One of two values for every truth.

use std::ops::RangeInclusive;

use serde::{Deserialize, Serialize};

use super::{
    Arrays, Call, Gradients, Primitive, Saves, Spec, Specs, apply, elementwise::outputs, one, same_dtype,
    sum_to_like,
};
use crate::{
    DType, Result, Tensor,
    kernels::elementwise::select,
    tensor::{Array, for_dtype},
};

#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
struct Select;

fn check(condition: DType, a: DType, b: DType) -> Result<()> {
    condition.require("select", condition == DType::Bool, "a condition of bool")?;
    same_dtype("select", a, b)
}

#[typetag::serde(name = "select")]
impl Primitive for Select {
    fn name(&self) -> &'static str {
        "select"
    }

    fn arity(&self) -> RangeInclusive<usize> {
        3..=3
    }

    fn infer(&self, inputs: &[Spec]) -> Result<Specs> {
        check(inputs[0].dtype, inputs[1].dtype, inputs[2].dtype)?;
        let shape = inputs[1].shape.broadcast("select", &inputs[2].shape)?;
        Ok(one(inputs[1].dtype, shape.broadcast("select", &inputs[0].shape)?))
    }

    fn forward(&self, inputs: &[&Array]) -> Result<Arrays> {
        let (condition, a, b) = (inputs[0], inputs[1], inputs[2]);
        check(condition.dtype(), a.dtype(), b.dtype())?;
        Ok(outputs(
            for_dtype!(a.dtype(), T => select::<T>("select", condition, a, b)?),
        ))
    }

    fn vjp(&self, call: &Call<'_>, gradients: &[Option<Tensor>]) -> Result<Gradients> {
        let Some(d) = &gradients[0] else {
            return Ok(Gradients::from_elem(None, 3));
        };
        let (condition, zero) = (&call.inputs[0], Tensor::zeros([], d.dtype())?);
        let left = || sum_to_like(&Tensor::select(condition, d, &zero)?, &call.inputs[1]);
        let right = || sum_to_like(&Tensor::select(condition, &zero, d)?, &call.inputs[2]);
        let left = call.wanted[1].then(left).transpose()?;
        let right = call.wanted[2].then(right).transpose()?;
        Ok([None, left, right].into_iter().collect())
    }

    fn jvp(&self, call: &Call<'_>, tangents: &[Option<Tensor>]) -> Result<Gradients> {
        let zero = Tensor::zeros([], call.outputs[0].dtype())?;
        let (a, b) = (tangents[1].as_ref(), tangents[2].as_ref());
        if a.is_none() && b.is_none() {
            return Ok(Gradients::from_elem(None, 1));
        }
        let on = Tensor::select(&call.inputs[0], a.unwrap_or(&zero), b.unwrap_or(&zero))?;
        Ok(Gradients::from_elem(
            Some(on.broadcast_like(&call.outputs[0])?),
            1,
        ))
    }

    fn saves(&self) -> Saves {
        Saves::INPUTS
    }
}

impl Tensor {
    /// `a` where `condition` is true, `b` where not: TensorFlow's and NumPy's `where` (book section 12.3.1). All
    /// three broadcast; `a` and `b` may be of any element type.
    ///
    /// Both are computed everywhere, and so are their gradients: an infinite slope on the side not taken meets a
    /// gradient of 0 there, and 0 · ∞ is NaN. Make the argument safe as well as the result: for a square root
    /// that is 0 below 0, `select(positive, x, 1)` goes into the root, and `select(positive, root, 0)` comes out.
    ///
    /// # Errors
    /// [`Error::DType`](crate::Error::DType) unless `condition` is `bool`,
    /// [`Error::MixedDTypes`](crate::Error::MixedDTypes) unless `a` and `b` are of one type,
    /// [`Error::Shape`](crate::Error::Shape) if the shapes do not broadcast.
    ///
    /// # Examples
    /// ```
    /// use ml_core::Tensor;
    ///
    /// // The Huber loss of an error: quadratic where it is small, linear where it is large.
    /// let error = Tensor::from([0.5, -3.0]);
    /// let small = error.abs()?.less(&Tensor::from(1.0))?;
    /// let loss = Tensor::select(&small, &(&error.square()? * 0.5), &(&error.abs()? - 0.5))?;
    /// assert_eq!(loss.to_vec::<f64>()?, [0.125, 2.5]);
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    pub fn select(condition: &Tensor, a: &Tensor, b: &Tensor) -> Result<Tensor> {
        apply(Select, &[condition, a, b])
    }
}

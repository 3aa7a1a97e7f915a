//! Writing elements at places that a tensor of integers names.

use std::ops::RangeInclusive;

use serde::{Deserialize, Serialize};

use super::{
    Arrays, At, Call, Gradients, Primitive, Saves, Spec, Specs, apply, broadcast, elementwise::outputs,
    gather::require_integer, one, same_dtype, sum_to_like,
};
use crate::{
    DType, Result, Shape, Tensor,
    kernels::arithmetic::for_number,
    tensor::{Array, for_dtype},
};

/// The first operand with the places that the second names replaced by, or increased by, the third, which
/// broadcasts. Of several values for a place the last one replaces; all of them are added.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
struct Scatter {
    at: At,
    add: bool,
}

impl Scatter {
    const fn op(self) -> &'static str {
        if self.add { "scatter_add" } else { "scatter_update" }
    }

    fn check(self, dtypes: [DType; 3]) -> Result<()> {
        require_integer(self.op(), dtypes[1])?;
        same_dtype(self.op(), dtypes[0], dtypes[2])?;
        let number = dtypes[0].is_float() || dtypes[0].is_integer();
        dtypes[0].require(self.op(), number || !self.add, "f32, f64 or an integer type")
    }
}

#[typetag::serde(name = "scatter")]
impl Primitive for Scatter {
    fn name(&self) -> &'static str {
        self.op()
    }

    fn arity(&self) -> RangeInclusive<usize> {
        3..=3
    }

    fn infer(&self, inputs: &[Spec]) -> Result<Specs> {
        self.check([inputs[0].dtype, inputs[1].dtype, inputs[2].dtype])?;
        let shape = self.at.shape(self.op(), &inputs[0].shape, &inputs[1].shape)?;
        broadcast::check(self.op(), &inputs[2].shape, &shape)?;
        Ok(one(inputs[0].dtype, inputs[0].shape.clone()))
    }

    fn forward(&self, inputs: &[&Array]) -> Result<Arrays> {
        let (x, indices, updates) = (inputs[0], inputs[1], inputs[2]);
        self.check([x.dtype(), indices.dtype(), updates.dtype()])?;
        let plan = self.at.plan(self.op(), x.shape(), indices)?;
        let shape = self.at.shape(self.op(), x.shape(), indices.shape())?;
        let updates = &broadcast::stretch(self.op(), updates, &shape)?;
        Ok(outputs(if self.add {
            for_number!(x.dtype(), T => plan.add::<T>(x, updates))
        } else {
            for_dtype!(x.dtype(), T => plan.replace::<T>(x, updates))
        }))
    }

    fn vjp(&self, call: &Call<'_>, gradients: &[Option<Tensor>]) -> Result<Gradients> {
        let Some(d) = &gradients[0] else {
            return Ok(Gradients::from_elem(None, 3));
        };
        let (indices, updates) = (&call.inputs[1], &call.inputs[2]);
        let kept = || match self.add {
            true => Ok(d.clone()),
            false => d.scattered(self.at, false, indices, &Tensor::zeros([], updates.dtype())?),
        };
        let moved = || sum_to_like(&d.gathered(self.at, !self.add, indices)?, updates);
        let kept = call.wanted[0].then(kept).transpose()?;
        let moved = call.wanted[2].then(moved).transpose()?;
        Ok([kept, None, moved].into_iter().collect())
    }

    fn saves(&self) -> Saves {
        Saves::INPUTS
    }
}

impl Tensor {
    pub(super) fn scattered(&self, at: At, add: bool, indices: &Tensor, updates: &Tensor) -> Result<Tensor> {
        apply(Scatter { at, add }, &[self, &indices.stop_gradient(), updates])
    }

    /// This tensor with the positions `indices` along `axis` replaced by `updates`: the inverse of
    /// [`take`](Self::take). `updates` broadcasts; of several for one position the last one stays.
    ///
    /// # Errors
    /// As [`take`](Self::take); [`Error::Shape`](crate::Error::Shape) if `updates` does not broadcast to what the
    /// indices name, [`Error::MixedDTypes`](crate::Error::MixedDTypes) for another element type.
    ///
    /// # Examples
    /// ```
    /// use ml_core::Tensor;
    ///
    /// let t = Tensor::from([[1, 2], [3, 4], [5, 6]]);
    /// let y = t.scatter_update(&Tensor::from([2, 0]), &Tensor::from([[50, 60], [10, 20]]), 0)?;
    /// assert_eq!(y.to_vec::<i32>()?, [10, 20, 3, 4, 50, 60]);
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    pub fn scatter_update(&self, indices: &Tensor, updates: &Tensor, axis: isize) -> Result<Tensor> {
        let axis = self.shape().axis("scatter_update", axis)?;
        self.scattered(At::Axis(axis), false, indices, updates)
    }

    /// This tensor with `updates` added at the positions `indices` along `axis`, in their order: the same bits
    /// for any number of threads.
    ///
    /// # Errors
    /// As [`scatter_update`](Self::scatter_update); [`Error::DType`](crate::Error::DType) unless the elements are
    /// numbers.
    ///
    /// # Examples
    /// ```
    /// use ml_core::Tensor;
    ///
    /// let y = Tensor::from([0, 0, 0]).scatter_add(&Tensor::from([1, 1, -1]), &Tensor::from([5, 6, 7]), 0)?;
    /// assert_eq!(y.to_vec::<i32>()?, [0, 11, 7]);
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    pub fn scatter_add(&self, indices: &Tensor, updates: &Tensor, axis: isize) -> Result<Tensor> {
        let axis = self.shape().axis("scatter_add", axis)?;
        self.scattered(At::Axis(axis), true, indices, updates)
    }

    /// This tensor with one element replaced for every element of `indices`: the inverse of
    /// [`take_along_axis`](Self::take_along_axis).
    ///
    /// # Errors
    /// As [`scatter_update`](Self::scatter_update) and [`take_along_axis`](Self::take_along_axis).
    pub fn put_along_axis(&self, indices: &Tensor, updates: &Tensor, axis: isize) -> Result<Tensor> {
        let axis = self.shape().axis("put_along_axis", axis)?;
        self.scattered(At::Along(axis), false, indices, updates)
    }

    /// As [`put_along_axis`](Self::put_along_axis), adding.
    ///
    /// # Errors
    /// As [`scatter_add`](Self::scatter_add) and [`take_along_axis`](Self::take_along_axis).
    pub fn add_along_axis(&self, indices: &Tensor, updates: &Tensor, axis: isize) -> Result<Tensor> {
        let axis = self.shape().axis("add_along_axis", axis)?;
        self.scattered(At::Along(axis), true, indices, updates)
    }

    /// This tensor with what the rows of `indices` name replaced by `updates`: the inverse of
    /// [`gather_nd`](Self::gather_nd).
    ///
    /// # Errors
    /// As [`scatter_update`](Self::scatter_update) and [`gather_nd`](Self::gather_nd).
    ///
    /// # Examples
    /// ```
    /// use ml_core::Tensor;
    ///
    /// let t = Tensor::from([[2, 42, 0], [8, 10, 1]]);
    /// let y = t.scatter_nd_update(&Tensor::from([[0, 0], [1, 2]]), &Tensor::from([100, 200]))?;
    /// assert_eq!(y.to_vec::<i32>()?, [100, 42, 0, 8, 10, 200]);
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    pub fn scatter_nd_update(&self, indices: &Tensor, updates: &Tensor) -> Result<Tensor> {
        self.scattered(At::Rows, false, indices, updates)
    }

    /// As [`scatter_nd_update`](Self::scatter_nd_update), adding.
    ///
    /// # Errors
    /// As [`scatter_add`](Self::scatter_add) and [`gather_nd`](Self::gather_nd).
    pub fn scatter_nd_add(&self, indices: &Tensor, updates: &Tensor) -> Result<Tensor> {
        self.scattered(At::Rows, true, indices, updates)
    }

    /// Zeros of `shape` with `updates` added where the rows of `indices` say.
    ///
    /// # Errors
    /// As [`scatter_nd_add`](Self::scatter_nd_add); [`Error::Size`](crate::Error::Size) for a shape that memory
    /// cannot hold.
    ///
    /// # Examples
    /// ```
    /// use ml_core::Tensor;
    ///
    /// let y = Tensor::scatter_nd(&Tensor::from([[4], [1], [4]]), &Tensor::from([9, 10, 11]), [6])?;
    /// assert_eq!(y.to_vec::<i32>()?, [0, 10, 0, 0, 20, 0]);
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    pub fn scatter_nd(indices: &Tensor, updates: &Tensor, shape: impl Into<Shape>) -> Result<Tensor> {
        Tensor::zeros([], updates.dtype())?
            .broadcast_to(shape)?
            .scatter_nd_add(indices, updates)
    }
}

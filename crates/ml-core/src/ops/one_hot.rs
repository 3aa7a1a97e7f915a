//! Classes as vectors.

use std::ops::RangeInclusive;

use serde::{Deserialize, Serialize};

use super::{
    Arrays, Call, Gradients, Primitive, Saves, Spec, Specs, apply,
    elementwise::outputs,
    gather::{require_integer, whole_numbers},
    one, same_dtype,
};
use crate::{
    Error, Result, Shape, Tensor,
    dtype::Element,
    kernels::parallel,
    tensor::{Array, for_dtype, scratch},
};

/// A new axis of length `depth`, "on" at the index and "off" elsewhere: operands are indices, on and off.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
struct OneHot {
    depth: usize,
    axis: usize,
}

impl OneHot {
    fn shape(self, indices: &Shape) -> Result<Shape> {
        let mut shape = indices.clone();
        shape.insert(self.axis, self.depth);
        if shape.is_known() {
            shape.checked_len("one_hot")?;
        }
        Ok(shape)
    }

    /// `[outer, depth, inner]` for indices `[outer, inner]`.
    fn fill<T: Element>(self, indices: &[i64], inner: usize, on: &T, off: &T) -> Vec<T> {
        let mut out = scratch::<T>(indices.len() * self.depth);
        let slab = self.depth * inner;
        parallel::fill_rows(&mut out, slab, 1, |first, out| {
            out.fill(off.clone());
            for (number, out) in out.chunks_exact_mut(slab).enumerate() {
                let indices = &indices[(first + number) * inner..][..inner];
                for (column, &index) in indices.iter().enumerate() {
                    // What is no class is off everywhere.
                    if let Some(class) = usize::try_from(index).ok().filter(|&class| class < self.depth) {
                        out[class * inner + column] = on.clone();
                    }
                }
            }
        });
        out
    }
}

#[typetag::serde(name = "one_hot")]
impl Primitive for OneHot {
    fn name(&self) -> &'static str {
        "one_hot"
    }

    fn arity(&self) -> RangeInclusive<usize> {
        3..=3
    }

    fn infer(&self, inputs: &[Spec]) -> Result<Specs> {
        require_integer("one_hot", inputs[0].dtype)?;
        same_dtype("one_hot", inputs[1].dtype, inputs[2].dtype)?;
        Ok(one(inputs[1].dtype, self.shape(&inputs[0].shape)?))
    }

    fn forward(&self, inputs: &[&Array]) -> Result<Arrays> {
        let (indices, on, off) = (inputs[0], inputs[1], inputs[2]);
        require_integer("one_hot", indices.dtype())?;
        same_dtype("one_hot", on.dtype(), off.dtype())?;
        let shape = self.shape(indices.shape())?;
        shape.checked_room("one_hot", on.dtype())?;
        let inner: usize = indices.shape()[self.axis..].iter().product();
        let indices = whole_numbers(indices);
        Ok(outputs(for_dtype!(on.dtype(), T => {
            let values = self.fill::<T>(&indices, inner, &on.first(), &off.first());
            Array::dense(values, shape)
        })))
    }

    fn vjp(&self, call: &Call<'_>, gradients: &[Option<Tensor>]) -> Result<Gradients> {
        let Some(d) = gradients[0].as_ref().filter(|d| d.dtype().is_float()) else {
            return Ok(Gradients::from_elem(None, 3));
        };
        let (one, zero) = (call.inputs[1].ones_like()?, call.inputs[1].zeros_like()?);
        let hot = apply(*self, &[&call.inputs[0], &one, &zero])?;
        let on = || d.mul(&hot)?.sum_all();
        let off = || d.mul(&hot.rsub_scalar(1.0)?)?.sum_all();
        Ok([
            None,
            call.wanted[1].then(on).transpose()?,
            call.wanted[2].then(off).transpose()?,
        ]
        .into_iter()
        .collect())
    }

    fn saves(&self) -> Saves {
        Saves::INPUTS
    }
}

impl Tensor {
    /// 1 at the class that every element names, 0 elsewhere, along a new last axis of length `classes`: `f32`.
    ///
    /// An index that is no class, such as -1, gives zeros.
    ///
    /// # Errors
    /// [`Error::DType`] unless the elements are integers, [`Error::Size`] for more elements than memory can hold.
    ///
    /// # Examples
    /// ```
    /// use ml_core::Tensor;
    ///
    /// let y = Tensor::from([2, 0]).one_hot(3)?;
    /// assert_eq!(y.to_vec::<f32>()?, [0.0, 0.0, 1.0, 1.0, 0.0, 0.0]);
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    pub fn one_hot(&self, classes: usize) -> Result<Tensor> {
        self.one_hot_with(classes, -1, &Tensor::from(1.0f32), &Tensor::from(0.0f32))
    }

    /// As [`one_hot`](Self::one_hot) with the new axis at position `axis` of the result, and with any two scalars
    /// for the class and for the others; the result has their element type.
    ///
    /// # Errors
    /// As [`one_hot`](Self::one_hot); [`Error::Axis`] beyond the end, [`Error::MixedDTypes`] if the scalars
    /// differ in type, [`Error::BadShape`] if one is no scalar.
    pub fn one_hot_with(&self, classes: usize, axis: isize, on: &Tensor, off: &Tensor) -> Result<Tensor> {
        if let Some(other) = [on, off].into_iter().find(|value| value.rank() > 0) {
            return Err(Error::BadShape {
                op: "one_hot",
                shape: other.shape().to_vec(),
                rule: "the values for on and off must be scalars".to_owned(),
            });
        }
        let axis = Shape::from(vec![1; self.rank() + 1]).axis("one_hot", axis)?;
        let one_hot = OneHot { depth: classes, axis };
        apply(one_hot, &[self, on, off])
    }
}

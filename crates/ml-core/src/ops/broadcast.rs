//! Stretching axes of length 1, and its transpose: summing over them.

use std::ops::RangeInclusive;

use serde::{Deserialize, Serialize};

use super::{
    Arrays, Call, Gradients, Primitive, Saves, Spec, Specs, apply, elementwise::outputs, one, with_like,
};
use crate::{Error, Result, Shape, Tensor, kernels::reduce, shape::Strides, tensor::Array};

/// To a shape: the one given, or that of the second operand where it is not known beforehand.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct BroadcastTo {
    shape: Option<Shape>,
}

/// Back from a stretched shape, by sums: to the one given, or that of the second operand.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct SumTo {
    shape: Option<Shape>,
}

/// What both aim at.
fn aim(shape: &Option<Shape>, inputs: &[&Shape]) -> Shape {
    shape.clone().unwrap_or_else(|| inputs[1].clone())
}

pub(super) fn check(op: &'static str, from: &Shape, to: &Shape) -> Result<()> {
    match from.broadcast(op, to) {
        Ok(joined) if joined.matches(to) => Ok(()),
        _ => Err(Error::Shape {
            op,
            left: from.to_vec(),
            right: to.to_vec(),
            rule: "aligned at the last axis, every length must be equal or 1 on the left",
        }),
    }
}

/// A view of `x` stretched to `shape`.
pub(super) fn stretch(op: &'static str, x: &Array, shape: &Shape) -> Result<Array> {
    check(op, x.shape(), shape)?;
    shape.checked_len(op)?;
    let lead = shape.rank() - x.shape().rank();
    let stretched = |axis: usize| match axis.checked_sub(lead) {
        Some(own) if x.shape()[own] == shape[axis] => x.strides()[own],
        _ => 0,
    };
    let strides: Strides = (0..shape.rank()).map(stretched).collect();
    Ok(x.view(shape.clone(), strides, x.offset()))
}

#[typetag::serde(name = "broadcast_to")]
impl Primitive for BroadcastTo {
    fn name(&self) -> &'static str {
        "broadcast_to"
    }

    fn arity(&self) -> RangeInclusive<usize> {
        with_like(self.shape.is_none())
    }

    fn infer(&self, inputs: &[Spec]) -> Result<Specs> {
        let shapes: Vec<_> = inputs.iter().map(|input| &input.shape).collect();
        let shape = aim(&self.shape, &shapes);
        check("broadcast_to", shapes[0], &shape)?;
        Ok(one(inputs[0].dtype, shape))
    }

    fn forward(&self, inputs: &[&Array]) -> Result<Arrays> {
        let shapes: Vec<_> = inputs.iter().map(|input| input.shape()).collect();
        let shape = aim(&self.shape, &shapes);
        Ok(outputs(stretch("broadcast_to", inputs[0], &shape)?))
    }

    fn vjp(&self, call: &Call<'_>, gradients: &[Option<Tensor>]) -> Result<Gradients> {
        let back = gradients[0]
            .as_ref()
            .map(|d| sum_to_like(d, &call.inputs[0]))
            .transpose()?;
        Ok([back, None].into_iter().take(call.inputs.len()).collect())
    }

    fn jvp(&self, call: &Call<'_>, tangents: &[Option<Tensor>]) -> Result<Gradients> {
        let on = tangents[0]
            .as_ref()
            .map(|d| d.broadcast_like(&call.outputs[0]))
            .transpose()?;
        Ok(Gradients::from_elem(on, 1))
    }

    fn saves(&self) -> Saves {
        Saves::NOTHING
    }
}

#[typetag::serde(name = "sum_to")]
impl Primitive for SumTo {
    fn name(&self) -> &'static str {
        "sum_to"
    }

    fn arity(&self) -> RangeInclusive<usize> {
        with_like(self.shape.is_none())
    }

    fn infer(&self, inputs: &[Spec]) -> Result<Specs> {
        let shapes: Vec<_> = inputs.iter().map(|input| &input.shape).collect();
        let shape = aim(&self.shape, &shapes);
        check("sum_to", &shape, shapes[0])?;
        Ok(one(inputs[0].dtype, shape))
    }

    fn forward(&self, inputs: &[&Array]) -> Result<Arrays> {
        let shapes: Vec<_> = inputs.iter().map(|input| input.shape()).collect();
        let (x, shape) = (inputs[0], aim(&self.shape, &shapes));
        check("sum_to", &shape, x.shape())?;
        let lead = x.shape().rank() - shape.rank();
        let stretched = |&axis: &usize| axis < lead || shape[axis - lead] != x.shape()[axis];
        let axes: Vec<usize> = (0..x.shape().rank()).filter(stretched).collect();
        Ok(outputs(reduce::sum("sum_to", x, &axes)?.with_shape(shape)))
    }

    fn vjp(&self, call: &Call<'_>, gradients: &[Option<Tensor>]) -> Result<Gradients> {
        let back = gradients[0]
            .as_ref()
            .map(|d| d.broadcast_like(&call.inputs[0]))
            .transpose()?;
        Ok([back, None].into_iter().take(call.inputs.len()).collect())
    }

    fn jvp(&self, call: &Call<'_>, tangents: &[Option<Tensor>]) -> Result<Gradients> {
        let on = tangents[0]
            .as_ref()
            .map(|d| sum_to_like(d, &call.outputs[0]))
            .transpose()?;
        Ok(Gradients::from_elem(on, 1))
    }

    fn saves(&self) -> Saves {
        Saves::NOTHING
    }
}

/// `x` summed over the axes along which `like` would be stretched to it: how a gradient passes a broadcast.
pub(crate) fn sum_to_like(x: impl Into<Tensor>, like: &Tensor) -> Result<Tensor> {
    let x = x.into();
    match like.shape() {
        shape if shape.is_known() && shape == x.shape() => Ok(x),
        shape if shape.is_known() => apply(
            SumTo {
                shape: Some(shape.clone()),
            },
            &[&x],
        ),
        _ => apply(SumTo { shape: None }, &[&x, &like.stop_gradient()]),
    }
}

impl Tensor {
    /// A view stretched to `shape`: axes of length 1 repeat, missing leading axes are added.
    ///
    /// # Errors
    /// [`Error::Shape`] if it does not stretch to `shape`, [`Error::Size`] for more elements than memory can hold.
    ///
    /// # Examples
    /// ```
    /// use ml_core::Tensor;
    ///
    /// let y = Tensor::from([1, 2]).broadcast_to([3, 2])?;
    /// assert_eq!(y.to_vec::<i32>()?, [1, 2, 1, 2, 1, 2]);
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    pub fn broadcast_to(&self, shape: impl Into<Shape>) -> Result<Tensor> {
        let shape = shape.into();
        if shape.is_known() && *self.shape() == shape {
            return Ok(self.clone());
        }
        apply(BroadcastTo { shape: Some(shape) }, &[self])
    }

    /// A view stretched to the shape of `like`, be it known yet or not.
    ///
    /// # Errors
    /// As [`broadcast_to`](Self::broadcast_to).
    pub fn broadcast_like(&self, like: &Tensor) -> Result<Tensor> {
        if like.shape().is_known() {
            return self.broadcast_to(like.shape());
        }
        apply(BroadcastTo { shape: None }, &[self, &like.stop_gradient()])
    }
}

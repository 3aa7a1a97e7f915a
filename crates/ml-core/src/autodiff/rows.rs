//! Equal tensors put one below the other, and taken apart again.

use std::ops::RangeInclusive;

use serde::{Deserialize, Serialize};

use crate::{
    Error, Result, Shape, Tensor,
    dtype::Element,
    ops::{Arrays, Call, Gradients, Primitive, Saves, Spec, Specs, apply},
    tensor::{Array, for_dtype, scratch},
};

/// `n` tensors of one shape become one with a first axis of length `n`.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
struct StackRows;

/// The part of a tensor at one position of its first axis.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
struct Row {
    index: usize,
}

/// `rows`, all of one element type and shape, below one another; at least one.
pub(super) fn stack_rows(rows: &[Tensor]) -> Result<Tensor> {
    apply(StackRows, &rows.iter().collect::<Vec<_>>())
}

fn copy<T: Element>(rows: &[&Array], shape: Shape) -> Array {
    let mut out = scratch::<T>(shape.len());
    let width = rows[0].len();
    if width > 0 {
        for (out, row) in out.chunks_mut(width).zip(rows) {
            out.clone_from_slice(&row.elements::<T>());
        }
    }
    Array::dense(out, shape)
}

fn mismatch(first: &Shape, other: &Shape) -> Error {
    Error::Shape {
        op: "stack_rows",
        left: first.to_vec(),
        right: other.to_vec(),
        rule: "all rows must have one shape",
    }
}

fn stacked(first: &Shape, count: usize) -> Shape {
    let mut shape = first.clone();
    shape.insert(0, count);
    shape
}

#[typetag::serde(name = "stack_rows")]
impl Primitive for StackRows {
    fn name(&self) -> &'static str {
        "stack_rows"
    }

    fn arity(&self) -> RangeInclusive<usize> {
        1..=usize::MAX
    }

    fn infer(&self, inputs: &[Spec]) -> Result<Specs> {
        let Some(first) = inputs.first() else {
            return Err(Error::Empty {
                op: "stack_rows",
                what: "the list of rows".to_owned(),
                least: "1 row",
            });
        };
        for other in inputs {
            crate::ops::same_dtype("stack_rows", first.dtype, other.dtype)?;
            if !first.shape.matches(&other.shape) {
                return Err(mismatch(&first.shape, &other.shape));
            }
        }
        Ok(crate::ops::one(first.dtype, stacked(&first.shape, inputs.len())))
    }

    fn forward(&self, inputs: &[&Array]) -> Result<Arrays> {
        let specs: Vec<Spec> = inputs
            .iter()
            .map(|row| Spec::new(row.dtype(), row.shape()))
            .collect();
        let spec = self.infer(&specs)?.remove(0);
        let array = for_dtype!(spec.dtype, T => copy::<T>(inputs, spec.shape));
        Ok(Arrays::from_elem(array, 1))
    }

    fn vjp(&self, call: &Call<'_>, gradients: &[Option<Tensor>]) -> Result<Gradients> {
        let part = |index: usize, d: &Tensor| {
            let wanted = call.wanted[index];
            wanted.then(|| apply(Row { index }, &[d])).transpose()
        };
        (0..call.inputs.len())
            .map(|index| gradients[0].as_ref().map_or(Ok(None), |d| part(index, d)))
            .collect()
    }

    fn jvp(&self, call: &Call<'_>, tangents: &[Option<Tensor>]) -> Result<Gradients> {
        let rows = tangents
            .iter()
            .zip(call.inputs)
            .map(|(tangent, input)| match tangent {
                Some(tangent) => Ok(tangent.clone()),
                None => input.zeros_like(),
            });
        let rows = rows.collect::<Result<Vec<_>>>()?;
        Ok(Gradients::from_elem(Some(stack_rows(&rows)?), 1))
    }

    fn saves(&self) -> Saves {
        Saves::NOTHING
    }
}

#[typetag::serde(name = "row")]
impl Primitive for Row {
    fn name(&self) -> &'static str {
        "row"
    }

    fn infer(&self, inputs: &[Spec]) -> Result<Specs> {
        let shape = &inputs[0].shape;
        match shape.first() {
            Some(&length) if self.index < length => {
                Ok(crate::ops::one(inputs[0].dtype, Shape::from(&shape[1..])))
            }
            length => Err(Error::Index {
                op: "row",
                index: self.index as i64,
                axis: 0,
                length: length.copied().unwrap_or(0),
            }),
        }
    }

    fn forward(&self, inputs: &[&Array]) -> Result<Arrays> {
        let x = inputs[0];
        let spec = self.infer(&[Spec::new(x.dtype(), x.shape())])?.remove(0);
        let offset = x.offset() as isize + self.index as isize * x.strides()[0];
        let row = x.view(spec.shape, x.strides()[1..].into(), offset as usize);
        Ok(Arrays::from_elem(row, 1))
    }

    fn vjp(&self, call: &Call<'_>, gradients: &[Option<Tensor>]) -> Result<Gradients> {
        let Some(d) = &gradients[0] else {
            return Ok(Gradients::from_elem(None, 1));
        };
        let mut rows = vec![d.zeros_like()?; call.inputs[0].shape()[0]];
        rows[self.index] = d.clone();
        Ok(Gradients::from_elem(Some(stack_rows(&rows)?), 1))
    }

    fn jvp(&self, _: &Call<'_>, tangents: &[Option<Tensor>]) -> Result<Gradients> {
        let on = tangents[0].as_ref().map(|d| apply(*self, &[d])).transpose()?;
        Ok(Gradients::from_elem(on, 1))
    }

    fn saves(&self) -> Saves {
        Saves::NOTHING
    }
}

//! More elements around a tensor.

use std::ops::RangeInclusive;

use serde::{Deserialize, Serialize};

use super::{
    Arrays, Call, Gradients, Index, Primitive, Saves, Spec, Specs, apply, discrete::discrete,
    elementwise::outputs, one,
};
use crate::{DType, Error, Result, Shape, Tensor, kernels::strided::Layout, tensor::Array};

/// What [`Tensor::pad`] puts around the elements.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub enum Padding {
    /// This number everywhere.
    Constant(f64),
    /// The nearest element.
    Edge,
    /// The elements in reverse order, without the one at the edge: `3 2 | 1 2 3 | 2 1`.
    Reflect,
    /// The elements in reverse order, the one at the edge first: `2 1 | 1 2 3 | 3 2`.
    Symmetric,
    /// The elements from the other end: `2 3 | 1 2 3 | 1 2`.
    Wrap,
}

/// The second operand, a single element, before and after every axis of the first.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Pad {
    widths: Vec<(usize, usize)>,
}

/// Which positions of an axis a padding other than a constant copies; a negative width leaves positions out.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
struct PadPositions {
    axis: usize,
    before: isize,
    after: isize,
    padding: Padding,
}

fn longer(length: usize, before: isize, after: isize) -> Option<usize> {
    match length {
        Shape::UNKNOWN => Some(Shape::UNKNOWN),
        known => known.checked_add_signed(before.checked_add(after)?),
    }
}

impl Pad {
    fn shape(&self, shape: &Shape) -> Result<Shape> {
        let too_large = || Error::Size {
            op: "pad",
            shape: shape.to_vec(),
        };
        let lengths = shape.iter().zip(&self.widths);
        let padded: Shape = lengths
            .map(|(&length, &(before, after))| {
                longer(length, before as isize, after as isize).ok_or_else(too_large)
            })
            .collect::<Result<_>>()?;
        if padded.is_known() {
            padded.checked_len("pad")?;
        }
        Ok(padded)
    }

    /// What the padding surrounds.
    fn inside(&self) -> Vec<Index> {
        let range = |&(before, after): &(usize, usize)| Index::Range {
            start: Some(before as isize),
            stop: (after > 0).then_some(-(after as isize)),
            step: 1,
        };
        self.widths.iter().map(range).collect()
    }
}

#[typetag::serde(name = "pad")]
impl Primitive for Pad {
    fn name(&self) -> &'static str {
        "pad"
    }

    fn arity(&self) -> RangeInclusive<usize> {
        2..=2
    }

    fn infer(&self, inputs: &[Spec]) -> Result<Specs> {
        super::same_dtype("pad", inputs[0].dtype, inputs[1].dtype)?;
        Ok(one(inputs[0].dtype, self.shape(&inputs[0].shape)?))
    }

    fn forward(&self, inputs: &[&Array]) -> Result<Arrays> {
        let (x, value) = (inputs[0], inputs[1]);
        super::same_dtype("pad", x.dtype(), value.dtype())?;
        let shape = self.shape(x.shape())?;
        shape.checked_room("pad", x.dtype())?;
        let around = super::broadcast::stretch("pad", value, &shape)?;
        let mut inside = Layout::dense(&shape);
        for (axis, &(before, _)) in self.widths.iter().enumerate() {
            let stride = inside.strides[axis];
            inside.shift(before, stride);
        }
        inside.shape = x.shape().clone();
        Ok(outputs(inside.write(&around, x, false)))
    }

    fn vjp(&self, call: &Call<'_>, gradients: &[Option<Tensor>]) -> Result<Gradients> {
        let Some(d) = &gradients[0] else {
            return Ok(Gradients::from_elem(None, 2));
        };
        let around = || {
            let zero = Tensor::zeros([], d.dtype())?;
            d.slice_update(&self.inside(), &zero)?.sum_all()
        };
        Ok([
            call.wanted[0].then(|| d.index(&self.inside())).transpose()?,
            call.wanted[1].then(around).transpose()?,
        ]
        .into())
    }

    fn saves(&self) -> Saves {
        Saves::NOTHING
    }
}

impl PadPositions {
    /// The position that lies `distance` before (negative) or after the first one.
    fn source(self, distance: isize, length: isize) -> isize {
        match self.padding {
            Padding::Constant(_) | Padding::Edge => distance.clamp(0, length - 1),
            Padding::Wrap => distance.rem_euclid(length),
            Padding::Symmetric => {
                let folded = distance.rem_euclid(2 * length);
                folded.min(2 * length - 1 - folded)
            }
            Padding::Reflect => {
                let period = (2 * length - 2).max(1);
                let folded = distance.rem_euclid(period);
                folded.min((period - folded) % period.max(2))
            }
        }
    }
}

#[typetag::serde(name = "pad_positions")]
impl Primitive for PadPositions {
    fn name(&self) -> &'static str {
        "pad_positions"
    }

    fn infer(&self, inputs: &[Spec]) -> Result<Specs> {
        let shape = &inputs[0].shape;
        let length = longer(shape[self.axis], self.before, self.after).ok_or_else(|| Error::Size {
            op: "pad",
            shape: shape.to_vec(),
        })?;
        Ok(one(DType::I64, Shape::from([length])))
    }

    fn forward(&self, inputs: &[&Array]) -> Result<Arrays> {
        let shape = inputs[0].shape();
        let length = shape[self.axis];
        let padded = self.infer(&[Spec::new(DType::I64, shape)])?.remove(0).shape;
        if length == 0 && padded[0] > 0 {
            return Err(Error::Empty {
                op: "pad",
                what: format!("axis {}", self.axis),
                least: "1 element to copy, or Padding::Constant, is",
            });
        }
        let first = -self.before;
        let positions: Vec<i64> = (0..padded.checked_room("pad", DType::I64)? as isize)
            .map(|position| self.source(first + position, length as isize) as i64)
            .collect();
        Ok(outputs(Array::dense(positions, padded)))
    }

    discrete!();
}

impl Tensor {
    /// More elements: `widths[i]` names how many before and after axis `i`.
    ///
    /// # Errors
    /// [`Error::BadShape`] unless there is a pair for every axis, [`Error::Empty`] if there is nothing to copy,
    /// [`Error::DType`] or [`Error::Parameter`] if the constant is no value of the element type, [`Error::Size`]
    /// for more elements than memory can hold.
    ///
    /// # Examples
    /// ```
    /// use ml_core::{Tensor, ops::Padding};
    ///
    /// let t = Tensor::from([1, 2, 3]);
    /// assert_eq!(t.pad(&[(1, 2)], Padding::Constant(0.0))?.to_vec::<i32>()?, [0, 1, 2, 3, 0, 0]);
    /// assert_eq!(t.pad(&[(2, 2)], Padding::Reflect)?.to_vec::<i32>()?, [3, 2, 1, 2, 3, 2, 1]);
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    pub fn pad(&self, widths: &[(usize, usize)], padding: Padding) -> Result<Tensor> {
        if widths.len() != self.rank() {
            return Err(Error::BadShape {
                op: "pad",
                shape: self.shape().to_vec(),
                rule: format!("{} pairs of widths; one for every axis is needed", widths.len()),
            });
        }
        if widths
            .iter()
            .any(|&(before, after)| before.max(after) > isize::MAX as usize)
        {
            return Err(Error::Size {
                op: "pad",
                shape: self.shape().to_vec(),
            });
        }
        if let Padding::Constant(number) = padding {
            let value = match number == 0.0 {
                true => Tensor::zeros([], self.dtype())?, // false and "" for what is no number
                false => self.number_like(number)?,
            };
            return self.pad_with(widths, &value);
        }
        let mut y = self.clone();
        for (axis, &(before, after)) in widths.iter().enumerate().filter(|(_, w)| **w != (0, 0)) {
            let (before, after) = (before as isize, after as isize);
            let positions = PadPositions {
                axis,
                before,
                after,
                padding,
            };
            let positions = apply(positions, &[&self.stop_gradient()])?;
            y = y.take(&positions, axis as isize)?;
        }
        Ok(y)
    }

    /// The elements shifted by `shift` positions along `axis`; those that leave at one end enter at the other.
    ///
    /// # Errors
    /// [`Error::Axis`] for an axis that does not exist.
    ///
    /// # Examples
    /// ```
    /// use ml_core::Tensor;
    ///
    /// assert_eq!(Tensor::from([1, 2, 3, 4]).roll(1, 0)?.to_vec::<i32>()?, [4, 1, 2, 3]);
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    pub fn roll(&self, shift: isize, axis: isize) -> Result<Tensor> {
        let axis = self.shape().axis("roll", axis)?;
        let length = self.shape()[axis];
        if length == 0 || shift == 0 {
            return Ok(self.clone());
        }
        if length == Shape::UNKNOWN {
            let positions = PadPositions {
                axis,
                before: shift.max(-isize::MAX),
                after: -shift.max(-isize::MAX),
                padding: Padding::Wrap,
            };
            return self.take(&apply(positions, &[&self.stop_gradient()])?, axis as isize);
        }
        let cut = Some(length as isize - shift.rem_euclid(length as isize));
        let axis = axis as isize;
        let (tail, head) = (self.narrow(axis, cut, None)?, self.narrow(axis, None, cut)?);
        Tensor::concat(&[&tail, &head], axis)
    }

    /// As [`pad`](Self::pad) with a scalar tensor around, of any element type.
    pub(super) fn pad_with(&self, widths: &[(usize, usize)], value: &Tensor) -> Result<Tensor> {
        let widths = widths.to_vec();
        apply(Pad { widths }, &[self, value])
    }
}

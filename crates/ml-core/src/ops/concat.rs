//! Tensors joined along an axis, and cut again.

use std::ops::RangeInclusive;

use serde::{Deserialize, Serialize};
use smallvec::SmallVec;

use super::{
    Arrays, Call, Gradients, Primitive, Saves, Spec, Specs, apply, apply_many, elementwise::outputs, one,
    same_dtype,
};
use crate::{
    Error, Result, Shape, Tensor,
    dtype::Element,
    kernels::parallel,
    shape::Strides,
    tensor::{Array, for_dtype, scratch},
};

/// What copying an element is worth, in additions.
const COPY: usize = 2;

/// All operands, one after the other along an axis.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
struct Concat {
    axis: usize,
}

/// Views of the first operand, one after the other along an axis: of the lengths given, or of as many as the
/// other operands are long.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Split {
    axis: usize,
    sizes: Option<Vec<usize>>,
}

impl Concat {
    fn shape(self, shapes: &[&Shape]) -> Result<Shape> {
        let mut joined = (*shapes[0]).clone();
        for shape in &shapes[1..] {
            let mut beside = (*shape).clone();
            if beside.rank() == joined.rank() {
                beside[self.axis] = joined[self.axis];
            }
            if !beside.matches(&joined) {
                return Err(Error::Shape {
                    op: "concat",
                    left: shapes[0].to_vec(),
                    right: shape.to_vec(),
                    rule: "all must have the same lengths but along the axis",
                });
            }
            let lengths = [joined[self.axis], shape[self.axis]];
            for axis in 0..joined.rank() {
                // What one of them knows holds for all.
                joined[axis] = joined[axis].min(beside[axis]);
            }
            joined[self.axis] = match lengths {
                [Shape::UNKNOWN, _] | [_, Shape::UNKNOWN] => Shape::UNKNOWN,
                [a, b] => a.saturating_add(b),
            };
        }
        Ok(joined)
    }
}

#[typetag::serde(name = "concat")]
impl Primitive for Concat {
    fn name(&self) -> &'static str {
        "concat"
    }

    fn arity(&self) -> RangeInclusive<usize> {
        1..=usize::MAX
    }

    fn infer(&self, inputs: &[Spec]) -> Result<Specs> {
        for other in &inputs[1..] {
            same_dtype("concat", inputs[0].dtype, other.dtype)?;
        }
        let shapes: SmallVec<[&Shape; 4]> = inputs.iter().map(|input| &input.shape).collect();
        Ok(one(inputs[0].dtype, self.shape(&shapes)?))
    }

    fn forward(&self, inputs: &[&Array]) -> Result<Arrays> {
        for other in &inputs[1..] {
            same_dtype("concat", inputs[0].dtype(), other.dtype())?;
        }
        let shapes: SmallVec<[&Shape; 4]> = inputs.iter().map(|input| input.shape()).collect();
        let shape = self.shape(&shapes)?;
        let len = shape.checked_room("concat", inputs[0].dtype())?;
        let run = |shape: &Shape| shape[self.axis..].iter().product::<usize>();
        let width = run(&shape);
        Ok(outputs(for_dtype!(inputs[0].dtype(), T => {
            let parts: SmallVec<[_; 4]> = inputs
                .iter()
                .map(|input| (input.elements::<T>(), run(input.shape())))
                .collect();
            let parts: SmallVec<[(&[T], usize); 4]> =
                parts.iter().map(|(values, run)| (&**values, *run)).collect();
            let mut out = scratch::<T>(len);
            if width > parallel::PIECE {
                parallel::fill(&mut out, COPY, |start, out| copy_piece(&parts, width, start, out));
            } else {
                parallel::fill_rows(&mut out, width, COPY, |first, out| {
                    copy_rows(&parts, width, first, out)
                });
            }
            Array::dense(out, shape)
        })))
    }

    fn vjp(&self, call: &Call<'_>, gradients: &[Option<Tensor>]) -> Result<Gradients> {
        let Some(d) = &gradients[0] else {
            return Ok(Gradients::from_elem(None, call.inputs.len()));
        };
        let parts = d.split_like(call.inputs, self.axis)?;
        let wanted = |(part, &wanted): (Tensor, &bool)| wanted.then_some(part);
        Ok(parts.into_iter().zip(call.wanted).map(wanted).collect())
    }

    fn saves(&self) -> Saves {
        Saves::NOTHING
    }
}

/// Whole rows of `width`, each of runs of all `parts`.
fn copy_rows<T: Element>(parts: &[(&[T], usize)], width: usize, first: usize, out: &mut [T]) {
    for (row, mut out) in out.chunks_exact_mut(width).enumerate() {
        for &(values, run) in parts {
            let (here, rest) = out.split_at_mut(run);
            let start = (first + row) * run;
            here.clone_from_slice(&values[start..start + run]);
            out = rest;
        }
    }
}

/// A piece of rows of `width` that begins anywhere: rows too long for one thread.
fn copy_piece<T: Element>(parts: &[(&[T], usize)], width: usize, start: usize, mut out: &mut [T]) {
    let (mut row, mut within) = (start / width, start % width);
    while !out.is_empty() {
        for &(values, run) in parts {
            if within >= run {
                within -= run;
                continue;
            }
            let count = (run - within).min(out.len());
            let (here, rest) = out.split_at_mut(count);
            let start = row * run + within;
            here.clone_from_slice(&values[start..start + count]);
            (out, within) = (rest, 0);
        }
        row += 1;
    }
}

impl Split {
    /// Lengths of the parts.
    fn sizes(&self, inputs: &[&Shape]) -> Result<Vec<usize>> {
        let sizes = match &self.sizes {
            Some(sizes) => sizes.clone(),
            None => inputs[1..].iter().map(|like| like[self.axis]).collect(),
        };
        let length = inputs[0][self.axis];
        let sum = sizes.iter().try_fold(0usize, |sum, &size| sum.checked_add(size));
        let open = length == Shape::UNKNOWN || (self.sizes.is_none() && sizes.contains(&Shape::UNKNOWN));
        if !open && sum != Some(length) {
            return Err(Error::BadShape {
                op: "split",
                shape: inputs[0].to_vec(),
                rule: format!(
                    "parts of {sizes:?} must add up to the length of axis {}",
                    self.axis
                ),
            });
        }
        Ok(sizes)
    }
}

#[typetag::serde(name = "split")]
impl Primitive for Split {
    fn name(&self) -> &'static str {
        "split"
    }

    fn arity(&self) -> RangeInclusive<usize> {
        1..=self.sizes.as_ref().map_or(usize::MAX, |_| 1)
    }

    fn infer(&self, inputs: &[Spec]) -> Result<Specs> {
        let shapes: SmallVec<[&Shape; 4]> = inputs.iter().map(|input| &input.shape).collect();
        let part = |size| {
            let mut shape = inputs[0].shape.clone();
            shape[self.axis] = size;
            Spec::new(inputs[0].dtype, shape)
        };
        Ok(self.sizes(&shapes)?.into_iter().map(part).collect())
    }

    fn forward(&self, inputs: &[&Array]) -> Result<Arrays> {
        let shapes: SmallVec<[&Shape; 4]> = inputs.iter().map(|input| input.shape()).collect();
        let x = inputs[0];
        let mut start = 0;
        let part = |size| {
            let mut shape = x.shape().clone();
            shape[self.axis] = size;
            let offset = match shape.is_empty() {
                true => x.offset(),
                false => x
                    .offset()
                    .wrapping_add_signed(start as isize * x.strides()[self.axis]),
            };
            start += size;
            x.view(shape, Strides::from_slice(x.strides()), offset)
        };
        Ok(self.sizes(&shapes)?.into_iter().map(part).collect())
    }

    fn vjp(&self, call: &Call<'_>, gradients: &[Option<Tensor>]) -> Result<Gradients> {
        let parts = gradients
            .iter()
            .zip(call.outputs)
            .map(|(d, output)| d.clone().map_or_else(|| output.zeros_like(), Ok))
            .collect::<Result<Vec<_>>>()?;
        let back = match parts.is_empty() {
            true => call.inputs[0].zeros_like()?,
            false => Tensor::concat(&parts.iter().collect::<Vec<_>>(), self.axis as isize)?,
        };
        let others = call.inputs.len() - 1;
        Ok(std::iter::once(Some(back))
            .chain(std::iter::repeat_n(None, others))
            .collect())
    }

    fn jvp(&self, call: &Call<'_>, tangents: &[Option<Tensor>]) -> Result<Gradients> {
        match &tangents[0] {
            None => Ok(Gradients::from_elem(None, call.outputs.len())),
            Some(d) => Ok(d
                .split_like(call.outputs, self.axis)?
                .into_iter()
                .map(Some)
                .collect()),
        }
    }

    fn saves(&self) -> Saves {
        Saves::NOTHING
    }
}

fn nothing(op: &'static str) -> Error {
    Error::Empty {
        op,
        what: "the list of tensors".to_owned(),
        least: "1 tensor is",
    }
}

impl Tensor {
    /// All `tensors`, one after the other along `axis`.
    ///
    /// # Errors
    /// [`Error::Empty`] without tensors, [`Error::MixedDTypes`] for two element types, [`Error::Shape`] if they
    /// differ beside the axis, [`Error::Axis`] for an axis that does not exist.
    ///
    /// # Examples
    /// ```
    /// use ml_core::Tensor;
    ///
    /// let (a, b) = (Tensor::from([[1, 2]]), Tensor::from([[3, 4], [5, 6]]));
    /// let y = Tensor::concat(&[&a, &b], 0)?;
    /// assert_eq!((y.shape().to_vec(), y.to_vec::<i32>()?), (vec![3, 2], vec![1, 2, 3, 4, 5, 6]));
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    pub fn concat(tensors: &[&Tensor], axis: isize) -> Result<Tensor> {
        let first = tensors.first().ok_or_else(|| nothing("concat"))?;
        let axis = first.shape().axis("concat", axis)?;
        apply(Concat { axis }, tensors)
    }

    /// All `tensors`, of one shape, side by side along a new axis at position `axis` of the result.
    ///
    /// # Errors
    /// As [`concat`](Self::concat).
    ///
    /// # Examples
    /// ```
    /// use ml_core::Tensor;
    ///
    /// let (a, b) = (Tensor::from([1, 2]), Tensor::from([3, 4]));
    /// assert_eq!(Tensor::stack(&[&a, &b], 1)?.to_vec::<i32>()?, [1, 3, 2, 4]);
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    pub fn stack(tensors: &[&Tensor], axis: isize) -> Result<Tensor> {
        let first = *tensors.first().ok_or_else(|| nothing("stack"))?;
        for other in tensors {
            if !other.shape().matches(first.shape()) {
                return Err(Error::Shape {
                    op: "stack",
                    left: first.shape().to_vec(),
                    right: other.shape().to_vec(),
                    rule: "all must have the same shape",
                });
            }
        }
        let wide = tensors
            .iter()
            .map(|tensor| tensor.expand_dims(axis))
            .collect::<Result<Vec<_>>>()?;
        Tensor::concat(&wide.iter().collect::<Vec<_>>(), axis)
    }

    /// The parts of `sizes` along `axis`: views.
    ///
    /// # Errors
    /// [`Error::BadShape`] unless the sizes add up to the length of the axis, [`Error::Axis`] for an axis that
    /// does not exist.
    ///
    /// # Examples
    /// ```
    /// use ml_core::Tensor;
    ///
    /// let parts = Tensor::from([1, 2, 3, 4, 5]).split(&[2, 3], 0)?;
    /// assert_eq!(parts[1].to_vec::<i32>()?, [3, 4, 5]);
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    pub fn split(&self, sizes: &[usize], axis: isize) -> Result<Vec<Tensor>> {
        let axis = self.shape().axis("split", axis)?;
        let sizes = Some(sizes.to_vec());
        Ok(apply_many(Split { axis, sizes }, &[self])?.into_vec())
    }

    /// Parts as long along `axis` as those of `like`, be they known yet or not.
    fn split_like(&self, like: &[Tensor], axis: usize) -> Result<Vec<Tensor>> {
        if like.iter().all(|like| like.shape()[axis] != Shape::UNKNOWN) {
            let sizes: Vec<usize> = like.iter().map(|like| like.shape()[axis]).collect();
            return self.split(&sizes, axis as isize);
        }
        let like: Vec<Tensor> = like.iter().map(Tensor::stop_gradient).collect();
        let inputs: Vec<&Tensor> = std::iter::once(self).chain(&like).collect();
        Ok(apply_many(Split { axis, sizes: None }, &inputs)?.into_vec())
    }

    /// `parts` equal parts along `axis`.
    ///
    /// # Errors
    /// [`Error::BadShape`] unless the length of the axis is known and a multiple of `parts`; otherwise as
    /// [`split`](Self::split).
    pub fn split_equal(&self, parts: usize, axis: isize) -> Result<Vec<Tensor>> {
        let length = self.length_of("split_equal", axis)?;
        if parts == 0 || !length.is_multiple_of(parts) {
            return Err(Error::BadShape {
                op: "split_equal",
                shape: self.shape().to_vec(),
                rule: format!("axis {axis} does not divide into {parts} equal parts; use chunk or split"),
            });
        }
        self.split(&vec![length / parts; parts], axis)
    }

    /// At most `parts` parts along `axis`, all equal but the last, which may be shorter.
    ///
    /// # Errors
    /// [`Error::Parameter`] for 0 parts; otherwise as [`split_equal`](Self::split_equal).
    ///
    /// # Examples
    /// ```
    /// use ml_core::Tensor;
    ///
    /// let lengths: Vec<usize> = Tensor::from([1, 2, 3, 4, 5]).chunk(2, 0)?.iter().map(Tensor::len).collect();
    /// assert_eq!(lengths, [3, 2]);
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    pub fn chunk(&self, parts: usize, axis: isize) -> Result<Vec<Tensor>> {
        if parts == 0 {
            return Err(Error::Parameter {
                name: "chunk: parts".to_owned(),
                value: "0".to_owned(),
                domain: "at least 1".to_owned(),
            });
        }
        let length = self.length_of("chunk", axis)?;
        let size = length.div_ceil(parts).max(1);
        let sizes: Vec<usize> = (0..length.max(1))
            .step_by(size)
            .map(|start| size.min(length - start))
            .collect();
        self.split(&sizes, axis)
    }

    /// One tensor for every position along `axis`, which vanishes: the inverse of [`stack`](Self::stack).
    ///
    /// # Errors
    /// As [`split_equal`](Self::split_equal).
    pub fn unstack(&self, axis: isize) -> Result<Vec<Tensor>> {
        let length = self.length_of("unstack", axis)?;
        let parts = self.split(&vec![1; length], axis)?;
        parts.iter().map(|part| part.squeeze(&[axis])).collect()
    }

    /// Length of an axis that must be known.
    pub(super) fn length_of(&self, op: &'static str, axis: isize) -> Result<usize> {
        let number = self.shape().axis(op, axis)?;
        match self.shape()[number] {
            Shape::UNKNOWN => Err(Error::BadShape {
                op,
                shape: self.shape().to_vec(),
                rule: format!("the length of axis {axis} must be known while tracing; use split with sizes"),
            }),
            known => Ok(known),
        }
    }
}

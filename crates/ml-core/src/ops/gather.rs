//! Reading elements at places that a tensor of integers names.

use std::ops::RangeInclusive;

use serde::{Deserialize, Serialize};

use super::{
    Arrays, Call, Gradients, Primitive, Saves, Spec, Specs, apply, elementwise::outputs, index::resolve, one,
};
use crate::{
    DType, Error, Result, Shape, Tensor,
    kernels::gather::Plan,
    tensor::{Array, for_dtype},
};

/// What a tensor of indices names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum At {
    /// Positions along an axis, the same for everything beside it.
    Axis(usize),
    /// A position along an axis for every element of the indices.
    Along(usize),
    /// Every row of the indices names positions along the first axes.
    Rows,
}

/// The elements named; with `last`, zeros for what a later index names again.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(super) struct Gather {
    pub(super) at: At,
    pub(super) last: bool,
}

impl At {
    /// Shape of the elements that `indices` name in `x`.
    pub(super) fn shape(self, op: &'static str, x: &Shape, indices: &Shape) -> Result<Shape> {
        let mismatch = |rule| Error::Shape {
            op,
            left: x.to_vec(),
            right: indices.to_vec(),
            rule,
        };
        match self {
            Self::Axis(axis) => Ok(x[..axis]
                .iter()
                .chain(indices.iter())
                .chain(&x[axis + 1..])
                .copied()
                .collect()),
            Self::Along(axis) => {
                let mut beside = indices.clone();
                if indices.rank() == x.rank() {
                    beside[axis] = x[axis];
                }
                if !beside.matches(x) {
                    return Err(mismatch(
                        "the indices must have the axes of the tensor, all of its lengths but along the axis",
                    ));
                }
                Ok(indices.clone())
            }
            Self::Rows => match indices.last() {
                Some(&depth) if depth <= x.rank() => Ok(indices[..indices.rank() - 1]
                    .iter()
                    .chain(&x[depth..])
                    .copied()
                    .collect()),
                _ => Err(mismatch(
                    "the last axis of the indices must be known, and no longer than the tensor has axes",
                )),
            },
        }
    }

    /// Where the elements lie.
    pub(super) fn plan(self, op: &'static str, x: &Shape, indices: &Array) -> Result<Plan> {
        let shape = self.shape(op, x, indices.shape())?;
        shape.checked_len(op)?;
        let values = whole_numbers(indices);
        let count = |lengths: &[usize]| lengths.iter().product::<usize>();
        Ok(match self {
            Self::Axis(axis) => Plan {
                outer: count(&x[..axis]),
                n: x[axis],
                inner: count(&x[axis + 1..]),
                positions: values
                    .iter()
                    .map(|&index| resolve(op, index, axis, x[axis]))
                    .collect::<Result<_>>()?,
            },
            Self::Along(axis) => {
                let (n, inner, m) = (x[axis], count(&x[axis + 1..]), indices.shape()[axis]);
                let place = |(number, &index): (usize, &i64)| {
                    let outer = number / (m * inner);
                    Ok((outer * n + resolve(op, index, axis, n)?) * inner + number % inner)
                };
                Plan {
                    outer: 1,
                    n: x.len(),
                    inner: 1,
                    positions: values.iter().enumerate().map(place).collect::<Result<_>>()?,
                }
            }
            Self::Rows => {
                let depth = indices.shape().last().copied().unwrap_or(0);
                let rows = count(&indices.shape()[..indices.shape().rank().saturating_sub(1)]);
                let place = |row: usize| {
                    (0..depth).try_fold(0, |place, axis| {
                        let position = resolve(op, values[row * depth + axis], axis, x[axis])?;
                        Ok(place * x[axis] + position)
                    })
                };
                Plan {
                    outer: 1,
                    n: count(&x[..depth]),
                    inner: count(&x[depth..]),
                    positions: (0..rows).map(place).collect::<Result<_>>()?,
                }
            }
        })
    }
}

/// Refuses indices that are not integers.
pub(super) fn require_integer(op: &'static str, indices: DType) -> Result<()> {
    indices.require(op, indices.is_integer(), "integers as indices: i32, i64 or u8")
}

/// The elements of an array of integers.
pub(super) fn whole_numbers(array: &Array) -> Vec<i64> {
    match array.dtype() {
        DType::I64 => array.elements::<i64>().into_owned(),
        DType::U8 => array.elements::<u8>().iter().copied().map(i64::from).collect(),
        _ => array.elements::<i32>().iter().copied().map(i64::from).collect(),
    }
}

#[typetag::serde(name = "gather")]
impl Primitive for Gather {
    fn name(&self) -> &'static str {
        "gather"
    }

    fn arity(&self) -> RangeInclusive<usize> {
        2..=2
    }

    fn infer(&self, inputs: &[Spec]) -> Result<Specs> {
        require_integer("gather", inputs[1].dtype)?;
        let shape = self.at.shape("gather", &inputs[0].shape, &inputs[1].shape)?;
        Ok(one(inputs[0].dtype, shape))
    }

    fn forward(&self, inputs: &[&Array]) -> Result<Arrays> {
        let (x, indices) = (inputs[0], inputs[1]);
        require_integer("gather", indices.dtype())?;
        let plan = self.at.plan("gather", x.shape(), indices)?;
        let shape = self.at.shape("gather", x.shape(), indices.shape())?;
        Ok(outputs(for_dtype!(x.dtype(), T => match self.last {
            false => plan.gather::<T>(x, shape),
            true => plan.gather_last::<T>(x, shape),
        })))
    }

    fn vjp(&self, call: &Call<'_>, gradients: &[Option<Tensor>]) -> Result<Gradients> {
        let back = |d: &Tensor| {
            let (zeros, indices) = (call.inputs[0].zeros_like()?, &call.inputs[1]);
            // What the last one only reads, the last one only writes.
            zeros.scattered(self.at, !self.last, indices, d)
        };
        let back = gradients[0].as_ref().map(back).transpose()?;
        Ok([back, None].into())
    }

    fn jvp(&self, call: &Call<'_>, tangents: &[Option<Tensor>]) -> Result<Gradients> {
        let on = tangents[0]
            .as_ref()
            .map(|d| apply(*self, &[d, &call.inputs[1]]))
            .transpose()?;
        Ok(Gradients::from_elem(on, 1))
    }

    fn saves(&self) -> Saves {
        Saves::INPUTS
    }
}

impl Tensor {
    pub(super) fn gathered(&self, at: At, last: bool, indices: &Tensor) -> Result<Tensor> {
        apply(Gather { at, last }, &[self, &indices.stop_gradient()])
    }

    /// The positions `indices` along `axis`: `[a, n, b]` with indices `[i, j]` along axis 1 gives `[a, i, j, b]`.
    ///
    /// Negative indices count from the end. Known elsewhere as `gather` and `index_select`.
    ///
    /// # Errors
    /// [`Error::Index`] for an index out of range, [`Error::Axis`] for an axis that does not exist,
    /// [`Error::DType`] unless the indices are integers.
    ///
    /// # Examples
    /// ```
    /// use ml_core::Tensor;
    ///
    /// let t = Tensor::from([[1, 2, 3], [4, 5, 6]]);
    /// let y = t.take(&Tensor::from([2, 0, -1]), 1)?;
    /// assert_eq!(y.to_vec::<i32>()?, [3, 1, 3, 6, 4, 6]);
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    pub fn take(&self, indices: &Tensor, axis: isize) -> Result<Tensor> {
        let axis = self.shape().axis("take", axis)?;
        self.gathered(At::Axis(axis), false, indices)
    }

    /// The positions of a list along `axis`: [`take`](Self::take) with a vector.
    ///
    /// # Errors
    /// As [`take`](Self::take); [`Error::BadShape`] unless `indices` has one axis.
    pub fn index_select(&self, axis: isize, indices: &Tensor) -> Result<Tensor> {
        if indices.rank() != 1 {
            return Err(Error::BadShape {
                op: "index_select",
                shape: indices.shape().to_vec(),
                rule: "the indices must be a list: use take for other shapes".to_owned(),
            });
        }
        self.take(indices, axis)
    }

    /// One position along `axis` for every element of `indices`, which has the shape of this tensor except along
    /// the axis: `y[i, j] = x[i, indices[i, j]]` along axis 1.
    ///
    /// # Errors
    /// As [`take`](Self::take); [`Error::Shape`] if the shapes do not go together.
    ///
    /// # Examples
    /// ```
    /// use ml_core::Tensor;
    ///
    /// let t = Tensor::from([[1, 2, 3], [4, 5, 6]]);
    /// assert_eq!(t.take_along_axis(&Tensor::from([[2], [0]]), 1)?.to_vec::<i32>()?, [3, 4]);
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    pub fn take_along_axis(&self, indices: &Tensor, axis: isize) -> Result<Tensor> {
        let axis = self.shape().axis("take_along_axis", axis)?;
        self.gathered(At::Along(axis), false, indices)
    }

    /// What the rows of `indices` name: each holds a position along the first, second, ... axis; axes beyond
    /// them stay whole. `[..., d]` gives `[...]` with the axes from `d` on.
    ///
    /// # Errors
    /// As [`take`](Self::take); [`Error::Shape`] if a row is longer than the tensor has axes.
    ///
    /// # Examples
    /// ```
    /// use ml_core::Tensor;
    ///
    /// let t = Tensor::from([[1, 2, 3], [4, 5, 6]]);
    /// assert_eq!(t.gather_nd(&Tensor::from([[0, 0], [1, 2]]))?.to_vec::<i32>()?, [1, 6]);
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    pub fn gather_nd(&self, indices: &Tensor) -> Result<Tensor> {
        self.gathered(At::Rows, false, indices)
    }
}

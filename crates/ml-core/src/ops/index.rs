//! NumPy-style indexing: ranges with steps, single positions, the ellipsis and new axes in one expression.

use std::ops::{Range, RangeFrom, RangeFull, RangeInclusive, RangeTo, RangeToInclusive};

use serde::{Deserialize, Serialize};

use super::{Arrays, Call, Gradients, Primitive, Saves, Spec, Specs, apply, elementwise::outputs, one};
use crate::{Error, Result, Shape, Tensor, kernels::strided::Layout, tensor::Array};

/// One part of an index expression; [`at!`](crate::at) writes lists of them.
///
/// # Examples
/// ```
/// use ml_core::{Tensor, ops::Index};
///
/// let t = Tensor::from([10, 11, 12, 13, 14]);
/// let every_other = t.index(&[Index::from(..).step(-2)])?;
/// assert_eq!(every_other.to_vec::<i32>()?, [14, 12, 10]);
/// # Ok::<(), ml_core::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Index {
    /// A single position, whose axis vanishes; negative counts from the end.
    At(isize),
    /// Positions from `start` up to `stop`, which is left out, in steps; negative ends count from the end of
    /// the axis, and ends beyond it are clamped.
    Range {
        /// The first position; `None` for the end that the step leads away from.
        start: Option<isize>,
        /// Where it stops; `None` for beyond the end that the step leads to.
        stop: Option<isize>,
        /// Distance between positions; negative walks backwards, 0 is refused.
        step: isize,
    },
    /// As many whole axes as are left: at most once.
    Ellipsis,
    /// A new axis of length 1.
    NewAxis,
}

impl Index {
    /// The whole axis.
    pub const FULL: Self = Self::Range {
        start: None,
        stop: None,
        step: 1,
    };

    /// A range with this step; anything else stays as it is.
    #[must_use]
    pub fn step(self, step: isize) -> Self {
        match self {
            Self::Range { start, stop, .. } => Self::Range { start, stop, step },
            other => other,
        }
    }

    fn range(start: Option<isize>, stop: Option<isize>) -> Self {
        Self::Range { start, stop, step: 1 }
    }
}

impl From<RangeFull> for Index {
    fn from(_: RangeFull) -> Self {
        Self::FULL
    }
}

/// The position after `last`; after -1, the last of all, comes the end.
fn after(last: isize) -> Option<isize> {
    match last {
        -1 => None,
        last => Some(last.saturating_add(1)),
    }
}

/// A position of any integer type; what does not fit lies beyond every axis.
fn position<T: TryInto<isize>>(value: T) -> isize {
    value.try_into().unwrap_or(isize::MAX)
}

macro_rules! positions {
    ($($type:ty),*) => { $(
        impl From<$type> for Index {
            fn from(at: $type) -> Self { Self::At(position(at)) }
        }
        impl From<Range<$type>> for Index {
            fn from(r: Range<$type>) -> Self { Self::range(Some(position(r.start)), Some(position(r.end))) }
        }
        impl From<RangeFrom<$type>> for Index {
            fn from(r: RangeFrom<$type>) -> Self { Self::range(Some(position(r.start)), None) }
        }
        impl From<RangeTo<$type>> for Index {
            fn from(r: RangeTo<$type>) -> Self { Self::range(None, Some(position(r.end))) }
        }
        impl From<RangeInclusive<$type>> for Index {
            fn from(r: RangeInclusive<$type>) -> Self {
                Self::range(Some(position(*r.start())), after(position(*r.end())))
            }
        }
        impl From<RangeToInclusive<$type>> for Index {
            fn from(r: RangeToInclusive<$type>) -> Self { Self::range(None, after(position(r.end))) }
        }
    )* };
}
positions!(i32, i64, isize, usize);

/// An index expression in NumPy's notation, for [`Tensor::index`](crate::Tensor::index).
///
/// Parts are separated by commas: a position, a range, a range with a step after a semicolon (`1..9;2`,
/// `..;-1`), `...` for the axes in between, and `new` for a new axis.
///
/// # Examples
/// ```
/// use ml_core::{Tensor, at};
///
/// let t = Tensor::from([[1, 2, 3], [4, 5, 6]]);
/// assert_eq!(t.index(&at![.., 1..])?.to_vec::<i32>()?, [2, 3, 5, 6]);
/// assert_eq!(t.index(&at![..., 1, new])?.shape().to_vec(), [2, 1]);
/// assert_eq!(t.index(&at![-1, ..;-2])?.to_vec::<i32>()?, [6, 4]);
/// # Ok::<(), ml_core::Error>(())
/// ```
#[macro_export]
macro_rules! at {
    (@ [$($done:expr,)*]) => { [$($done,)*] as [$crate::ops::Index; _] };
    (@ [$($done:expr,)*] ... $(, $($rest:tt)*)?) => {
        $crate::at!(@ [$($done,)* $crate::ops::Index::Ellipsis,] $($($rest)*)?)
    };
    (@ [$($done:expr,)*] new $(, $($rest:tt)*)?) => {
        $crate::at!(@ [$($done,)* $crate::ops::Index::NewAxis,] $($($rest)*)?)
    };
    (@ [$($done:expr,)*] $part:expr; $step:expr $(, $($rest:tt)*)?) => {
        $crate::at!(@ [$($done,)* $crate::ops::Index::from($part).step($step),] $($($rest)*)?)
    };
    (@ [$($done:expr,)*] $part:expr $(, $($rest:tt)*)?) => {
        $crate::at!(@ [$($done,)* $crate::ops::Index::from($part),] $($($rest)*)?)
    };
    ($($parts:tt)*) => { $crate::at!(@ [] $($parts)*) };
}

/// A view of a part.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Slice {
    index: Vec<Index>,
}

/// The first operand with a part of it replaced by, or increased by, the second, which broadcasts.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct SliceUpdate {
    index: Vec<Index>,
    add: bool,
}

/// Where the part that `index` names lies in an array of this layout; unknown lengths stay unknown.
fn part(op: &'static str, index: &[Index], whole: &Layout) -> Result<Layout> {
    let named = |part: &&Index| matches!(part, Index::At(_) | Index::Range { .. });
    let named = index.iter().filter(named).count();
    let ellipses = index.iter().filter(|part| **part == Index::Ellipsis).count();
    let rank = whole.shape.rank();
    if named > rank || ellipses > 1 {
        return Err(Error::BadShape {
            op,
            shape: whole.shape.to_vec(),
            rule: format!(
                "the index names {named} axes with {ellipses} ellipses; at most {rank} axes and 1 ellipsis fit"
            ),
        });
    }
    let mut found = Layout::at(whole.offset);
    let mut axis = 0;
    for part in index {
        match *part {
            Index::NewAxis => found.push(1, 1),
            Index::Ellipsis => {
                for _ in 0..rank - named {
                    found.push(whole.shape[axis], whole.strides[axis]);
                    axis += 1;
                }
            }
            Index::At(at) => {
                let (length, stride) = (whole.shape[axis], whole.strides[axis]);
                found.shift(resolve(op, at as i64, axis, length)?, stride);
                axis += 1;
            }
            Index::Range { start, stop, step } => {
                let (length, stride) = (whole.shape[axis], whole.strides[axis]);
                let (first, count) = span(op, start, stop, step, length)?;
                found.shift(first, stride);
                found.push(count, stride.wrapping_mul(step));
                axis += 1;
            }
        }
    }
    for axis in axis..rank {
        found.push(whole.shape[axis], whole.strides[axis]);
    }
    if found.shape.is_empty() {
        found.offset = whole.offset;
    }
    Ok(found)
}

/// The position that `index` names on an axis: negative counts from the end; of an unknown length, 0.
pub(super) fn resolve(op: &'static str, index: i64, axis: usize, length: usize) -> Result<usize> {
    if length == Shape::UNKNOWN {
        return Ok(0);
    }
    let position = if index < 0 { index + length as i64 } else { index };
    usize::try_from(position)
        .ok()
        .filter(|&position| position < length)
        .ok_or(Error::Index {
            op,
            index,
            axis,
            length,
        })
}

/// First position and number of positions of a range on an axis, as NumPy clamps it.
fn span(
    op: &'static str,
    start: Option<isize>,
    stop: Option<isize>,
    step: isize,
    length: usize,
) -> Result<(usize, usize)> {
    if step == 0 {
        return Err(Error::Parameter {
            name: format!("{op}: step"),
            value: "0".to_owned(),
            domain: "a whole number other than 0".to_owned(),
        });
    }
    if length == Shape::UNKNOWN {
        return Ok((0, Shape::UNKNOWN));
    }
    let length = length as isize;
    // Walking forwards, ends lie between 0 and the length; backwards, between -1 and the last position.
    let (low, high) = if step > 0 { (0, length) } else { (-1, length - 1) };
    let end = |end: isize| if end < 0 { end + length } else { end }.clamp(low, high);
    let (first, past) = if step > 0 { (low, high) } else { (high, low) };
    let (first, past) = (start.map_or(first, end), stop.map_or(past, end));
    let distance = if step > 0 { past - first } else { first - past };
    let count = distance.max(0).unsigned_abs().div_ceil(step.unsigned_abs());
    Ok((if count == 0 { 0 } else { first.unsigned_abs() }, count))
}

#[typetag::serde(name = "slice")]
impl Primitive for Slice {
    fn name(&self) -> &'static str {
        "slice"
    }

    fn infer(&self, inputs: &[Spec]) -> Result<Specs> {
        let part = part("index", &self.index, &Layout::dense(&inputs[0].shape))?;
        Ok(one(inputs[0].dtype, part.shape))
    }

    fn forward(&self, inputs: &[&Array]) -> Result<Arrays> {
        let part = part("index", &self.index, &Layout::of(inputs[0]))?;
        Ok(outputs(inputs[0].view(part.shape, part.strides, part.offset)))
    }

    fn vjp(&self, call: &Call<'_>, gradients: &[Option<Tensor>]) -> Result<Gradients> {
        let back = |d: &Tensor| call.inputs[0].zeros_like()?.slice_update(&self.index, d);
        Ok(Gradients::from_elem(
            gradients[0].as_ref().map(back).transpose()?,
            1,
        ))
    }

    fn jvp(&self, _: &Call<'_>, tangents: &[Option<Tensor>]) -> Result<Gradients> {
        let on = tangents[0].as_ref().map(|d| d.index(&self.index)).transpose()?;
        Ok(Gradients::from_elem(on, 1))
    }

    fn saves(&self) -> Saves {
        Saves::NOTHING
    }
}

impl SliceUpdate {
    const fn op(&self) -> &'static str {
        if self.add { "slice_add" } else { "slice_update" }
    }

    fn check(&self, dtypes: [crate::DType; 2]) -> Result<()> {
        super::same_dtype(self.op(), dtypes[0], dtypes[1])?;
        let number = dtypes[0].is_float() || dtypes[0].is_integer();
        dtypes[0].require(self.op(), number || !self.add, "f32, f64 or an integer type")
    }
}

#[typetag::serde(name = "slice_update")]
impl Primitive for SliceUpdate {
    fn name(&self) -> &'static str {
        self.op()
    }

    fn arity(&self) -> RangeInclusive<usize> {
        2..=2
    }

    fn infer(&self, inputs: &[Spec]) -> Result<Specs> {
        self.check([inputs[0].dtype, inputs[1].dtype])?;
        let part = part(self.op(), &self.index, &Layout::dense(&inputs[0].shape))?;
        super::broadcast::check(self.op(), &inputs[1].shape, &part.shape)?;
        Ok(one(inputs[0].dtype, inputs[0].shape.clone()))
    }

    fn forward(&self, inputs: &[&Array]) -> Result<Arrays> {
        let (x, value) = (inputs[0], inputs[1]);
        self.check([x.dtype(), value.dtype()])?;
        let part = part(self.op(), &self.index, &Layout::dense(x.shape()))?;
        let value = super::broadcast::stretch(self.op(), value, &part.shape)?;
        Ok(outputs(part.write(x, &value, self.add)))
    }

    fn vjp(&self, call: &Call<'_>, gradients: &[Option<Tensor>]) -> Result<Gradients> {
        let Some(d) = &gradients[0] else {
            return Ok(Gradients::from_elem(None, 2));
        };
        let value = &call.inputs[1];
        let whole = || match self.add {
            true => Ok(d.clone()),
            false => d.slice_update(&self.index, &Tensor::zeros([], value.dtype())?),
        };
        let part = || super::sum_to_like(&d.index(&self.index)?, value);
        Ok([
            call.wanted[0].then(whole).transpose()?,
            call.wanted[1].then(part).transpose()?,
        ]
        .into())
    }

    fn saves(&self) -> Saves {
        Saves::NOTHING
    }
}

impl Tensor {
    /// The part that `index` names, as NumPy's `t[...]`: a view of the same memory.
    ///
    /// Ranges are clamped to the axis; axes that the index does not name stay whole. Masks and lists of
    /// positions: [`masked_select`](Self::masked_select), [`take`](Self::take). Under a tape the gradient is
    /// put back at the places it came from, zeros elsewhere.
    ///
    /// # Errors
    /// [`Error::Index`] for a single position out of range, [`Error::BadShape`] for more parts than axes or two
    /// ellipses, [`Error::Parameter`] for a step of 0.
    ///
    /// # Examples
    /// ```
    /// use ml_core::{Tensor, at};
    ///
    /// let t = Tensor::from([[1.0f32, 2.0, 3.0], [4.0, 5.0, 6.0]]);
    /// let y = t.index(&at![.., 1..])?;
    /// assert_eq!((y.shape().to_vec(), y.to_vec::<f32>()?), (vec![2, 2], vec![2.0, 3.0, 5.0, 6.0]));
    /// // Half of the rows and columns of a batch of images:
    /// assert_eq!(Tensor::full([5, 427, 640, 3], 0u8)?.index(&at![.., ..;2, ..;2])?.shape().to_vec(), [5, 214, 320, 3]);
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    pub fn index(&self, index: &[Index]) -> Result<Tensor> {
        apply(
            Slice {
                index: index.to_vec(),
            },
            &[self],
        )
    }

    /// This tensor with the part that `index` names replaced by `value`, which broadcasts to it.
    ///
    /// # Errors
    /// As [`index`](Self::index); [`Error::Shape`] if `value` does not broadcast to the part,
    /// [`Error::MixedDTypes`] for another element type.
    ///
    /// # Examples
    /// ```
    /// use ml_core::{Tensor, at};
    ///
    /// let t = Tensor::from([[2, 4, 6], [8, 10, 12]]);
    /// let y = t.slice_update(&at![.., 2], &Tensor::from([0, 1]))?;
    /// assert_eq!(y.to_vec::<i32>()?, [2, 4, 0, 8, 10, 1]);
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    pub fn slice_update(&self, index: &[Index], value: &Tensor) -> Result<Tensor> {
        let index = index.to_vec();
        apply(SliceUpdate { index, add: false }, &[self, value])
    }

    /// This tensor with `value`, which broadcasts, added to the part that `index` names.
    ///
    /// # Errors
    /// As [`slice_update`](Self::slice_update); [`Error::DType`] unless the elements are numbers.
    pub fn slice_add(&self, index: &[Index], value: &Tensor) -> Result<Tensor> {
        let index = index.to_vec();
        apply(SliceUpdate { index, add: true }, &[self, value])
    }

    /// The positions `start..stop` of one axis, clamped; negative ones count from the end.
    ///
    /// # Errors
    /// [`Error::Axis`] for an axis that does not exist.
    ///
    /// # Examples
    /// ```
    /// use ml_core::Tensor;
    ///
    /// let t = Tensor::from([[1, 2, 3], [4, 5, 6]]);
    /// assert_eq!(t.narrow(1, Some(-2), None)?.to_vec::<i32>()?, [2, 3, 5, 6]);
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    pub fn narrow(&self, axis: isize, start: Option<isize>, stop: Option<isize>) -> Result<Tensor> {
        let axis = self.shape().axis("narrow", axis)?;
        self.index(&along(axis, Index::range(start, stop)))
    }

    /// The elements along `axes` in reverse order (all axes if none is given): a view.
    ///
    /// # Errors
    /// [`Error::Axis`] for an axis that does not exist, [`Error::Parameter`] for one named twice.
    ///
    /// # Examples
    /// ```
    /// use ml_core::Tensor;
    ///
    /// assert_eq!(Tensor::from([[1, 2], [3, 4]]).flip(&[1])?.to_vec::<i32>()?, [2, 1, 4, 3]);
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    pub fn flip(&self, axes: &[isize]) -> Result<Tensor> {
        let axes = self.shape().axes("flip", axes)?;
        let backwards = |axis| if axes.contains(&axis) { -1 } else { 1 };
        let index: Vec<Index> = (0..self.rank())
            .map(|axis| Index::FULL.step(backwards(axis)))
            .collect();
        self.index(&index)
    }
}

/// `part` on axis number `axis`, everything else whole.
pub(super) fn along(axis: usize, part: Index) -> Vec<Index> {
    let mut index = vec![Index::FULL; axis];
    index.push(part);
    index
}

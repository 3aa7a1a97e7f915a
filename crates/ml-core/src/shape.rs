//! Shapes, strides and broadcasting: arithmetic without data.

use std::{
    fmt,
    ops::{Deref, DerefMut},
};

use serde::{Deserialize, Serialize};
use smallvec::SmallVec;

use crate::{DType, Error, Result, axes::Axes};

/// Lengths of the axes of a tensor; a scalar has none.
///
/// Inside a traced function an axis may be [`Shape::UNKNOWN`]: the same graph then serves every length.
#[derive(Clone, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
pub struct Shape(Axes<usize>);

/// Steps, in elements, from one element to the next along each axis.
pub(crate) type Strides = Axes<isize>;

impl Shape {
    /// The length of an axis that is known only when the traced function runs.
    pub const UNKNOWN: usize = usize::MAX;

    /// The shape of a scalar: no axes.
    pub fn scalar() -> Self {
        Self::default()
    }

    /// Number of axes.
    #[inline]
    pub fn rank(&self) -> usize {
        self.0.len()
    }

    /// Number of elements: the product of the lengths, 1 for a scalar. [`Shape::UNKNOWN`] if an axis is.
    #[inline]
    pub fn len(&self) -> usize {
        if self.is_known() {
            self.0.iter().product()
        } else {
            Self::UNKNOWN
        }
    }

    /// Whether there is no element.
    pub fn is_empty(&self) -> bool {
        self.0.contains(&0)
    }

    /// Whether every length is known.
    #[inline]
    pub fn is_known(&self) -> bool {
        !self.0.contains(&Self::UNKNOWN)
    }

    /// The number of elements, unless it or the bytes they take (at most 8 each) overflow.
    ///
    /// # Errors
    /// [`Error::Size`].
    pub fn checked_len(&self, op: &'static str) -> Result<usize> {
        const WIDEST: usize = 16;
        self.0
            .iter()
            .filter(|&&length| length != 0)
            .try_fold(WIDEST, |product, &length| product.checked_mul(length))
            .filter(|&bytes| bytes <= isize::MAX as usize)
            .map(|_| self.len())
            .ok_or_else(|| Error::Size {
                op,
                shape: self.to_vec(),
            })
    }

    /// As [`checked_len`](Self::checked_len) for elements of type `dtype`; also refused is what the system would not
    /// grant, which would end the process when it is asked for.
    ///
    /// # Errors
    /// [`Error::Size`].
    pub(crate) fn checked_room(&self, op: &'static str, dtype: DType) -> Result<usize> {
        /// Bytes that every system grants.
        const MODEST: usize = 1 << 30;
        let len = self.checked_len(op)?;
        let bytes = len * dtype.size();
        if bytes > MODEST && Vec::<u8>::new().try_reserve_exact(bytes).is_err() {
            return Err(Error::Size {
                op,
                shape: self.to_vec(),
            });
        }
        Ok(len)
    }

    /// Strides of this shape laid out row by row (the last axis is contiguous).
    pub(crate) fn row_major(&self) -> Strides {
        // The step beyond the first axis is no stride, and may be too large for a number.
        self.0
            .scan_back(1, |step: isize, length| step.wrapping_mul(length.max(1) as isize))
    }

    /// The shape that both broadcast to: axes are aligned at the end, and a length of 1 stretches.
    ///
    /// # Errors
    /// [`Error::Shape`] if two aligned lengths differ and neither is 1.
    ///
    /// # Examples
    /// ```
    /// use ml_core::Shape;
    ///
    /// let together = Shape::from([4, 1, 3]).broadcast("add", &Shape::from([5, 1]))?;
    /// assert_eq!(together, Shape::from([4, 5, 3]));
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    pub fn broadcast(&self, op: &'static str, other: &Self) -> Result<Self> {
        if self == other {
            return Ok(self.clone());
        }
        let (long, short) = if self.rank() >= other.rank() {
            (self, other)
        } else {
            (other, self)
        };
        let mut joined = long.clone();
        let lead = long.rank() - short.rank();
        for (length, &with) in joined.0[lead..].iter_mut().zip(&short.0) {
            *length = broadcast_axis(*length, with).ok_or_else(|| Error::Shape {
                op,
                left: self.to_vec(),
                right: other.to_vec(),
                rule: "aligned at the last axis, lengths must be equal or one of them 1",
            })?;
        }
        Ok(joined)
    }

    /// The axis that `axis` names: negative counts from the end.
    ///
    /// # Errors
    /// [`Error::Axis`] outside `-rank..rank`.
    pub fn axis(&self, op: &'static str, axis: isize) -> Result<usize> {
        let rank = self.rank();
        let resolved = if axis < 0 { axis + rank as isize } else { axis };
        usize::try_from(resolved)
            .ok()
            .filter(|&axis| axis < rank)
            .ok_or(Error::Axis { op, axis, rank })
    }

    /// The axes that `axes` name, in ascending order; none given means all.
    ///
    /// # Errors
    /// [`Error::Axis`] for one outside `-rank..rank`, [`Error::Parameter`] for one named twice.
    pub fn axes(&self, op: &'static str, axes: &[isize]) -> Result<SmallVec<[usize; 4]>> {
        // Pushed, not collected: every reduction asks for its axes.
        let mut resolved = SmallVec::new();
        if axes.is_empty() {
            (0..self.rank()).for_each(|axis| resolved.push(axis));
            return Ok(resolved);
        }
        for &axis in axes {
            resolved.push(self.axis(op, axis)?);
        }
        resolved.sort_unstable();
        match resolved.windows(2).find(|pair| pair[0] == pair[1]) {
            None => Ok(resolved),
            Some(pair) => Err(Error::Parameter {
                name: format!("{op}: axes"),
                value: format!("{axes:?}"),
                domain: format!("each axis at most once; axis {} is there twice", pair[0]),
            }),
        }
    }

    /// This shape after a reduction over `axes` (ascending).
    pub(crate) fn reduced(&self, axes: &[usize], keep: bool) -> Self {
        let mut shape = self.clone();
        axes.iter().for_each(|&axis| shape.0[axis] = 1);
        if !keep {
            shape.remove(axes);
        }
        shape
    }

    /// Takes `axes` (ascending) away.
    pub(crate) fn remove(&mut self, axes: &[usize]) {
        for &axis in axes.iter().rev() {
            self.0.remove(axis);
        }
    }

    /// Whether data of shape `self` can be used where `other` is expected: lengths equal where known.
    pub fn matches(&self, other: &Self) -> bool {
        let fits = |(&a, &b): (&usize, &usize)| a == b || a == Self::UNKNOWN || b == Self::UNKNOWN;
        self.rank() == other.rank() && self.0.iter().zip(&other.0).all(fits)
    }

    pub(crate) fn push(&mut self, length: usize) {
        self.0.push(length);
    }

    pub(crate) fn insert(&mut self, axis: usize, length: usize) {
        self.0.insert(axis, length);
    }
}

/// The length two aligned axes broadcast to; an unknown one is trusted to fit and checked when it runs.
fn broadcast_axis(a: usize, b: usize) -> Option<usize> {
    match (a, b) {
        _ if a == b => Some(a),
        (1, other) | (other, 1) => Some(other),
        (Shape::UNKNOWN, known) | (known, Shape::UNKNOWN) => Some(known),
        _ => None,
    }
}

impl Deref for Shape {
    type Target = [usize];

    #[inline]
    fn deref(&self) -> &[usize] {
        &self.0
    }
}

impl DerefMut for Shape {
    fn deref_mut(&mut self) -> &mut [usize] {
        &mut self.0
    }
}

impl<const N: usize> From<[usize; N]> for Shape {
    fn from(lengths: [usize; N]) -> Self {
        Self(Axes::from_slice(&lengths))
    }
}

impl<const N: usize> From<&[usize; N]> for Shape {
    fn from(lengths: &[usize; N]) -> Self {
        Self(Axes::from_slice(lengths))
    }
}

impl From<&[usize]> for Shape {
    fn from(lengths: &[usize]) -> Self {
        Self(Axes::from_slice(lengths))
    }
}

impl From<Vec<usize>> for Shape {
    fn from(lengths: Vec<usize>) -> Self {
        Self(Axes::from_slice(&lengths))
    }
}

impl From<&Shape> for Shape {
    fn from(shape: &Shape) -> Self {
        shape.clone()
    }
}

impl FromIterator<usize> for Shape {
    fn from_iter<I: IntoIterator<Item = usize>>(lengths: I) -> Self {
        Self(lengths.into_iter().collect())
    }
}

impl fmt::Display for Shape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[")?;
        for (axis, &length) in self.0.iter().enumerate() {
            f.write_str(if axis == 0 { "" } else { ", " })?;
            match length {
                Self::UNKNOWN => f.write_str("?")?,
                known => write!(f, "{known}")?,
            }
        }
        f.write_str("]")
    }
}

impl fmt::Debug for Shape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unknown_axes_stay_unknown_beside_one_and_take_what_is_known() {
        let unknown = Shape::from([Shape::UNKNOWN, 2]);
        assert_eq!(unknown.broadcast("add", &Shape::from([1, 2])).unwrap(), unknown);
        assert_eq!(
            unknown.broadcast("add", &Shape::from([7, 1])).unwrap(),
            Shape::from([7, 2])
        );
        assert_eq!(unknown.to_string(), "[?, 2]");
    }

    #[test]
    fn sizes_that_overflow_are_refused() {
        let huge = Shape::from([usize::MAX / 2, 3]);
        assert_eq!(
            huge.checked_len("zeros").unwrap_err().to_string(),
            format!(
                "zeros: shape [{}, 3] has more elements than memory can hold; use a smaller shape",
                usize::MAX / 2
            )
        );
        assert_eq!(Shape::from([0, 5]).checked_len("zeros").unwrap(), 0);
    }

    #[test]
    fn row_major_strides_count_elements() {
        assert_eq!(Shape::from([2, 3, 4]).row_major()[..], [12, 4, 1]);
        assert!(Shape::scalar().row_major().is_empty());
    }
}

//! Axes and parts of sparse tensors.

use std::ops::Range;

use super::SparseTensor;
use crate::{Error, Result, Shape, structures::rows};

impl SparseTensor {
    /// The axes in reverse order, in reading order again: of a matrix, rows become columns.
    ///
    /// # Errors
    /// None but those of a graph under construction.
    ///
    /// # Examples
    /// ```
    /// use ml_core::structures::SparseTensor;
    ///
    /// let s = SparseTensor::new([[0, 2], [1, 0]], [5, 6], [2, 3])?.transpose()?;
    /// assert_eq!(s.to_dense()?.to_vec::<i32>()?, [0, 6, 0, 0, 5, 0]);
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    pub fn transpose(&self) -> Result<Self> {
        self.reaxed(&(0..self.rank()).rev().collect::<Vec<_>>())
    }

    /// The axes in the order given: axis `i` of the result is axis `order[i]` of this tensor.
    ///
    /// # Errors
    /// [`Error::Axis`] or [`Error::Parameter`] unless `order` names every axis once.
    pub fn permute(&self, order: &[isize]) -> Result<Self> {
        const OP: &str = "sparse permute";
        let mut axes = Vec::with_capacity(order.len());
        for &axis in order {
            axes.push(self.shape.axis(OP, axis)?);
        }
        let mut named = axes.clone();
        named.sort_unstable();
        if !named.iter().copied().eq(0..self.rank()) {
            return Err(Error::Parameter {
                name: format!("{OP}: order"),
                value: format!("{order:?}"),
                domain: format!("every axis of shape {} exactly once", self.shape),
            });
        }
        self.reaxed(&axes)
    }

    fn reaxed(&self, order: &[usize]) -> Result<Self> {
        let moved = self
            .entries()
            .flat_map(|index| order.iter().map(|&axis| index[axis]));
        let shape: Shape = order.iter().map(|&axis| self.shape[axis]).collect();
        Self::trusted(moved.collect::<Vec<_>>(), self.values.clone(), shape).reorder()
    }

    /// The part that begins at `start` and has at most `size`: what lies beyond the end is left out.
    ///
    /// # Errors
    /// [`Error::BadShape`] unless both have a number for every axis, [`Error::Index`] if the part begins beyond
    /// the end of an axis.
    ///
    /// # Examples
    /// ```
    /// use ml_core::structures::SparseTensor;
    ///
    /// let s = SparseTensor::new([[0, 1], [1, 0], [2, 3]], [1, 2, 3], [3, 4])?;
    /// let part = s.slice(&[1, 0], &[2, 9])?;
    /// assert_eq!(part.dense_shape().to_vec(), [2, 4]);
    /// assert_eq!(part.to_dense()?.to_vec::<i32>()?, [2, 0, 0, 0, 0, 0, 0, 3]);
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    pub fn slice(&self, start: &[usize], size: &[usize]) -> Result<Self> {
        const OP: &str = "sparse slice";
        if [start.len(), size.len()] != [self.rank(); 2] {
            return Err(Error::BadShape {
                op: OP,
                shape: self.shape.to_vec(),
                rule: format!("start {start:?} and size {size:?} need a number for every axis"),
            });
        }
        let beyond = (0..self.rank()).find(|&axis| start[axis] > self.shape[axis]);
        if let Some(axis) = beyond {
            return Err(Error::Index {
                op: OP,
                index: i64::try_from(start[axis]).unwrap_or(i64::MAX),
                axis,
                length: self.shape[axis],
            });
        }
        let lengths = (0..self.rank()).map(|axis| size[axis].min(self.shape[axis] - start[axis]));
        let shape: Shape = lengths.collect();
        let inside = |index: &[usize]| {
            (0..index.len()).all(|axis| (start[axis]..start[axis] + shape[axis]).contains(&index[axis]))
        };
        let (mut kept, mut indices) = (Vec::new(), Vec::new());
        for (value, index) in self.entries().enumerate().filter(|(_, index)| inside(index)) {
            kept.push(value);
            indices.extend(index.iter().zip(start).map(|(&i, &start)| i - start));
        }
        let values = rows::pick(&self.values, self.n_values(), kept)?;
        Ok(Self::trusted(indices, values, shape))
    }

    /// The rows, slices of axis 0, of a range.
    ///
    /// # Errors
    /// [`Error::Index`] if it ends beyond the last row.
    pub fn rows(&self, range: Range<usize>) -> Result<Self> {
        if range.end > self.shape[0] || range.start > range.end {
            return Err(Error::Index {
                op: "sparse rows",
                index: range.start.max(range.end).try_into().unwrap_or(i64::MAX),
                axis: 0,
                length: self.shape[0],
            });
        }
        let (mut start, mut size) = (vec![0; self.rank()], self.shape.to_vec());
        (start[0], size[0]) = (range.start, range.len());
        self.slice(&start, &size)
    }
}

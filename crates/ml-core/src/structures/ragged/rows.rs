//! Rows of a ragged tensor: one, some, and those of several tensors together.

use std::ops::Range;

use super::{RaggedTensor, last};
use crate::{Error, Result, Tensor, ops::same_dtype, structures::rows};

impl RaggedTensor {
    /// Row `index` as a regular tensor; negative counts from the end.
    ///
    /// # Errors
    /// [`Error::Index`] beyond the end, [`Error::Kind`] with more than one ragged axis: such a row is ragged
    /// itself.
    pub fn row(&self, index: isize) -> Result<Tensor> {
        if self.ragged_rank() > 1 {
            return Err(Error::Kind {
                op: "ragged row",
                found: format!("{} ragged axes", self.ragged_rank()),
                expected: "one ragged axis",
                remedy: "a row of several is ragged: use ragged_row",
            });
        }
        let row = self.position(index)?;
        let range = self.splits[0][row]..self.splits[0][row + 1];
        rows::pick(&self.values, self.total(), range.collect::<Vec<_>>())
    }

    /// Row `index` of a tensor with several ragged axes, with one fewer; negative counts from the end.
    ///
    /// # Errors
    /// [`Error::Index`] beyond the end, [`Error::Kind`] with a single ragged axis.
    ///
    /// # Examples
    /// ```
    /// use ml_core::structures::RaggedTensor;
    ///
    /// let r = RaggedTensor::from_rows(&[vec![1], vec![2, 3]]);
    /// let nested = RaggedTensor::nest(&[&r, &r.rows(1..2)?])?;
    /// assert_eq!(nested.ragged_row(1)?.to_string(), "[[2, 3]]");
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    pub fn ragged_row(&self, index: isize) -> Result<Self> {
        if self.ragged_rank() == 1 {
            return Err(Error::Kind {
                op: "ragged_row",
                found: "one ragged axis".to_owned(),
                expected: "several ragged axes",
                remedy: "the rows of one are regular tensors: use row",
            });
        }
        let row = self.position(index)?;
        let range = self.splits[0][row]..self.splits[0][row + 1];
        let inner = Self {
            values: self.values.clone(),
            splits: self.splits[1..].to_vec(),
        };
        inner.take(&range.collect::<Vec<_>>())
    }

    /// The rows of a range.
    ///
    /// # Errors
    /// [`Error::Index`] if it ends beyond the last row.
    pub fn rows(&self, range: Range<usize>) -> Result<Self> {
        if range.end > self.n_rows() {
            return Err(self.out_of_range(range.end as i64 - 1));
        }
        self.take(&range.collect::<Vec<_>>())
    }

    /// The rows at these positions, in this order; negative ones count from the end.
    ///
    /// # Errors
    /// [`Error::Index`] beyond the end.
    ///
    /// # Examples
    /// ```
    /// use ml_core::structures::RaggedTensor;
    ///
    /// let r = RaggedTensor::from_rows(&[vec![1], vec![2, 3], vec![]]);
    /// assert_eq!(r.gather(&[-1, 1, 1])?.to_string(), "[[], [2, 3], [2, 3]]");
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    pub fn gather(&self, positions: &[isize]) -> Result<Self> {
        let rows = positions.iter().map(|&index| self.position(index));
        self.take(&rows.collect::<Result<Vec<_>>>()?)
    }

    /// Several ragged tensors together. Along axis 0 the rows follow each other; along axis 1 row `i` is the
    /// rows `i` of all of them, joined.
    ///
    /// # Errors
    /// [`Error::Empty`] without tensors, [`Error::MixedDTypes`] for two element types, [`Error::Length`] along
    /// axis 1 if the numbers of rows differ, [`Error::Kind`] if those of the ragged axes do,
    /// [`Error::Parameter`] for another axis, [`Error::Shape`] if the axes inside the values differ.
    ///
    /// # Examples
    /// ```
    /// use ml_core::structures::RaggedTensor;
    ///
    /// let a = RaggedTensor::from_rows(&[vec![1, 2], vec![3]]);
    /// let b = RaggedTensor::from_rows(&[vec![], vec![4]]);
    /// assert_eq!(RaggedTensor::concat(&[&a, &b], 0)?.to_string(), "[[1, 2], [3], [], [4]]");
    /// assert_eq!(RaggedTensor::concat(&[&a, &b], 1)?.to_string(), "[[1, 2], [3, 4]]");
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    pub fn concat(parts: &[&Self], axis: isize) -> Result<Self> {
        let Some(&first) = parts.first() else {
            return Err(Error::Empty {
                op: "ragged concat",
                what: "the list of tensors".to_owned(),
                least: "1 ragged tensor",
            });
        };
        let bounding = first.bounding_shape();
        let axis = bounding.axis("ragged concat", axis)?;
        for part in parts {
            first.check_alike(part)?;
        }
        match axis {
            0 => Self::concat_rows(parts),
            1 => Self::concat_in_rows(parts),
            _ => Err(Error::Parameter {
                name: "ragged concat: axis".to_owned(),
                value: axis.to_string(),
                domain: "0 or 1; join inner axes row by row".to_owned(),
            }),
        }
    }

    fn check_alike(&self, other: &Self) -> Result<()> {
        same_dtype("ragged concat", self.dtype(), other.dtype())?;
        if self.ragged_rank() == other.ragged_rank() {
            return Ok(());
        }
        Err(Error::Kind {
            op: "ragged concat",
            found: format!("{other:?}"),
            expected: "as many ragged axes as the first tensor has",
            remedy: "nest the one with fewer",
        })
    }

    fn concat_rows(parts: &[&Self]) -> Result<Self> {
        let values: Vec<_> = parts.iter().map(|part| (&part.values, part.total())).collect();
        let levels = 0..parts[0].ragged_rank();
        let splits = levels.map(|level| {
            let mut joined = vec![0];
            for part in parts {
                let start = last(&joined);
                joined.extend(part.splits[level][1..].iter().map(|&split| start + split));
            }
            joined.into()
        });
        Ok(Self {
            splits: splits.collect(),
            values: rows::join(&values)?,
        })
    }

    fn concat_in_rows(parts: &[&Self]) -> Result<Self> {
        let n_rows = parts[0].n_rows();
        if let Some(other) = parts.iter().find(|part| part.n_rows() != n_rows) {
            return Err(Error::Length {
                op: "ragged concat",
                left_name: "the first tensor",
                left: n_rows,
                right_name: "another",
                right: other.n_rows(),
            });
        }
        // All rows one after another, then row i of every part side by side: parts.len() pieces make a row.
        let all = Self::concat_rows(parts)?;
        let pieces = (0..n_rows).flat_map(|row| (0..parts.len()).map(move |part| part * n_rows + row));
        let mut joined = all.take(&pieces.collect::<Vec<_>>())?;
        joined.splits[0] = joined.splits[0].iter().copied().step_by(parts.len()).collect();
        Ok(joined)
    }

    /// The rows at these positions, which exist.
    fn take(&self, positions: &[usize]) -> Result<Self> {
        let mut wanted = positions.to_vec();
        let mut taken = Vec::with_capacity(self.splits.len());
        for level in &self.splits {
            let (mut splits, mut next) = (vec![0], Vec::new());
            for &row in &wanted {
                next.extend(level[row]..level[row + 1]);
                splits.push(next.len());
            }
            taken.push(splits.into());
            wanted = next;
        }
        Ok(Self {
            values: rows::pick(&self.values, self.total(), wanted)?,
            splits: taken,
        })
    }

    fn position(&self, index: isize) -> Result<usize> {
        let n_rows = self.n_rows();
        let row = if index < 0 { index + n_rows as isize } else { index };
        let row = usize::try_from(row).ok().filter(|&row| row < n_rows);
        row.ok_or_else(|| self.out_of_range(index as i64))
    }

    fn out_of_range(&self, index: i64) -> Error {
        Error::Index {
            op: "ragged rows",
            index,
            axis: 0,
            length: self.n_rows(),
        }
    }
}

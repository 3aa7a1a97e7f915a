//! Ragged tensors from splits, lengths, and lists.

use super::{RaggedTensor, Splits, last};
use crate::{Error, Result, Tensor, dtype::Element, structures::rows};

impl RaggedTensor {
    /// Rows `values[splits[i]..splits[i + 1]]`.
    ///
    /// # Errors
    /// [`Error::BadShape`] for a scalar, [`Error::Data`] unless `row_splits` starts at 0, never decreases and
    /// ends at the number of values.
    ///
    /// # Examples
    /// ```
    /// use ml_core::{Tensor, structures::RaggedTensor};
    ///
    /// let r = RaggedTensor::from_row_splits(Tensor::from([1, 2, 3]), &[0, 2, 2, 3])?;
    /// assert_eq!(r.to_string(), "[[1, 2], [], [3]]");
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    pub fn from_row_splits(values: impl Into<Tensor>, row_splits: &[i64]) -> Result<Self> {
        Self::from_nested_row_splits(values, &[row_splits])
    }

    /// As [`from_row_splits`](Self::from_row_splits) with several ragged axes, the outermost first: the rows of
    /// each are made of rows of the next.
    ///
    /// # Errors
    /// As [`from_row_splits`](Self::from_row_splits); [`Error::Empty`] without any splits.
    ///
    /// # Examples
    /// ```
    /// use ml_core::{Tensor, structures::RaggedTensor};
    ///
    /// let splits: [&[i64]; 2] = [&[0, 2, 3], &[0, 1, 1, 3]];
    /// let r = RaggedTensor::from_nested_row_splits(Tensor::from([7, 8, 9]), &splits)?;
    /// assert_eq!(r.to_string(), "[[[7], []], [[8, 9]]]");
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    pub fn from_nested_row_splits(values: impl Into<Tensor>, nested: &[&[i64]]) -> Result<Self> {
        let values = values.into();
        let Some(&n_values) = values.shape().first() else {
            return Err(Error::BadShape {
                op: "ragged",
                shape: Vec::new(),
                rule: "the values need a first axis that rows can be cut from".to_owned(),
            });
        };
        if nested.is_empty() {
            return Err(Error::Empty {
                op: "ragged",
                what: "the list of row splits".to_owned(),
                least: "1 ragged axis",
            });
        }
        let splits = nested
            .iter()
            .map(|splits| check(splits))
            .collect::<Result<Vec<_>>>()?;
        for (level, own) in splits.iter().enumerate() {
            let (available, of) = match splits.get(level + 1) {
                Some(next) => (next.len() - 1, "rows in the next ragged axis"),
                None => (n_values, "values"),
            };
            if last(own) != available && available != crate::Shape::UNKNOWN {
                return Err(bad(format!(
                    "row_splits end at {}, but there are {available} {of}",
                    last(own)
                )));
            }
        }
        Ok(Self { values, splits })
    }

    /// Rows of these lengths, cut from `values` in order.
    ///
    /// # Errors
    /// [`Error::Data`] unless the lengths add up to the number of values.
    ///
    /// # Examples
    /// ```
    /// use ml_core::{Tensor, structures::RaggedTensor};
    ///
    /// let r = RaggedTensor::from_row_lengths(Tensor::from([1, 2, 3]), &[1, 0, 2])?;
    /// assert_eq!(r.row_splits().to_vec::<i64>()?, [0, 1, 1, 3]);
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    pub fn from_row_lengths(values: impl Into<Tensor>, row_lengths: &[usize]) -> Result<Self> {
        let mut splits = vec![0i64];
        for &length in row_lengths {
            let next = i64::try_from(length)
                .ok()
                .and_then(|length| last_i64(&splits).checked_add(length));
            splits.push(next.ok_or_else(|| Error::Size {
                op: "ragged",
                shape: row_lengths.to_vec(),
            })?);
        }
        Self::from_row_splits(values, &splits)
    }

    /// The rows of a nested list: `&[vec![65, 66], vec![], vec![67]]`.
    pub fn from_rows<T: Element, R: AsRef<[T]>>(rows: &[R]) -> Self {
        let mut splits = vec![0];
        let mut values = Vec::new();
        for row in rows {
            values.extend_from_slice(row.as_ref());
            splits.push(values.len());
        }
        Self {
            values: Tensor::from(values),
            splits: vec![splits.into()],
        }
    }

    /// The rows are these tensors, which differ at most in the length of their first axis.
    ///
    /// # Errors
    /// [`Error::Empty`] without rows, [`Error::MixedDTypes`] for two element types, [`Error::Shape`] if axes
    /// after the first differ, [`Error::BadShape`] for a scalar.
    ///
    /// # Examples
    /// ```
    /// use ml_core::{Tensor, structures::RaggedTensor};
    ///
    /// let r = RaggedTensor::from_tensors(&[&Tensor::from([1, 2]), &Tensor::from([3])])?;
    /// assert_eq!(r.to_string(), "[[1, 2], [3]]");
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    pub fn from_tensors(rows: &[&Tensor]) -> Result<Self> {
        let mut splits = vec![0];
        let mut parts = Vec::with_capacity(rows.len());
        for &row in rows {
            let length = row
                .shape()
                .first()
                .copied()
                .filter(|&length| length != crate::Shape::UNKNOWN);
            let length = length.ok_or_else(|| Error::BadShape {
                op: "ragged",
                shape: row.shape().to_vec(),
                rule: "a row needs a first axis of known length".to_owned(),
            })?;
            parts.push((row, length));
            splits.push(last(&splits) + length);
        }
        Ok(Self {
            values: rows::join(&parts)?,
            splits: vec![splits.into()],
        })
    }

    /// One more ragged axis in front: every one of `parts` becomes a row.
    ///
    /// # Errors
    /// As [`concat`](Self::concat) along axis 0.
    ///
    /// # Examples
    /// ```
    /// use ml_core::structures::RaggedTensor;
    ///
    /// let a = RaggedTensor::from_rows(&[vec![1], vec![2, 3]]);
    /// let b = RaggedTensor::from_rows(&[vec![4]]);
    /// assert_eq!(RaggedTensor::nest(&[&a, &b])?.to_string(), "[[[1], [2, 3]], [[4]]]");
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    pub fn nest(parts: &[&Self]) -> Result<Self> {
        let mut joined = Self::concat(parts, 0)?;
        let mut outer = vec![0];
        for part in parts {
            outer.push(last(&outer) + part.n_rows());
        }
        joined.splits.insert(0, outer.into());
        Ok(joined)
    }
}

fn last_i64(splits: &[i64]) -> i64 {
    splits.last().copied().unwrap_or(0)
}

/// The splits as positions, if they start at 0 and never decrease.
fn check(splits: &[i64]) -> Result<Splits> {
    if splits.first() != Some(&0) {
        return Err(bad(match splits.first() {
            None => "row_splits is empty".to_owned(),
            Some(first) => format!("row_splits start at {first}, not at 0"),
        }));
    }
    if let Some(at) = splits.windows(2).position(|pair| pair[1] < pair[0]) {
        let (here, next) = (splits[at], splits[at + 1]);
        return Err(bad(format!(
            "row_splits[{}] = {next} is less than row_splits[{at}] = {here}",
            at + 1
        )));
    }
    Ok(splits.iter().map(|&split| split as usize).collect())
}

fn bad(problem: String) -> Error {
    Error::Data {
        op: "ragged",
        problem,
        remedy: "splits start at 0, never decrease, and end at the number of what they split",
    }
}

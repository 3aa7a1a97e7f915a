//! Rows of different lengths.

mod build;
mod convert;
mod display;
mod reduce;
mod rows;

use std::sync::Arc;

use crate::{DType, Error, Result, Shape, Tensor};

/// Where the rows of one ragged axis start, and where the last one ends.
type Splits = Arc<[usize]>;

/// A tensor with axes whose slices have different lengths (book appendix F.2).
///
/// Row `i` is `values[splits[i]..splits[i + 1]]`. With more than one ragged axis, the rows of the outer one
/// are rows of the next. The first axis is never ragged, and neither are those of the values after their
/// first: `[rows, (ragged), ..., inner, ...]`. Gradients flow through the values; the splits are plain data.
///
/// # Examples
/// ```
/// use ml_core::structures::RaggedTensor;
///
/// let r = RaggedTensor::from_rows(&[vec![65, 66], vec![], vec![67]]);
/// assert_eq!(r.row_splits().to_vec::<i64>()?, [0, 2, 2, 3]);
/// assert_eq!(r.row(0)?.to_vec::<i32>()?, [65, 66]);
/// assert_eq!(r.to_tensor()?.to_vec::<i32>()?, [65, 66, 0, 0, 67, 0]);
/// assert_eq!(r.to_string(), "[[65, 66], [], [67]]");
/// # Ok::<(), ml_core::Error>(())
/// ```
#[derive(Clone)]
pub struct RaggedTensor {
    /// The elements of all rows one after another, `[n, inner, ...]`.
    values: Tensor,
    /// A ragged axis each, the outermost first; never empty.
    splits: Vec<Splits>,
}

impl RaggedTensor {
    /// The elements of all rows one after another: `[n, inner, ...]`.
    pub fn values(&self) -> &Tensor {
        &self.values
    }

    /// Where each row starts in what it consists of, and where the last one ends: `rows + 1` numbers.
    pub fn row_splits(&self) -> Tensor {
        numbers(&self.splits[0])
    }

    /// The row splits of every ragged axis, the outermost first.
    pub fn nested_row_splits(&self) -> Vec<Tensor> {
        self.splits.iter().map(|splits| numbers(splits)).collect()
    }

    /// The length of every row.
    pub fn row_lengths(&self) -> Tensor {
        let lengths: Vec<i64> = lengths(&self.splits[0]).map(|length| length as i64).collect();
        Tensor::from(lengths)
    }

    /// Number of rows.
    pub fn n_rows(&self) -> usize {
        self.splits[0].len() - 1
    }

    /// Number of ragged axes, at least 1.
    pub fn ragged_rank(&self) -> usize {
        self.splits.len()
    }

    /// Number of all axes: one for the rows, the ragged ones, those inside the values.
    pub fn rank(&self) -> usize {
        self.splits.len() + self.values.rank()
    }

    /// Element type.
    pub fn dtype(&self) -> DType {
        self.values.dtype()
    }

    /// The shape of the smallest regular tensor that holds all rows.
    pub fn bounding_shape(&self) -> Shape {
        let mut shape = Shape::from([self.n_rows()]);
        for splits in &self.splits {
            shape.push(lengths(splits).max().unwrap_or(0));
        }
        for &length in self.inner().iter() {
            shape.push(length);
        }
        shape
    }

    /// The same rows with values computed by `f` from these: how elementwise operations apply to ragged
    /// tensors.
    ///
    /// # Errors
    /// Those of `f`; [`Error::Shape`] if it changes the number of values.
    ///
    /// # Examples
    /// ```
    /// use ml_core::structures::RaggedTensor;
    ///
    /// let r = RaggedTensor::from_rows(&[vec![1.0, 2.0], vec![3.0]]).map(|v| v.square())?;
    /// assert_eq!(r.to_string(), "[[1.0, 4.0], [9.0]]");
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    pub fn map(&self, f: impl FnOnce(&Tensor) -> Result<Tensor>) -> Result<Self> {
        let values = f(&self.values)?;
        let kept = Shape::from(&values.shape()[..values.rank().min(1)]);
        if !kept.matches(&Shape::from([self.total()])) {
            return Err(Error::Shape {
                op: "ragged map",
                left: self.values.shape().to_vec(),
                right: values.shape().to_vec(),
                rule: "the first axis, one entry a value, must keep its length",
            });
        }
        Ok(Self {
            values,
            splits: self.splits.clone(),
        })
    }

    /// The values of two ragged tensors with the same row lengths combined by `f`: `a.zip(&b, Tensor::add)`.
    ///
    /// # Errors
    /// [`Error::Data`] if the row lengths differ; those of `f`; as [`map`](Self::map).
    ///
    /// # Examples
    /// ```
    /// use ml_core::{Tensor, structures::RaggedTensor};
    ///
    /// let a = RaggedTensor::from_rows(&[vec![1, 2], vec![3]]);
    /// assert_eq!(a.zip(&a, Tensor::add)?.to_string(), "[[2, 4], [6]]");
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    pub fn zip(&self, other: &Self, f: impl FnOnce(&Tensor, &Tensor) -> Result<Tensor>) -> Result<Self> {
        if self.splits != other.splits {
            return Err(Error::Data {
                op: "ragged zip",
                problem: format!(
                    "the rows of {self:?} and {other:?} have lengths {} and {}",
                    list(lengths(&self.splits[0])),
                    list(lengths(&other.splits[0]))
                ),
                remedy: "both must have the same row splits",
            });
        }
        self.map(|values| f(values, &other.values))
    }

    /// Number of values.
    fn total(&self) -> usize {
        last(&self.splits[self.splits.len() - 1])
    }

    /// The axes inside the values.
    fn inner(&self) -> Shape {
        Shape::from(&self.values.shape()[1..])
    }
}

fn last(splits: &[usize]) -> usize {
    splits.last().copied().unwrap_or(0)
}

fn lengths(splits: &[usize]) -> impl Iterator<Item = usize> + '_ {
    splits.windows(2).map(|pair| pair[1] - pair[0])
}

fn numbers(splits: &[usize]) -> Tensor {
    Tensor::from(splits.iter().map(|&split| split as i64).collect::<Vec<_>>())
}

/// At most the first few of a list, for messages.
fn list(items: impl Iterator<Item = usize>) -> String {
    const SHOWN: usize = 8;
    let mut items: Vec<String> = items.take(SHOWN + 1).map(|item| item.to_string()).collect();
    if items.len() > SHOWN {
        items[SHOWN] = "...".to_owned();
    }
    format!("[{}]", items.join(", "))
}

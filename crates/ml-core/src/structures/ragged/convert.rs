//! Ragged tensors to and from padded and sparse ones.

use super::{RaggedTensor, lengths};
use crate::{
    Error, Result, Shape, Tensor,
    ops::same_dtype,
    structures::{SparseTensor, rows},
    tensor::for_dtype,
};

impl RaggedTensor {
    /// A regular tensor of the [`bounding_shape`](Self::bounding_shape): shorter rows are padded with 0,
    /// false or the empty string.
    ///
    /// # Errors
    /// [`Error::Size`] if the padded tensor does not fit in memory.
    pub fn to_tensor(&self) -> Result<Tensor> {
        self.to_tensor_with(Tensor::zeros(Shape::scalar(), self.dtype())?)
    }

    /// As [`to_tensor`](Self::to_tensor), padded with a value of the same element type.
    ///
    /// # Errors
    /// As [`to_tensor`](Self::to_tensor); [`Error::MixedDTypes`] for another element type,
    /// [`Error::Shape`] unless the value is a scalar or stretches to the axes inside the values.
    ///
    /// # Examples
    /// ```
    /// use ml_core::structures::RaggedTensor;
    ///
    /// let r = RaggedTensor::from_rows(&[vec![1, 2], vec![3]]);
    /// assert_eq!(r.to_tensor_with(-1)?.to_vec::<i32>()?, [1, 2, 3, -1]);
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    pub fn to_tensor_with(&self, default: impl Into<Tensor>) -> Result<Tensor> {
        let (default, shape) = (default.into(), self.bounding_shape());
        same_dtype("ragged to_tensor", self.dtype(), default.dtype())?;
        let outer = Shape::from(&shape[..=self.ragged_rank()]);
        outer.checked_len("ragged to_tensor")?;
        let mut padding = self.inner();
        padding.insert(0, 1);
        // The padding is one more row of values; every cell of the result is one of these rows.
        let all = rows::join(&[(&self.values, self.total()), (&default.broadcast_to(padding)?, 1)])?;
        let cells: Vec<usize> = self
            .cells()
            .into_iter()
            .map(|cell| cell.unwrap_or(self.total()))
            .collect();
        let flat = rows::pick(&all, self.total() + 1, cells)?;
        flat.reshape(&shape.iter().map(|&length| length as i64).collect::<Vec<_>>())
    }

    /// For every cell of the padded tensor, in order, the position of its value.
    fn cells(&self) -> Vec<Option<usize>> {
        let mut cells: Vec<Option<usize>> = (0..self.n_rows()).map(Some).collect();
        for level in &self.splits {
            let width = lengths(level).max().unwrap_or(0);
            let inside = |cell: Option<usize>, column: usize| {
                let row = cell?;
                Some(level[row] + column).filter(|&value| value < level[row + 1])
            };
            let wider = cells
                .iter()
                .flat_map(|&cell| (0..width).map(move |column| inside(cell, column)));
            cells = wider.collect();
        }
        cells
    }

    /// The rows of a regular tensor of at least 2 axes, all of the same length.
    ///
    /// # Errors
    /// [`Error::BadShape`] for fewer axes, or for lengths that are not known while tracing.
    ///
    /// # Examples
    /// ```
    /// use ml_core::{Tensor, structures::RaggedTensor};
    ///
    /// let r = RaggedTensor::from_tensor(&Tensor::from([[1, 2], [3, 0]]))?;
    /// assert_eq!(r.row_lengths().to_vec::<i64>()?, [2, 2]);
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    pub fn from_tensor(tensor: &Tensor) -> Result<Self> {
        let [n_rows, width] = matrix(tensor)?;
        Self::cut(tensor, vec![width; n_rows])
    }

    /// The rows of a padded tensor of at least 2 axes, without the trailing cells that equal `padding`.
    ///
    /// # Errors
    /// As [`from_tensor`](Self::from_tensor); [`Error::MixedDTypes`] for padding of another type,
    /// [`Error::BadShape`] unless it is a scalar, [`Error::Graph`] while tracing.
    ///
    /// # Examples
    /// ```
    /// use ml_core::{Tensor, structures::RaggedTensor};
    ///
    /// let padded = Tensor::from([[1, 0, 2, 0], [0, 0, 0, 0]]);
    /// assert_eq!(RaggedTensor::from_padded(&padded, 0)?.to_string(), "[[1, 0, 2], []]");
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    pub fn from_padded(tensor: &Tensor, padding: impl Into<Tensor>) -> Result<Self> {
        let padding = padding.into();
        let [n_rows, width] = matrix(tensor)?;
        same_dtype("ragged from_padded", tensor.dtype(), padding.dtype())?;
        let inner: usize = tensor.shape()[2..].iter().product();
        let array = tensor.array()?;
        let kept: Vec<usize> = for_dtype!(tensor.dtype(), T => {
            let (values, padding) = (array.elements::<T>(), padding.item::<T>()?);
            let is_padding = |cell: usize| values[cell * inner..][..inner].iter().all(|value| *value == padding);
            let length = |row: usize| (0..width).rev().find(|column| !is_padding(row * width + column));
            (0..n_rows).map(|row| length(row).map_or(0, |column| column + 1)).collect()
        });
        Self::cut(tensor, kept)
    }

    /// The first `lengths[i]` cells of every row `i`.
    fn cut(tensor: &Tensor, lengths: Vec<usize>) -> Result<Self> {
        let [n_rows, width] = matrix(tensor)?;
        let cells = Shape::from([n_rows, width]).checked_len("ragged from_tensor")?;
        let mut flat = vec![cells as i64];
        flat.extend(tensor.shape()[2..].iter().map(|&length| length as i64));
        let positions = lengths
            .iter()
            .enumerate()
            .flat_map(|(row, &length)| row * width..row * width + length);
        let values = rows::pick(&tensor.reshape(&flat)?, cells, positions.collect::<Vec<_>>())?;
        Self::from_row_lengths(values, &lengths)
    }

    /// The rows of a sparse matrix whose values fill every row from the left.
    ///
    /// # Errors
    /// [`Error::BadShape`] unless it has 2 axes, [`Error::Data`] for a gap in a row or for indices out of order.
    ///
    /// # Examples
    /// ```
    /// use ml_core::structures::{RaggedTensor, SparseTensor};
    ///
    /// let s = SparseTensor::new([[0, 0], [0, 1], [2, 0]], [7, 8, 9], [3, 5])?;
    /// assert_eq!(RaggedTensor::from_sparse(&s)?.to_string(), "[[7, 8], [], [9]]");
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    pub fn from_sparse(sparse: &SparseTensor) -> Result<Self> {
        const OP: &str = "ragged from_sparse";
        if sparse.rank() != 2 {
            return Err(Error::BadShape {
                op: OP,
                shape: sparse.dense_shape().to_vec(),
                rule: "two axes are needed: rows and columns".to_owned(),
            });
        }
        sparse.check_order(OP)?;
        let mut lengths = vec![0; sparse.dense_shape()[0]];
        for index in sparse.entries() {
            let (row, column) = (index[0], index[1]);
            if column != lengths[row] {
                return Err(Error::Data {
                    op: OP,
                    problem: format!(
                        "row {row} has a value at column {column}, but none at column {}",
                        lengths[row]
                    ),
                    remedy: "the values of a ragged row have no gaps: make it dense, or move them to the left",
                });
            }
            lengths[row] += 1;
        }
        Self::from_row_lengths(sparse.values().clone(), &lengths)
    }

    /// The values with their indices, in a sparse tensor of the [`bounding_shape`](Self::bounding_shape).
    ///
    /// # Errors
    /// [`Error::BadShape`] if there are axes inside the values.
    ///
    /// # Examples
    /// ```
    /// use ml_core::structures::RaggedTensor;
    ///
    /// let s = RaggedTensor::from_rows(&[vec![7, 8], vec![], vec![9]]).to_sparse()?;
    /// assert_eq!(s.indices().to_vec::<i64>()?, [0, 0, 0, 1, 2, 0]);
    /// assert_eq!(s.dense_shape().to_vec(), [3, 2]);
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    pub fn to_sparse(&self) -> Result<SparseTensor> {
        if self.values.rank() != 1 {
            return Err(Error::BadShape {
                op: "ragged to_sparse",
                shape: self.values.shape().to_vec(),
                rule: "the values must be scalars, one axis in all".to_owned(),
            });
        }
        let mut indices: Vec<Vec<usize>> = (0..self.n_rows()).map(|row| vec![row]).collect();
        for level in &self.splits {
            let deeper = indices
                .iter()
                .zip(lengths(level))
                .flat_map(|(index, length)| (0..length).map(|column| [index.as_slice(), &[column]].concat()));
            indices = deeper.collect();
        }
        Ok(SparseTensor::trusted(
            indices.concat(),
            self.values.clone(),
            self.bounding_shape(),
        ))
    }
}

/// Lengths of the first two axes, which must be known.
fn matrix(tensor: &Tensor) -> Result<[usize; 2]> {
    match tensor.shape().to_vec()[..] {
        [n_rows, width, ..] if tensor.shape().is_known() => Ok([n_rows, width]),
        _ => Err(Error::BadShape {
            op: "ragged from_tensor",
            shape: tensor.shape().to_vec(),
            rule: "at least two axes, of known lengths, are needed".to_owned(),
        }),
    }
}

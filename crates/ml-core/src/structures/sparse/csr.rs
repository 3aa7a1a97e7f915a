//! Sparse matrices to and from the compressed rows of the `sprs` library.

use std::sync::Arc;

use sprs::CsMat;

use super::SparseTensor;
use crate::{Error, Result, Shape, Tensor, dtype::Element};

/// Where the stored values of a matrix lie, by rows: those of row `r` are numbers `starts[r]..starts[r + 1]`.
pub(super) struct Compressed {
    pub(super) starts: Arc<[usize]>,
    pub(super) columns: Arc<[usize]>,
}

impl SparseTensor {
    pub(super) fn compressed(&self, op: &'static str) -> Result<Compressed> {
        let [n_rows, _] = self.matrix(op)?;
        self.check_order(op)?;
        let mut starts = vec![0; n_rows + 1];
        for index in self.entries() {
            starts[index[0] + 1] += 1;
        }
        for row in 0..n_rows {
            starts[row + 1] += starts[row];
        }
        Ok(Compressed {
            starts: starts.into(),
            columns: self.entries().map(|index| index[1]).collect(),
        })
    }

    /// Rows and columns, if there are two axes.
    pub(super) fn matrix(&self, op: &'static str) -> Result<[usize; 2]> {
        <[usize; 2]>::try_from(&self.shape[..]).map_err(|_| Error::BadShape {
            op,
            shape: self.shape.to_vec(),
            rule: "a matrix of two axes is needed".to_owned(),
        })
    }

    /// The matrix as compressed rows.
    ///
    /// # Errors
    /// [`Error::BadShape`] unless there are two axes, [`Error::Data`] for indices out of order,
    /// [`Error::DType`] unless the elements are of type `T`, [`Error::Graph`] while tracing.
    ///
    /// # Examples
    /// ```
    /// use ml_core::structures::SparseTensor;
    ///
    /// let csr = SparseTensor::new([[0, 1], [1, 0]], [1.5, 2.5], [2, 2])?.to_csr::<f64>()?;
    /// assert_eq!(csr.get(1, 0), Some(&2.5));
    /// assert_eq!(SparseTensor::from_csr(&csr)?.values().to_vec::<f64>()?, [1.5, 2.5]);
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    pub fn to_csr<T: Element>(&self) -> Result<CsMat<T>> {
        let [n_rows, n_columns] = self.matrix("sparse to_csr")?;
        let Compressed { starts, columns } = self.compressed("sparse to_csr")?;
        let values = self.values.to_vec::<T>()?;
        Ok(CsMat::new(
            (n_rows, n_columns),
            starts.to_vec(),
            columns.to_vec(),
            values,
        ))
    }

    /// The values of compressed rows or columns.
    ///
    /// # Errors
    /// [`Error::Size`] for a shape beyond all memory.
    pub fn from_csr<T: Element>(matrix: &CsMat<T>) -> Result<Self> {
        let rows = matrix.to_csr();
        let mut indices = Vec::with_capacity(2 * rows.nnz());
        let mut values = Vec::with_capacity(rows.nnz());
        for (row, entries) in rows.outer_iterator().enumerate() {
            for (column, value) in entries.iter() {
                indices.extend([row, column]);
                values.push(value.clone());
            }
        }
        let shape = Shape::from([rows.rows(), rows.cols()]);
        Ok(Self::trusted(indices, Tensor::from(values), shape))
    }
}

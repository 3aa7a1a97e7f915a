//! Norms of matrices.

use super::super::Norm;
use crate::{Result, Tensor};

/// Which norm of a matrix.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MatrixNorm {
    /// Root of the sum of squares of all elements.
    Frobenius,
    /// Sum of the singular values.
    Nuclear,
    /// Largest singular value: how much a vector can grow.
    Spectral,
    /// Largest sum of magnitudes of a column.
    Columns,
    /// Largest sum of magnitudes of a row.
    Rows,
}

impl Tensor {
    /// A norm of every matrix of the last two axes.
    ///
    /// # Errors
    /// [`Error::Axis`](crate::Error::Axis) with fewer than 2 axes; those of [`norm`](Self::norm) and
    /// [`svd`](Self::svd).
    ///
    /// # Examples
    /// ```
    /// use ml_core::{Tensor, ops::MatrixNorm};
    ///
    /// let a = Tensor::from([[1.0, 2.0], [2.0, -4.0]]);
    /// assert_eq!(a.matrix_norm(MatrixNorm::Frobenius)?.item::<f64>()?, 5.0);
    /// assert_eq!(a.matrix_norm(MatrixNorm::Columns)?.item::<f64>()?, 6.0);
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    pub fn matrix_norm(&self, which: MatrixNorm) -> Result<Tensor> {
        match which {
            MatrixNorm::Frobenius => self.norm(Norm::L2, &[-2, -1]),
            MatrixNorm::Nuclear => self.svd()?.1.sum(&[-1]),
            MatrixNorm::Spectral => self.svd()?.1.max(&[-1]),
            MatrixNorm::Columns => self.abs()?.sum(&[-2])?.max(&[-1]),
            MatrixNorm::Rows => self.abs()?.sum(&[-1])?.max(&[-1]),
        }
    }
}

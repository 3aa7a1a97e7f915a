//! Eigenvalues of symmetric matrices.

use ndarray::{Array1, Array2, ArrayView2};

use super::{checked_square, fix_signs, not_converged};
use crate::{Float, Result};

/// `a = vectors · diag(values) · vectorsᵀ`.
#[derive(Debug, Clone, PartialEq)]
pub struct Eigh<F> {
    /// Eigenvalues in ascending order: `[n]`.
    pub values: Array1<F>,
    /// Orthonormal eigenvectors in columns: `[n, n]`.
    pub vectors: Array2<F>,
}

/// Eigenvalues and eigenvectors of a symmetric matrix; only its lower triangle is read.
///
/// # Errors
/// [`Error::Shape`](crate::Error::Shape) unless square, [`Error::Empty`](crate::Error::Empty),
/// [`Error::NotFinite`](crate::Error::NotFinite); [`Error::Numerical`](crate::Error::Numerical) if
/// the iteration does not converge.
///
/// # Examples
/// ```
/// use ml_core::{linalg, ndarray::array};
///
/// let eigen = linalg::eigh(array![[2.0, 1.0], [1.0, 2.0]].view())?;
/// assert!((eigen.values[0] - 1.0f64).abs() < 1e-12 && (eigen.values[1] - 3.0).abs() < 1e-12);
/// # Ok::<(), ml_core::Error>(())
/// ```
pub fn eigh<F: Float>(a: ArrayView2<'_, F>) -> Result<Eigh<F>> {
    let op = "eigh";
    checked_square(op, a)?;
    let (values, mut vectors) = F::backend_eigh(a).ok_or_else(|| not_converged(op))?;
    fix_signs(&mut vectors);
    Ok(Eigh { values, vectors })
}

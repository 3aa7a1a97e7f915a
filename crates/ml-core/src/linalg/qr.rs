//! QR decomposition.

use ndarray::{Array2, ArrayView2};

use super::{checked, not_converged};
use crate::{Float, Result};

/// `a = q · r`.
#[derive(Debug, Clone, PartialEq)]
pub struct Qr<F> {
    /// Orthonormal columns: `[m, k]`, `k = min(m, n)`.
    pub q: Array2<F>,
    /// Upper triangular (trapezoidal if `m < n`), no negative diagonal: `[k, n]`.
    pub r: Array2<F>,
}

/// Thin QR decomposition by Householder reflections.
///
/// # Errors
/// [`Error::Empty`](crate::Error::Empty), [`Error::NotFinite`](crate::Error::NotFinite).
///
/// # Examples
/// ```
/// use ml_core::{linalg, ndarray::array};
///
/// let qr = linalg::qr(array![[3.0, 1.0], [4.0, 2.0]].view())?;
/// assert!((qr.r[[0, 0]] - 5.0f64).abs() < 1e-12 && (qr.q[[1, 0]] - 0.8).abs() < 1e-12);
/// # Ok::<(), ml_core::Error>(())
/// ```
pub fn qr<F: Float>(a: ArrayView2<'_, F>) -> Result<Qr<F>> {
    let op = "qr";
    checked(op, a)?;
    let (mut q, mut r) = F::backend_qr(a).ok_or_else(|| not_converged(op))?;
    for (i, mut row) in r.rows_mut().into_iter().enumerate() {
        if row[i] < F::zero() {
            row *= -F::one();
            q.column_mut(i).mapv_inplace(|v| -v);
        }
    }
    Ok(Qr { q, r })
}

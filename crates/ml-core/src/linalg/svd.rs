//! Singular value decomposition, and what follows from singular values alone.

use ndarray::{Array1, Array2, ArrayView2};

use super::{checked, fix_signs, not_converged};
use crate::{Float, Result};

/// `a = u · diag(s) · vt`.
#[derive(Debug, Clone, PartialEq)]
pub struct Svd<F> {
    /// Left singular vectors in columns: `[m, k]`, `k = min(m, n)`; `[m, m]` when full.
    pub u: Array2<F>,
    /// Singular values in descending order, none negative: `[k]`.
    pub s: Array1<F>,
    /// Right singular vectors in rows: `[k, n]`; `[n, n]` when full.
    pub vt: Array2<F>,
}

/// Thin singular value decomposition.
///
/// # Errors
/// [`Error::Empty`](crate::Error::Empty), [`Error::NotFinite`](crate::Error::NotFinite);
/// [`Error::Numerical`](crate::Error::Numerical) if the iteration does not converge.
///
/// # Examples
/// ```
/// use ml_core::{linalg, ndarray::array};
///
/// let svd = linalg::svd(array![[3.0, 0.0], [0.0, -4.0], [0.0, 0.0]].view())?;
/// assert!((svd.s[0] - 4.0f64).abs() < 1e-12 && (svd.s[1] - 3.0).abs() < 1e-12);
/// # Ok::<(), ml_core::Error>(())
/// ```
pub fn svd<F: Float>(a: ArrayView2<'_, F>) -> Result<Svd<F>> {
    decompose("svd", a, false)
}

/// Singular value decomposition with complete bases: `u` is `[m, m]` and `vt` is `[n, n]`.
///
/// # Errors
/// As [`svd`].
pub fn svd_full<F: Float>(a: ArrayView2<'_, F>) -> Result<Svd<F>> {
    decompose("svd_full", a, true)
}

fn decompose<F: Float>(op: &'static str, a: ArrayView2<'_, F>, full: bool) -> Result<Svd<F>> {
    checked(op, a)?;
    let (mut u, s, mut vt) = F::backend_svd(a, full).ok_or_else(|| not_converged(op))?;
    let signs = fix_signs(&mut u);
    for (mut row, &sign) in vt.rows_mut().into_iter().zip(&signs).take(s.len()) {
        row *= sign;
    }
    Ok(Svd { u, s, vt })
}

/// The singular values in descending order.
///
/// # Errors
/// As [`svd`].
pub fn singular_values<F: Float>(a: ArrayView2<'_, F>) -> Result<Array1<F>> {
    let op = "singular_values";
    checked(op, a)?;
    F::backend_singular_values(a).ok_or_else(|| not_converged(op))
}

/// Number of singular values above `max(m, n) · ε · s_max`, NumPy's default cut-off.
///
/// # Errors
/// As [`svd`].
pub fn rank<F: Float>(a: ArrayView2<'_, F>) -> Result<usize> {
    let s = singular_values(a)?;
    Ok(count_above(&s, default_cutoff::<F>(a.dim())))
}

/// Ratio of the largest to the smallest singular value; infinite for a singular matrix.
///
/// # Errors
/// As [`svd`].
pub fn condition_number<F: Float>(a: ArrayView2<'_, F>) -> Result<F> {
    let s = singular_values(a)?;
    Ok(s[0] / s[s.len() - 1])
}

/// The relative cut-off under which a singular value counts as zero.
pub(super) fn default_cutoff<F: Float>((rows, columns): (usize, usize)) -> F {
    F::of(rows.max(columns) as f64) * F::epsilon()
}

/// How many of the descending values are above `cutoff` times the first.
pub(super) fn count_above<F: Float>(s: &Array1<F>, cutoff: F) -> usize {
    s.iter().take_while(|&&v| v > cutoff * s[0]).count()
}

//! Cholesky decomposition of symmetric positive definite matrices.

use ndarray::{Array, Array2, ArrayView, ArrayView2, Dimension};

use super::{checked_square, columns, restore};
use crate::{Error, Float, Result};

/// The lower triangular `l` with a positive diagonal for which `a = l · lᵀ`; only the lower triangle
/// of `a` is read.
///
/// # Errors
/// [`Error::Shape`] unless square, [`Error::Empty`], [`Error::NotFinite`]; [`Error::Numerical`]
/// unless `a` is positive definite.
///
/// # Examples
/// ```
/// use ml_core::{linalg, ndarray::array};
///
/// let l = linalg::cholesky(array![[4.0, 2.0], [2.0, 10.0]].view())?;
/// assert_eq!(l, array![[2.0, 0.0], [1.0, 3.0]]);
/// # Ok::<(), ml_core::Error>(())
/// ```
pub fn cholesky<F: Float>(a: ArrayView2<'_, F>) -> Result<Array2<F>> {
    factor("cholesky", a)
}

fn factor<F: Float>(op: &'static str, a: ArrayView2<'_, F>) -> Result<Array2<F>> {
    checked_square(op, a)?;
    F::backend_cholesky(a).ok_or_else(|| Error::Numerical {
        op,
        problem: "the matrix is not positive definite".to_owned(),
        remedy: "use solve or lstsq, or add a small number to the diagonal",
    })
}

/// Solves `a · x = b` for a symmetric positive definite `a`; `b` is `[n]` or `[n, columns]`.
///
/// # Errors
/// As [`cholesky`], and [`Error::Shape`] if `b` has other rows.
///
/// # Examples
/// ```
/// use ml_core::{linalg, ndarray::array};
///
/// let x = linalg::solve_spd(array![[4.0, 2.0], [2.0, 10.0]].view(), array![6.0, 12.0].view())?;
/// assert!((x[0] - 1.0f64).abs() < 1e-12 && (x[1] - 1.0).abs() < 1e-12);
/// # Ok::<(), ml_core::Error>(())
/// ```
pub fn solve_spd<F: Float, D: Dimension>(
    a: ArrayView2<'_, F>,
    b: ArrayView<'_, F, D>,
) -> Result<Array<F, D>> {
    let op = "solve_spd";
    let l = factor(op, a)?;
    let b = columns(op, a, b)?;
    Ok(restore(F::backend_cholesky_solve(&l, b)))
}

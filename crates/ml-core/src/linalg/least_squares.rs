//! Least squares and the pseudo-inverse, by singular values.

use ndarray::{Array, Array1, Array2, ArrayView, ArrayView2, Axis, Dimension, s};

use super::{columns, restore, svd, svd::count_above, svd::default_cutoff};
use crate::{Float, Result, check};

/// What [`lstsq`] finds.
#[derive(Debug, Clone, PartialEq)]
pub struct LeastSquares<F, D: Dimension> {
    /// The `x` of smallest length among those that minimise `|a·x - b|²`: `[n]` or `[n, columns]`.
    pub solution: Array<F, D>,
    /// `|a·x - b|²`, one a column of `b`. (NumPy leaves it empty for deficient rank.)
    pub residuals: Array1<F>,
    /// Number of singular values above the cut-off.
    pub rank: usize,
    /// All singular values of `a` in descending order.
    pub singular_values: Array1<F>,
}

/// Solves `a · x ≈ b` in the sense of least squares; `b` is `[m]` or `[m, columns]`.
///
/// Singular values up to `cutoff` times the largest count as zero; `None` takes
/// `max(m, n) · ε`, as NumPy does.
///
/// # Errors
/// [`Error::Shape`](crate::Error::Shape) if `b` has other rows, [`Error::Empty`](crate::Error::Empty),
/// [`Error::NotFinite`](crate::Error::NotFinite), [`Error::Parameter`](crate::Error::Parameter) unless
/// `0 <= cutoff < 1`; as [`svd`](super::svd).
///
/// # Examples
/// ```
/// use ml_core::{linalg, ndarray::array};
///
/// // The line through (0, 1), (1, 3), (2, 5): intercept 1, slope 2.
/// let a = array![[1.0, 0.0], [1.0, 1.0], [1.0, 2.0]];
/// let fit = linalg::lstsq(a.view(), array![1.0, 3.0, 5.0].view(), None)?;
/// assert!((fit.solution[0] - 1.0f64).abs() < 1e-12 && (fit.solution[1] - 2.0).abs() < 1e-12);
/// assert_eq!(fit.rank, 2);
/// # Ok::<(), ml_core::Error>(())
/// ```
pub fn lstsq<F: Float, D: Dimension>(
    a: ArrayView2<'_, F>,
    b: ArrayView<'_, F, D>,
    cutoff: Option<F>,
) -> Result<LeastSquares<F, D>> {
    let cutoff = checked_cutoff(a, cutoff)?;
    let b = columns("lstsq", a, b)?;
    let svd::Svd { u, s, vt } = svd::svd(a)?;
    let rank = count_above(&s, cutoff);
    let mut parts = u.slice(s![.., ..rank]).t().dot(&b);
    for (mut part, &value) in parts.rows_mut().into_iter().zip(&s) {
        part.mapv_inplace(|v| v / value);
    }
    let solution = vt.slice(s![..rank, ..]).t().dot(&parts);
    let errors = a.dot(&solution) - &b;
    Ok(LeastSquares {
        residuals: errors.mapv(|e| e * e).sum_axis(Axis(0)),
        solution: restore(solution),
        rank,
        singular_values: s,
    })
}

/// The Moore-Penrose pseudo-inverse `a⁺ = v · diag(s)⁺ · uᵀ`: `[n, m]`.
///
/// Singular values up to `cutoff` times the largest become 0 in `diag(s)⁺`, the others their
/// reciprocals; `None` takes `max(m, n) · ε`, as NumPy does.
///
/// # Errors
/// As [`lstsq`].
///
/// # Examples
/// ```
/// use ml_core::{linalg, ndarray::array};
///
/// let inverse = linalg::pinv(array![[1.0, 1.0], [1.0, 1.0]].view(), None)?;
/// assert!(inverse.iter().all(|v: &f64| (v - 0.25).abs() < 1e-12));
/// # Ok::<(), ml_core::Error>(())
/// ```
pub fn pinv<F: Float>(a: ArrayView2<'_, F>, cutoff: Option<F>) -> Result<Array2<F>> {
    let cutoff = checked_cutoff(a, cutoff)?;
    let svd::Svd { u, s, vt } = svd::svd(a)?;
    let rank = count_above(&s, cutoff);
    let mut v = vt.slice(s![..rank, ..]).reversed_axes().to_owned();
    for (mut column, &value) in v.columns_mut().into_iter().zip(&s) {
        column.mapv_inplace(|x| x / value);
    }
    Ok(v.dot(&u.slice(s![.., ..rank]).t()))
}

fn checked_cutoff<F: Float>(a: ArrayView2<'_, F>, cutoff: Option<F>) -> Result<F> {
    let Some(cutoff) = cutoff else {
        return Ok(default_cutoff(a.dim()));
    };
    let valid = cutoff >= F::zero() && cutoff < F::one();
    check::parameter("cutoff", cutoff, valid, "in [0, 1)")?;
    Ok(cutoff)
}

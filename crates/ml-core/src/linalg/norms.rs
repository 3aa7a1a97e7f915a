//! Norms of vectors and matrices.
//!
//! The higher the index of a norm, the more it looks at large values: `l1` (and the mean absolute
//! error) minds an outlier less than `l2` (and the root mean square error), `linf` sees nothing else.

use ndarray::{ArrayView1, ArrayView2, Zip};

use super::singular_values;
use crate::{Float, Result, check};

/// `l0`: the number of elements that are not 0.
///
/// # Examples
/// ```
/// use ml_core::{linalg, ndarray::array};
/// assert_eq!(linalg::norm_l0(array![0.0, -3.0, 4.0].view()), 2);
/// ```
pub fn norm_l0<F: Float>(v: ArrayView1<'_, F>) -> usize {
    v.iter().filter(|x| **x != F::zero()).count()
}

/// `l1`, Manhattan: the sum of magnitudes; 0 for no elements.
///
/// # Examples
/// ```
/// use ml_core::{linalg, ndarray::array};
/// assert_eq!(linalg::norm_l1(array![0.0, -3.0, 4.0].view()), 7.0);
/// ```
pub fn norm_l1<F: Float>(v: ArrayView1<'_, F>) -> F {
    F::of(v.iter().map(|x| x.as_f64().abs()).sum())
}

/// `l2`, Euclidean: the root of the sum of squares; neither overflows nor underflows on the way.
///
/// # Examples
/// ```
/// use ml_core::{linalg, ndarray::array};
/// assert_eq!(linalg::norm_l2(array![0.0, -3.0, 4.0].view()), 5.0);
/// let large: f64 = linalg::norm_l2(array![3e200, 4e200].view());
/// assert!((large / 5e200 - 1.0).abs() < 1e-15);
/// ```
pub fn norm_l2<F: Float>(v: ArrayView1<'_, F>) -> F {
    scaled(norm_linf(v), |scale| {
        v.iter().map(|x| (x.as_f64() / scale).powi(2)).sum::<f64>().sqrt()
    })
}

/// `lk`: `(Σ |v_i|^k)^(1/k)`.
///
/// # Errors
/// [`Error::Parameter`](crate::Error::Parameter) unless `k` is finite and at least 1 (below, it is no
/// norm; for `k = ∞` use [`norm_linf`]).
///
/// # Examples
/// ```
/// use ml_core::{linalg, ndarray::array};
/// let norm = linalg::norm_lk(array![3.0, 4.0, 5.0].view(), 3.0)?;
/// assert!((norm - 6.0f64).abs() < 1e-12);
/// # Ok::<(), ml_core::Error>(())
/// ```
pub fn norm_lk<F: Float>(v: ArrayView1<'_, F>, k: f64) -> Result<F> {
    check::parameter("k", k, k.is_finite() && k >= 1.0, "finite and >= 1")?;
    Ok(scaled(norm_linf(v), |scale| {
        let sum: f64 = v.iter().map(|x| (x.as_f64().abs() / scale).powf(k)).sum();
        sum.powf(1.0 / k)
    }))
}

/// `l∞`: the largest magnitude; 0 for no elements, NaN if there is one.
///
/// # Examples
/// ```
/// use ml_core::{linalg, ndarray::array};
/// assert_eq!(linalg::norm_linf(array![0.0, -3.0, 4.0].view()), 4.0);
/// ```
pub fn norm_linf<F: Float>(v: ArrayView1<'_, F>) -> F {
    v.iter().fold(F::zero(), |best, x| {
        if x.is_nan() || x.abs() > best {
            x.abs()
        } else {
            best
        }
    })
}

/// Frobenius: the root of the sum of squares of all elements.
///
/// # Examples
/// ```
/// use ml_core::{linalg, ndarray::array};
/// assert_eq!(linalg::norm_frobenius(array![[1.0, 2.0], [2.0, 4.0]].view()), 5.0);
/// ```
pub fn norm_frobenius<F: Float>(a: ArrayView2<'_, F>) -> F {
    let largest = Zip::from(&a).fold(F::zero(), |best, x| {
        if x.is_nan() || x.abs() > best {
            x.abs()
        } else {
            best
        }
    });
    scaled(largest, |scale| {
        a.iter().map(|x| (x.as_f64() / scale).powi(2)).sum::<f64>().sqrt()
    })
}

/// Spectral: the largest singular value, how much a vector can grow under `a`.
///
/// # Errors
/// As [`svd`](super::svd).
pub fn norm_spectral<F: Float>(a: ArrayView2<'_, F>) -> Result<F> {
    Ok(singular_values(a)?[0])
}

/// Nuclear: the sum of the singular values.
///
/// # Errors
/// As [`svd`](super::svd).
pub fn norm_nuclear<F: Float>(a: ArrayView2<'_, F>) -> Result<F> {
    Ok(singular_values(a)?.sum())
}

/// `scale` times what `norm` makes of the elements in units of it; zero and infinities pass through.
fn scaled<F: Float>(scale: F, norm: impl FnOnce(f64) -> f64) -> F {
    if scale == F::zero() || !scale.is_finite() {
        return scale;
    }
    F::of(scale.as_f64() * norm(scale.as_f64()))
}

//! Eigenvalues: of symmetric matrices, and of any square matrix.

use ndarray::{Array1, Array2, ArrayView2, Axis};

use super::{Complex, checked_square, fix_signs, not_converged};
use crate::{Float, Result};

/// `a = vectors · diag(values) · vectorsᵀ`.
#[derive(Debug, Clone, PartialEq)]
pub struct Eigh<F> {
    /// Eigenvalues in ascending order: `[n]`.
    pub values: Array1<F>,
    /// Orthonormal eigenvectors in columns: `[n, n]`.
    pub vectors: Array2<F>,
}

/// `a · vectors = vectors · diag(values)`.
#[derive(Debug, Clone, PartialEq)]
pub struct Eig<F> {
    /// Eigenvalues, ascending by real part, then by imaginary part (as NumPy's `sort_complex`): `[n]`.
    /// Those that are not real come in conjugate pairs.
    pub values: Array1<Complex<F>>,
    /// Eigenvectors of length 1 in columns: `[n, n]`. Those of a defective matrix repeat (up to rounding).
    pub vectors: Array2<Complex<F>>,
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

/// Eigenvalues and (right) eigenvectors of a square matrix: `a · v = λ · v`.
///
/// Both are complex in general: a rotation by `t` has the eigenvalues `exp(±i·t)`. The component of
/// largest magnitude of a vector is real and positive. For a symmetric matrix, [`eigh`] is faster, real,
/// and gives orthonormal vectors.
///
/// Source: Francis, "The QR transformation", The Computer Journal 4 (1961), on the Hessenberg form.
///
/// # Errors
/// [`Error::Shape`](crate::Error::Shape) unless square, [`Error::Empty`](crate::Error::Empty),
/// [`Error::NotFinite`](crate::Error::NotFinite); [`Error::Numerical`](crate::Error::Numerical) if
/// the iteration does not converge.
///
/// # Examples
/// ```
/// use ml_core::{linalg::{self, Complex}, ndarray::array};
///
/// // A quarter turn has no real direction that it keeps.
/// let turn = linalg::eig(array![[0.0, -1.0], [1.0, 0.0]].view())?;
/// for (value, by_hand) in turn.values.iter().zip([-1.0, 1.0]) {
///     assert!((value - Complex::new(0.0, by_hand)).norm() < 1e-12);
/// }
/// # Ok::<(), ml_core::Error>(())
/// ```
pub fn eig<F: Float>(a: ArrayView2<'_, F>) -> Result<Eig<F>> {
    let op = "eig";
    checked_square(op, a)?;
    let unit = largest_power_of_two(a);
    let scaled = a.mapv(|v| v / unit);
    let (values, vectors) = F::backend_eig(scaled.view())
        .filter(|(values, _)| plausible(scaled.view(), values))
        .ok_or_else(|| not_converged(op))?;
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_by(|&i, &j| {
        let (a, b) = (values[i], values[j]);
        let ascending = |a: F, b: F| a.as_f64().total_cmp(&b.as_f64());
        ascending(a.re, b.re).then(ascending(a.im, b.im))
    });
    let mut vectors = vectors.select(Axis(1), &order);
    fix_phases(&mut vectors);
    let values = order.into_iter().map(|i| values[i].scale(unit)).collect();
    Ok(Eig { values, vectors })
}

/// A power of two near the largest element: dividing by it is exact, and keeps the iteration from
/// overflowing.
fn largest_power_of_two<F: Float>(a: ArrayView2<'_, F>) -> F {
    let largest = a.iter().fold(F::zero(), |best, v| best.max(v.abs()));
    // Below the smallest normal number the quotients would overflow.
    if largest < F::min_positive_value() {
        return F::one();
    }
    // Half of it, because the logarithm of the largest number rounds up.
    (largest / F::of(2.0)).log2().floor().exp2()
}

/// Whether the eigenvalues are finite and sum to the trace: a back end need not tell when it gave up.
fn plausible<F: Float>(a: ArrayView2<'_, F>, values: &Array1<Complex<F>>) -> bool {
    let sum: Complex<f64> = values
        .iter()
        .map(|v| Complex::new(v.re.as_f64(), v.im.as_f64()))
        .sum();
    let trace: f64 = a.diag().iter().map(|v| v.as_f64()).sum();
    let length = super::norm_frobenius(a).as_f64();
    let tolerance = F::epsilon().as_f64().sqrt() * a.nrows() as f64 * length;
    (sum - trace).norm() <= tolerance
}

/// Scales every column to length 1, with a real and positive component of largest magnitude.
fn fix_phases<F: Float>(columns: &mut Array2<Complex<F>>) {
    for mut column in columns.columns_mut() {
        let most = column.iter().fold(F::zero(), |most, v| most.max(v.norm()));
        // The first of several that only rounding tells apart.
        let almost = most * (F::one() - F::epsilon().sqrt());
        let Some(&largest) = column.iter().find(|v| v.norm() >= almost) else {
            continue;
        };
        let phase = largest.conj().unscale(largest.norm());
        let length = column.iter().map(|v| v.norm_sqr()).sum::<F>().sqrt();
        column.mapv_inplace(|v| (v * phase).unscale(length));
    }
}

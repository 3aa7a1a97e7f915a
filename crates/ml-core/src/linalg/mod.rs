//! Dense linear algebra: decompositions, solvers, norms.
//!
//! | to | use | cost for `[m, n]` |
//! |---|---|---|
//! | solve square `a·x = b` | [`solve`] | `O(n³)` |
//! | the same, `a` symmetric positive definite | [`solve_spd`] | half of that |
//! | fit `a·x ≈ b`, whatever the rank | [`lstsq`] | `O(m·n²)` |
//! | invert what cannot be inverted | [`pinv`] | `O(m·n²)` |
//! | principal directions | [`svd`], [`eigh`] | `O(m·n²)`, `O(n³)` |
//! | directions that a map only stretches or turns | [`eig`] | `O(n³)` |
//! | an orthonormal basis | [`qr`] | `O(m·n²)` |
//!
//! The default is pure Rust (`faer`); the feature `lapack` puts the system's OpenBLAS underneath. The
//! default gives the same bits for any number of threads; OpenBLAS does not promise that. Signs that
//! mathematics leaves open are fixed: the component of largest magnitude in a column of `u` or in an
//! eigenvector is positive (of a complex one: real and positive), the diagonal of `r` is not negative.
//!
//! Every function refuses empty matrices, NaN and infinities.

#[cfg(feature = "lapack")]
mod lapack;
#[cfg(not(feature = "lapack"))]
mod pure;

mod cholesky;
mod eigen;
mod least_squares;
mod lu;
mod norms;
mod qr;
mod svd;

pub use cholesky::{cholesky, solve_spd};
pub use eigen::{Eig, Eigh, eig, eigh};
pub use least_squares::{LeastSquares, lstsq, pinv};
pub use lu::{det, inverse, solve};
pub use norms::{norm_frobenius, norm_l0, norm_l1, norm_l2, norm_linf, norm_lk, norm_nuclear, norm_spectral};
pub use num_complex::Complex;
pub use qr::{Qr, qr};
pub use svd::{Svd, condition_number, rank, singular_values, svd, svd_full};

#[cfg(feature = "lapack")]
use lapack as backend;
#[cfg(not(feature = "lapack"))]
use pure as backend;

use ndarray::{Array, Array1, Array2, ArrayView, ArrayView2, Axis, Dimension, Ix2};

use crate::{Error, Float, Result, check};

/// Element types that the decompositions work on: the back end's half of this module.
///
/// `None` stands for a computation that did not converge or a matrix that is not positive definite.
#[doc(hidden)]
pub trait Decompose: Sized {
    /// `(u, s, vᵀ)`, thin or full.
    fn backend_svd(a: ArrayView2<'_, Self>, full: bool)
    -> Option<(Array2<Self>, Array1<Self>, Array2<Self>)>;
    /// The singular values alone.
    fn backend_singular_values(a: ArrayView2<'_, Self>) -> Option<Array1<Self>>;
    /// Ascending eigenvalues and their vectors in columns, from the lower triangle.
    fn backend_eigh(a: ArrayView2<'_, Self>) -> Option<(Array1<Self>, Array2<Self>)>;
    /// Eigenvalues of any square matrix, and their vectors in columns, in any order and scale.
    fn backend_eig(a: ArrayView2<'_, Self>) -> Option<(Array1<Complex<Self>>, Array2<Complex<Self>>)>;
    /// `(q, r)`, thin.
    fn backend_qr(a: ArrayView2<'_, Self>) -> Option<(Array2<Self>, Array2<Self>)>;
    /// The lower factor, from the lower triangle.
    fn backend_cholesky(a: ArrayView2<'_, Self>) -> Option<Array2<Self>>;
    /// `l·lᵀ·x = b` for the lower factor.
    fn backend_cholesky_solve(l: &Array2<Self>, b: Array2<Self>) -> Array2<Self>;
    /// Gaussian elimination with row exchanges.
    fn backend_lu(a: ArrayView2<'_, Self>, b: Array2<Self>) -> Eliminated<Self>;
}

/// What Gaussian elimination of `a` tells.
#[doc(hidden)]
#[derive(Debug)]
pub struct Eliminated<F> {
    /// The pivots, the diagonal of the upper factor.
    pub pivots: Array1<F>,
    /// Whether the number of row exchanges is odd.
    pub odd: bool,
    /// The solution for every column of `b`; meaningless when a pivot is 0.
    pub solution: Array2<F>,
}

macro_rules! decompose {
    ($($float:ty),*) => { $(
        impl Decompose for $float {
            fn backend_svd(a: ArrayView2<'_, Self>, full: bool) -> Option<(Array2<Self>, Array1<Self>, Array2<Self>)> {
                backend::svd(a, full)
            }

            fn backend_singular_values(a: ArrayView2<'_, Self>) -> Option<Array1<Self>> {
                backend::singular_values(a)
            }

            fn backend_eigh(a: ArrayView2<'_, Self>) -> Option<(Array1<Self>, Array2<Self>)> {
                backend::eigh(a)
            }

            fn backend_eig(a: ArrayView2<'_, Self>) -> Option<(Array1<Complex<Self>>, Array2<Complex<Self>>)> {
                backend::eig(a)
            }

            fn backend_qr(a: ArrayView2<'_, Self>) -> Option<(Array2<Self>, Array2<Self>)> {
                backend::qr(a)
            }

            fn backend_cholesky(a: ArrayView2<'_, Self>) -> Option<Array2<Self>> {
                backend::cholesky(a)
            }

            fn backend_cholesky_solve(l: &Array2<Self>, b: Array2<Self>) -> Array2<Self> {
                backend::cholesky_solve(l, b)
            }

            fn backend_lu(a: ArrayView2<'_, Self>, b: Array2<Self>) -> Eliminated<Self> {
                backend::lu(a, b)
            }
        }
    )* };
}
decompose!(f32, f64);

fn checked<F: Float>(op: &'static str, a: ArrayView2<'_, F>) -> Result<()> {
    check::not_empty(op, a)?;
    check::finite(op, a)
}

fn checked_square<F: Float>(op: &'static str, a: ArrayView2<'_, F>) -> Result<()> {
    if a.nrows() != a.ncols() {
        return Err(Error::Shape {
            op,
            left: a.shape().to_vec(),
            right: vec![a.nrows(), a.nrows()],
            rule: "the matrix must be square",
        });
    }
    checked(op, a)
}

/// The right-hand sides as columns: a vector is one column.
fn columns<F: Float, D: Dimension>(
    op: &'static str,
    a: ArrayView2<'_, F>,
    b: ArrayView<'_, F, D>,
) -> Result<Array2<F>> {
    let shape = || Error::Shape {
        op,
        left: a.shape().to_vec(),
        right: b.shape().to_vec(),
        rule: "the right-hand side must be [rows] or [rows, columns] with the rows of the matrix",
    };
    let dynamic = b.view().into_dyn();
    // A dimension known only at run time could not be given back by `restore`.
    let dynamic = match D::NDIM {
        Some(1) => dynamic.insert_axis(Axis(1)),
        Some(2) => dynamic,
        _ => return Err(shape()),
    };
    let b = dynamic.into_dimensionality::<Ix2>().map_err(|_| shape())?;
    if b.nrows() != a.nrows() {
        return Err(shape());
    }
    check::finite(op, b)?;
    Ok(b.to_owned())
}

/// Undoes [`columns`].
fn restore<F, D: Dimension>(x: Array2<F>) -> Array<F, D> {
    let dynamic = match D::NDIM {
        Some(1) => x.into_dyn().index_axis_move(Axis(1), 0),
        _ => x.into_dyn(),
    };
    dynamic
        .into_dimensionality()
        .expect("columns() accepted this dimension, so it was 1 or 2")
}

/// Makes the component of largest magnitude of every column positive; returns the signs applied.
fn fix_signs<F: Float>(columns: &mut Array2<F>) -> Vec<F> {
    let flip = |mut column: ndarray::ArrayViewMut1<'_, F>| {
        let largest = column
            .iter()
            .fold(F::zero(), |best, &v| if v.abs() > best.abs() { v } else { best });
        let sign = if largest < F::zero() { -F::one() } else { F::one() };
        column *= sign;
        sign
    };
    columns.columns_mut().into_iter().map(flip).collect()
}

fn not_converged(op: &'static str) -> Error {
    Error::Numerical {
        op,
        problem: "the iteration did not converge".to_owned(),
        remedy: "scale the columns to similar size (StandardScaler)",
    }
}

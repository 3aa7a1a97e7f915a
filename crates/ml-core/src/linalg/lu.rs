//! Square systems by Gaussian elimination with row exchanges.

use ndarray::{Array, Array2, ArrayView, ArrayView2, Dimension, s};

use super::{Eliminated, checked_square, columns, restore};
use crate::{Error, Float, Result};

/// Solves `a · x = b`; `b` is `[n]` or `[n, columns]`.
///
/// Unlike NumPy's, it also refuses a matrix that is singular up to rounding (a pivot below `n · ε`
/// of its column, after scaling the rows), whose solution would be noise.
///
/// # Errors
/// [`Error::Shape`] unless `a` is square and `b` has its rows, [`Error::Empty`], [`Error::NotFinite`];
/// [`Error::Numerical`] for a singular matrix.
///
/// # Examples
/// ```
/// use ml_core::{linalg, ndarray::array};
///
/// let x = linalg::solve(array![[0.0, 2.0], [1.0, 1.0]].view(), array![4.0, 5.0].view())?;
/// assert_eq!(x, array![3.0, 2.0]);
/// # Ok::<(), ml_core::Error>(())
/// ```
pub fn solve<F: Float, D: Dimension>(a: ArrayView2<'_, F>, b: ArrayView<'_, F, D>) -> Result<Array<F, D>> {
    let op = "solve";
    checked_square(op, a)?;
    let b = columns(op, a, b)?;
    Ok(restore(solve_columns(op, a, b)?))
}

/// The inverse of a square matrix. To solve a system, [`solve`] is faster and more exact.
///
/// # Errors
/// As [`solve`].
///
/// # Examples
/// ```
/// use ml_core::{linalg, ndarray::array};
///
/// let inverse = linalg::inverse(array![[2.0, 0.0], [0.0, 4.0]].view())?;
/// assert_eq!(inverse, array![[0.5, 0.0], [0.0, 0.25]]);
/// # Ok::<(), ml_core::Error>(())
/// ```
pub fn inverse<F: Float>(a: ArrayView2<'_, F>) -> Result<Array2<F>> {
    let op = "inverse";
    checked_square(op, a)?;
    solve_columns(op, a, Array2::eye(a.nrows()))
}

/// The determinant of a square matrix; 0 for a singular one.
///
/// # Errors
/// [`Error::Shape`] unless square, [`Error::Empty`], [`Error::NotFinite`].
///
/// # Examples
/// ```
/// use ml_core::{linalg, ndarray::array};
///
/// let det = linalg::det(array![[1.0, 2.0], [3.0, 4.0]].view())?;
/// assert!((det + 2.0f64).abs() < 1e-12);
/// # Ok::<(), ml_core::Error>(())
/// ```
pub fn det<F: Float>(a: ArrayView2<'_, F>) -> Result<F> {
    checked_square("det", a)?;
    let eliminated = eliminate(a, Array2::zeros((a.nrows(), 0)));
    let sign = if eliminated.odd { -F::one() } else { F::one() };
    Ok(sign * eliminated.pivots.product())
}

/// Back ends divide by the pivot unseen: after one without a reciprocal come infinities and NaN, where nothing is left.
fn eliminate<F: Float>(a: ArrayView2<'_, F>, b: Array2<F>) -> Eliminated<F> {
    let mut eliminated = F::backend_lu(a, b);
    let mut pivots = eliminated.pivots.iter();
    if let Some(last) = pivots.position(|pivot| !pivot.recip().is_finite()) {
        eliminated.pivots.slice_mut(s![last..]).fill(F::zero());
    }
    eliminated
}

fn solve_columns<F: Float>(op: &'static str, a: ArrayView2<'_, F>, mut b: Array2<F>) -> Result<Array2<F>> {
    let singular = |problem| Error::Numerical {
        op,
        problem,
        remedy: "drop columns that repeat others, or use lstsq or pinv",
    };
    // Rows in units of their own largest element: how a row is scaled must not look like rank.
    let mut scaled = a.to_owned();
    for (row, (mut equation, mut right)) in scaled.rows_mut().into_iter().zip(b.rows_mut()).enumerate() {
        let largest = largest(equation.iter());
        if largest == F::zero() {
            return Err(singular(format!("the matrix is singular (row {row} is zero)")));
        }
        equation.mapv_inplace(|v| v / largest);
        right.mapv_inplace(|v| v / largest);
    }
    let eliminated = eliminate(scaled.view(), b);
    let smallest_share = F::of(a.nrows() as f64) * F::epsilon();
    for (column, &pivot) in eliminated.pivots.iter().enumerate() {
        if pivot.abs() <= smallest_share * largest(scaled.column(column).iter()) {
            let problem = format!("the matrix is singular (column {column} depends on those before it)");
            return Err(singular(problem));
        }
    }
    Ok(eliminated.solution)
}

fn largest<'a, F: Float>(values: impl Iterator<Item = &'a F>) -> F {
    values.fold(F::zero(), |best, v| best.max(v.abs()))
}

//! Ordinary least squares: fast for tall, well-conditioned data, by singular values otherwise.

use ml_core::{
    Error, Float, Result, linalg,
    ndarray::{Array1, Array2, ArrayView2, Axis, s},
};

use super::moments::{Centre, Moments, Rows};
use crate::solve::{is_tall, triangle};

/// Rows a column from which the normal equations are tried.
const TALL: usize = 4;
/// Largest condition number of `XᵀX` (columns scaled to length 1) for which its solution is taken:
/// the relative error is about this times `ε`, hence below 1e-10.
const WELL_CONDITIONED: f64 = 1e5;
/// How far above the rank's cut-off all singular values must lie to be taken from `XᵀX`.
const CLEARLY: f64 = 10.0;

/// The plane of least squares.
pub(super) struct Plane {
    /// `[columns, outputs]`.
    pub(super) coef: Array2<f64>,
    /// `[outputs]`.
    pub(super) intercept: Array1<f64>,
    /// Singular values of the centred `X` above the cut-off.
    pub(super) rank: usize,
    /// All of them, in descending order.
    pub(super) singular_values: Array1<f64>,
}

/// Minimises `Σ w·|y - x·coef - intercept|²`; of several solutions, takes the one of smallest `coef`.
pub(super) fn fit_plane<F: Float>(rows: Rows<'_, F>, intercept: bool, cutoff: f64) -> Result<Plane> {
    let centre = if intercept { rows.mean() } else { rows.zero() };
    let (n_rows, n_columns) = rows.x.dim();
    let quick = if n_rows >= TALL * n_columns {
        by_normal_equations(&rows.moments(&centre), cutoff)
    } else {
        None
    };
    let (coef, rank, singular_values) = match quick {
        Some(solution) => solution,
        None => {
            let (x, y) = reduced(rows, &centre)?;
            let fit = linalg::lstsq(x.view(), y.view(), Some(cutoff))?;
            (fit.solution, fit.rank, fit.singular_values)
        }
    };
    let intercept = &centre.y - &centre.x.dot(&coef);
    if coef.iter().chain(&intercept).any(|v| !v.is_finite()) {
        return Err(Error::Numerical {
            op: "LinearRegression",
            problem: "the coefficients overflow".to_owned(),
            remedy: "scale the columns first (StandardScaler)",
        });
    }
    Ok(Plane {
        coef,
        intercept,
        rank,
        singular_values,
    })
}

/// Centred rows and targets, or of tall data their triangle, which has the same solutions and singular values.
fn reduced<F: Float>(rows: Rows<'_, F>, centre: &Centre) -> Result<(Array2<f64>, Array2<f64>)> {
    let (n_rows, n_columns) = rows.x.dim();
    let width = n_columns + rows.y.ncols();
    if !is_tall(n_rows, width) {
        return Ok(rows.centred(centre));
    }
    let r = triangle(n_rows, width, |range, mut to| {
        let (x, y) = rows.slice(range.start, range.end).centred(centre);
        to.slice_mut(s![.., ..n_columns]).assign(&x);
        to.slice_mut(s![.., n_columns..]).assign(&y);
    })?;
    let (x, y) = r.view().split_at(Axis(1), n_columns);
    Ok((x.to_owned(), y.to_owned()))
}

/// Coefficients, rank and singular values from `XᵀX`, or `None` where they would be inexact.
///
/// With `D` the lengths of the columns and `L·Lᵀ = D⁻¹·XᵀX·D⁻¹`, the triangle `Lᵀ·D` has the singular
/// values of `X`.
fn by_normal_equations(moments: &Moments, cutoff: f64) -> Option<(Array2<f64>, usize, Array1<f64>)> {
    let lengths = moments.xx.diag().mapv(f64::sqrt);
    if lengths.iter().any(|&v| v <= 0.0 || !v.is_finite()) {
        return None;
    }
    let by_row = lengths.view().insert_axis(Axis(1));
    let scaled = &moments.xx / &lengths / by_row;
    if condition(scaled.view())? > WELL_CONDITIONED {
        return None;
    }
    let lower = linalg::cholesky(scaled.view()).ok()?;
    let singular_values = linalg::singular_values((&lower.t() * &lengths).view()).ok()?;
    let (largest, smallest) = (singular_values[0], singular_values[singular_values.len() - 1]);
    if smallest <= CLEARLY * cutoff * largest {
        return None;
    }
    let right = &moments.xy / &by_row;
    let coef = linalg::solve_spd(scaled.view(), right.view()).ok()? / by_row;
    Some((coef, singular_values.len(), singular_values))
}

fn condition(symmetric: ArrayView2<'_, f64>) -> Option<f64> {
    let values = linalg::eigh(symmetric).ok()?.values;
    let (smallest, largest) = (values[0], values[values.len() - 1]);
    (smallest > 0.0).then(|| largest / smallest)
}

//! Checks of hyperparameters and data, shared by every estimator, with the messages of the errors.

use std::fmt::Display;

use ndarray::{ArrayView1, ArrayView2};

use crate::{Error, Float, Result};

/// A hyperparameter inside its domain.
///
/// # Errors
/// [`Error::Parameter`] naming it, its value and the domain, unless `valid`.
pub fn parameter(name: &str, value: impl Display, valid: bool, domain: &str) -> Result<()> {
    if valid {
        return Ok(());
    }
    Err(Error::Parameter {
        name: name.to_owned(),
        value: value.to_string(),
        domain: domain.to_owned(),
    })
}

/// A matrix with at least one row and one column.
///
/// # Errors
/// [`Error::Empty`].
pub fn not_empty<F>(op: &'static str, x: ArrayView2<'_, F>) -> Result<()> {
    if x.nrows() == 0 {
        return Err(Error::Empty {
            op,
            what: "x (0 rows)".to_owned(),
            least: "1 row",
        });
    }
    if x.ncols() == 0 {
        return Err(Error::Empty {
            op,
            what: "x (0 columns)".to_owned(),
            least: "1 column",
        });
    }
    Ok(())
}

/// One target a row.
///
/// # Errors
/// [`Error::Length`].
pub fn same_rows(op: &'static str, x_rows: usize, y_rows: usize) -> Result<()> {
    if x_rows == y_rows {
        return Ok(());
    }
    Err(Error::Length {
        op,
        left_name: "x",
        left: x_rows,
        right_name: "y",
        right: y_rows,
    })
}

/// As many columns as fit saw.
///
/// # Errors
/// [`Error::ColumnCount`].
pub fn columns(op: &'static str, expected: usize, found: usize) -> Result<()> {
    if expected == found {
        return Ok(());
    }
    Err(Error::ColumnCount { op, expected, found })
}

/// Only finite numbers in a matrix.
///
/// # Errors
/// [`Error::NotFinite`] naming the first row and column that is not.
pub fn finite<F: Float>(op: &'static str, x: ArrayView2<'_, F>) -> Result<()> {
    let remedy = "fill missing values first (SimpleImputer), or drop those rows";
    if x.rows().into_iter().all(all_finite) {
        return Ok(());
    }
    for ((row, column), v) in x.indexed_iter() {
        if !v.is_finite() {
            let (value, column) = (v.as_f64(), column.to_string());
            return Err(Error::NotFinite {
                op,
                what: "x",
                value,
                row,
                column,
                remedy,
            });
        }
    }
    Ok(())
}

/// Zero times a number is zero unless the number is NaN or infinite: the common case costs a product and a
/// sum an element, of which several are taken side by side.
fn all_finite<F: Float>(row: ArrayView1<'_, F>) -> bool {
    const LANES: usize = 16;
    let mut sums = [F::zero(); LANES];
    let Some(row) = row.to_slice() else {
        return row.iter().all(|v| v.is_finite());
    };
    let mut chunks = row.chunks_exact(LANES);
    for chunk in &mut chunks {
        for (sum, &v) in sums.iter_mut().zip(chunk) {
            *sum += v * F::zero();
        }
    }
    sums.iter().all(|&sum| sum == F::zero()) && chunks.remainder().iter().all(|v| v.is_finite())
}

/// Only finite numbers in a target.
///
/// # Errors
/// [`Error::NotFinite`] naming the first row that is not.
pub fn finite_target<F: Float>(op: &'static str, y: ArrayView1<'_, F>) -> Result<()> {
    match y.iter().position(|v| !v.is_finite()) {
        None => Ok(()),
        Some(row) => Err(Error::NotFinite {
            op,
            what: "y",
            value: y[row].as_f64(),
            row,
            column: "0".to_owned(),
            remedy: "drop rows without a target",
        }),
    }
}

/// What every supervised fit needs: rows, columns, finite numbers, one finite target a row.
///
/// # Errors
/// As [`not_empty`], [`same_rows`], [`finite`] and [`finite_target`].
pub fn training_set<F: Float>(op: &'static str, x: ArrayView2<'_, F>, y: ArrayView1<'_, F>) -> Result<()> {
    not_empty(op, x)?;
    same_rows(op, x.nrows(), y.len())?;
    finite(op, x)?;
    finite_target(op, y)
}

/// What every prediction needs: the columns of fit, finite numbers. No rows is fine.
///
/// # Errors
/// As [`columns`] and [`finite`].
pub fn prediction_rows<F: Float>(
    op: &'static str,
    x: ArrayView2<'_, F>,
    columns_at_fit: usize,
) -> Result<()> {
    columns(op, columns_at_fit, x.ncols())?;
    finite(op, x)
}

/// One finite weight a row, none negative, not all zero.
///
/// # Errors
/// [`Error::Length`], [`Error::NotFinite`], [`Error::Data`].
pub fn weights(op: &'static str, weights: ArrayView1<'_, f64>, rows: usize) -> Result<()> {
    if weights.len() != rows {
        let (left_name, right_name) = ("x", "weights");
        return Err(Error::Length {
            op,
            left_name,
            left: rows,
            right_name,
            right: weights.len(),
        });
    }
    if let Some(row) = weights.iter().position(|w| !w.is_finite()) {
        let (value, column) = (weights[row], "0".to_owned());
        let remedy = "give every row a finite weight; 0 leaves it out";
        return Err(Error::NotFinite {
            op,
            what: "weights",
            value,
            row,
            column,
            remedy,
        });
    }
    if let Some(row) = weights.iter().position(|&w| w < 0.0) {
        let problem = format!("the weight of row {row} is {}", weights[row]);
        return Err(Error::Data {
            op,
            problem,
            remedy: "weights must be at least 0",
        });
    }
    if weights.iter().all(|&w| w == 0.0) {
        let problem = "all weights are 0".to_owned();
        return Err(Error::Data {
            op,
            problem,
            remedy: "give at least one row a positive weight",
        });
    }
    Ok(())
}

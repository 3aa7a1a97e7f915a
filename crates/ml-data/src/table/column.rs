//! Finding columns, and their numbers.

use ml_core::{Error, Result};
use polars::prelude::{Column, DataFrame, DataType, PolarsError, Series};

/// The column of this name.
pub(super) fn column<'a>(op: &'static str, df: &'a DataFrame, name: &str) -> Result<&'a Column> {
    df.column(name).map_err(|_| {
        let names: Vec<&str> = df.columns().iter().map(|c| c.name().as_str()).collect();
        problem(op, name, missing(&names))
    })
}

/// Says that a column is missing, and which there are.
pub(super) fn missing(names: &[&str]) -> String {
    format!("is missing; the table has: {}", names.join(", "))
}

/// Something wrong with one column.
pub(super) fn problem(op: &'static str, column: &str, problem: impl Into<String>) -> Error {
    Error::Column {
        op,
        column: column.to_owned(),
        problem: problem.into(),
    }
}

/// What polars says, about one column.
pub(super) fn polars_problem(op: &'static str, column: &str, error: &PolarsError) -> Error {
    problem(op, column, format!("cannot be used: {error}"))
}

/// A column that is neither numbers nor text.
pub(super) fn unsupported(op: &'static str, column: &str, dtype: &DataType) -> Error {
    let what = format!("is of type {dtype}, which is neither numbers nor text; convert or drop it");
    problem(op, column, what)
}

/// Whether a column holds integers or floating-point numbers.
pub(super) fn is_number(dtype: &DataType) -> bool {
    dtype.is_primitive_numeric()
}

/// Whether a column holds text, as it is or by code.
pub(super) fn is_text(dtype: &DataType) -> bool {
    dtype.is_string() || dtype.is_categorical() || dtype.is_enum()
}

/// The numbers of a column; missing ones are NaN, `true` is 1.
///
/// Takes the storage over where the column is the only owner of one stretch of `f64`. Integers
/// beyond 2^53 are rounded.
///
/// # Errors
/// [`Error::Column`] for anything but numbers and booleans.
pub(super) fn into_numbers(op: &'static str, series: Series) -> Result<Vec<f64>> {
    let name = series.name().clone();
    let fail = |error: PolarsError| polars_problem(op, &name, &error);
    Ok(match series.dtype() {
        DataType::Float64 => floats(series),
        DataType::Boolean => {
            let mut out = Vec::with_capacity(series.len());
            let values = series.bool().map_err(fail)?;
            out.extend(values.iter().map(|v| v.map_or(f64::NAN, f64::from)));
            out
        }
        DataType::Null => vec![f64::NAN; series.len()],
        dtype if is_number(dtype) => {
            let cast = series.cast(&DataType::Float64).map_err(fail)?;
            // Before the result is unpacked, so that two copies at most exist.
            drop(series);
            floats(cast)
        }
        dtype if is_text(dtype) => {
            return Err(problem(op, &name, "holds text where numbers are expected"));
        }
        dtype => return Err(unsupported(op, &name, dtype)),
    })
}

/// As [`into_numbers`], leaving the column where it is.
pub(super) fn to_numbers(op: &'static str, column: &Column) -> Result<Vec<f64>> {
    into_numbers(op, column.as_materialized_series().clone())
}

/// The values of a column of `f64`, with NaN for null.
fn floats(series: Series) -> Vec<f64> {
    use polars::prelude::Float64Type;

    let n_rows = series.len();
    let mut chunks = series.take_inner::<Float64Type>().downcast_into_iter();
    let mut out = Vec::new();
    if let Some(first) = chunks.next() {
        let (_, values, validity) = first.into_inner();
        out = values.into_mut().map_left(|shared| shared.to_vec()).into_inner();
        mark_gaps(&mut out, validity.as_ref().map(|bits| bits.iter()));
    }
    out.reserve_exact(n_rows - out.len());
    for chunk in chunks {
        let (_, values, validity) = chunk.into_inner();
        let start = out.len();
        out.extend_from_slice(values.as_slice());
        mark_gaps(&mut out[start..], validity.as_ref().map(|bits| bits.iter()));
    }
    out
}

/// Writes NaN where a value is not valid.
fn mark_gaps(values: &mut [f64], valid: Option<impl Iterator<Item = bool>>) {
    let Some(valid) = valid else { return };
    for (value, valid) in values.iter_mut().zip(valid) {
        if !valid {
            *value = f64::NAN;
        }
    }
}

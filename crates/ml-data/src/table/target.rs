//! Columns to learn from, and columns as arrays.

use ml_core::{Error, Result, Target, ndarray::Array1};
use polars::prelude::{Column, DataFrame, DataType, Series};

use super::column::{
    column, into_numbers, is_number, is_text, polars_problem, problem, to_numbers, unsupported,
};

/// A column of numbers as an array; missing ones are NaN, booleans 0 and 1.
///
/// # Errors
/// [`Error::Column`] if there is no such column, or it holds no numbers.
///
/// # Examples
/// ```
/// use ml_data::polars::prelude::*;
///
/// let df = df!("price" => [326, 327])?;
/// assert_eq!(ml_data::table::numbers(&df, "price")?.sum(), 653.0);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn numbers(df: &DataFrame, name: &str) -> Result<Array1<f64>> {
    let op = "numbers";
    Ok(to_numbers(op, column(op, df, name)?)?.into())
}

/// A column of classes as an array: integers, booleans (0 and 1), or whole floating-point numbers.
///
/// # Errors
/// [`Error::Column`] if there is no such column, or one of its values is missing, not whole, or not
/// an integer of 64 bits.
///
/// # Examples
/// ```
/// use ml_data::polars::prelude::*;
///
/// let df = df!("survived" => [true, false, true])?;
/// assert_eq!(ml_data::table::classes(&df, "survived")?.to_vec(), [1, 0, 1]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn classes(df: &DataFrame, name: &str) -> Result<Array1<i64>> {
    let op = "classes";
    integers(op, column(op, df, name)?.as_materialized_series())
}

/// A column of text as an array; categories are spelled out.
///
/// # Errors
/// [`Error::Column`] if there is no such column, it holds no text, or a value is missing.
///
/// # Examples
/// ```
/// use ml_data::polars::prelude::*;
///
/// let df = df!("species" => ["setosa", "virginica"])?;
/// assert_eq!(ml_data::table::text(&df, "species")?[1], "virginica");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn text(df: &DataFrame, name: &str) -> Result<Array1<String>> {
    let op = "text";
    let series = column(op, df, name)?.as_materialized_series();
    if !is_text(series.dtype()) {
        let what = format!("is of type {} where text is expected", series.dtype());
        return Err(problem(op, name, what));
    }
    complete(op, series)?;
    let series = series
        .cast(&DataType::String)
        .map_err(|error| polars_problem(op, name, &error))?;
    let rows = series.str().map_err(|error| polars_problem(op, name, &error))?;
    Ok(rows.iter().flatten().map(str::to_owned).collect())
}

/// Floating-point numbers to predict as numbers; integers and booleans as classes.
pub(crate) fn target(column: &Column) -> Result<Target> {
    let op = "into_target";
    let series = column.as_materialized_series();
    match series.dtype() {
        dtype if dtype.is_float() => Ok(Array1::from(into_numbers(op, series.clone())?).into()),
        dtype if is_number(dtype) || dtype.is_bool() => Ok(integers(op, series)?.into()),
        dtype if is_text(dtype) => {
            let what = "holds text where a target of numbers or classes is expected; encode it first \
                        (LabelEncoder)";
            Err(problem(op, series.name(), what))
        }
        dtype => Err(unsupported(op, series.name(), dtype)),
    }
}

fn integers(op: &'static str, series: &Series) -> Result<Array1<i64>> {
    let name = series.name();
    complete(op, series)?;
    let dtype = series.dtype();
    if dtype.is_float() {
        let values = into_numbers(op, series.clone())?;
        return values
            .into_iter()
            .enumerate()
            .map(|(row, value)| whole(value).ok_or_else(|| not_a_class(op, name, row, value)))
            .collect();
    }
    if !is_number(dtype) && !dtype.is_bool() {
        let what = if is_text(dtype) {
            "holds text where classes are expected; encode it first (LabelEncoder)".to_owned()
        } else {
            format!("is of type {dtype} where classes are expected")
        };
        return Err(problem(op, name, what));
    }
    let cast = series
        .strict_cast(&DataType::Int64)
        .map_err(|error| polars_problem(op, name, &error))?;
    let values = cast.i64().map_err(|error| polars_problem(op, name, &error))?;
    Ok(values.iter().flatten().collect())
}

/// The integer that a number is, if its neighbours can be told from it.
fn whole(value: f64) -> Option<i64> {
    const EXACT: f64 = 9_007_199_254_740_992.0; // 2^53
    (value.fract() == 0.0 && value.abs() <= EXACT).then_some(value as i64)
}

fn not_a_class(op: &'static str, name: &str, row: usize, value: f64) -> Error {
    let what = format!("holds {value} at row {row} where whole numbers are expected; cut it into classes");
    problem(op, name, what)
}

/// Refuses a column with gaps.
fn complete(op: &'static str, series: &Series) -> Result<()> {
    match series.null_count() {
        0 => Ok(()),
        n => {
            let what = format!("has {n} missing values; drop those rows (drop_missing)");
            Err(problem(op, series.name(), what))
        }
    }
}

//! Gaps: rows to drop, values to fill in.

use ml_core::{Error, Result, check};
use polars::prelude::{BooleanChunked, Column, DataFrame, NewChunkedArray, PlSmallStr};

use super::{
    column::{column, is_number, polars_problem, problem, to_numbers},
    describe::quantile,
};

/// The rows that have a value in each of these columns; in each column of the table if none is named.
///
/// # Errors
/// [`Error::Column`] for a column that is not there; [`Error::Empty`] if no row is left.
///
/// # Examples
/// ```
/// use ml_data::polars::prelude::*;
///
/// let df = df!("a" => [Some(1.0), None, Some(f64::NAN)], "b" => [None, Some(1), Some(2)])?;
/// assert_eq!(ml_data::table::drop_missing(&df, &["a"])?.height(), 1);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn drop_missing(df: &DataFrame, subset: &[&str]) -> Result<DataFrame> {
    let op = "drop_missing";
    let columns: Vec<&Column> = match subset {
        [] => df.columns().iter().collect(),
        names => names
            .iter()
            .map(|name| column(op, df, name))
            .collect::<Result<_>>()?,
    };
    let mut keep = vec![true; df.height()];
    for column in columns {
        drop_gaps(op, column, &mut keep)?;
    }
    let keep = BooleanChunked::from_slice(PlSmallStr::EMPTY, &keep);
    let kept = df
        .filter(&keep)
        .map_err(|error| polars_problem(op, "(mask)", &error))?;
    if kept.height() == 0 {
        return Err(Error::Empty {
            op,
            what: format!("the table, once {} rows with gaps are dropped,", df.height()),
            least: "1 row",
        });
    }
    Ok(kept)
}

/// Marks the rows in which a column has no value.
fn drop_gaps(op: &'static str, column: &Column, keep: &mut [bool]) -> Result<()> {
    let mark = |(keep, present): (&mut bool, bool)| *keep &= present;
    if column.dtype().is_float() {
        let values = to_numbers(op, column)?;
        keep.iter_mut()
            .zip(values.iter().map(|v| !v.is_nan()))
            .for_each(mark);
    } else if column.has_nulls() {
        let present = column.is_not_null();
        keep.iter_mut()
            .zip(present.iter().map(|p| p == Some(true)))
            .for_each(mark);
    }
    Ok(())
}

/// The table with this number wherever one column has a gap; the column becomes `f64`.
///
/// Compute the number on the training set only ([`median`], say), and keep it for the test set and
/// for what comes later; a `SimpleImputer` does that for all columns at once.
///
/// # Errors
/// [`Error::Column`] if there is no such column or it holds no numbers; [`Error::Parameter`] for NaN.
///
/// # Examples
/// ```
/// use ml_data::{polars::prelude::*, table::{fill_missing, median}};
///
/// let df = df!("beds" => [Some(1), None, Some(2)])?;
/// let filled = fill_missing(&df, "beds", median(&df, "beds")?)?;
/// assert_eq!(filled, df!("beds" => [1.0, 1.5, 2.0])?);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn fill_missing(df: &DataFrame, name: &str, value: f64) -> Result<DataFrame> {
    let op = "fill_missing";
    check::parameter("value", value, !value.is_nan(), "a number")?;
    let mut values = to_numbers(op, column(op, df, name)?)?;
    for v in values.iter_mut().filter(|v| v.is_nan()) {
        *v = value;
    }
    let mut filled = df.clone();
    filled
        .with_column(Column::new(name.into(), values))
        .map_err(|error| polars_problem(op, name, &error))?;
    Ok(filled)
}

/// The median of the values that are in a column: half lie below it.
///
/// [`describe`](super::describe()) gives those of all columns.
///
/// # Errors
/// [`Error::Column`] if there is no such column, it holds no numbers, or each of them is missing.
pub fn median(df: &DataFrame, name: &str) -> Result<f64> {
    let op = "median";
    let column = column(op, df, name)?;
    if !is_number(column.dtype()) {
        let what = format!("is of type {} where numbers are expected", column.dtype());
        return Err(problem(op, name, what));
    }
    let mut values = to_numbers(op, column)?;
    values.retain(|v| !v.is_nan());
    if values.is_empty() {
        return Err(problem(op, name, "has no value; drop it"));
    }
    Ok(quantile(&mut values, 0.5))
}

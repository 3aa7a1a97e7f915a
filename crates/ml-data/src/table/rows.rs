//! Rows by number.

use ml_core::{Error, Result};
use polars::prelude::{DataFrame, IdxCa, IdxSize, PlSmallStr};

/// These rows, in this order; a row may come more than once.
///
/// For rows by mask, see `df.filter(&mask)`.
///
/// # Errors
/// [`Error::Data`] naming the first number that is not below the number of rows.
///
/// # Examples
/// ```
/// use ml_data::polars::prelude::*;
///
/// let df = df!("n" => [10, 20, 30])?;
/// let picked = ml_data::table::select_rows(&df, &[2, 0])?;
/// assert_eq!(picked, df!("n" => [30, 10])?);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn select_rows(df: &DataFrame, rows: &[usize]) -> Result<DataFrame> {
    let op = "select_rows";
    let fail = |problem| {
        let remedy = "rows are counted from 0";
        Error::Data { op, problem, remedy }
    };
    if let Some(row) = rows.iter().find(|&&row| row >= df.height()) {
        return Err(fail(format!("there is no row {row}, only {}", df.height())));
    }
    let rows: Vec<IdxSize> = rows.iter().map(|&row| row as IdxSize).collect();
    df.take(&IdxCa::from_vec(PlSmallStr::EMPTY, rows))
        .map_err(|error| fail(error.to_string()))
}

//! Data frames for object-safe estimators.

use ml_core::{Column, Features, Result, Table};
use polars::prelude::{DataFrame, Series};
use rayon::prelude::*;

use super::{
    column::{into_numbers, is_text, unsupported},
    dictionary,
};

const OP: &str = "frame_to_features";

/// The rows of a data frame for a pipeline or any other object-safe estimator.
///
/// Integers, floating-point numbers and booleans become numbers (`false` 0, `true` 1, missing NaN;
/// integers beyond 2^53 are rounded), text and categories become text. The frame stays as it is, so
/// everything is copied; [`frame_into_features`] does with less memory.
///
/// # Errors
/// [`Error::Column`](ml_core::Error::Column) naming a column of any other type (date, list, ...).
///
/// # Examples
/// ```
/// use ml_core::{Column, Features};
/// use ml_data::polars::prelude::*;
///
/// let df = df!("rooms" => [Some(3), None], "town" => ["Oslo", "Bergen"])?;
/// let Features::Table(table) = ml_data::table::frame_to_features(&df)? else { unreachable!() };
/// let Some(Column::Number(rooms)) = table.get("rooms") else { panic!("rooms are numbers") };
/// assert!(rooms[0] == 3.0 && rooms[1].is_nan());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn frame_to_features(df: &DataFrame) -> Result<Features> {
    frame_into_features(df.clone())
}

/// As [`frame_to_features`], using the frame up: each column is freed as soon as it is converted,
/// and a column of `f64` in one piece is taken over without a copy.
///
/// # Errors
/// As [`frame_to_features`].
pub fn frame_into_features(df: DataFrame) -> Result<Features> {
    let columns: Vec<(String, Column)> = df
        .into_columns()
        .into_par_iter()
        .map(|column| {
            let name = column.name().to_string();
            Ok((name, convert(column.take_materialized_series())?))
        })
        .collect::<Result<_>>()?;
    Ok(Table::new(columns)?.into())
}

fn convert(series: Series) -> Result<Column> {
    let dtype = series.dtype();
    if is_text(dtype) {
        return Ok(Column::Text(dictionary::encode(OP, &series)?));
    }
    if dtype.is_primitive_numeric() || dtype.is_bool() || dtype.is_null() {
        let numbers = into_numbers(OP, series)?;
        return Ok(Column::Number(ml_core::ndarray::ArcArray1::from(numbers)));
    }
    Err(unsupported(OP, series.name(), dtype))
}

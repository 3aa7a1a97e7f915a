//! California housing as the book has it: with gaps and a text column.

use std::path::PathBuf;

use ml_core::Table;

use super::csv_table::read_table;
use crate::registry::{Cache, Result};

/// The file of the housing data set: 20,640 districts, 10 columns, 207 of `total_bedrooms` missing.
///
/// # Errors
/// Says how to get the data if it is missing.
pub fn housing_csv() -> Result<PathBuf> {
    housing_csv_in(&Cache::from_env()?)
}

/// As [`housing_csv`], from this cache.
///
/// # Errors
/// As [`housing_csv`].
pub fn housing_csv_in(cache: &Cache) -> Result<PathBuf> {
    cache.path("housing", "housing.csv")
}

/// The housing data set as named columns: nine of numbers (NaN for missing), `ocean_proximity` of text.
///
/// # Errors
/// Says how to get the data if it is missing; names the line that is damaged.
pub fn housing_table() -> Result<Table> {
    housing_table_in(&Cache::from_env()?)
}

/// As [`housing_table`], from this cache.
///
/// # Errors
/// As [`housing_table`].
pub fn housing_table_in(cache: &Cache) -> Result<Table> {
    read_table(&housing_csv_in(cache)?)
}

/// The housing data set as a data frame.
///
/// # Errors
/// Says how to get the data if it is missing; names what is damaged.
#[cfg(feature = "tables")]
pub fn housing() -> Result<polars::frame::DataFrame> {
    housing_in(&Cache::from_env()?)
}

/// As [`housing`], from this cache.
///
/// # Errors
/// As [`housing`].
#[cfg(feature = "tables")]
pub fn housing_in(cache: &Cache) -> Result<polars::frame::DataFrame> {
    use crate::table::{CsvOptions, read_csv};

    Ok(read_csv(housing_csv_in(cache)?, &CsvOptions::default())?)
}

//! Passengers of the Titanic.

use ml_core::Table;

use super::csv_table::read_table;
use crate::registry::{Cache, Result};

/// Passengers of the Titanic, as [`titanic`] reads them.
#[derive(Debug, Clone)]
pub struct Titanic {
    /// 891 passengers, `Survived` among the 12 columns.
    pub train: Table,
    /// 418 passengers whose fate is to be predicted: 11 columns.
    pub test: Table,
}

/// Passengers of the Titanic: number columns with NaN for missing, text columns with gaps.
///
/// # Errors
/// Says how to get the data if it is missing; names the line that is damaged.
pub fn titanic() -> Result<Titanic> {
    titanic_in(&Cache::from_env()?)
}

/// As [`titanic`], from this cache.
///
/// # Errors
/// As [`titanic`].
pub fn titanic_in(cache: &Cache) -> Result<Titanic> {
    let read = |file| read_table(&cache.path("titanic", file)?);
    Ok(Titanic {
        train: read("train.csv")?,
        test: read("test.csv")?,
    })
}

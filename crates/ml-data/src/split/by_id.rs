//! A split that stays stable when rows are added.

use ml_core::{Error, Result, check};

use super::Fold;

/// Whether the row with this identifier belongs to the test set: its CRC-32 hash (of the eight
/// little-endian bytes) is below `test_ratio` times 2^32.
///
/// The answer depends on nothing but the identifier: over all updates of the data, a row that was
/// trained on never gets into the test set.
///
/// # Examples
/// ```
/// use ml_data::split::in_test_set;
///
/// let n_test = (0..20_640).filter(|&row| in_test_set(row, 0.2)).count();
/// assert_eq!(n_test, 4_128);
/// ```
pub fn in_test_set(id: i64, test_ratio: f64) -> bool {
    f64::from(crc32fast::hash(&id.to_le_bytes())) < test_ratio * (1u64 << 32) as f64
}

/// Splits rows by their identifiers: unique numbers that never change (see [`in_test_set`]).
///
/// The row's number can serve when new rows are only ever appended and none is deleted.
///
/// # Errors
/// [`Error::Parameter`] unless `test_ratio` is between 0 and 1.
pub fn split_by_id(ids: &[i64], test_ratio: f64) -> Result<Fold> {
    let valid = (0.0..=1.0).contains(&test_ratio);
    check::parameter("test_ratio", test_ratio, valid, "between 0 and 1")?;
    Ok(Fold::where_test(ids.len(), |row| {
        in_test_set(ids[row], test_ratio)
    }))
}

/// Splits rows by an identifier that was computed from stable columns, such as
/// `longitude * 1000 + latitude`; its fraction is cut off.
///
/// Beware of coarse columns: rows that share an identifier share a side, which biases the sample.
///
/// # Errors
/// [`Error::Parameter`] unless `test_ratio` is between 0 and 1; [`Error::NotFinite`] or
/// [`Error::Data`] for a number that has no integer part in 64 bits.
pub fn split_by_derived_id(ids: &[f64], test_ratio: f64) -> Result<Fold> {
    let op = "split_by_derived_id";
    let whole = ids.iter().enumerate().map(|(row, &id)| {
        if !id.is_finite() {
            return Err(Error::NotFinite {
                op,
                what: "ids",
                value: id,
                row,
                column: "0".to_owned(),
                remedy: "derive the identifier from columns without missing values",
            });
        }
        if id.abs() >= i64::MAX as f64 {
            return Err(Error::Data {
                op,
                problem: format!("the identifier {id} of row {row} does not fit 64 bits"),
                remedy: "derive smaller identifiers",
            });
        }
        Ok(id as i64)
    });
    split_by_id(&whole.collect::<Result<Vec<i64>>>()?, test_ratio)
}

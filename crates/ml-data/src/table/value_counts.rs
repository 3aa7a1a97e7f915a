//! How often each value of a column occurs.

use std::fmt;

use ml_core::Result;
use polars::prelude::{DataFrame, IdxCa, PlSmallStr, Series};

use super::column::{column, polars_problem};

/// The distinct values of a column with their counts, most frequent first.
#[derive(Debug, Clone, PartialEq)]
pub struct ValueCounts {
    /// The distinct values; equally frequent ones in order of their first appearance.
    pub values: Series,
    /// How often each occurs.
    pub counts: Vec<usize>,
    /// Rows without a value, which are not counted above.
    pub missing: usize,
}

/// Counts the values of a column.
///
/// # Errors
/// [`Error::Column`](ml_core::Error::Column) if there is no such column.
///
/// # Examples
/// ```
/// let cut = ml_data::table::value_counts(&ml_data::datasets::diamonds_frame(), "cut")?;
/// assert_eq!(cut.counts, [21_551, 13_791, 12_082, 4_906, 1_610]);
/// assert_eq!(cut.get("Ideal"), Some(21_551));
/// assert!((cut.proportions()[0] - 0.399_5).abs() < 1e-4);
/// # Ok::<(), ml_core::Error>(())
/// ```
pub fn value_counts(df: &DataFrame, name: &str) -> Result<ValueCounts> {
    let op = "value_counts";
    let series = column(op, df, name)?.as_materialized_series();
    let fail = |error| polars_problem(op, name, &error);
    let present = match series.is_not_nan() {
        Ok(numbers) => series.filter(&numbers).map_err(fail)?.drop_nulls(),
        // Only numbers can be NaN.
        Err(_) => series.drop_nulls(),
    };
    let groups = present.group_tuples(true, true).map_err(fail)?;
    let mut found: Vec<(u32, usize)> = groups.iter().map(|group| (group.first(), group.len())).collect();
    // A stable sort keeps the order of first appearance among equals.
    found.sort_by_key(|&(first, _)| first);
    found.sort_by_key(|&(_, count)| std::cmp::Reverse(count));
    let (first, counts): (Vec<_>, Vec<_>) = found.into_iter().unzip();
    let values = present
        .take(&IdxCa::from_vec(PlSmallStr::EMPTY, first))
        .map_err(fail)?;
    Ok(ValueCounts {
        values,
        counts,
        missing: series.len() - present.len(),
    })
}

impl ValueCounts {
    /// Each count divided by the number of rows that have a value.
    pub fn proportions(&self) -> Vec<f64> {
        let total: usize = self.counts.iter().sum();
        self.counts.iter().map(|&n| n as f64 / total as f64).collect()
    }

    /// The count of the value that prints like this.
    pub fn get(&self, value: &str) -> Option<usize> {
        self.iter()
            .find(|(text, _)| text == value)
            .map(|(_, count)| count)
    }

    /// Values as they print, and their counts.
    pub fn iter(&self) -> impl Iterator<Item = (String, usize)> {
        let texts = self.values.iter().map(|value| match value.get_str() {
            Some(text) => text.to_owned(),
            None => value.to_string(),
        });
        texts.zip(self.counts.iter().copied())
    }
}

impl fmt::Display for ValueCounts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let rows: Vec<(String, usize)> = self.iter().collect();
        let width = rows
            .iter()
            .map(|(text, _)| text.chars().count())
            .max()
            .unwrap_or(0);
        write!(f, "{}", self.values.name())?;
        for (text, count) in rows {
            write!(f, "\n{text:<width$}  {count:>8}")?;
        }
        Ok(())
    }
}

//! What a table consists of.

use std::{collections::BTreeMap, fmt};

use polars::prelude::DataFrame;

use super::column::to_numbers;

/// Rows, columns, types, gaps and memory of a table; printed, it reads like `DataFrame.info()` of pandas.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Info {
    /// Number of rows.
    pub n_rows: usize,
    /// One a column, in order.
    pub columns: Vec<ColumnInfo>,
    /// Bytes that the values take in memory.
    pub memory: usize,
}

/// One column of [`Info`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ColumnInfo {
    /// Its name.
    pub name: String,
    /// Rows that hold a value: neither null nor NaN.
    pub present: usize,
    /// Its type in the words of polars: `f64`, `i64`, `str`, `bool`, ...
    pub dtype: String,
}

/// Rows, columns, types, gaps and memory of a table.
///
/// # Examples
/// ```
/// let info = ml_data::table::info(&ml_data::datasets::diamonds_frame());
/// assert_eq!((info.n_rows, info.columns.len()), (53_940, 10));
/// assert_eq!((info.columns[0].present, info.columns[0].dtype.as_str()), (53_940, "f64"));
/// ```
pub fn info(df: &DataFrame) -> Info {
    let columns = df.columns().iter().map(|column| {
        let not_a_number = match column.dtype() {
            dtype if dtype.is_float() => to_numbers("info", column)
                .map(|values| values.iter().filter(|v| v.is_nan()).count())
                .unwrap_or_default(),
            _ => column.null_count(),
        };
        ColumnInfo {
            name: column.name().to_string(),
            present: column.len() - not_a_number,
            dtype: column.dtype().to_string(),
        }
    });
    Info {
        n_rows: df.height(),
        columns: columns.collect(),
        memory: df.estimated_size(),
    }
}

impl fmt::Display for Info {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.n_rows {
            0 => writeln!(f, "Rows: 0")?,
            n => writeln!(f, "Rows: {n}, 0 to {}", n - 1)?,
        }
        writeln!(f, "Columns: {}", self.columns.len())?;
        let width = |text: fn(&ColumnInfo) -> &str, heading: &str| {
            let widths = self.columns.iter().map(|c| text(c).chars().count());
            widths.max().unwrap_or(0).max(heading.len())
        };
        let name = width(|c| &c.name, "Column");
        let dtype = width(|c| &c.dtype, "Type");
        writeln!(
            f,
            " #   {:<name$}  {:<16}  {:<dtype$}",
            "Column", "Present", "Type"
        )?;
        writeln!(f, "---  {:-<name$}  {:-<16}  {:-<dtype$}", "", "", "")?;
        for (i, column) in self.columns.iter().enumerate() {
            let present = format!("{} present", column.present);
            writeln!(
                f,
                " {i:<3} {:<name$}  {present:<16}  {:<dtype$}",
                column.name, column.dtype
            )?;
        }
        let mut types = BTreeMap::<&str, usize>::new();
        for column in &self.columns {
            *types.entry(&column.dtype).or_default() += 1;
        }
        let types: Vec<String> = types.iter().map(|(dtype, n)| format!("{dtype}({n})")).collect();
        writeln!(f, "Types: {}", types.join(", "))?;
        write!(f, "Memory: {}", bytes(self.memory))
    }
}

/// Bytes in the unit that reads best.
fn bytes(n: usize) -> String {
    const UNITS: [&str; 5] = ["bytes", "KiB", "MiB", "GiB", "TiB"];
    let mut value = n as f64;
    let mut unit = 0;
    while value >= 1024.0 && unit + 1 < UNITS.len() {
        value /= 1024.0;
        unit += 1;
    }
    match unit {
        0 => format!("{n} bytes"),
        _ => format!("{value:.1} {}", UNITS[unit]),
    }
}

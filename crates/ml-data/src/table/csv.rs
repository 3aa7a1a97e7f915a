//! Tables from CSV files.

use std::{
    io::Cursor,
    panic::{AssertUnwindSafe, catch_unwind},
    path::Path,
    sync::Arc,
};

use derive_setters::Setters;
use ml_core::{Error, Result, check};
use polars::prelude::{
    CsvParseOptions, CsvReadOptions, DataFrame, NullValues, PlSmallStr, PolarsError, PolarsResult, SerReader,
};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::{column, infer, lines};

/// Rows by which column types are guessed at first; a guess that fails later is made good.
const GUESSING_ROWS: usize = 1_000;

/// How a CSV file is written.
#[derive(Debug, Clone, PartialEq, Setters, Serialize, Deserialize)]
#[setters(into)]
pub struct CsvOptions {
    /// What stands between two cells: one ASCII character. Default `,`.
    pub delimiter: char,
    /// What groups the digits of a number, as `,` does in "12,240". Default none.
    pub thousands: Option<char>,
    /// How characters are stored. Default [`Encoding::Utf8`].
    pub encoding: Encoding,
    /// Cells that mean "missing", such as `n/a`; an empty cell always does. Default none.
    pub na_values: Vec<String>,
    /// Whether the first row names the columns; else they are `column_1`, `column_2`, ... Default true.
    pub has_header: bool,
    /// Lines to skip at the top of the file. Default 0.
    pub skip_rows: usize,
    /// Rows to read at most. Default all.
    pub n_rows: Option<usize>,
    /// Columns to read, in the order of the file. Default all.
    pub columns: Option<Vec<String>>,
}

impl Default for CsvOptions {
    fn default() -> Self {
        Self {
            delimiter: ',',
            thousands: None,
            encoding: Encoding::Utf8,
            na_values: Vec::new(),
            has_header: true,
            skip_rows: 0,
            n_rows: None,
            columns: None,
        }
    }
}

/// How characters are stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Encoding {
    /// One to four bytes a character; a byte order mark at the top is skipped.
    Utf8,
    /// One byte a character (ISO 8859-1), as old files from Western Europe have it.
    Latin1,
}

/// Reads a table from a CSV file.
///
/// A column becomes `i64`, `f64` or `bool` if each of its cells is one or missing, else text. Cells
/// may stand in double quotes; empty lines are skipped. A short row is filled up with missing cells, a long one is an error.
///
/// # Errors
/// [`Error::Io`] if the file cannot be read, [`Error::File`] if it is not such a table,
/// [`Error::Column`] for a column of `columns` that is not there, [`Error::Parameter`].
///
/// # Examples
/// ```no_run
/// use ml_data::table::{CsvOptions, Encoding, read_csv};
///
/// let housing = read_csv("housing.csv", &CsvOptions::default())?;
/// let gdp = CsvOptions::default()
///     .delimiter('\t')
///     .thousands(',')
///     .encoding(Encoding::Latin1)
///     .na_values(["n/a".to_owned()]);
/// let gdp = read_csv("gdp_per_capita.csv", &gdp)?;
/// # Ok::<(), ml_core::Error>(())
/// ```
pub fn read_csv(path: impl AsRef<Path>, options: &CsvOptions) -> Result<DataFrame> {
    let path = path.as_ref();
    let bytes = std::fs::read(path).map_err(|source| Error::Io {
        path: path.to_owned(),
        action: "read",
        source,
    })?;
    parse_csv(bytes, options).map_err(|error| match error {
        Error::Data { problem, remedy, .. } => Error::File {
            path: path.to_owned(),
            problem,
            remedy,
        },
        other => other,
    })
}

/// As [`read_csv`], from the bytes of a file.
///
/// # Errors
/// [`Error::Data`] if this is not such a table, and as [`read_csv`].
///
/// # Examples
/// ```
/// use ml_data::{polars::prelude::*, table::{CsvOptions, parse_csv}};
///
/// let df = parse_csv("town,people\nOslo,\"709,037\"\nAtlantis,", &CsvOptions::default().thousands(','))?;
/// assert_eq!(df, df!("town" => ["Oslo", "Atlantis"], "people" => [Some(709_037_i64), None])?);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn parse_csv(bytes: impl Into<Vec<u8>>, options: &CsvOptions) -> Result<DataFrame> {
    options.check()?;
    let mut bytes = bytes.into();
    if options.encoding == Encoding::Latin1 {
        // The first 256 characters of Unicode are those of Latin-1.
        bytes = bytes
            .iter()
            .map(|&byte| char::from(byte))
            .collect::<String>()
            .into_bytes();
    }
    lines::drop_empty(&mut bytes);
    // Guessed types fail where a later cell does not fit; then each cell is read as text, and the
    // types are found by looking at all of them.
    let df = match read(&bytes, options, Some(GUESSING_ROWS)) {
        Err(PolarsError::ComputeError(_)) => read(&bytes, options, Some(0)),
        other => other,
    };
    let df = df.map_err(|error| match error {
        PolarsError::ColumnNotFound(_) => options.missing_column(&bytes),
        other => explain(&other),
    })?;
    drop(bytes);
    let height = df.height();
    let columns = df
        .into_columns()
        .into_par_iter()
        .map(|column| infer::typed(column, options.thousands))
        .collect();
    DataFrame::new(height, columns).map_err(|error| explain(&error))
}

fn read(bytes: &[u8], options: &CsvOptions, guess: Option<usize>) -> PolarsResult<DataFrame> {
    let reader = options
        .to_polars(guess)
        .into_reader_with_file_handle(Cursor::new(bytes));
    // Polars 0.55 panics where a file ends right after an opening quote. Nothing that the reader
    // changed outlives it, so there is no half-done state to be seen.
    catch_unwind(AssertUnwindSafe(|| reader.finish()))
        .unwrap_or_else(|_| Err(PolarsError::InvalidOperation("its quotes do not pair up".into())))
}

/// What polars says of a file that it cannot read, and what can be done.
fn explain(error: &PolarsError) -> Error {
    let text = error.to_string();
    // The rest of the message is about the options of polars itself.
    let problem = text.lines().next().unwrap_or_default().to_owned();
    let remedy = if text.contains("utf-8") {
        "set encoding to Latin1 if the file is old, or convert it to UTF-8"
    } else if text.contains("more fields") {
        "check the delimiter and the quotes; every row needs the cells of the header"
    } else if matches!(error, PolarsError::NoData(_)) {
        "give a file with a header and rows"
    } else if text.contains("compressed") {
        "decompress it first"
    } else {
        "check delimiter, quotes and encoding"
    };
    let op = "read_csv";
    Error::Data { op, problem, remedy }
}

impl CsvOptions {
    fn check(&self) -> Result<()> {
        let valid = self.delimiter.is_ascii() && !matches!(self.delimiter, '"' | '\n' | '\r');
        let domain = "one ASCII character, neither a quote nor a line break";
        check::parameter("delimiter", self.delimiter, valid, domain)
    }

    /// Names the first column of `columns` that the header lacks.
    fn missing_column(&self, bytes: &[u8]) -> Error {
        let all = Self {
            columns: None,
            n_rows: Some(1),
            ..self.clone()
        };
        let header = read(bytes, &all, Some(0)).map_err(|error| explain(&error));
        let find = |df: DataFrame| {
            let mut names = self.columns.iter().flatten();
            names.try_for_each(|name| column::column("read_csv", &df, name).map(|_| ()))
        };
        header
            .and_then(find)
            .expect_err("polars has just missed one of these columns")
    }

    fn to_polars(&self, guess: Option<usize>) -> CsvReadOptions {
        let na_values = self.na_values.iter().map(PlSmallStr::from).collect();
        let columns = self
            .columns
            .as_ref()
            .map(|names| names.iter().map(PlSmallStr::from).collect());
        let parse = CsvParseOptions::default()
            // `check` has seen that it is ASCII.
            .with_separator(self.delimiter as u8)
            .with_null_values((!self.na_values.is_empty()).then_some(NullValues::AllColumns(na_values)));
        let mut options = CsvReadOptions::default()
            .with_parse_options(parse)
            .with_has_header(self.has_header)
            .with_skip_rows(self.skip_rows)
            .with_n_rows(self.n_rows)
            .with_infer_schema_length(guess);
        options.columns = columns.map(|names: Vec<PlSmallStr>| Arc::from(names));
        options
    }
}

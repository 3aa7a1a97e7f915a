//! Tables from CSV files.

use std::{
    fs::File,
    io::{self, Cursor, Read, Seek},
    panic::{AssertUnwindSafe, catch_unwind},
    path::Path,
    sync::Arc,
};

use derive_setters::Setters;
use ml_core::{Error, Result, check};
use polars::prelude::{
    CsvParseOptions, CsvReadOptions, DataFrame, NullValues, PlSmallStr, PolarsError, PolarsResult, SchemaRef,
    SerReader,
};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::{
    blocks::{BLOCK_BYTES, Blocks},
    column, infer, lines,
};

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
    let read = || {
        let mut file = File::open(path)?;
        if file.metadata()?.is_file() {
            return parse(file, options, BLOCK_BYTES);
        }
        // A pipe cannot be read again where the first guess at the types fails.
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes)?;
        parse(Cursor::new(bytes), options, BLOCK_BYTES)
    };
    read().map_err(|failure| failed(path, failure))
}

/// What went wrong with a file.
pub(super) fn failed(path: &Path, failure: Failure) -> Error {
    let path = path.to_owned();
    match failure {
        Failure::Read(source) => Error::Io {
            path,
            action: "read",
            source,
        },
        Failure::Content(error) => {
            let (problem, remedy) = explain(&error);
            Error::File {
                path,
                problem,
                remedy,
            }
        }
        Failure::Options(error) => error,
    }
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
pub fn parse_csv(bytes: impl AsRef<[u8]>, options: &CsvOptions) -> Result<DataFrame> {
    parse(Cursor::new(bytes.as_ref()), options, BLOCK_BYTES).map_err(|failure| match failure {
        Failure::Read(error) => unreachable!("bytes in memory can always be read: {error}"),
        Failure::Content(error) => {
            let (problem, remedy) = explain(&error);
            Error::Data {
                op: OP,
                problem,
                remedy,
            }
        }
        Failure::Options(error) => error,
    })
}

const OP: &str = "read_csv";

/// Why there is no table.
#[derive(Debug)]
pub(super) enum Failure {
    Read(io::Error),
    Content(PolarsError),
    Options(Error),
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Self::Read(error)
    }
}

impl From<PolarsError> for Failure {
    fn from(error: PolarsError) -> Self {
        Self::Content(error)
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Options(error)
    }
}

fn parse(
    mut from: impl Read + Seek + Send,
    options: &CsvOptions,
    block_bytes: usize,
) -> Result<DataFrame, Failure> {
    options.check()?;
    // Rows that are not asked for have no say in the types.
    let guessing_rows = options.n_rows.unwrap_or(GUESSING_ROWS).clamp(1, GUESSING_ROWS);
    // Guessed types fail where a later cell does not fit; then each cell is read as text, and the
    // types are found by looking at all of them.
    let df = match read_blocks(&mut from, options, guessing_rows, block_bytes) {
        Err(Failure::Content(PolarsError::ComputeError(_))) => {
            from.rewind()?;
            read_blocks(&mut from, options, 0, block_bytes)?
        }
        other => other?,
    };
    let height = df.height();
    let columns = df
        .into_columns()
        .into_par_iter()
        .map(|column| infer::typed(column, options.thousands))
        .collect();
    Ok(DataFrame::new(height, columns)?)
}

/// The rows of all blocks; the first block decides on names and types.
fn read_blocks(
    from: impl Read + Send,
    options: &CsvOptions,
    guessing_rows: usize,
    block_bytes: usize,
) -> Result<DataFrame, Failure> {
    let mut blocks = Blocks::new(from, options.encoding, block_bytes);
    let (mut block, mut more) = first_block(&mut blocks, options)?;
    let mut next = Vec::new();
    let (mut df, mut polars) = after_first(&block, options, options.to_polars(guessing_rows))?;
    let missing = |df: &DataFrame| options.n_rows.map(|n| n.saturating_sub(df.height()));
    more = more && blocks.next_into(&mut block)?;
    while more && missing(&df) != Some(0) {
        polars.n_rows = missing(&df);
        // While one block is parsed the next is read.
        let (rows, another) = rayon::join(|| parsed(&block, polars.clone()), || blocks.next_into(&mut next));
        df.vstack_mut_owned(rows?)?;
        more = another?;
        std::mem::swap(&mut block, &mut next);
    }
    Ok(df)
}

/// The first block with the header, and whether there is any.
pub(super) fn first_block(
    blocks: &mut Blocks<impl Read>,
    options: &CsvOptions,
) -> Result<(Vec<u8>, bool), Failure> {
    let mut block = Vec::new();
    let mut more = blocks.next_into(&mut block)?;
    let mut next = Vec::new();
    // The header may lie behind more lines to skip than one block has, and types take a row.
    while more && lines::count_breaks(&block) <= options.skip_rows.saturating_add(options.has_header.into()) {
        more = blocks.next_into(&mut next)?;
        block.append(&mut next);
    }
    // Polars looks at the bytes of text alone, not at those of names.
    let header = block
        .split(|&byte| byte == b'\n')
        .nth(options.skip_rows)
        .unwrap_or_default();
    if std::str::from_utf8(header).is_err() {
        return Err(Failure::Content(PolarsError::ComputeError(
            "invalid utf-8 sequence in csv".into(),
        )));
    }
    Ok((block, more))
}

/// The table of the first block, and how the blocks after it are to be read: with its names and types.
pub(super) fn after_first(
    block: &[u8],
    options: &CsvOptions,
    mut polars: CsvReadOptions,
) -> Result<(DataFrame, CsvReadOptions), Failure> {
    let schema = options.schema(block, &polars)?;
    let df = parsed(block, polars.clone())?;
    polars.has_header = false;
    polars.skip_rows = 0;
    if options.columns.is_some() {
        // Of a row that is too long the wanted cells are read, as in the first block.
        polars = polars.map_parse_options(|parse| parse.with_truncate_ragged_lines(true));
    }
    polars.schema = Some(schema.unwrap_or_else(|| df.schema().clone()));
    Ok((df, polars))
}

/// A block as a table.
pub(super) fn parsed(bytes: &[u8], options: CsvReadOptions) -> PolarsResult<DataFrame> {
    let reader = options.into_reader_with_file_handle(Cursor::new(bytes));
    // Polars 0.55 panics where a file ends right after an opening quote. Nothing that the reader
    // changed outlives it, so there is no half-done state to be seen.
    catch_unwind(AssertUnwindSafe(|| reader.finish()))
        .unwrap_or_else(|_| Err(PolarsError::InvalidOperation("its quotes do not pair up".into())))
}

/// What polars says of a file that it cannot read, and what can be done.
fn explain(error: &PolarsError) -> (String, &'static str) {
    let text = match error {
        // A long row at the top of a block, of which polars thinks that it is the header.
        PolarsError::SchemaMismatch(_) => "found more fields than the header has".to_owned(),
        _ => error.to_string(),
    };
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
    (problem, remedy)
}

impl CsvOptions {
    pub(super) fn check(&self) -> Result<()> {
        let valid = self.delimiter.is_ascii() && !matches!(self.delimiter, '"' | '\n' | '\r');
        let domain = "one ASCII character, neither a quote nor a line break";
        check::parameter("delimiter", self.delimiter, valid, domain)
    }

    /// The names and types of all columns, where only some of them are read.
    ///
    /// # Errors
    /// [`Error::Column`] naming the first of `columns` that the header lacks.
    fn schema(&self, block: &[u8], polars: &CsvReadOptions) -> Result<Option<SchemaRef>, Failure> {
        let Some(columns) = &self.columns else {
            return Ok(None);
        };
        let mut all = polars.clone().with_n_rows(Some(0));
        all.columns = None;
        let all = parsed(
            block,
            all.map_parse_options(|parse| parse.with_truncate_ragged_lines(true)),
        )?;
        for name in columns {
            column::column(OP, &all, name)?;
        }
        Ok(Some(all.schema().clone()))
    }

    pub(super) fn to_polars(&self, guessing_rows: usize) -> CsvReadOptions {
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
            .with_infer_schema_length(Some(guessing_rows))
            .with_rechunk(true);
        options.columns = columns.map(|names: Vec<PlSmallStr>| Arc::from(names));
        options
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn in_blocks(text: &str, options: &CsvOptions, block_bytes: usize) -> DataFrame {
        parse(Cursor::new(text), options, block_bytes).expect("a table")
    }

    /// A cell as it stands in a file, by column: numbers that may be whole, text in quotes, booleans.
    fn cell(column: usize) -> BoxedStrategy<String> {
        match column {
            0 => prop_oneof![Just(String::new()), (-99..99_i32).prop_map(|n| n.to_string())].boxed(),
            1 => prop_oneof![
                Just("n/a".to_owned()),
                (-9.0..9.0_f64).prop_map(|n| n.to_string())
            ]
            .boxed(),
            2 => r#"[a-c,\n]{0,4}"#.prop_map(|text| format!("\"{text}\"")).boxed(),
            3 => prop_oneof![Just("true".to_owned()), Just("False".to_owned())].boxed(),
            _ => prop_oneof![9 => Just("7".to_owned()), 1 => Just("x\"\"y".to_owned())]
                .prop_map(|text| format!("\"{text}\""))
                .boxed(),
        }
    }

    fn rows() -> impl Strategy<Value = Vec<Vec<String>>> {
        prop::collection::vec((0..5).map(cell).collect::<Vec<_>>(), 1..30)
    }

    proptest! {
        #[test]
        fn the_size_of_blocks_never_shows(
            rows in rows(), block_bytes in 1_usize..80, crlf: bool, n_rows in prop::option::of(1_usize..40), some: bool,
        ) {
            let line_break = if crlf { "\r\n" } else { "\n" };
            let mut text = ["skipped", "a,b,c,d,e", ""].join(line_break);
            rows.iter().for_each(|row| text.extend([row.join(",").as_str(), line_break, line_break]));
            let options = CsvOptions {
                na_values: vec!["n/a".to_owned()],
                skip_rows: 1,
                n_rows,
                columns: some.then(|| vec!["b".to_owned(), "e".to_owned()]),
                ..CsvOptions::default()
            };
            let whole = in_blocks(&text, &options, BLOCK_BYTES);
            prop_assert_eq!(whole.height(), n_rows.unwrap_or(usize::MAX).min(rows.len()));
            let cut = in_blocks(&text, &options, block_bytes);
            prop_assert_eq!(whole.dtypes(), cut.dtypes());
            prop_assert!(whole.equals_missing(&cut));
        }
    }

    #[test]
    fn a_type_that_shows_in_a_later_block_counts() {
        let text = format!("a,b\n{}1.5,x\n", "1,2\n".repeat(50));
        let df = in_blocks(&text, &CsvOptions::default(), 16);
        assert_eq!(
            df.dtypes().iter().map(ToString::to_string).collect::<Vec<_>>(),
            ["f64", "str"]
        );
        assert_eq!(df.height(), 51);
    }

    #[test]
    fn a_long_row_is_refused_in_any_block() {
        let text = format!("a,b\n{}1,2,3\n", "1,2\n".repeat(50));
        let failure = parse(Cursor::new(text), &CsvOptions::default(), 16).unwrap_err();
        let Failure::Content(error) = failure else {
            panic!("{failure:?}")
        };
        assert!(explain(&error).1.contains("the cells of the header"), "{error}");
    }
}

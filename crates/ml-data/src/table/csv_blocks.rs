//! CSV files that are larger than memory.

use std::{
    fs::File,
    path::{Path, PathBuf},
};

use ml_core::{Error, Result, check};
use polars::prelude::{Column, CsvReadOptions, DataFrame, DataType, Schema};

use super::{
    blocks::Blocks,
    csv::{CsvOptions, Failure, after_first, failed, first_block, parsed},
    infer, lines,
};

/// Reads a CSV file a block of rows at a time, so that it never lies in memory as a whole: for
/// [`partial_fit`](ml_core::PartialFit) on files that are larger than memory.
///
/// `block_bytes`, at least 1, is how much of the file a block is made of; a little more where it ends within a row. Two
/// such blocks and the table of one are in memory at a time.
///
/// Columns have the same types in all blocks: the first one decides, and numbers are `f64`, whole or not. Else as
/// [`read_csv`](super::read_csv).
///
/// # Errors
/// As [`read_csv`](super::read_csv), here or where the block is read; [`Error::File`] for a cell that does not fit the type of
/// its column in the first block.
///
/// # Examples
/// ```
/// use ml_data::table::{CsvOptions, csv_blocks, numbers};
///
/// let folder = tempfile::tempdir().expect("a temporary folder");
/// let path = folder.path().join("rows.csv");
/// std::fs::write(&path, "x,y\n1,2\n3,4\n5,6.5\n").expect("a free disk");
/// let mut sums = Vec::new();
/// for block in csv_blocks(&path, &CsvOptions::default(), 8)? {
///     sums.push(numbers(&block?, "y")?.sum());
/// }
/// assert_eq!(sums, [2.0, 4.0, 6.5]);
/// # Ok::<(), ml_core::Error>(())
/// ```
pub fn csv_blocks(path: impl AsRef<Path>, options: &CsvOptions, block_bytes: usize) -> Result<CsvBlocks> {
    check::parameter("block_bytes", block_bytes, block_bytes >= 1, ">= 1")?;
    let path = path.as_ref().to_owned();
    CsvBlocks::open(&path, options, block_bytes).map_err(|failure| failed(&path, failure))
}

/// The blocks of [`csv_blocks`]; after an error there are no more.
#[derive(Debug)]
pub struct CsvBlocks {
    path: PathBuf,
    options: CsvOptions,
    blocks: Blocks<File>,
    /// How the next block is read.
    polars: CsvReadOptions,
    /// Names and types of every block.
    schema: Schema,
    /// The first block, until it is asked for.
    first: Option<DataFrame>,
    /// Rows that may still come.
    left: usize,
    block: Vec<u8>,
}

impl CsvBlocks {
    fn open(path: &Path, options: &CsvOptions, block_bytes: usize) -> Result<Self, Failure> {
        options.check()?;
        let mut blocks = Blocks::new(File::open(path)?, options.encoding, block_bytes);
        let (block, _) = first_block(&mut blocks, options)?;
        // All of the block decides: a later one is not read again.
        let polars = options.to_polars(lines::count_breaks(&block) + 1);
        let (df, polars) = after_first(&block, options, polars)?;
        let height = df.height();
        let columns = df.into_columns().into_iter();
        let columns = columns
            .map(|column| uniform(column, options))
            .collect::<Result<_, _>>()?;
        let first = DataFrame::new(height, columns)?;
        let schema = first.schema().as_ref().clone();
        let mut numbers = polars.schema.as_ref().map(|schema| schema.as_ref().clone());
        for (_, dtype) in numbers.iter_mut().flat_map(|schema| schema.iter_mut()) {
            // Whole in the first block is no promise for the next.
            if dtype.is_integer() {
                *dtype = DataType::Float64;
            }
        }
        Ok(Self {
            path: path.to_owned(),
            options: options.clone(),
            blocks,
            polars: polars.with_schema(numbers.map(Into::into)),
            schema,
            left: options.n_rows.unwrap_or(usize::MAX),
            first: Some(first),
            block,
        })
    }

    fn read(&mut self) -> Result<Option<DataFrame>, Failure> {
        if let Some(first) = self.first.take() {
            return Ok(Some(first));
        }
        if self.left == 0 || !self.blocks.next_into(&mut self.block)? {
            return Ok(None);
        }
        let rows = self.options.n_rows.map(|_| self.left);
        let df = parsed(&self.block, self.polars.clone().with_n_rows(rows))?;
        let columns = df.columns().iter().zip(self.schema.iter_values());
        let columns = columns.map(|(column, expected)| self.conform(column, expected));
        let columns = columns.collect::<Result<_, Failure>>()?;
        Ok(Some(DataFrame::new(df.height(), columns)?))
    }

    /// A column in the type that it has in the first block.
    fn conform(&self, column: &Column, expected: &DataType) -> Result<Column, Failure> {
        if column.null_count() == column.len() {
            return Ok(Column::full_null(column.name().clone(), column.len(), expected));
        }
        if *expected == DataType::String && column.dtype() == expected {
            return Ok(column.clone());
        }
        let column = uniform(column.clone(), &self.options)?;
        if column.dtype() == expected {
            return Ok(column);
        }
        let (name, found) = (column.name(), column.dtype());
        Err(Failure::Options(Error::File {
            path: self.path.clone(),
            problem: format!("column {name:?} is {expected} in the first block and {found} in a later one"),
            remedy: "read larger blocks, or name what stands for missing cells in na_values",
        }))
    }
}

impl Iterator for CsvBlocks {
    type Item = Result<DataFrame>;

    fn next(&mut self) -> Option<Result<DataFrame>> {
        let block = self.read();
        match &block {
            Ok(Some(df)) => self.left -= df.height().min(self.left),
            _ => self.left = 0,
        }
        block.map_err(|failure| failed(&self.path, failure)).transpose()
    }
}

/// Numbers as `f64`, those of text too.
fn uniform(column: Column, options: &CsvOptions) -> Result<Column, Failure> {
    let column = infer::typed(column, options.thousands);
    Ok(if column.dtype().is_integer() {
        column.cast(&DataType::Float64)?
    } else {
        column
    })
}

#[cfg(test)]
mod tests {
    use polars::prelude::df;

    use super::*;

    fn blocks(text: &str, options: &CsvOptions, block_bytes: usize) -> Result<Vec<DataFrame>> {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("rows.csv");
        std::fs::write(&path, text).expect("a free disk");
        csv_blocks(path, options, block_bytes)?.collect()
    }

    fn whole(blocks: Vec<DataFrame>) -> DataFrame {
        let mut blocks = blocks.into_iter();
        let mut df = blocks.next().expect("a block");
        blocks.for_each(|block| {
            df.vstack_mut(&block).expect("equal columns");
        });
        df
    }

    #[test]
    fn blocks_of_any_size_are_the_file() {
        let text = "a,b,c\n1,\"x,\ny\",\n2.5,,7\n,z,8\n3,w,9\n";
        let expected = df!(
            "a" => [Some(1.0), Some(2.5), None, Some(3.0)],
            "b" => [Some("x,\ny"), None, Some("z"), Some("w")],
            "c" => [None, Some(7.0), Some(8.0), Some(9.0)],
        )
        .expect("equal columns");
        for size in 1..60 {
            let found = blocks(text, &CsvOptions::default(), size).expect("a table");
            assert!(size > 20 || found.len() > 1, "{size}");
            assert!(whole(found).equals_missing(&expected), "{size}");
        }
    }

    #[test]
    fn as_many_rows_and_columns_come_as_are_asked_for() {
        let text = "a,b\n1,2\n3,4\n5,6\n7,8\n";
        let options = CsvOptions::default()
            .n_rows(3_usize)
            .columns(vec!["b".to_owned()]);
        for size in [1, 9, 100] {
            let df = whole(blocks(text, &options, size).expect("a table"));
            assert!(
                df.equals(&df!("b" => [2.0, 4.0, 6.0]).expect("a column")),
                "{size}"
            );
        }
    }

    #[test]
    fn a_cell_of_another_type_in_a_later_block_is_refused() {
        let text = format!("a\n{}x\n", "1\n".repeat(50));
        let error = blocks(&text, &CsvOptions::default(), 16).expect_err("a text among numbers");
        assert!(error.to_string().contains("rows.csv"), "{error}");
        assert!(csv_blocks("nowhere.csv", &CsvOptions::default(), 16).is_err());
        let error = blocks("a\n1\n", &CsvOptions::default(), 0).expect_err("no bytes");
        assert!(error.to_string().contains("block_bytes = 0"), "{error}");
    }
}

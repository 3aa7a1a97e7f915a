//! What polars lacks: a pandas-like look at a table, and the ways between tables and arrays.
//!
//! A table is a [`polars` data frame](polars::frame::DataFrame); what polars does well is done with
//! polars, and the functions here take `&DataFrame`.
//!
//! | to | use |
//! |---|---|
//! | read a CSV file with inferred types | [`read_csv`] |
//! | read one that is larger than memory | [`csv_blocks`] |
//! | see the first rows | `df.head(Some(5))`, which prints as a table |
//! | see columns, gaps, types, memory | [`info`] |
//! | summarise the numbers | [`describe`], [`median`] |
//! | count categories | [`value_counts`] |
//! | correlate | [`corr`] |
//! | make categories of numbers | [`cut`], [`Cut`] |
//! | deal with gaps | [`drop_missing`], [`fill_missing`]; drop a column with `df.drop(name)` |
//! | pick rows | [`select_rows`] by number, `df.filter(&mask)` by mask |
//! | get arrays | [`to_array`], [`numbers`], [`classes`], [`text`] |
//! | get a table | [`from_array`] |
//! | feed a pipeline | [`IntoFeatures`](crate::IntoFeatures), which calls [`frame_to_features`] |
//!
//! Missing means null or NaN throughout, as in pandas.

mod array;
mod blocks;
mod column;
mod corr;
mod csv;
mod csv_blocks;
mod cut;
mod describe;
mod dictionary;
mod features;
mod infer;
mod info;
mod lines;
mod missing;
mod rows;
mod target;
mod value_counts;

pub use array::{MissingInArray, MissingInFrame, from_array, to_array};
pub use corr::{Correlation, corr};
pub use csv::{CsvOptions, Encoding, parse_csv, read_csv};
pub use csv_blocks::{CsvBlocks, csv_blocks};
pub use cut::{Cut, cut};
pub use describe::{Description, Summary, describe};
pub use features::{frame_into_features, frame_to_features};
pub use info::{ColumnInfo, Info, info};
pub use missing::{drop_missing, fill_missing, median};
pub use rows::select_rows;
pub(crate) use target::target;
pub use target::{classes, numbers, text};
pub use value_counts::{ValueCounts, value_counts};

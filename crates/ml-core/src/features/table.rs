//! Named columns of numbers and text.

use std::{ops::Range, sync::Arc};

use ndarray::{ArcArray1, Axis, s};
use serde::{Deserialize, Serialize};

use super::Names;
use crate::{Error, Result};

/// Named columns of equal length: what a transformer for mixed columns is given.
///
/// This is not a data frame: explore and join with polars, then hand the result over.
#[derive(Debug, Clone)]
pub struct Table {
    names: Names,
    columns: Vec<Column>,
    n_rows: usize,
}

/// One column.
#[derive(Debug, Clone)]
pub enum Column {
    /// Numbers; a missing value is NaN.
    Number(ArcArray1<f64>),
    /// Text, each distinct value stored once.
    Text(TextColumn),
}

/// A column of text as codes into the list of its distinct values.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TextColumn {
    /// Position of every row's value in `values`; [`TextColumn::MISSING`] where there is none.
    pub codes: Arc<[u32]>,
    /// The distinct values, in any order.
    pub values: Arc<[String]>,
}

impl TextColumn {
    /// The code of a missing value.
    pub const MISSING: u32 = u32::MAX;

    /// Collects text, sharing equal values; `None` is missing.
    pub fn collect<S: AsRef<str>>(rows: impl IntoIterator<Item = Option<S>>) -> Self {
        let mut seen = std::collections::HashMap::<String, u32>::new();
        let mut values = Vec::new();
        let codes = rows
            .into_iter()
            .map(|row| {
                let Some(row) = row else { return Self::MISSING };
                let row = row.as_ref();
                if let Some(&code) = seen.get(row) {
                    return code;
                }
                let code = values.len() as u32;
                seen.insert(row.to_owned(), code);
                values.push(row.to_owned());
                code
            })
            .collect();
        Self {
            codes,
            values: values.into(),
        }
    }

    /// Number of rows.
    pub fn len(&self) -> usize {
        self.codes.len()
    }

    /// Whether there are no rows.
    pub fn is_empty(&self) -> bool {
        self.codes.is_empty()
    }

    /// The text of a row, `None` if missing.
    pub fn get(&self, row: usize) -> Option<&str> {
        self.codes
            .get(row)
            .and_then(|&code| self.values.get(code as usize))
            .map(String::as_str)
    }

    /// The text of every row.
    pub fn iter(&self) -> impl Iterator<Item = Option<&str>> {
        (0..self.len()).map(|row| self.get(row))
    }
}

impl Column {
    /// Number of rows.
    pub fn len(&self) -> usize {
        match self {
            Self::Number(values) => values.len(),
            Self::Text(values) => values.len(),
        }
    }

    /// Whether there are no rows.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// `"numbers"` or `"text"`, for messages.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Number(_) => "numbers",
            Self::Text(_) => "text",
        }
    }

    /// These rows, in this order.
    pub fn select_rows(&self, rows: &[usize]) -> Self {
        match self {
            Self::Number(values) => Self::Number(values.select(Axis(0), rows).into_shared()),
            Self::Text(text) => Self::Text(TextColumn {
                codes: rows.iter().map(|&row| text.codes[row]).collect(),
                values: text.values.clone(),
            }),
        }
    }
}

impl Table {
    /// A table of these columns.
    ///
    /// # Errors
    /// [`Error::Column`] naming the first column whose length differs from the first one's, or whose
    /// name comes twice.
    pub fn new(columns: impl IntoIterator<Item = (String, Column)>) -> Result<Self> {
        let (names, columns): (Vec<String>, Vec<Column>) = columns.into_iter().unzip();
        let n_rows = columns.first().map_or(0, Column::len);
        for (i, (name, column)) in names.iter().zip(&columns).enumerate() {
            let op = "Table::new";
            if column.len() != n_rows {
                let problem = format!("has {} rows, but {:?} has {n_rows}", column.len(), names[0]);
                return Err(Error::Column {
                    op,
                    column: name.clone(),
                    problem,
                });
            }
            if names[..i].contains(name) {
                let problem = "comes twice; names must be unique".to_owned();
                return Err(Error::Column {
                    op,
                    column: name.clone(),
                    problem,
                });
            }
        }
        Ok(Self {
            names: names.into(),
            columns,
            n_rows,
        })
    }

    /// Number of rows.
    pub fn n_rows(&self) -> usize {
        self.n_rows
    }

    /// Number of columns.
    pub fn n_columns(&self) -> usize {
        self.columns.len()
    }

    /// The names, in order.
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// Position of the column of this name.
    pub fn position(&self, name: &str) -> Option<usize> {
        self.names.iter().position(|n| n == name)
    }

    /// The column of this name.
    pub fn get(&self, name: &str) -> Option<&Column> {
        self.position(name).map(|i| &self.columns[i])
    }

    /// The columns, in order.
    pub fn columns(&self) -> &[Column] {
        &self.columns
    }

    /// Names and columns, in order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Column)> {
        self.names.iter().map(String::as_str).zip(&self.columns)
    }

    /// Names and columns, given away: a sole owner's columns can be changed in place.
    pub fn into_columns(self) -> Vec<(String, Column)> {
        self.names.iter().cloned().zip(self.columns).collect()
    }

    /// These rows, in this order.
    ///
    /// # Panics
    /// If an index is not below [`n_rows`](Self::n_rows).
    pub fn select_rows(&self, rows: &[usize]) -> Self {
        let columns = self.columns.iter().map(|c| c.select_rows(rows)).collect();
        Self {
            names: self.names.clone(),
            columns,
            n_rows: rows.len(),
        }
    }

    /// A range of rows; columns of numbers are shared, not copied.
    ///
    /// # Panics
    /// If the range ends after [`n_rows`](Self::n_rows).
    pub fn slice_rows(&self, rows: Range<usize>) -> Self {
        let slice = |column: &Column| match column {
            Column::Number(values) => Column::Number(values.clone().slice_move(s![rows.clone()])),
            Column::Text(text) => Column::Text(TextColumn {
                codes: text.codes[rows.clone()].into(),
                values: text.values.clone(),
            }),
        };
        Self {
            names: self.names.clone(),
            columns: self.columns.iter().map(slice).collect(),
            n_rows: rows.len(),
        }
    }

    /// These columns, in this order.
    ///
    /// # Panics
    /// If an index is not below [`n_columns`](Self::n_columns).
    pub fn select_columns(&self, columns: &[usize]) -> Self {
        Self {
            names: columns.iter().map(|&c| self.names[c].clone()).collect(),
            columns: columns.iter().map(|&c| self.columns[c].clone()).collect(),
            n_rows: self.n_rows,
        }
    }

    pub(super) fn renamed(mut self, names: Vec<String>) -> Self {
        self.names = names.into();
        self
    }
}

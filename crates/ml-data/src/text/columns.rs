//! Columns of text as they come in, and what becomes of them.

use ml_core::{Column, Error, Features, Result, Table, TextColumn};
use rayon::prelude::*;

const REMEDY: &str = "give a table with columns of text: Table::new([(\"text\".into(), Column::Text(...))])";

/// The table with text that `x` must be.
pub(super) fn table<'a>(op: &'static str, x: &'a Features) -> Result<&'a Table> {
    match x {
        Features::Table(table) => Ok(table),
        _ => Err(Error::Kind {
            op,
            found: "numbers".to_owned(),
            expected: "text",
            remedy: REMEDY,
        }),
    }
}

/// A column that must be text.
pub(super) fn text<'a>(op: &'static str, name: &str, column: &'a Column) -> Result<&'a TextColumn> {
    match column {
        Column::Text(text) => Ok(text),
        Column::Number(_) => Err(Error::Column {
            op,
            column: name.to_owned(),
            problem: "holds numbers where text is needed; leave it to another transformer".to_owned(),
        }),
    }
}

/// The column of this name, which must be text.
#[cfg(feature = "mail")]
pub(super) fn named<'a>(op: &'static str, table: &'a Table, name: &str) -> Result<&'a TextColumn> {
    let column = table.get(name).ok_or_else(|| Error::Column {
        op,
        column: name.to_owned(),
        problem: format!("is missing; the table has: {}", table.names().join(", ")),
    })?;
    text(op, name, column)
}

/// What `function` makes of every distinct text that some row has, by code.
pub(super) fn each<T: Send>(column: &TextColumn, function: impl Fn(&str) -> T + Sync) -> Vec<Option<T>> {
    // A selection of rows shares the list of all texts, most of which it may not have.
    let mut used = vec![false; column.values.len()];
    for &code in column.codes.iter() {
        if let Some(used) = used.get_mut(code as usize) {
            *used = true;
        }
    }
    let one = |(text, &used): (&String, &bool)| used.then(|| function(text));
    column.values.par_iter().zip(&used).map(one).collect()
}

/// Every text of a column through `function`; missing ones stay missing.
pub(super) fn map(column: &TextColumn, function: impl Fn(&str) -> String + Sync) -> TextColumn {
    let values = each(column, function);
    TextColumn::collect(
        column
            .codes
            .iter()
            .map(|&code| values.get(code as usize)?.as_ref()),
    )
}

//! Which columns a transformer is for.

use std::ops::Range;

use ml_core::{Error, Result, check};
use serde::{Deserialize, Serialize};

use super::schema::{Schema, missing};

/// A choice of columns: by name, by position or by type.
///
/// Made from `["a", "b"]`, `"a"`, `[0, 3]`, `0..3` and vectors of names or positions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Columns {
    /// Columns of these names.
    Names(Vec<String>),
    /// Columns at these positions, from 0.
    Indices(Vec<usize>),
    /// All columns of numbers.
    Numbers,
    /// All columns of text.
    Text,
}

macro_rules! columns_from {
    ($($from:ty $(, const $n:ident)? => |$value:ident| $expression:expr);* $(;)?) => { $(
        impl $(<const $n: usize>)? From<$from> for Columns {
            fn from($value: $from) -> Self {
                $expression
            }
        }
    )* };
}
columns_from! {
    &str => |name| Self::Names(vec![name.to_owned()]);
    &[&str] => |names| Self::Names(names.iter().map(|&name| name.to_owned()).collect());
    [&str; N], const N => |names| Self::from(names.as_slice());
    &[&str; N], const N => |names| Self::from(names.as_slice());
    Vec<&str> => |names| Self::from(names.as_slice());
    Vec<String> => |names| Self::Names(names);
    &[String] => |names| Self::Names(names.to_vec());
    usize => |index| Self::Indices(vec![index]);
    &[usize] => |indices| Self::Indices(indices.to_vec());
    [usize; N], const N => |indices| Self::Indices(indices.to_vec());
    Vec<usize> => |indices| Self::Indices(indices);
    Range<usize> => |indices| Self::Indices(indices.collect());
}

impl Columns {
    /// The positions of the chosen columns.
    ///
    /// # Errors
    /// A name or position that does not exist, or one that is listed twice.
    pub(crate) fn resolve(&self, op: &'static str, schema: &Schema) -> Result<Vec<usize>> {
        let all = 0..schema.n_columns();
        let chosen: Vec<usize> = match self {
            Self::Numbers => all.filter(|&j| !schema.is_text(j)).collect(),
            Self::Text => all.filter(|&j| schema.is_text(j)).collect(),
            Self::Indices(indices) => {
                let domain = format!("the position of a column, below {}", schema.n_columns());
                for &j in indices {
                    check::parameter("columns", j, all.contains(&j), &domain)?;
                }
                indices.clone()
            }
            Self::Names(names) => positions(op, names, schema)?,
        };
        match (1..chosen.len()).find(|&k| chosen[..k].contains(&chosen[k])) {
            None => Ok(chosen),
            Some(k) => Err(Error::Column {
                op,
                column: schema.names_or_numbers()[chosen[k]].clone(),
                problem: "is listed twice for one transformer; list it once".to_owned(),
            }),
        }
    }
}

fn positions(op: &'static str, wanted: &[String], schema: &Schema) -> Result<Vec<usize>> {
    let Some(names) = schema.names() else {
        return Err(Error::Kind {
            op,
            found: format!("an array without column names, and the columns {wanted:?}"),
            expected: "a table",
            remedy: "give a table, name the columns (Features::with_names), or list positions",
        });
    };
    let find = |name: &String| {
        let found = names.iter().position(|n| n == name);
        found.ok_or_else(|| missing(op, name, names))
    };
    wanted.iter().map(find).collect()
}

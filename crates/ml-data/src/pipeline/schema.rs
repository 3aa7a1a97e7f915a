//! The columns that fit saw, and whether later ones agree.

use std::borrow::Cow;

use ml_core::{Column, Error, Features, Result, check};
use serde::{Deserialize, Serialize};

/// Names, if there were any, and types of the columns at fit.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Schema {
    names: Option<Vec<String>>,
    /// Whether a column holds text.
    text: Vec<bool>,
}

impl Schema {
    pub(crate) fn of(x: &Features) -> Self {
        let text = match x {
            Features::Table(table) => {
                let is_text = |c: &Column| matches!(c, Column::Text(_));
                table.columns().iter().map(is_text).collect()
            }
            other => vec![false; other.n_columns()],
        };
        Self {
            names: x.names().map(<[String]>::to_vec),
            text,
        }
    }

    pub(crate) fn n_columns(&self) -> usize {
        self.text.len()
    }

    pub(crate) fn names(&self) -> Option<&[String]> {
        self.names.as_deref()
    }

    pub(crate) fn is_text(&self, column: usize) -> bool {
        self.text[column]
    }

    /// The names; unnamed columns are called `x0`, `x1`, ...
    pub(crate) fn names_or_numbers(&self) -> Cow<'_, [String]> {
        match &self.names {
            Some(names) => Cow::Borrowed(names),
            None => (0..self.n_columns()).map(|j| format!("x{j}")).collect(),
        }
    }

    /// `x` with its columns in the order of fit.
    ///
    /// # Errors
    /// [`Error::Column`] for a missing, additional or differently typed column,
    /// [`Error::ColumnCount`] where there are no names to tell which.
    pub(crate) fn align(&self, op: &'static str, x: Features) -> Result<Features> {
        let x = match (self.names(), x.names()) {
            (Some(before), Some(now)) if before != now => {
                let order = order(op, before, now)?;
                x.select_columns(&order)
            }
            _ => x,
        };
        check::columns(op, self.n_columns(), x.n_columns())?;
        self.check_types(op, &x)?;
        Ok(x)
    }

    fn check_types(&self, op: &'static str, x: &Features) -> Result<()> {
        let now = Self::of(x).text;
        let kind = |text: bool| if text { "text" } else { "numbers" };
        match (0..now.len()).find(|&j| now[j] != self.text[j]) {
            None => Ok(()),
            Some(j) => Err(Error::Column {
                op,
                column: self.names_or_numbers()[j].clone(),
                problem: format!(
                    "held {} at fit and holds {} now; convert it as for fit",
                    kind(self.text[j]),
                    kind(now[j])
                ),
            }),
        }
    }
}

/// Where every column of fit is now.
fn order(op: &'static str, before: &[String], now: &[String]) -> Result<Vec<usize>> {
    let find = |name: &String| {
        let found = now.iter().position(|n| n == name);
        found.ok_or_else(|| missing(op, name, now))
    };
    let order: Vec<usize> = before.iter().map(find).collect::<Result<_>>()?;
    match now.iter().find(|name| !before.contains(name)) {
        None => Ok(order),
        Some(extra) => Err(Error::Column {
            op,
            column: extra.clone(),
            problem: format!("was not there at fit; drop it (fit saw: {})", before.join(", ")),
        }),
    }
}

/// The error for a column that is not there.
pub(crate) fn missing(op: &'static str, name: &str, names: &[String]) -> Error {
    Error::Column {
        op,
        column: name.to_owned(),
        problem: format!("is missing; the data has: {}", names.join(", ")),
    }
}

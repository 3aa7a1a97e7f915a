//! The categories of columns, and every row's position among them.

use ml_core::{
    Column, Error, Features, Result, TextColumn, check,
    ndarray::{Array1, ArrayView1},
};
use rayon::prelude::*;

use super::{Scalar, numbers::not_empty, quantile::order};

/// The code of a row whose category was not seen at fit.
pub(crate) const UNKNOWN: u32 = u32::MAX;

/// The columns of any features, whole and one after the other.
pub(crate) fn columns_of(op: &'static str, x: &Features) -> Result<Vec<Column>> {
    Ok(match x {
        Features::Table(table) => table.columns().to_vec(),
        other => {
            let dense = other.dense(op)?;
            let column = |c: ArrayView1<'_, f64>| Column::Number(c.to_owned().into_shared());
            dense.columns().into_iter().map(column).collect()
        }
    })
}

/// The sorted categories of every column: the given ones, or those that occur.
///
/// # Errors
/// Empty data; a list of categories that is not one a column, holds a category twice, or is not
/// sorted though it holds numbers; a value that the given categories lack, with this `remedy`: `None`
/// accepts it.
pub(crate) fn learn(
    op: &'static str,
    x: &Features,
    given: Option<&[Vec<Scalar>]>,
    remedy: Option<&'static str>,
) -> Result<Vec<Vec<Scalar>>> {
    not_empty(op, x)?;
    let columns = columns_of(op, x)?;
    let Some(given) = given else {
        return Ok(columns.par_iter().map(occurring).collect());
    };
    check_given(given, x.n_columns())?;
    if let Some(remedy) = remedy {
        for (j, (column, categories)) in columns.iter().zip(given).enumerate() {
            let codes = encode(column, categories);
            refuse_unknown((op, remedy), &x.names_or_numbers()[j], column, &codes)?;
        }
    }
    Ok(given.to_vec())
}

fn check_given(given: &[Vec<Scalar>], n_columns: usize) -> Result<()> {
    let lengths: Vec<usize> = given.iter().map(Vec::len).collect();
    check::parameter(
        "categories",
        format!("{} lists", given.len()),
        given.len() == n_columns,
        &format!("one list for each of the {n_columns} columns"),
    )?;
    check::parameter(
        "categories",
        format!("{lengths:?} categories"),
        !lengths.contains(&0),
        "at least one category a column",
    )?;
    for list in given {
        let mut sorted = list.clone();
        sorted.sort();
        let twice = sorted.windows(2).find(|pair| pair[0] == pair[1]);
        check::parameter(
            "categories",
            twice.map_or(String::new(), |pair| pair[0].to_string()),
            twice.is_none(),
            "different from each other within a column",
        )?;
    }
    Ok(())
}

/// The categories that occur, ascending; a missing value is the last category.
fn occurring(column: &Column) -> Vec<Scalar> {
    let (mut found, missing): (Vec<Scalar>, bool) = match column {
        Column::Number(values) => {
            let found = distinct(values.view());
            let missing = values.iter().any(|v| v.is_nan());
            (found.into_iter().map(Scalar::Number).collect(), missing)
        }
        Column::Text(text) => {
            // After a choice of rows the list may hold values that no row has.
            let mut used = vec![false; text.values.len()];
            for &code in text.codes.iter() {
                if let Some(used) = used.get_mut(code as usize) {
                    *used = true;
                }
            }
            let values = text.values.iter().zip(&used);
            let mut found: Vec<Scalar> = values
                .filter(|(_, used)| **used)
                .map(|(value, _)| value.as_str().into())
                .collect();
            found.sort();
            (found, text.codes.contains(&TextColumn::MISSING))
        }
    };
    if missing {
        found.push(Scalar::Missing);
    }
    found
}

/// The distinct numbers, ascending, without NaN.
fn distinct(values: ArrayView1<'_, f64>) -> Vec<f64> {
    // Categories are few: sorting chunk by chunk never holds a copy of the whole column.
    let mut all: Vec<f64> = Vec::new();
    for chunk in values.axis_chunks_iter(ml_core::ndarray::Axis(0), 1 << 16) {
        all.extend(chunk.iter().filter(|v| !v.is_nan()));
        all.sort_unstable_by(order);
        all.dedup();
    }
    all
}

/// The position of every row's value among `categories`, or [`UNKNOWN`].
pub(crate) fn encode(column: &Column, categories: &[Scalar]) -> Vec<u32> {
    let position = |value: &Scalar| {
        let found = categories.iter().position(|c| c == value);
        found.map_or(UNKNOWN, |p| p as u32)
    };
    let missing = position(&Scalar::Missing);
    match column {
        Column::Text(text) => {
            let of_value: Vec<u32> = if text.values.len().min(categories.len()) < 32 {
                text.values.iter().map(|v| position(&v.as_str().into())).collect()
            } else {
                let known = categories
                    .iter()
                    .zip(0..)
                    .collect::<std::collections::BTreeMap<_, u32>>();
                let find = |v: &String| known.get(&Scalar::from(v.as_str())).copied();
                text.values.iter().map(|v| find(v).unwrap_or(UNKNOWN)).collect()
            };
            let code = |c: &u32| match *c {
                TextColumn::MISSING => missing,
                c => of_value[c as usize],
            };
            text.codes.iter().map(code).collect()
        }
        Column::Number(values) => {
            let mut known: Vec<(f64, u32)> = categories
                .iter()
                .zip(0..)
                .filter_map(|(category, code)| match category {
                    Scalar::Number(number) => Some((*number, code)),
                    _ => None,
                })
                .collect();
            known.sort_unstable_by(|a, b| order(&a.0, &b.0));
            let code = |&v: &f64| {
                if v.is_nan() {
                    return missing;
                }
                match known.binary_search_by(|(category, _)| order(category, &v)) {
                    Ok(found) => known[found].1,
                    Err(_) => UNKNOWN,
                }
            };
            values.iter().map(code).collect()
        }
    }
}

/// The codes of every column, in parallel.
pub(crate) fn encode_all(columns: &[Column], categories: &[Vec<Scalar>]) -> Vec<Vec<u32>> {
    columns
        .par_iter()
        .zip(categories)
        .map(|(column, categories)| encode(column, categories))
        .collect()
}

/// An error that names the first row of an unknown category, if there is one; `remedy` speaks of the
/// encoder's own hyperparameters.
pub(crate) fn refuse_unknown(
    (op, remedy): (&'static str, &'static str),
    name: &str,
    column: &Column,
    codes: &[u32],
) -> Result<()> {
    let Some(row) = codes.iter().position(|&code| code == UNKNOWN) else {
        return Ok(());
    };
    Err(Error::UnknownCategory {
        op,
        column: name.to_owned(),
        category: cell(column, row).to_string(),
        row,
        remedy,
    })
}

/// The value of one row.
fn cell(column: &Column, row: usize) -> Scalar {
    match column {
        Column::Number(values) => values[row].into(),
        Column::Text(text) => text.get(row).map_or(Scalar::Missing, Scalar::from),
    }
}

/// Refuses a column of text where fit saw numbers, and the other way round.
pub(crate) fn check_kinds(
    op: &'static str,
    x: &Features,
    columns: &[Column],
    categories: &[Vec<Scalar>],
) -> Result<()> {
    for (j, (column, categories)) in columns.iter().zip(categories).enumerate() {
        let before = match categories.first() {
            Some(Scalar::Number(_)) => "numbers",
            Some(Scalar::Text(_)) => "text",
            _ => continue,
        };
        if column.kind() != before {
            return Err(Error::Column {
                op,
                column: x.names_or_numbers()[j].clone(),
                problem: format!(
                    "held {before} at fit and holds {} now; convert it as for fit",
                    column.kind()
                ),
            });
        }
    }
    Ok(())
}

/// A column of the categories at these codes; `None` is missing.
pub(crate) fn decode(categories: &[Scalar], codes: &[Option<usize>]) -> Column {
    let is_text = categories.iter().any(|c| matches!(c, Scalar::Text(_)));
    let category = |code: &Option<usize>| code.and_then(|code| categories.get(code));
    if !is_text {
        let number = |code: &Option<usize>| match category(code) {
            Some(Scalar::Number(number)) => *number,
            _ => f64::NAN,
        };
        return Column::Number(codes.iter().map(number).collect::<Array1<f64>>().into_shared());
    }
    Column::Text(TextColumn::collect(codes.iter().map(|code| {
        match category(code) {
            Some(Scalar::Text(text)) => Some(text.as_str()),
            _ => None,
        }
    })))
}

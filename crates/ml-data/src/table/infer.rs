//! Types of columns that were read as text.

use std::borrow::Cow;

use polars::prelude::{Column, DataType, StringChunked};

/// A column of text as integers, numbers or booleans if each of its cells is one or missing.
///
/// A column without any cell becomes numbers: text that never shows is of no use.
pub(super) fn typed(column: Column, thousands: Option<char>) -> Column {
    let Ok(cells) = column.str() else { return column };
    if cells.is_empty() {
        return column;
    }
    if cells.null_count() == cells.len() {
        return Column::full_null(column.name().clone(), cells.len(), &DataType::Float64);
    }
    let name = || column.name().clone();
    if let Some(values) = read_all(cells, |cell| without(cell, thousands).parse::<i64>().ok()) {
        return Column::new(name(), values);
    }
    if let Some(values) = read_all(cells, |cell| without(cell, thousands).parse::<f64>().ok()) {
        return Column::new(name(), values);
    }
    if let Some(values) = read_all(cells, boolean) {
        return Column::new(name(), values);
    }
    column
}

/// Every cell as what `read` makes of it; none if there is a cell that it does not understand.
fn read_all<T>(cells: &StringChunked, read: impl Fn(&str) -> Option<T>) -> Option<Vec<Option<T>>> {
    cells
        .iter()
        .map(|cell| match cell {
            Some(cell) => read(cell).map(Some),
            None => Some(None),
        })
        .collect()
}

fn boolean(cell: &str) -> Option<bool> {
    let is = |word: &str| cell.eq_ignore_ascii_case(word);
    if is("true") {
        Some(true)
    } else {
        is("false").then_some(false)
    }
}

/// A cell without spaces around it and without marks between the digits of its integer part.
fn without(cell: &str, thousands: Option<char>) -> Cow<'_, str> {
    let cell = cell.trim();
    let Some(mark) = thousands.filter(|&mark| cell.contains(mark)) else {
        return cell.into();
    };
    let digit = |c: Option<char>| c.is_some_and(|c| c.is_ascii_digit());
    let groups = |(at, _): (usize, &str)| {
        let (before, after) = (&cell[..at], &cell[at + mark.len_utf8()..]);
        digit(before.chars().next_back()) && digit(after.chars().next()) && !before.contains('.')
    };
    if cell.match_indices(mark).all(groups) {
        cell.replace(mark, "").into()
    } else {
        cell.into()
    }
}

#[cfg(test)]
mod tests {
    use super::without;

    #[test]
    fn a_mark_is_dropped_only_between_digits_of_the_integer_part() {
        let plain = |cell| without(cell, Some(','));
        assert_eq!(plain(" 1,234,567.5 "), "1234567.5");
        assert_eq!(plain("1.234,5"), "1.234,5");
        assert_eq!(plain("Oslo, Norway"), "Oslo, Norway");
        assert_eq!(plain(",5"), ",5");
        assert_eq!(without("1,5", None), "1,5");
    }
}

//! Comma-separated files into [`Table`], without a data frame.

use std::path::Path;

use ml_core::{Column, Table, TextColumn, ndarray::Array1};

use super::files::{damaged, text};
use crate::registry::Result;

/// Reads a file with a header line. A column of numbers (empty cells are missing, NaN) becomes numbers,
/// any other becomes text (empty cells are missing).
pub(super) fn read_table(path: &Path) -> Result<Table> {
    parse_table(path, &text(path)?)
}

fn parse_table(path: &Path, text: &str) -> Result<Table> {
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let names = reader
        .headers()
        .map_err(|e| damaged(path, e.to_string()))?
        .clone();
    let mut cells = vec![Vec::new(); names.len()];
    for record in reader.records() {
        let record = record.map_err(|e| damaged(path, e.to_string()))?;
        for (column, cell) in cells.iter_mut().zip(&record) {
            column.push(cell.to_owned());
        }
    }
    let columns = names
        .iter()
        .map(str::to_owned)
        .zip(cells.iter().map(|cells| column(cells)));
    Table::new(columns).map_err(|e| damaged(path, e.to_string()))
}

fn column(cells: &[String]) -> Column {
    let number = |cell: &String| {
        if cell.is_empty() {
            Some(f64::NAN)
        } else {
            cell.trim().parse().ok()
        }
    };
    match cells.iter().map(number).collect::<Option<Vec<f64>>>() {
        Some(numbers) => Column::Number(Array1::from(numbers).into_shared()),
        None => Column::Text(TextColumn::collect(
            cells.iter().map(|c| Some(c).filter(|c| !c.is_empty())),
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_columns_of_one_name_are_refused_by_the_name_of_the_file() {
        let error = parse_table(Path::new("t.csv"), ",,\n").unwrap_err().to_string();
        assert!(
            error.contains("t.csv") && error.contains("comes twice"),
            "{error}"
        );
    }

    #[test]
    fn types_are_inferred_and_gaps_kept() {
        let text = "a,b\n1,x\n,\"y, z\"\n-2.5,\n";
        let table = parse_table(Path::new("t.csv"), text).unwrap();
        assert_eq!(
            (table.n_rows(), table.names()),
            (3, &["a".to_owned(), "b".to_owned()][..])
        );
        let (Some(Column::Number(a)), Some(Column::Text(b))) = (table.get("a"), table.get("b")) else {
            panic!("{table:?}")
        };
        assert!(a[0] == 1.0 && a[1].is_nan() && a[2] == -2.5);
        assert_eq!(b.iter().collect::<Vec<_>>(), [Some("x"), Some("y, z"), None]);
    }

    #[test]
    fn a_short_row_is_named() {
        let error = parse_table(Path::new("t.csv"), "a,b\n1,2\n3\n")
            .unwrap_err()
            .to_string();
        assert!(
            error.starts_with("t.csv: ") && error.contains("line: 3"),
            "{error}"
        );
    }
}

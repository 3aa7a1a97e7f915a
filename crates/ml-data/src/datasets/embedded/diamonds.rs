//! Prices of diamonds.

use ml_core::{Column, Table, TextColumn, ndarray::Array1};

use super::archive;

const FILE: &[u8] = include_bytes!("../../../../../datasets/embedded/diamonds.csv.gz");
/// The columns of text: grades from worst to best are `cut` Fair, Good, Very Good, Premium, Ideal;
/// `color` J to D; `clarity` I1, SI2, SI1, VS2, VS1, VVS2, VVS1, IF.
const TEXT: [&str; 3] = ["cut", "color", "clarity"];

/// 53,940 round-cut diamonds: weight, grades, measures and price in US dollars.
///
/// Columns: `carat`, `cut`, `color`, `clarity` (the last three are text), `depth` and `table` in
/// percent, `price`, and `x`, `y`, `z` in mm. Nothing is missing, but 20 stones have a measure of 0.
///
/// Source: `diamonds` of ggplot2.
///
/// # Examples
/// ```
/// use ml_core::Column;
///
/// let diamonds = ml_data::datasets::diamonds();
/// assert_eq!((diamonds.n_rows(), diamonds.n_columns()), (53_940, 10));
/// let Some(Column::Text(cut)) = diamonds.get("cut") else { panic!("cut is text") };
/// assert_eq!(cut.get(0), Some("Ideal"));
/// ```
pub fn diamonds() -> Table {
    let why = "the archive is part of the crate, and a test reads it";
    let text = archive::text(FILE);
    let mut reader = csv::Reader::from_reader(&text[..]);
    let names: Vec<String> = reader.headers().expect(why).iter().map(str::to_owned).collect();
    let records: Vec<csv::StringRecord> = reader.records().collect::<Result<_, _>>().expect(why);
    let columns = names.into_iter().enumerate().map(|(i, name)| {
        let cells = records.iter().map(|record| &record[i]);
        let column = if TEXT.contains(&name.as_str()) {
            Column::Text(TextColumn::collect(cells.map(Some)))
        } else {
            let numbers: Array1<f64> = cells.map(|cell| archive::number(cell.as_bytes())).collect();
            Column::Number(numbers.into_shared())
        };
        (name, column)
    });
    Table::new(columns).expect(why)
}

/// As [`diamonds`], as a data frame.
///
/// # Examples
/// ```
/// assert_eq!(ml_data::datasets::diamonds_frame().shape(), (53_940, 10));
/// ```
#[cfg(feature = "tables")]
pub fn diamonds_frame() -> polars::frame::DataFrame {
    crate::table::parse_csv(archive::text(FILE), &crate::table::CsvOptions::default())
        .expect("the archive is part of the crate, and a test reads it")
}

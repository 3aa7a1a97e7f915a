//! What chapter 2 does with data frames.

use ml::data::{
    polars::prelude::{BooleanChunked, DataFrame, IntoColumn, NamedFrom, NewChunkedArray, Series},
    table::{numbers, select_rows},
};

fn frame() -> DataFrame {
    let columns = [("id", [10.0, 20.0, 30.0]), ("value", [1.0, 2.0, 3.0])];
    let columns = columns.map(|(name, values)| Series::new(name.into(), values.to_vec()).into_column());
    DataFrame::new(3, columns.to_vec()).unwrap()
}

fn values(frame: &DataFrame) -> Vec<f64> {
    numbers(frame, "value").unwrap().to_vec()
}

#[test]
fn rows_are_chosen_by_position_label_and_mask() {
    let frame = frame();
    assert_eq!(values(&select_rows(&frame, &[2, 0]).unwrap()), [3.0, 1.0]);
    let mask = |chosen: Vec<bool>| BooleanChunked::from_slice("".into(), &chosen);
    let labelled = numbers(&frame, "id")
        .unwrap()
        .iter()
        .map(|&id| id == 20.0)
        .collect();
    assert_eq!(values(&frame.filter(&mask(labelled)).unwrap()), [2.0]);
    let inverse = !&mask(vec![true, false, false]);
    assert_eq!(values(&frame.filter(&inverse).unwrap()), [2.0, 3.0]);
}

#[test]
fn exploring_a_copy_leaves_the_original_alone() {
    let original = frame();
    let mut copy = original.clone();
    let doubled = numbers(&copy, "value").unwrap() * 2.0;
    copy.with_column(Series::new("value".into(), doubled.to_vec()).into_column())
        .unwrap();
    assert_eq!(values(&copy), [2.0, 4.0, 6.0]);
    assert_eq!(values(&original), [1.0, 2.0, 3.0]);
}

#[test]
fn a_helper_column_is_dropped_from_several_tables_in_place() {
    let (mut train, mut test) = (frame(), frame());
    for set in [&mut train, &mut test] {
        set.drop_in_place("id").unwrap();
    }
    assert_eq!(
        (train.width(), test.width(), values(&test)),
        (1, 1, vec![1.0, 2.0, 3.0])
    );
}

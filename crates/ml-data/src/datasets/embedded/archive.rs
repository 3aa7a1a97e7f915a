//! Reading the archives that `make.py` wrote.

use std::io::Read;

use flate2::read::GzDecoder;
use ml_core::ndarray::{Array2, s};

use super::Labelled;

/// Why nothing in here can fail at run time.
const TESTED: &str = "embedded archives are part of the crate, and tests read each of them";

/// The decompressed text.
pub(super) fn text(archive: &[u8]) -> Vec<u8> {
    let mut text = Vec::new();
    GzDecoder::new(archive).read_to_end(&mut text).expect(TESTED);
    text
}

/// Header and cells of a set of numbers whose last column is the target.
pub(super) fn labelled(archive: &[u8]) -> Labelled<f64> {
    let text = text(archive);
    let mut reader = csv::Reader::from_reader(&text[..]);
    let mut feature_names: Vec<String> = reader
        .headers()
        .expect(TESTED)
        .iter()
        .map(str::to_owned)
        .collect();
    let width = feature_names.len();
    feature_names.pop();

    let mut cells: Vec<f64> = Vec::new();
    for record in reader.byte_records() {
        let record = record.expect(TESTED);
        cells.extend(record.iter().map(number));
    }
    let cells = Array2::from_shape_vec((cells.len() / width, width), cells).expect(TESTED);
    Labelled {
        features: cells.slice(s![.., ..width - 1]).to_owned(),
        target: cells.column(width - 1).to_owned(),
        feature_names,
        target_names: Vec::new(),
    }
}

/// The same with a class in the last column.
pub(super) fn classes(archive: &[u8], target_names: &[&str]) -> Labelled {
    let set = labelled(archive);
    Labelled {
        features: set.features,
        target: set.target.mapv(|class| class as i64),
        feature_names: set.feature_names,
        target_names: target_names.iter().map(|&name| name.to_owned()).collect(),
    }
}

/// The number in a cell.
pub(super) fn number(cell: &[u8]) -> f64 {
    std::str::from_utf8(cell).expect(TESTED).parse().expect(TESTED)
}

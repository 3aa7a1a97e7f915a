//! Chorales by J. S. Bach.

use std::path::Path;

use ml_core::ndarray::Array2;

use super::files::{bytes, damaged, list};
use crate::registry::{Cache, Result};

/// Notes that sound together: soprano, alto, tenor, bass.
const VOICES: usize = 4;

/// Chorales, as [`jsb_chorales`] reads them: each `[chords, 4]`, MIDI numbers of the notes of the four
/// voices, 0 for silence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chorales {
    /// 229 chorales to learn from.
    pub train: Vec<Array2<u8>>,
    /// 76 chorales to choose by.
    pub valid: Vec<Array2<u8>>,
    /// 77 chorales to test on.
    pub test: Vec<Array2<u8>>,
}

/// 382 chorales by J. S. Bach, of 100 to 640 chords.
///
/// Source: N. Boulanger-Lewandowski, Y. Bengio and P. Vincent, ICML (2012).
///
/// # Errors
/// Says how to get the data if it is missing; names the file that is damaged.
pub fn jsb_chorales() -> Result<Chorales> {
    jsb_chorales_in(&Cache::from_env()?)
}

/// As [`jsb_chorales`], from this cache.
///
/// # Errors
/// As [`jsb_chorales`].
pub fn jsb_chorales_in(cache: &Cache) -> Result<Chorales> {
    let read = |part| -> Result<Vec<Array2<u8>>> {
        let files = list(&cache.path("jsb-chorales", part)?, "csv")?;
        files.iter().map(|path| parse(path, &bytes(path)?)).collect()
    };
    Ok(Chorales {
        train: read("train")?,
        valid: read("valid")?,
        test: read("test")?,
    })
}

fn parse(path: &Path, file: &[u8]) -> Result<Array2<u8>> {
    let mut notes = Vec::new();
    let mut reader = csv::Reader::from_reader(file);
    let names = reader.headers().map_err(|e| damaged(path, e.to_string()))?.len();
    if names != VOICES {
        return Err(damaged(
            path,
            format!("the header names {names} voices, not {VOICES}"),
        ));
    }
    for record in reader.deserialize::<[u8; VOICES]>() {
        notes.extend(record.map_err(|e| damaged(path, e.to_string()))?);
    }
    let shape = (notes.len() / VOICES, VOICES);
    Ok(Array2::from_shape_vec(shape, notes).expect("each row adds four notes"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chords_are_rows() {
        let chorale = parse(
            Path::new("f"),
            b"note0,note1,note2,note3\n66,61,57,54\n0,61,57,54\n",
        )
        .unwrap();
        assert_eq!((chorale.dim(), chorale[[1, 0]], chorale[[0, 3]]), ((2, 4), 0, 54));
        let error = parse(Path::new("f"), b"a,b,c,d\n66,61,57,x\n")
            .unwrap_err()
            .to_string();
        assert!(error.contains("line: 2"), "{error}");
    }
}

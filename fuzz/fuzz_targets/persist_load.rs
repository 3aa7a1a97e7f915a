//! Loads arbitrary bytes as a saved value; see `fuzz/README.md`.
#![no_main]

use std::{
    any::Any,
    collections::{BTreeMap, HashMap},
};

use libfuzzer_sys::fuzz_target;
use ml_core::{Features, Model, Persist, Result, Target, ndarray::Array1, ndarray::Array2};
use ml_fuzz::forge;
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, Serialize, Deserialize)]
struct Constant {
    value: f64,
}

#[ml_core::typetag::serde]
impl Model for Constant {
    fn name(&self) -> String {
        "Constant".to_owned()
    }

    fn predict_features(&self, x: &Features) -> Result<Target> {
        Ok(Array1::from_elem(x.n_rows(), self.value).into())
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

#[derive(Debug, Clone, Serialize, Deserialize)]
struct Chain {
    steps: Vec<(String, Box<dyn Model>)>,
    last: Option<Box<dyn Model>>,
}

#[ml_core::typetag::serde]
impl Model for Chain {
    fn name(&self) -> String {
        "Chain".to_owned()
    }

    fn predict_features(&self, x: &Features) -> Result<Target> {
        Ok(vec![0.0; x.n_rows()].into())
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

#[derive(Debug, Clone, Serialize, Deserialize)]
enum Choice {
    Nothing,
    Count(u64),
    Pair(i8, char),
    Named { share: f32, deeper: Option<Box<Choice>> },
}

/// One of everything that models are made of.
#[derive(Debug, Serialize, Deserialize)]
struct Everything {
    text: String,
    maybe: Option<Vec<i64>>,
    sorted: BTreeMap<String, Vec<u8>>,
    hashed: HashMap<u64, f32>,
    choices: Vec<Choice>,
    nothing: Vec<()>,
    matrix: Array2<f64>,
    vector: Array1<u32>,
    wide: (u128, i128, bool, [u16; 3]),
    model: Box<dyn Model>,
}

impl Persist for Everything {
    const TYPE_NAME: &'static str = "fuzz::Everything";
}

fuzz_target!(|bytes: &[u8]| {
    let _ = Everything::from_bytes(bytes);
    let _ = <Box<dyn Model>>::from_bytes(&forge("ml_core::Model", bytes));
    if let Ok(value) = Everything::from_bytes(&forge("fuzz::Everything", bytes)) {
        // What was read can be written, and reads the same again.
        let again = value
            .to_bytes()
            .expect("a value that was read is no deeper than allowed");
        let again = Everything::from_bytes(&again).expect("a value that was written can be read");
        assert_eq!(value.matrix.dim(), again.matrix.dim());
        assert_eq!(value.text, again.text);
    }
});

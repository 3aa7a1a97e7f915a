//! Small sets that are part of the crate: no network, no files, no errors.
//!
//! Their sources and licences stand in `datasets/embedded/README.md`.

mod archive;
mod breast_cancer;
mod diabetes;
mod diamonds;
mod digits;
mod images;
mod iris;
mod wine;

pub use breast_cancer::breast_cancer;
pub use diabetes::{diabetes, diabetes_raw};
pub use diamonds::diamonds;
#[cfg(feature = "tables")]
pub use diamonds::diamonds_frame;
pub use digits::digits;
pub use images::{china, flower};
pub use iris::iris;
pub use wine::wine;

use ml_core::ndarray::{Array1, Array2};

/// A data set of numbers with its target: classes (`i64`) by default, `f64` for regression.
#[derive(Debug, Clone, PartialEq)]
pub struct Labelled<T = i64> {
    /// `[rows, features]`.
    pub features: Array2<f64>,
    /// One a row: the number of its class, or the value to predict.
    pub target: Array1<T>,
    /// What the columns of `features` are called.
    pub feature_names: Vec<String>,
    /// What the classes are called, by their number; empty for regression.
    pub target_names: Vec<String>,
}

//! Typed data sets: embedded, fetched and generated.

mod embedded;
pub mod generators;

#[cfg(feature = "tables")]
pub use embedded::diamonds_frame;
pub use embedded::{
    Labelled, breast_cancer, china, diabetes, diabetes_raw, diamonds, digits, flower, iris, wine,
};

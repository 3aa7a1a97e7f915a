#![doc = include_str!("../README.md")]

pub mod datasets;
pub mod input;
mod learn;
mod persist;
pub mod pipeline;
pub mod preprocess;
pub mod quality;
pub mod registry;
pub mod split;
#[cfg(feature = "tables")]
pub mod table;
pub mod text;

pub use input::{IntoFeatures, IntoTarget};
/// The data frames of [`table`]; use this one, so that versions cannot differ.
#[cfg(feature = "tables")]
pub use polars;

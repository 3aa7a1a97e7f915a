#![doc = include_str!("../README.md")]

pub mod baseline;
pub mod ensemble;
pub mod linear;
pub mod metrics;
pub mod model_selection;
pub mod neighbors;
pub mod tree;

#![doc = include_str!("../README.md")]

pub mod baseline;
mod class_weight;
pub mod ensemble;
#[cfg(test)]
mod heard;
pub mod linear;
pub mod metrics;
pub mod model_selection;
pub mod multiclass;
pub mod naive_bayes;
pub mod neighbors;
mod outputs;
pub mod production;
mod response;
pub mod solve;
pub mod tree;
mod wrapper;

pub use class_weight::ClassWeight;
pub use response::Response;

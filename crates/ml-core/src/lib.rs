#![doc = include_str!("../README.md")]

pub mod autodiff;
mod axes;
pub mod check;
pub mod dtype;
pub mod error;
pub mod estimator;
pub mod features;
pub mod float;
pub mod graph;
mod kernels;
pub mod label;
pub mod linalg;
pub mod observer;
pub mod ops;
pub mod params;
pub mod persist;
pub mod random;
mod shape;
pub mod special;
pub mod strings;
pub mod structures;
pub mod tensor;

pub use dtype::DType;
pub use error::{Error, Result};
pub use estimator::{
    DecisionFunction, Estimator, Fit, FitContext, FittedTransformer, InverseTransform, Model, PartialFit,
    Predict, PredictProba, Score, Task, Transform, Transformer,
};
pub use features::{Column, Features, Table, Target, TextColumn};
pub use float::Float;
pub use kernels::simd::prefetch;
pub use label::Label;
pub use observer::Observer;
pub use params::Params;
pub use persist::Persist;
pub use random::{NumpyRng, Rng, Seed};
pub use shape::Shape;
pub use tensor::Tensor;

/// The `ndarray` that every interface here speaks; use this one, so that versions cannot differ.
pub use ndarray;
/// The sparse matrices that every interface here speaks.
pub use sprs;
/// What the registration macros of [`estimator`] expand to.
#[doc(hidden)]
pub use typetag;

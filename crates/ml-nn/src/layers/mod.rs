//! Layers: what they are made of, and those that are ready.
//!
//! A layer is plain data, [`Layer`]; building it for the shape of its inputs makes weights and a [`Module`] that
//! computes. A [`LayerRef`] is a layer in use: a handle with a name, whose clones are one layer with one set of
//! weights.
//!
//! | file | what |
//! |---|---|
//! | `layer` | the two traits |
//! | `handle` | a layer in use, shared by its clones |
//! | `scope` | where a layer gets its weights and its parts |
//! | `context` | mode, random numbers, further losses: what a call gets beside its inputs |
//! | the others | one file a layer |
//!
//! *To add one:* a file with the struct, `#[typetag::serde] impl Layer`, and a line below.

mod context;
mod handle;
mod layer;
mod scope;

mod activation;
mod batch_normalization;
mod concatenate;
mod dense;
mod dropout;
mod flatten;
mod input;
mod lambda;

pub use context::{Context, Mode};
pub use handle::{IntoLayer, LayerRef};
pub use layer::{Layer, Module, unary};
pub use scope::{Scope, Weight, WeightSpec};

pub(crate) use context::Logits;
pub(crate) use handle::{batch_spec, not_built, outputs_for, trial_outputs};
pub(crate) use scope::Builder;

pub use activation::ActivationLayer;
pub use batch_normalization::BatchNormalization;
pub use concatenate::Concatenate;
pub use dense::Dense;
pub use dropout::Dropout;
pub use flatten::Flatten;
pub use input::InputLayer;
pub use lambda::Lambda;

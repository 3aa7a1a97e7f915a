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
//! | `into_layer` | what can be used as one |
//! | `building` | how it gets its weights, and is called |
//! | `stored` | what a file holds of it |
//! | `scope` | where a layer gets its weights and its parts |
//! | `weight` | what a layer asks for, and what it gets |
//! | `context` | mode, random numbers, further losses: what a call gets beside its inputs |
//! | `merge` | layers that join several inputs number by number |
//! | `relu` | rectifiers with hyperparameters |
//! | the others | one file a layer |
//!
//! *To add one:* a file with the struct, `#[typetag::serde] impl Layer`, and a line below.

mod building;
mod context;
mod handle;
mod into_layer;
mod layer;
mod scope;
mod spread;
mod stored;
mod weight;

mod activation;
mod activity_regularization;
mod alpha_dropout;
mod batch_normalization;
mod concatenate;
mod dense;
mod dot;
mod dropout;
mod embedding;
mod flatten;
mod gaussian_noise;
mod input;
mod lambda;
mod layer_normalization;
mod merge;
mod normalization;
mod permute;
mod prelu;
mod relu;
mod repeat_vector;
mod reshape;
mod softmax;

pub use context::{Context, Mode};
pub use handle::LayerRef;
pub use into_layer::IntoLayer;
pub use layer::{Layer, Module, unary};
pub use scope::Scope;
pub use weight::{Weight, WeightSpec};

pub(crate) use building::{not_built, outputs_for, trial_outputs};
pub(crate) use context::Logits;
pub(crate) use into_layer::batch_spec;
pub(crate) use scope::Builder;
use spread::spread;

pub use activation::ActivationLayer;
pub use activity_regularization::ActivityRegularization;
pub use alpha_dropout::AlphaDropout;
pub use batch_normalization::BatchNormalization;
pub use concatenate::Concatenate;
pub use dense::Dense;
pub use dot::Dot;
pub use dropout::Dropout;
pub use embedding::Embedding;
pub use flatten::Flatten;
pub use gaussian_noise::GaussianNoise;
pub use input::InputLayer;
pub use lambda::Lambda;
pub use layer_normalization::LayerNormalization;
pub use merge::{Add, Average, Maximum, Minimum, Multiply, Subtract};
pub use normalization::Normalization;
pub use permute::Permute;
pub use prelu::PRelu;
pub use relu::{Elu, LeakyRelu, Relu};
pub use repeat_vector::RepeatVector;
pub use reshape::Reshape;
pub use softmax::Softmax;

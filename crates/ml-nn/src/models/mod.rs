//! Models: layers put together, and what trains them.
//!
//! | file | what |
//! |---|---|
//! | `sequential` | one layer after the other |
//! | `place` | layers applied to each other, before there is data |
//! | `functional` | any graph of layers without cycles |
//! | `model` | a network with names, weights, modes |
//! | `build` | how it gets its weights, and whether data fits |
//! | `ready` | how it gets its loss and optimizer, and is called |
//! | `compile` | loss, optimizer and metrics |
//! | `advice` | what `compile` warns of |
//! | `summary` | the table of layers |
//! | `dot` | the layers as a drawing |
//! | `config` | what a file holds beside weights |
//!
//! A model written as a Rust type is a [`Layer`](crate::layers::Layer) that builds layers of its own.

mod advice;
mod build;
mod compile;
mod config;
mod dot;
mod functional;
mod model;
mod place;
mod ready;
mod sequential;
mod summary;

pub use compile::Compile;
pub use functional::Functional;
pub use model::Model;
pub use place::{Input, Place, connect, connect_all};
pub use sequential::Sequential;

pub(crate) use compile::{Compiled, Output, repeated};

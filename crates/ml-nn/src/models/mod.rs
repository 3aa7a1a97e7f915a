//! Models: layers put together, and what trains them.
//!
//! | file | what |
//! |---|---|
//! | `sequential` | one layer after the other |
//! | `place` | layers applied to each other, before there is data |
//! | `functional` | any graph of layers without cycles |
//! | `model` | a network with names, weights, modes |
//! | `compile` | loss, optimizer and metrics |
//! | `advice` | what `compile` warns of |
//! | `summary` | the table of layers |
//! | `config` | what a file holds beside weights |
//!
//! A model written as a Rust type is a [`Layer`](crate::layers::Layer) that builds layers of its own.

mod advice;
mod compile;
mod config;
mod functional;
mod model;
mod place;
mod sequential;
mod summary;

pub use compile::Compile;
pub use functional::Functional;
pub use model::Model;
pub use place::{Input, Place, connect, connect_all};
pub use sequential::Sequential;

pub(crate) use compile::{Compiled, Output};

//! Public behaviour, one file a family.

mod baseline;
mod ensemble;
mod linear;
mod metrics;
mod model_selection;
mod neighbors;
mod production;
mod tree;

//! Public behaviour, one file a family.

mod baseline;
mod ensemble;
mod metrics;
mod tree;

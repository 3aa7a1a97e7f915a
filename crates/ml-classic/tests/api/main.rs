//! Public behaviour, one file a family.

mod baseline;
mod metrics;

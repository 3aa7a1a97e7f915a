//! The behaviour of this crate as its users see it.

mod embedded;
mod generators;
mod pipeline;
mod split;
#[cfg(feature = "tables")]
mod table;

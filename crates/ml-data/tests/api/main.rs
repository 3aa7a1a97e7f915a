//! The behaviour of this crate as its users see it.

mod embedded;
mod pipeline;
mod split;
#[cfg(feature = "tables")]
mod table;

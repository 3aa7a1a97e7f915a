//! The behaviour of this crate as its users see it.

mod embedded;
mod pipeline;
#[cfg(feature = "tables")]
mod table;

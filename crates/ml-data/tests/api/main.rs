//! The behaviour of this crate as its users see it.

mod embedded;
#[cfg(feature = "tables")]
mod table;

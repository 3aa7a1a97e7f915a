//! Public behaviour of `ml-core`.

mod persist;
mod random;

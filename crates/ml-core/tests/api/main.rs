//! Public behaviour of `ml-core`.

mod linalg;
mod persist;
mod random;

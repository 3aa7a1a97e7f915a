//! Public behaviour of `ml-core`.

mod linalg;
mod npy;
mod persist;
mod random;

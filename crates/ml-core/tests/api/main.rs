//! Public behaviour of `ml-core`.

mod random;

//! Public behaviour of `ml-core`.

#[cfg(test)]
mod autodiff;
mod containers;
mod graph;
mod linalg;
#[cfg(test)]
mod npy;
#[cfg(test)]
mod persist;
mod ragged;
#[cfg(test)]
mod random;
mod sparse;
mod strings;

//! Public behaviour of `ml-core`.

#[cfg(test)]
mod autodiff;
mod graph;
#[cfg(test)]
mod lessons;
mod linalg;
#[cfg(test)]
mod npy;
#[cfg(test)]
mod ops_table;
#[cfg(test)]
mod persist;
#[cfg(test)]
mod random;

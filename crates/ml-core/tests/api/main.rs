//! Public behaviour of `ml-core`.

#[cfg(test)]
mod autodiff;
#[cfg(test)]
mod elementwise;
mod graph;
mod linalg;
#[cfg(test)]
mod npy;
#[cfg(test)]
mod persist;
#[cfg(test)]
mod random;

//! Public behaviour of `ml-core`.

#[cfg(test)]
mod autodiff;
mod graph;
mod graph_control;
#[cfg(test)]
mod graph_store;
mod linalg;
#[cfg(test)]
mod npy;
#[cfg(test)]
mod persist;
#[cfg(test)]
mod random;

//! Public behaviour of `ml-core`.

#[cfg(test)]
mod autodiff;
#[cfg(test)]
mod create;
#[cfg(test)]
mod display;
mod graph;
#[cfg(test)]
mod indexing;
mod linalg;
#[cfg(test)]
mod npy;
#[cfg(test)]
mod persist;
#[cfg(test)]
mod random;
#[cfg(test)]
mod reference;
#[cfg(test)]
mod shapes;

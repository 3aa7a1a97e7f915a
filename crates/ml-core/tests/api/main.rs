//! Public behaviour of `ml-core`.

#[cfg(test)]
mod autodiff;
#[cfg(test)]
mod create;
#[cfg(test)]
mod display;
#[cfg(test)]
mod differences;
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
#[cfg(test)]
mod products;
#[cfg(test)]
mod reductions;
#[cfg(test)]
mod tensor_linalg;
#[cfg(test)]
mod random_tensors;

//! Public behaviour of `ml-core`.

#[cfg(test)]
mod autodiff;
mod bad_input;
#[cfg(test)]
mod companion;
#[cfg(test)]
mod containers;
#[cfg(test)]
mod create;
#[cfg(test)]
mod differences;
#[cfg(test)]
mod display;
#[cfg(test)]
mod elementwise;
#[cfg(test)]
mod fft;
#[cfg(test)]
mod graph;
#[cfg(test)]
mod graph_control;
#[cfg(test)]
mod graph_optimiser;
#[cfg(test)]
mod graph_signatures;
#[cfg(test)]
mod graph_store;
#[cfg(test)]
mod graph_threads;
#[cfg(test)]
mod graph_training;
#[cfg(test)]
mod indexing;
#[cfg(test)]
mod lesser_methods;
#[cfg(test)]
mod lessons;
#[cfg(test)]
mod linalg;
#[cfg(test)]
mod npy;
#[cfg(test)]
mod ops_graphs;
#[cfg(test)]
mod ops_table;
#[cfg(test)]
mod ops_torch;
#[cfg(test)]
mod persist;
#[cfg(test)]
mod products;
#[cfg(test)]
mod ragged;
#[cfg(test)]
mod random;
#[cfg(test)]
mod random_tensors;
#[cfg(test)]
mod reductions;
#[cfg(test)]
mod reference;
#[cfg(test)]
mod shapes;
#[cfg(test)]
mod sparse;
#[cfg(test)]
mod special_functions;
#[cfg(test)]
mod strings;
#[cfg(test)]
mod tensor_linalg;

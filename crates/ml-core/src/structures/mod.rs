//! Special data structures: rows of unequal length, mostly zeros, growing lists, sets, queues (book appendix F).
//!
//! | structure | holds | in memory |
//! |---|---|---|
//! | [`RaggedTensor`] | rows of different lengths | one tensor of values, and where each row starts |
//! | [`SparseTensor`] | a tensor that is nearly all zeros | the other values, and their indices |
//! | [`TensorArray`] | a list of tensors of one shape | a vector, an element a step of a loop |
//! | [`sets`] | a set a row | regular tensors with padding; results are sparse |
//! | [`queue::Queue`] | records on their way from thread to thread | a bounded queue |
//!
//! Strings are elements of ordinary tensors: see [`strings`](crate::strings).
//!
//! The *structure* (where rows start, which indices are there) is plain data and fixed, the *values* are
//! tensors: gradients flow through them, and inside a traced function they are symbols while the structure is
//! baked into the graph.

pub mod queue;
pub mod ragged;
mod rows;
pub mod sets;
pub mod sparse;
pub mod tensor_array;

pub use ragged::RaggedTensor;
pub use sparse::SparseTensor;
pub use tensor_array::TensorArray;

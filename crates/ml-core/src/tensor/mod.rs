//! Tensors: arrays of any rank and element type, with a memory of how they were computed.

mod array;
mod block;
mod convert;
mod display;
mod nested;
mod npy;
mod operators;
mod text;
mod value;

pub use array::{Array, Buffer};
pub use block::Store;
pub use nested::Nested;
pub use text::Text;
pub use value::Tensor;

pub(crate) use array::for_dtype;
pub(crate) use block::scratch;
pub(crate) use value::Value;

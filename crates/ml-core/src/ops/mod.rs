//! Operations: one file each, with its documentation, shape rule, kernel and derivatives.
//!
//! A *primitive* computes on arrays and brings a reverse rule; everything else is composed of primitives and
//! needs neither. Eager execution, tapes, graphs and files all use the one definition.
//!
//! | family | files |
//! |---|---|
//! | how an operation is defined | `primitive`, `elementwise` |
//! | arithmetic | `add`, `sub`, `mul`, `div`, `neg` |
//! | elementary functions | `exp`, `log`, `tanh`, `square`, `relu` |
//! | shapes | `reshape`, `transpose`, `broadcast` |
//! | reductions | `sum` |
//! | products | `matmul` |
//! | element types | `cast` |

mod elementwise;
mod primitive;

mod add;
mod broadcast;
mod cast;
mod div;
mod exp;
mod fill;
mod log;
mod matmul;
mod mul;
mod neg;
mod relu;
mod reshape;
mod scalar;
mod square;
mod squeeze;
mod step;
mod sub;
mod sum;
mod tanh;
mod transpose;

pub use primitive::{Arrays, Call, Gradients, Primitive, Saves, Spec, Specs, apply, apply_many};

pub(crate) use broadcast::sum_to_like;
pub(crate) use elementwise::{Binary, Integer, Unary, binary_primitive, unary_primitive};
pub use elementwise::{Block, Operand};
pub(crate) use primitive::{apply_dyn, keep, one, same_dtype, transposed_vjp};

//! Automatic differentiation (book section 12.3.8 and appendix D).
//!
//! A [`Tape`] watches tensors and variables; whatever is computed from them records the operation that made
//! it. Nothing is global: the record hangs on the tensors, is freed with them, and works across threads.
//! Every rule of a primitive is written with tensor operations, so gradients have gradients: watch with an
//! outer tape what an inner tape differentiates.
//!
//! | you have | and want | take |
//! |---|---|---|
//! | many inputs, one number | all partial derivatives | [`gradient`], [`Tape::gradient`]: one sweep backward |
//! | few inputs, many outputs | how all outputs change | [`jvp`], [`Tape::jacobian_vector`]: one sweep forward |
//! | several of both | every partial derivative | [`jacobian`], [`Tape::jacobian`], [`Tape::batch_jacobian`] |
//! | a loss | its curvature | [`hvp`] for products, [`hessian`] for the matrix |
//! | a better rule than the primitives' | to use it | [`custom_gradient`] |
//! | too little memory | to compute a part twice | [`checkpoint`] |
//! | a rule of your own | to know whether it is right | [`check_gradient`] |
//!
//! How it all works, on one page and without tensors: [`lessons`].
//!
//! | file | what |
//! |---|---|
//! | `node` | a recorded operation, and the tapes that want it |
//! | `variable`, `variable_slices` | state that can be replaced, whole or in part |
//! | `tape` | watching, pausing, asking for derivatives |
//! | `plan` | the order in which sweeps pass the nodes |
//! | `backward`, `forward` | the two sweeps |
//! | `jacobian`, `rows` | many reverse sweeps at once, and putting their results together |
//! | `functions` | the same for closures |
//! | `custom`, `checkpoint`, `barrier` | rules that are not a primitive's |
//! | `check` | comparison with finite differences |

mod backward;
mod barrier;
mod check;
mod checkpoint;
mod custom;
mod forward;
mod functions;
mod jacobian;
pub mod lessons;
mod node;
mod plan;
mod rows;
mod tape;
mod variable;
mod variable_slices;

pub use check::{CheckOptions, Comparison, check_gradient};
pub use checkpoint::checkpoint;
pub use custom::custom_gradient;
pub use forward::{Dual, jvp};
pub use functions::{Pullback, gradient, hessian, hvp, jacobian, value_and_gradient, vjp};
pub use tape::{Source, Tape};
pub(crate) use variable::Held;
pub use variable::Variable;
pub use variable_slices::VariableSlice;

#[doc(hidden)]
pub use node::Origin;
pub(crate) use node::{Node, Rule, Tapes, record, record_alike, tapes_of};

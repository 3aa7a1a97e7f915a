//! Automatic differentiation (book section 12.3.8 and appendix D).
//!
//! A [`Tape`] watches tensors and variables; whatever is computed from them records the operation that made
//! it. Nothing is global: the record hangs on the tensors, is freed with them, and works across threads.
//! Every rule of a primitive is written with tensor operations, so gradients have gradients: watch with an
//! outer tape what an inner tape differentiates.
//!
//! | file | what |
//! |---|---|
//! | `node` | a recorded operation, and the tapes that want it |
//! | `tape` | watching, pausing, asking for gradients |
//! | `backward` | the reverse sweep |
//! | `variable`, `variable_slices` | state that can be replaced, whole or in part |

mod backward;
mod node;
mod tape;
mod variable;
mod variable_slices;

pub use tape::{Source, Tape};
pub use variable::Variable;
pub use variable_slices::VariableSlice;

#[doc(hidden)]
pub use node::Origin;
pub(crate) use node::{Node, Rule, Tapes, record, tapes_of};

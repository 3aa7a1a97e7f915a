//! Functions traced into graphs (book section 12.4 and appendix G).
//!
//! A [`Function`] runs its closure once per input signature with symbols in place of values; every operation
//! adds a node to a [`Graph`], which is then run as often as needed. Tensors are inputs, everything else that
//! the closure uses is baked in. Variables are read and assigned when the graph runs, in program order.
//!
//! | file | what |
//! |---|---|
//! | `graph` | nodes, edges, names |
//! | `trace` | how operations become nodes |
//! | `function` | one graph per signature, cached |
//! | `run` | the executor |

mod function;
#[allow(clippy::module_inception)]
mod graph;
mod run;
mod trace;

pub use function::Function;
pub use graph::{Edge, Graph, Kind, Node};
pub use trace::Symbol;

pub(crate) use trace::{assign, initial_value, is_tracing, read, trace};

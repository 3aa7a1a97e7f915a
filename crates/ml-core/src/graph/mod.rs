//! Functions traced into graphs (book section 12.4 and appendix G).
//!
//! A [`Function`] runs its closure once per input signature with symbols in place of values; every operation
//! adds a node to a [`Graph`], which is optimised and then run as often as needed. Tensors are inputs,
//! everything else that the closure uses is baked in. Variables are read and assigned when the graph runs, in
//! program order. Graphs can be saved, loaded without the code that made them, drawn, and differentiated.
//!
//! | file | what |
//! |---|---|
//! | `function` | one graph per signature, cached |
//! | `argument` | what a call passes, and what of it a graph is made for |
//! | `concrete` | a graph ready to be called |
//! | `graph` | nodes, edges, names |
//! | `trace`, `state` | how operations and variables become nodes |
//! | `stack` | which functions a thread traces |
//! | `host` | any code as an operation |
//! | `control/` | branches and loops as operations |
//! | `replay` | a graph's operations applied one by one, for tapes and other traces |
//! | `passes/` | optimisation |
//! | `effects` | which stateful operations must run before which |
//! | `plan`, `over`, `run`, `parallel`, `counted`, `options` | the executor |
//! | `store` | graphs in files |
//! | `dot` | graphs as drawings |

mod argument;
mod concrete;
mod control;
mod counted;
mod dot;
mod effects;
mod function;
#[allow(clippy::module_inception)]
mod graph;
mod host;
mod options;
mod over;
mod parallel;
mod passes;
mod plan;
mod replay;
mod run;
mod stack;
mod state;
mod store;
mod trace;

pub use argument::{Argument, Parameter};
pub use concrete::Concrete;
pub use control::{cond, for_each, for_range, map, scan, while_loop};
pub use function::Function;
pub use graph::{Edge, Graph, Kind, Node};
pub use host::host_function;
pub use options::RunOptions;
pub use trace::{Symbol, named};

pub(crate) use stack::is_tracing;
pub(crate) use state::{assign, initial_value, read};
pub(crate) use trace::{same, trace};

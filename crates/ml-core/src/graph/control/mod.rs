//! Branches and loops on tensors (book section 12.4 and appendix G).
//!
//! Outside a traced function they are the `if` and `while` of Rust, on values that are there. Inside one
//! they become a single operation that holds a graph for each branch or body; what these use from around
//! them becomes an input, found while tracing. All are differentiable, any number of times: the reverse of a
//! loop is a [`scan`] over what its iterations started from.
//!
//! | file | what |
//! |---|---|
//! | `cond` | one of two branches |
//! | `while_loop` | as long as a condition holds; counting |
//! | `scan` | along the first axis of tensors |
//! | `subgraph` | the graph of a branch or body |
//! | `reverse` | gradients of loops and branches |

mod cond;
mod reverse;
mod scan;
mod subgraph;
mod while_loop;

pub use cond::cond;
pub use scan::{for_each, map, scan};
pub use while_loop::{for_range, while_loop};

//! Training, testing, answering.
//!
//! | file | what |
//! |---|---|
//! | `data` | what is fed: tensors, by position or name; batches of them |
//! | `ready` | a compiled model that knows its weights: its steps as functions |
//! | `step` | one step: forward, backward, update, metrics |
//! | `fit` | what training is asked for |
//! | `feed` | training on examples in memory, or on batches |
//! | `epochs` | epochs of steps, with validation and callbacks |
//! | `resume` | going on with a run that was interrupted |
//! | `evaluate` | testing and answering |
//! | `watch` | what every layer gives, for whoever looks for a mistake |
//! | `history` | what came out, epoch by epoch |

mod data;
mod epochs;
mod evaluate;
mod feed;
mod fit;
mod history;
mod ready;
mod resume;
mod step;
pub(crate) mod watch;

pub use data::{Batch, Tensors};
pub use evaluate::{Evaluate, Predict};
pub use fit::{ClassWeight, Fit};
pub use history::{History, Logs, Params};

pub(crate) use data::Data;
pub(crate) use ready::Ready;

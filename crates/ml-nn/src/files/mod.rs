//! Files of models: one safetensors file with weights, architecture, optimizer and step count (book section 10.2.5).
//!
//! Everybody who reads safetensors reads the weights: in Python, `safetensors.numpy.load_file("m.safetensors")` is a
//! dictionary whose keys are the paths of the weights, `dense/kernel`. What the optimizer keeps is beside them under
//! `@optimizer/`; the metadata hold, under `ml`, one JSON text with layers, losses, metrics and settings.
//!
//! | file | what |
//! |---|---|
//! | `container` | named tensors and a JSON text as bytes, with a checksum over all of it |
//! | `leftovers` | what a process that was killed while saving has left behind: the next save removes it |
//! | `names` | the names of weights and of what the optimizer keeps |
//! | `model` | `save`, `load`, `save_weights`, `load_weights` |
//! | `loader` | loading with functions of your own put back |
//! | `scope` | what is known while a file is being read: those functions, and how large weights may be |

mod container;
mod leftovers;
mod loader;
mod model;
mod names;
mod scope;

pub use loader::Loader;
pub use model::Loaded;

pub(crate) use container::{Content, read, write};
pub(crate) use model::{restore_optimizer, restore_variables, restore_weights, state_tensors};
pub(crate) use names::weights as named_weights;
pub(crate) use scope::{check_size, given_function, reading};

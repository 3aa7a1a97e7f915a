//! Event files for TensorBoard (book section 10.2.7): scalars, histograms, images, text, audio, graphs and
//! hyperparameters, in the layout of TensorFlow 2.
//!
//! | file | what |
//! |---|---|
//! | `record` | TFRecords: lengths and data with masked CRC-32C |
//! | `messages` | the protocol-buffer messages of event files |
//! | `writer` | the file, and summaries of each kind |
//! | `graph` | the layers of a model as a graph |
//! | `hparams` | hyperparameters of runs, and what a study varies |
//! | `hparams_messages` | the messages of those |
//! | `media` | histograms, PNG images and WAV sounds |
//! | `callback` | what a training writes, and the folders of runs |

mod callback;
mod graph;
mod hparams;
mod hparams_messages;
mod media;
mod messages;
mod record;
mod writer;

pub use callback::{TensorBoard, UpdateFreq, run_folder};
pub use hparams::{Domain, Hyperparameter};
pub use writer::SummaryWriter;

//! Callbacks: what happens along the way (book section 10.2.6).
//!
//! | file | what |
//! |---|---|
//! | `callback` | the hooks |
//! | `run` | what a callback sees of the run |
//! | `monitor` | which number is watched, and what is better |
//! | `checkpoint` | saves the model, always or when it is the best so far |
//! | `pattern` | the names of its files |
//! | `early_stopping` | ends training that gets no better |
//! | `learning_rate` | a learning rate by epoch |
//! | `plateau` | a smaller learning rate when nothing gets better |
//! | `csv` | the numbers of each epoch as lines of a file |
//! | `nan` | ends training at the first NaN and says where it came from |
//! | `backup` | goes on after a crash, to the same bits |
//! | `resumed` | what is kept of a run, and a run that goes on from it |
//! | `lambda` | closures |
//! | `progress` | tells an observer how training gets on |
//! | `bars` | an observer that draws as Keras does |
//!
//! *To add one:* a file with the struct and `impl Callback`, and a line below.

mod backup;
mod bars;
mod callback;
mod checkpoint;
mod csv;
mod early_stopping;
mod lambda;
mod learning_rate;
mod monitor;
mod nan;
mod pattern;
mod plateau;
mod progress;
mod resumed;
mod run;

pub use backup::BackupAndRestore;
pub use bars::KerasBars;
pub use callback::{Callback, Memory};
pub use checkpoint::ModelCheckpoint;
pub use csv::CsvLogger;
pub use early_stopping::EarlyStopping;
pub use lambda::LambdaCallback;
pub use learning_rate::LearningRateScheduler;
pub use monitor::Better;
pub use nan::{NotANumber, TerminateOnNaN};
pub use plateau::ReduceLrOnPlateau;
pub use progress::Progress;
pub use run::Run;

pub(crate) use resumed::{Resumed, Start};

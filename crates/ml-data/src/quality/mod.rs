//! Looking at data with suspicion: before training, across splits, and in production.
//!
//! | question | answer |
//! |---|---|
//! | what is in these columns, and what looks wrong? | [`profile`] |
//! | does today's input still look like the training set? | [`InputMonitor`] |
//! | does the test set repeat rows of the training set? | [`near_duplicates`] |
//! | may this table leave the house? | [`anonymise`] |

mod anonymise;
mod duplicates;
mod monitor;
mod profile;

pub use anonymise::{Protection, anonymise};
pub use duplicates::near_duplicates;
pub use monitor::{Alert, FittedInputMonitor, InputMonitor};
pub use profile::{ColumnProfile, Distribution, Profile, Suspicion, profile};

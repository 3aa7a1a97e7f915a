//! After the launch: watching a model, judging it on parts of the data, replacing it, and going back.
//!
//! | question | answer |
//! |---|---|
//! | is the live model still as good as it was? | [`PerformanceMonitor`] |
//! | where is it strong, where weak? | [`score_slices`] |
//! | is the new model at least as good as the old one? | [`retrain`] |
//! | which models were in service, and how do I go back? | [`ModelStore`] |
//! | which rows were used, how do models do on each version, and how do I go back? | [`DataStore`] |
//!
//! Does the *input* still look like the training set? See [`ml_data::quality::InputMonitor`].
//! Source: book, chapter 2, "Launch, Monitor, and Maintain Your System"; appendix B, phase 8.

mod data_store;
mod monitor;
mod retrain;
mod slices;
mod store;

pub use data_store::DataStore;
pub use monitor::{Health, PerformanceMonitor};
pub use retrain::{Outcome, retrain};
pub use slices::{SliceScore, score_slices};
pub use store::{ModelStore, Version};

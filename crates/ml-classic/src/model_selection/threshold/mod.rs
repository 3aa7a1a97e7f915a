//! Classifiers of two classes with a threshold of one's own.

mod decision;
mod fixed;
mod tuned;

pub use fixed::{FittedFixedThresholdClassifier, FixedThresholdClassifier};
pub use tuned::{FittedTunedThresholdClassifier, Thresholds, TunedThresholdClassifier};

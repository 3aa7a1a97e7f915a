//! Splitting rows into training and test sets.

use std::fmt::Debug;

use ml_core::{Result, Target};

/// One split: row numbers to train on and to test on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fold {
    /// Rows to train on.
    pub train: Vec<usize>,
    /// Rows to test on.
    pub test: Vec<usize>,
}

/// The folds of a splitter, one after the other.
pub type Folds = Box<dyn Iterator<Item = Fold> + Send>;

/// A way to cut rows into training and test sets, once or several times.
pub trait Splitter: Debug + Send + Sync {
    /// The folds for `n_rows` rows; `y` is needed by stratified splitters, `groups` (one a row) by
    /// grouped ones.
    ///
    /// # Errors
    /// Too few rows, a stratum that is too small, `y` or `groups` missing or of another length.
    fn split(&self, n_rows: usize, y: Option<&Target>, groups: Option<&[i64]>) -> Result<Folds>;
}

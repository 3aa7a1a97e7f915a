//! Splitting rows into training and test sets.
//!
//! Once, for arrays, targets and tables alike: [`TrainTestSplit`] (random or stratified),
//! [`permutation_split`] (the plain shuffle), [`split_by_id`] (stable when the data grows).
//! Several times, as pairs of row numbers for cross-validation: the [`Splitter`]s. With
//! [`Seed::numpy`](ml_core::Seed::numpy) all of them give the very rows that Scikit-Learn gives.

mod by_id;
mod group_k_fold;
mod k_fold;
mod leave_one_out;
mod permutation;
mod rows;
mod shuffle;
mod size;
mod stratified_k_fold;
mod stratified_shuffle;
mod time_series;
mod train_test;

use std::fmt::Debug;

use ml_core::{Result, Target, check};

pub use by_id::{in_test_set, split_by_derived_id, split_by_id};
pub use group_k_fold::GroupKFold;
pub use k_fold::KFold;
pub use leave_one_out::LeaveOneOut;
pub use permutation::permutation_split;
pub use rows::Rows;
pub use shuffle::ShuffleSplit;
pub use size::Size;
pub use stratified_k_fold::StratifiedKFold;
pub use stratified_shuffle::StratifiedShuffleSplit;
pub use time_series::TimeSeriesSplit;
pub use train_test::TrainTestSplit;

/// One split: row numbers to train on and to test on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fold {
    /// Rows to train on.
    pub train: Vec<usize>,
    /// Rows to test on.
    pub test: Vec<usize>,
}

impl Fold {
    /// The rows of `data` to train on and those to test on.
    ///
    /// # Errors
    /// As [`Rows::take_rows`].
    pub fn take<R: Rows>(&self, data: R) -> Result<(R::Taken, R::Taken)> {
        Ok((data.take_rows(&self.train)?, data.take_rows(&self.test)?))
    }

    /// The fold whose test rows are those that `tested` says; both sides ascending.
    fn where_test(n_rows: usize, mut tested: impl FnMut(usize) -> bool) -> Self {
        let (test, train) = (0..n_rows).partition(|&row| tested(row));
        Self { train, test }
    }

    /// The folds when row `i` is tested in fold `fold_of[i]`.
    fn numbered(fold_of: Vec<usize>, n_splits: usize) -> Folds {
        let n_rows = fold_of.len();
        let folds = (0..n_splits).map(move |k| Self::where_test(n_rows, |row| fold_of[row] == k));
        Box::new(folds)
    }
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

/// At least two folds, and no more than there are things to put into them.
fn check_n_splits(op: &'static str, n_splits: usize, things: usize, what: &str) -> Result<()> {
    check::parameter("n_splits", n_splits, n_splits >= 2, "at least 2")?;
    if n_splits > things {
        return Err(ml_core::Error::Data {
            op,
            problem: format!("n_splits = {n_splits} is more than the {things} {what}"),
            remedy: "use fewer splits or more data",
        });
    }
    Ok(())
}

/// The classes of a stratified splitter's rows.
fn classes_of(
    op: &'static str,
    n_rows: usize,
    y: Option<&Target>,
) -> Result<ml_core::ndarray::ArcArray1<i64>> {
    let Some(y) = y else {
        return Err(ml_core::Error::Data {
            op,
            problem: "there is no y to stratify by".to_owned(),
            remedy: "pass the classes of the rows, or use a splitter that is not stratified",
        });
    };
    check::same_rows(op, n_rows, y.len())?;
    y.classes(op)
}

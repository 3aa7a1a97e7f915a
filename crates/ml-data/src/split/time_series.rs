//! Folds that never test on the past of what they trained on.

use derive_setters::Setters;
use ml_core::{Error, Result, Target, check};
use serde::{Deserialize, Serialize};

use super::{Fold, Folds, Splitter, check_n_splits};

/// Trains on the rows up to a time and tests on the next ones, `n_splits` times further on; the rows
/// must be in order of time.
///
/// # Examples
/// ```
/// use ml_data::split::{Splitter, TimeSeriesSplit};
///
/// let folds: Vec<_> = TimeSeriesSplit::default().n_splits(2).split(6, None, None)?.collect();
/// assert_eq!((&*folds[0].train, &*folds[0].test), (&[0, 1][..], &[2, 3][..]));
/// assert_eq!((&*folds[1].train, &*folds[1].test), (&[0, 1, 2, 3][..], &[4, 5][..]));
/// # Ok::<(), ml_core::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Setters)]
pub struct TimeSeriesSplit {
    /// Number of folds, at least 2. Default 5.
    pub n_splits: usize,
    /// Most rows to train on, the latest ones; at least 1. Default: all of the past.
    #[setters(strip_option)]
    pub max_train_size: Option<usize>,
    /// Rows to test on in every fold, at least 1. Default `n_rows / (n_splits + 1)`.
    #[setters(strip_option)]
    pub test_size: Option<usize>,
    /// Rows left out between training and testing. Default 0.
    pub gap: usize,
}

impl Default for TimeSeriesSplit {
    fn default() -> Self {
        Self {
            n_splits: 5,
            max_train_size: None,
            test_size: None,
            gap: 0,
        }
    }
}

impl Splitter for TimeSeriesSplit {
    fn split(&self, n_rows: usize, _: Option<&Target>, _: Option<&[i64]>) -> Result<Folds> {
        let (op, n_splits, gap) = ("TimeSeriesSplit", self.n_splits, self.gap);
        check_n_splits(op, n_splits, n_rows.saturating_sub(1), "rows after the first")?;
        let test_size = self.test_size.unwrap_or(n_rows / (n_splits + 1));
        check::parameter("test_size", test_size, test_size >= 1, "at least 1")?;
        let max_train_size = self.max_train_size.unwrap_or(n_rows);
        check::parameter(
            "max_train_size",
            max_train_size,
            max_train_size >= 1,
            "at least 1",
        )?;
        let tested = test_size.saturating_mul(n_splits);
        if tested.saturating_add(gap) >= n_rows {
            return Err(Error::Data {
                op,
                problem: format!(
                    "{n_splits} splits with test_size = {test_size} and gap = {gap} leave none of {n_rows} \
                     rows to train on"
                ),
                remedy: "use fewer splits, a smaller test_size or gap, or more rows",
            });
        }
        let folds = (0..n_splits).map(move |fold| {
            let start = n_rows - tested + fold * test_size;
            let end = start - gap;
            Fold {
                train: (end.saturating_sub(max_train_size)..end).collect(),
                test: (start..start + test_size).collect(),
            }
        });
        Ok(Box::new(folds))
    }
}

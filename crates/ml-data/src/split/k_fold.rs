//! Folds of neighbouring or shuffled rows.

use derive_setters::Setters;
use ml_core::{Result, Seed, Target};
use serde::{Deserialize, Serialize};

use super::{Fold, Folds, Splitter, check_n_splits};

/// Cuts the rows into `n_splits` parts and tests on each in turn; the first parts get a row more if
/// the rows do not divide evenly.
///
/// # Examples
/// ```
/// use ml_data::split::{KFold, Splitter};
///
/// let folds: Vec<_> = KFold::default().n_splits(3).split(7, None, None)?.collect();
/// assert_eq!(folds[0].test, [0, 1, 2]);
/// assert_eq!(folds[2].train, [0, 1, 2, 3, 4]);
/// # Ok::<(), ml_core::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Setters)]
pub struct KFold {
    /// Number of folds, at least 2 and at most the number of rows. Default 5.
    pub n_splits: usize,
    /// Whether to shuffle the rows before cutting. Default false.
    pub shuffle: bool,
    /// Where the randomness comes from, if shuffled.
    #[setters(into)]
    pub seed: Seed,
}

impl Default for KFold {
    fn default() -> Self {
        Self {
            n_splits: 5,
            shuffle: false,
            seed: Seed::default(),
        }
    }
}

impl Splitter for KFold {
    fn split(&self, n_rows: usize, _: Option<&Target>, _: Option<&[i64]>) -> Result<Folds> {
        check_n_splits("KFold", self.n_splits, n_rows, "rows")?;
        let order = if self.shuffle {
            self.seed.generator().permutation(n_rows)
        } else {
            (0..n_rows).collect()
        };
        let mut fold_of = vec![0; n_rows];
        let mut order = order.into_iter();
        for fold in 0..self.n_splits {
            let size = n_rows / self.n_splits + usize::from(fold < n_rows % self.n_splits);
            for row in order.by_ref().take(size) {
                fold_of[row] = fold;
            }
        }
        Ok(Fold::numbered(fold_of, self.n_splits))
    }
}

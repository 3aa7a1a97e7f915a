//! How to cross-validate.

use std::sync::Arc;

use derive_setters::Setters;
use ml_core::{Error, Features, Result, Seed, Target, Task, check};
use ml_data::split::{
    Fold, Folds, KFold, LeaveOneOut, ShuffleSplit, Splitter, StratifiedKFold, StratifiedShuffleSplit,
    TimeSeriesSplit,
};
use serde::{Deserialize, Serialize};

use crate::metrics::Scoring;

/// How to cut rows into folds: a number (`.cv(10)`) or a splitter.
///
/// A number means consecutive folds without shuffling for regression, and folds with equal shares of the
/// classes for classification.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub enum Cv {
    /// So many folds of consecutive rows.
    Folds(usize),
    /// So many folds of rows in random order.
    Shuffled {
        /// Number of folds.
        folds: usize,
        /// Of the order.
        seed: Seed,
    },
    /// Any splitter, with a group a row if it wants groups; it cannot be saved to a file.
    #[serde(skip)]
    Splitter(Arc<dyn Splitter>, Option<Arc<[i64]>>),
}

impl Default for Cv {
    fn default() -> Self {
        Self::Folds(5)
    }
}

impl From<usize> for Cv {
    fn from(folds: usize) -> Self {
        Self::Folds(folds)
    }
}

macro_rules! cv_from {
    ($($splitter:ty),*) => { $(
        impl From<$splitter> for Cv {
            fn from(splitter: $splitter) -> Self {
                Self::splitter(splitter)
            }
        }
    )* };
}
cv_from!(
    KFold,
    StratifiedKFold,
    ShuffleSplit,
    StratifiedShuffleSplit,
    LeaveOneOut,
    TimeSeriesSplit
);

impl Cv {
    /// So many folds of rows in random order.
    pub fn shuffled(folds: usize, seed: impl Into<Seed>) -> Self {
        let seed = seed.into();
        Self::Shuffled { folds, seed }
    }

    /// Any splitter.
    pub fn splitter(splitter: impl Splitter + 'static) -> Self {
        Self::Splitter(Arc::new(splitter), None)
    }

    /// A splitter that keeps groups together, and the group of every row.
    pub fn grouped(splitter: impl Splitter + 'static, groups: impl Into<Arc<[i64]>>) -> Self {
        Self::Splitter(Arc::new(splitter), Some(groups.into()))
    }

    /// The folds for these rows.
    ///
    /// # Errors
    /// What the splitter refuses (more folds than rows); [`Error::Data`] for a fold without rows to train
    /// or test on, or with rows that do not exist.
    pub fn split(&self, task: Task, x: &Features, y: &Target) -> Result<Vec<Fold>> {
        let op = "cross-validation";
        check::same_rows(op, x.n_rows(), y.len())?;
        let all: Vec<Fold> = match self {
            Self::Folds(folds) => numbered(task, *folds, None, y)?.collect(),
            Self::Shuffled { folds, seed } => numbered(task, *folds, Some(*seed), y)?.collect(),
            Self::Splitter(splitter, groups) => {
                splitter.split(x.n_rows(), Some(y), groups.as_deref())?.collect()
            }
        };
        if all.is_empty() {
            let what = "the list of folds".to_owned();
            return Err(Error::Empty {
                op,
                what,
                least: "1 fold",
            });
        }
        for (number, fold) in all.iter().enumerate() {
            let outside = fold.train.iter().chain(&fold.test).any(|&row| row >= x.n_rows());
            if outside || fold.train.is_empty() || fold.test.is_empty() {
                return Err(Error::Data {
                    op,
                    problem: format!(
                        "fold {number} has {} rows to train and {} to test on{}",
                        fold.train.len(),
                        fold.test.len(),
                        if outside { ", some of them not in x" } else { "" }
                    ),
                    remedy: "use a splitter that gives every fold rows of x for both",
                });
            }
        }
        Ok(all)
    }
}

/// The folds that a plain number stands for.
fn numbered(task: Task, n_splits: usize, shuffled: Option<Seed>, y: &Target) -> Result<Folds> {
    let (shuffle, seed) = (shuffled.is_some(), shuffled.unwrap_or_default());
    if task == Task::Classification {
        let splitter = StratifiedKFold {
            n_splits,
            shuffle,
            seed,
        };
        return splitter.split(y.len(), Some(y), None);
    }
    let splitter = KFold {
        n_splits,
        shuffle,
        seed,
    };
    splitter.split(y.len(), Some(y), None)
}

/// What becomes of a candidate whose fit or score fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ErrorScore {
    /// The error ends the whole work.
    #[default]
    Raise,
    /// The score is NaN, a warning is logged, and the others go on.
    Nan,
}

/// How to cross-validate: what [`cross_val_score`](super::cross_val_score) and its relatives take.
#[derive(Debug, Clone, Default, Setters, Serialize, Deserialize)]
pub struct CrossValidation {
    /// The folds. Default 5.
    #[setters(into)]
    pub cv: Cv,
    /// What to maximise. Default R² for regressors, accuracy for classifiers.
    #[setters(into)]
    pub scoring: Scoring,
    /// Whether to mark the training rows too. Default no: it costs a prediction a fold.
    pub return_train_score: bool,
    /// Whether the weights that a context brings count in the scores of the rows held out (and trained
    /// on) too, and not only in the fits. Default no, as in Scikit-Learn's `cross_val_score`.
    pub weighted_scores: bool,
    /// What a failing fit means. Default an error.
    pub error_score: ErrorScore,
}

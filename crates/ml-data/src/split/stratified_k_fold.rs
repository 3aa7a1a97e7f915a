//! Folds that keep the share of every class.

use derive_setters::Setters;
use ml_core::{Error, Label, Result, Seed, Target, check, label, ndarray::ArrayView1};
use serde::{Deserialize, Serialize};

use super::{Fold, Folds, Splitter, classes_of};

/// Cuts the rows into `n_splits` parts, each with its share of every class, and tests on each in turn.
///
/// A class with fewer members than folds is missing from some of them, which is warned of.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Setters)]
pub struct StratifiedKFold {
    /// Number of folds, at least 2 and at most the members of the largest class. Default 5.
    pub n_splits: usize,
    /// Whether to shuffle the rows of every class before cutting. Default false.
    pub shuffle: bool,
    /// Where the randomness comes from, if shuffled.
    #[setters(into)]
    pub seed: Seed,
}

impl Default for StratifiedKFold {
    fn default() -> Self {
        Self {
            n_splits: 5,
            shuffle: false,
            seed: Seed::default(),
        }
    }
}

const OP: &str = "StratifiedKFold";

impl StratifiedKFold {
    /// The folds for rows of these classes, whatever type they have.
    ///
    /// # Errors
    /// [`Error::Parameter`] or [`Error::Data`] unless `n_splits` is at least 2 and no more than the
    /// members of the largest class; [`Error::Empty`] without a row.
    pub fn split_by<'a, L: Label>(&self, strata: impl Into<ArrayView1<'a, L>>) -> Result<Folds> {
        let (members, names) = by_appearance(strata.into());
        self.check(&members, &names)?;
        let allocation = self.allocation(&members);
        let n_rows = members.iter().map(Vec::len).sum();
        let (mut fold_of, mut rng) = (vec![0; n_rows], self.seed.generator());
        for (rows, counts) in members.iter().zip(&allocation) {
            let block = |(fold, &count): (usize, &usize)| std::iter::repeat_n(fold, count);
            let mut folds: Vec<usize> = counts.iter().enumerate().flat_map(block).collect();
            if self.shuffle {
                let order = rng.permutation(folds.len());
                folds = order.into_iter().map(|i| folds[i]).collect();
            }
            for (&row, fold) in rows.iter().zip(folds) {
                fold_of[row] = fold;
            }
        }
        Ok(Fold::numbered(fold_of, self.n_splits))
    }

    fn check<L: Label>(&self, members: &[Vec<usize>], names: &[L]) -> Result<()> {
        check::parameter("n_splits", self.n_splits, self.n_splits >= 2, "at least 2")?;
        let Some(largest) = members.iter().map(Vec::len).max() else {
            let (what, least) = ("y".to_owned(), "2 rows");
            return Err(Error::Empty { op: OP, what, least });
        };
        if self.n_splits > largest {
            return Err(Error::Data {
                op: OP,
                problem: format!(
                    "n_splits = {} is more than the {largest} members of the largest class",
                    self.n_splits
                ),
                remedy: "use fewer splits or more data",
            });
        }
        for (rows, name) in members.iter().zip(names) {
            if rows.len() < self.n_splits {
                tracing::warn!(
                    "{OP}: class {name:?} has {} members only, fewer than n_splits = {}: some folds lack it",
                    rows.len(),
                    self.n_splits
                );
            }
        }
        Ok(())
    }

    /// Members of every class in every fold: the sorted classes are dealt like cards, so that folds
    /// and shares differ by one row at most.
    fn allocation(&self, members: &[Vec<usize>]) -> Vec<Vec<usize>> {
        let mut next = 0;
        let deal = |rows: &Vec<usize>| {
            let mut counts = vec![0; self.n_splits];
            for _ in rows {
                counts[next] += 1;
                next = (next + 1) % self.n_splits;
            }
            counts
        };
        members.iter().map(deal).collect()
    }
}

impl Splitter for StratifiedKFold {
    fn split(&self, n_rows: usize, y: Option<&Target>, _: Option<&[i64]>) -> Result<Folds> {
        self.split_by(&classes_of(OP, n_rows, y)?)
    }
}

/// The rows of every class, classes in the order of their first row, with their names.
fn by_appearance<L: Label>(strata: ArrayView1<'_, L>) -> (Vec<Vec<usize>>, Vec<L>) {
    let (classes, codes) = label::encode(strata);
    let mut position = vec![None; classes.len()];
    let (mut members, mut names): (Vec<Vec<usize>>, _) = (Vec::new(), Vec::new());
    for (row, &code) in codes.iter().enumerate() {
        let at = *position[code].get_or_insert_with(|| {
            members.push(Vec::new());
            names.push(classes[code].clone());
            members.len() - 1
        });
        members[at].push(row);
    }
    (members, names)
}

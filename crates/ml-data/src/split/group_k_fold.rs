//! Folds that never tear a group apart.

use derive_setters::Setters;
use ml_core::{Error, Result, Seed, Target, ndarray::ArrayView1};
use serde::{Deserialize, Serialize};

use super::{Fold, Folds, Splitter, check_n_splits};

/// Cuts the rows into `n_splits` parts so that all rows of a group (a patient, a household) are tested
/// together, and tests on each part in turn.
///
/// The largest groups are placed first, each into the fold with the fewest rows; shuffled, the groups
/// are dealt in random order instead, as many groups a fold.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Setters)]
pub struct GroupKFold {
    /// Number of folds, at least 2 and at most the number of groups. Default 5.
    pub n_splits: usize,
    /// Whether to deal the groups in random order. Default false.
    pub shuffle: bool,
    /// Where the randomness comes from, if shuffled.
    #[setters(into)]
    pub seed: Seed,
}

impl Default for GroupKFold {
    fn default() -> Self {
        Self {
            n_splits: 5,
            shuffle: false,
            seed: Seed::default(),
        }
    }
}

const OP: &str = "GroupKFold";

impl Splitter for GroupKFold {
    fn split(&self, n_rows: usize, _: Option<&Target>, groups: Option<&[i64]>) -> Result<Folds> {
        let Some(groups) = groups else {
            return Err(Error::Data {
                op: OP,
                problem: "there are no groups".to_owned(),
                remedy: "pass the group of every row",
            });
        };
        if groups.len() != n_rows {
            return Err(Error::Length {
                op: OP,
                left_name: "x",
                left: n_rows,
                right_name: "groups",
                right: groups.len(),
            });
        }
        let (names, codes) = ml_core::label::encode(ArrayView1::from(groups));
        check_n_splits(OP, self.n_splits, names.len(), "groups")?;
        let mut sizes = vec![0; names.len()];
        for &code in &codes {
            sizes[code] += 1;
        }
        let fold_of_group = if self.shuffle {
            self.dealt(names.len())
        } else {
            self.balanced(&sizes)
        };
        let fold_of = codes.iter().map(|&code| fold_of_group[code]).collect();
        Ok(Fold::numbered(fold_of, self.n_splits))
    }
}

impl GroupKFold {
    /// The largest group left goes to the fold with the fewest rows; of equal groups the last one
    /// first, of equal folds the first one.
    fn balanced(&self, sizes: &[usize]) -> Vec<usize> {
        let mut largest_first: Vec<usize> = (0..sizes.len()).collect();
        largest_first.sort_by_key(|&group| sizes[group]);
        largest_first.reverse();
        let (mut rows_in, mut fold_of) = (vec![0; self.n_splits], vec![0; sizes.len()]);
        for group in largest_first {
            let lightest = (0..self.n_splits).min_by_key(|&fold| rows_in[fold]);
            let fold = lightest.expect("there are at least 2 folds");
            rows_in[fold] += sizes[group];
            fold_of[group] = fold;
        }
        fold_of
    }

    fn dealt(&self, n_groups: usize) -> Vec<usize> {
        let mut fold_of = vec![0; n_groups];
        let mut order = self.seed.generator().permutation(n_groups).into_iter();
        for fold in 0..self.n_splits {
            let size = n_groups / self.n_splits + usize::from(fold < n_groups % self.n_splits);
            for group in order.by_ref().take(size) {
                fold_of[group] = fold;
            }
        }
        fold_of
    }
}

//! Random splits that keep the share of every class.

use derive_setters::Setters;
use ml_core::{Error, Label, Result, Seed, Target, label, ndarray::ArrayView1, random::Generator};
use serde::{Deserialize, Serialize};

use super::{
    Fold, Folds, Size, Splitter, classes_of,
    shuffle::{DEFAULT_TEST_SIZE, repeated},
    size::train_and_test,
};

/// `n_splits` independent random splits in which every class has the same share of both sides, to
/// within one row.
///
/// # Examples
/// ```
/// use ml_core::Seed;
/// use ml_data::split::StratifiedShuffleSplit;
///
/// let income = [1, 2, 2, 2, 1, 2, 2, 2, 2, 2];
/// let splitter = StratifiedShuffleSplit::default().n_splits(1).test_size(0.5).seed(Seed::numpy(42));
/// for fold in splitter.split_by(&income)? {
///     assert_eq!(fold.test.iter().filter(|&&row| income[row] == 1).count(), 1);
/// }
/// # Ok::<(), ml_core::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Setters)]
pub struct StratifiedShuffleSplit {
    /// Number of splits, at least 1. Default 10.
    pub n_splits: usize,
    /// The test side: a share (rounded up) or a number of rows. Default: what `train_size` leaves, or
    /// a tenth.
    #[setters(into, strip_option)]
    pub test_size: Option<Size>,
    /// The training side: a share (rounded down) or a number of rows. Default: what `test_size` leaves.
    #[setters(into, strip_option)]
    pub train_size: Option<Size>,
    /// Where the randomness comes from.
    #[setters(into)]
    pub seed: Seed,
}

impl Default for StratifiedShuffleSplit {
    fn default() -> Self {
        Self {
            n_splits: 10,
            test_size: None,
            train_size: None,
            seed: Seed::default(),
        }
    }
}

const OP: &str = "StratifiedShuffleSplit";

impl StratifiedShuffleSplit {
    /// The folds for rows of these classes, whatever type they have.
    ///
    /// # Errors
    /// [`Error::Parameter`] for a size outside its domain, [`Error::Data`] if a class has one member,
    /// or a side fewer rows than there are classes.
    pub fn split_by<'a, L: Label>(&self, strata: impl Into<ArrayView1<'a, L>>) -> Result<Folds> {
        let strata = strata.into();
        let sizes = (self.train_size, self.test_size);
        let (n_train, n_test) = train_and_test(OP, strata.len(), sizes.0, sizes.1, DEFAULT_TEST_SIZE)?;
        let strata = Strata::new(OP, strata, n_train, n_test)?;
        repeated(self.n_splits, &self.seed, move |rng| strata.fold(rng))
    }
}

impl Splitter for StratifiedShuffleSplit {
    fn split(&self, n_rows: usize, y: Option<&Target>, _: Option<&[i64]>) -> Result<Folds> {
        self.split_by(&classes_of(OP, n_rows, y)?)
    }
}

/// The rows of every class, and how many of all to train and to test on.
pub(super) struct Strata {
    members: Vec<Vec<usize>>,
    n_train: usize,
    n_test: usize,
}

impl Strata {
    pub(super) fn new<L: Label>(
        op: &'static str,
        strata: ArrayView1<'_, L>,
        n_train: usize,
        n_test: usize,
    ) -> Result<Self> {
        let (classes, codes) = label::encode(strata);
        let mut members = vec![Vec::new(); classes.len()];
        for (row, &code) in codes.iter().enumerate() {
            members[code].push(row);
        }
        let single = members.iter().position(|rows| rows.len() < 2);
        let smaller = n_train.min(n_test);
        let (problem, remedy) = if let Some(class) = single {
            let row = members[class][0];
            let problem = format!("stratum {:?} has 1 member only (row {row})", classes[class]);
            (problem, "merge small strata, so that each has at least 2 members")
        } else if smaller < classes.len() {
            let side = if n_train < n_test { "training" } else { "test" };
            let problem = format!(
                "{} strata do not fit the {smaller} rows of the {side} set",
                classes.len()
            );
            (problem, "make that side larger, or use fewer strata")
        } else {
            return Ok(Self {
                members,
                n_train,
                n_test,
            });
        };
        Err(Error::Data { op, problem, remedy })
    }

    /// Permutes every class and gives its first rows to training, the next ones to testing.
    pub(super) fn fold(&self, rng: &mut dyn Generator) -> Fold {
        let counts: Vec<usize> = self.members.iter().map(Vec::len).collect();
        let train_counts = apportion(&counts, self.n_train, rng);
        let left: Vec<usize> = counts.iter().zip(&train_counts).map(|(n, t)| n - t).collect();
        let test_counts = apportion(&left, self.n_test, rng);
        let (mut train, mut test) = (Vec::new(), Vec::new());
        for (class, rows) in self.members.iter().enumerate() {
            let order = rng.permutation(rows.len());
            let (n_train, n_test) = (train_counts[class], test_counts[class]);
            train.extend(order[..n_train].iter().map(|&i| rows[i]));
            test.extend(order[n_train..n_train + n_test].iter().map(|&i| rows[i]));
        }
        let train = rng
            .permutation(train.len())
            .into_iter()
            .map(|i| train[i])
            .collect();
        let test = rng.permutation(test.len()).into_iter().map(|i| test[i]).collect();
        Fold { train, test }
    }
}

/// `n_draws` seats among classes in proportion to their counts: everyone's whole seats, then one more
/// for the largest remainders, ties by lot.
///
/// A share is `n_draws * count / total`, in this order: one rounding, and the order of operations of the Scikit-Learn that the book
/// used. Newer releases divide first, whose rounding decides some ties otherwise, such as the book's income categories.
fn apportion(counts: &[usize], n_draws: usize, rng: &mut dyn Generator) -> Vec<usize> {
    let total: usize = counts.iter().sum();
    let exact = |&n: &usize| n_draws as f64 * n as f64 / total as f64;
    let exact: Vec<f64> = counts.iter().map(exact).collect();
    let mut seats: Vec<usize> = exact.iter().map(|share| share.floor() as usize).collect();
    let mut left = n_draws - seats.iter().sum::<usize>();
    let remainders: Vec<f64> = exact.iter().map(|share| share - share.floor()).collect();
    let mut largest_first = remainders.clone();
    largest_first.sort_by(|a, b| b.total_cmp(a));
    largest_first.dedup();
    for value in largest_first {
        if left == 0 {
            break;
        }
        let tied: Vec<usize> = (0..counts.len()).filter(|&i| remainders[i] == value).collect();
        let winners = left.min(tied.len());
        // The lot is drawn even when all win, so that the sequence is Scikit-Learn's.
        for i in rng.sample_without_replacement(tied.len(), winners) {
            seats[tied[i]] += 1;
        }
        left -= winners;
    }
    seats
}

#[cfg(test)]
mod tests {
    use super::apportion;
    use ml_core::Seed;

    #[test]
    fn remainders_decide_and_ties_are_drawn() {
        // The examples in the documentation of Scikit-Learn's _approximate_mode.
        let seats = |counts: &[usize], n, seed| apportion(counts, n, &mut *Seed::numpy(seed).generator());
        assert_eq!(seats(&[4, 2], 3, 0), [2, 1]);
        assert_eq!(seats(&[5, 2], 4, 0), [3, 1]);
        assert_eq!(seats(&[2, 2, 2, 1], 2, 0), [0, 1, 1, 0]);
        assert_eq!(seats(&[2, 2, 2, 1], 2, 42), [1, 1, 0, 0]);
    }
}

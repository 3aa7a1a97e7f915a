//! Random splits, again and again.

use derive_setters::Setters;
use ml_core::{Result, Seed, Target, check, random::Generator};
use serde::{Deserialize, Serialize};

use super::{Fold, Folds, Size, Splitter, size::train_and_test};

/// `n_splits` independent random splits; unlike in [`KFold`](super::KFold), a row may be tested
/// several times or never.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Setters)]
pub struct ShuffleSplit {
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

impl Default for ShuffleSplit {
    fn default() -> Self {
        Self {
            n_splits: 10,
            test_size: None,
            train_size: None,
            seed: Seed::default(),
        }
    }
}

/// Share of the test side when neither side is given.
pub(super) const DEFAULT_TEST_SIZE: f64 = 0.1;

impl Splitter for ShuffleSplit {
    fn split(&self, n_rows: usize, _: Option<&Target>, _: Option<&[i64]>) -> Result<Folds> {
        let sizes = (self.train_size, self.test_size);
        let (n_train, n_test) = train_and_test("ShuffleSplit", n_rows, sizes.0, sizes.1, DEFAULT_TEST_SIZE)?;
        repeated(self.n_splits, &self.seed, move |rng| {
            shuffled(n_rows, n_train, n_test, rng)
        })
    }
}

/// As many folds as asked for, one after the other from the same random numbers.
pub(super) fn repeated(
    n_splits: usize,
    seed: &Seed,
    fold: impl Fn(&mut dyn Generator) -> Fold + Send + 'static,
) -> Result<Folds> {
    check::parameter("n_splits", n_splits, n_splits >= 1, "at least 1")?;
    let mut rng = seed.generator();
    Ok(Box::new((0..n_splits).map(move |_| fold(&mut *rng))))
}

/// Tests on the first rows of a permutation and trains on the next.
pub(super) fn shuffled(n_rows: usize, n_train: usize, n_test: usize, rng: &mut dyn Generator) -> Fold {
    let mut test = rng.permutation(n_rows);
    let mut train = test.split_off(n_test);
    train.truncate(n_train);
    Fold { train, test }
}

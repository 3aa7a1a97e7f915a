//! One random split of everything at once.

use derive_setters::Setters;
use ml_core::{Error, Label, Result, Seed, check, ndarray::ArrayView1};
use serde::{Deserialize, Serialize};

use super::{Fold, Rows, Size, shuffle::shuffled, size::train_and_test, stratified_shuffle::Strata};

/// Splits arrays, targets and tables into a training and a test set, all by the same rows.
///
/// The split is random, or stratified: then every stratum (a class, an income category) has the same
/// share of both sides, which spares small data the luck of the draw. With
/// [`Seed::numpy(n)`](Seed::numpy) the rows and their order are those of Scikit-Learn's
/// `train_test_split(random_state=n)`.
///
/// # Examples
/// ```
/// use ml_core::ndarray::{Array1, array};
/// use ml_data::split::TrainTestSplit;
///
/// let x = array![[1.0], [2.0], [3.0], [4.0], [5.0]];
/// let y: Array1<f64> = x.column(0).to_owned() * 10.0;
/// let split = TrainTestSplit::default().test_size(0.4).seed(42);
/// let ((x_train, y_train), (x_test, y_test)) = split.split((&x, &y))?;
/// assert_eq!((x_train.nrows(), x_test.nrows()), (3, 2));
/// assert_eq!(y_test[0], x_test[[0, 0]] * 10.0);
/// # assert_eq!(y_train[0], x_train[[0, 0]] * 10.0);
/// # Ok::<(), ml_core::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Setters)]
pub struct TrainTestSplit {
    /// The test side: a share (rounded up) or a number of rows. Default: what `train_size` leaves, or
    /// a quarter.
    #[setters(into, strip_option)]
    pub test_size: Option<Size>,
    /// The training side: a share (rounded down) or a number of rows. Default: what `test_size` leaves.
    #[setters(into, strip_option)]
    pub train_size: Option<Size>,
    /// Whether to shuffle; without, the first rows train and the next ones test. Default true.
    pub shuffle: bool,
    /// Where the randomness comes from.
    #[setters(into)]
    pub seed: Seed,
}

impl Default for TrainTestSplit {
    fn default() -> Self {
        Self {
            test_size: None,
            train_size: None,
            shuffle: true,
            seed: Seed::default(),
        }
    }
}

const OP: &str = "TrainTestSplit";
/// Share of the test side when neither side is given.
const DEFAULT_TEST_SIZE: f64 = 0.25;

impl TrainTestSplit {
    /// The training and the test rows of `data`: one thing with rows, or a tuple of several.
    ///
    /// # Errors
    /// [`Error::Parameter`] for a size outside its domain, [`Error::Data`] if a side would be empty,
    /// [`Error::Length`] if the parts of a tuple have different numbers of rows.
    pub fn split<R: Rows>(&self, data: R) -> Result<(R::Taken, R::Taken)> {
        self.fold(data.n_rows()?)?.take(data)
    }

    /// As [`split`](Self::split), with the same share of every stratum on both sides.
    ///
    /// # Errors
    /// As [`split`](Self::split), [`Error::Length`] unless there is one stratum a row, and
    /// [`Error::Data`] if a stratum has one member, if a side has fewer rows than there are strata, or
    /// without shuffling.
    pub fn split_stratified<'a, R: Rows, L: Label>(
        &self,
        data: R,
        strata: impl Into<ArrayView1<'a, L>>,
    ) -> Result<(R::Taken, R::Taken)> {
        let strata = strata.into();
        check::same_rows(OP, data.n_rows()?, strata.len())?;
        self.fold_stratified(strata)?.take(data)
    }

    /// The row numbers that [`split`](Self::split) takes.
    ///
    /// # Errors
    /// As [`split`](Self::split).
    pub fn fold(&self, n_rows: usize) -> Result<Fold> {
        let (n_train, n_test) = self.sizes(n_rows)?;
        if self.shuffle {
            return Ok(shuffled(n_rows, n_train, n_test, &mut *self.seed.generator()));
        }
        let (train, test) = ((0..n_train).collect(), (n_train..n_train + n_test).collect());
        Ok(Fold { train, test })
    }

    /// The row numbers that [`split_stratified`](Self::split_stratified) takes.
    ///
    /// # Errors
    /// As [`split_stratified`](Self::split_stratified).
    pub fn fold_stratified<'a, L: Label>(&self, strata: impl Into<ArrayView1<'a, L>>) -> Result<Fold> {
        let strata = strata.into();
        if !self.shuffle {
            return Err(Error::Data {
                op: OP,
                problem: "strata cannot be kept without shuffling".to_owned(),
                remedy: "leave shuffle at true, or split without strata",
            });
        }
        let (n_train, n_test) = self.sizes(strata.len())?;
        let strata = Strata::new(OP, strata, n_train, n_test)?;
        Ok(strata.fold(&mut *self.seed.generator()))
    }

    fn sizes(&self, n_rows: usize) -> Result<(usize, usize)> {
        train_and_test(OP, n_rows, self.train_size, self.test_size, DEFAULT_TEST_SIZE)
    }
}

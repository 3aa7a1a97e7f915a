//! The plainest random split.

use ml_core::{Result, Seed, check};

use super::Fold;

/// Shuffles the rows and tests on the first `n_rows * test_ratio` of them (rounded down).
///
/// The book's `split_train_test`: with [`Seed::numpy(42)`](Seed::numpy) these are the rows of
/// `np.random.seed(42); np.random.permutation(n_rows)`. Another number of rows gives an altogether
/// different split: when the data will be updated, use [`split_by_id`](super::split_by_id).
///
/// # Errors
/// [`Error::Parameter`](ml_core::Error::Parameter) unless `test_ratio` is between 0 and 1.
///
/// # Examples
/// ```
/// use ml_core::Seed;
/// use ml_data::split::permutation_split;
///
/// let fold = permutation_split(20_640, 0.2, Seed::numpy(42))?;
/// assert_eq!((fold.train.len(), fold.test.len()), (16_512, 4_128));
/// assert_eq!(fold.test[..3], [20046, 3024, 15663]);
/// # Ok::<(), ml_core::Error>(())
/// ```
pub fn permutation_split(n_rows: usize, test_ratio: f64, seed: impl Into<Seed>) -> Result<Fold> {
    let valid = (0.0..=1.0).contains(&test_ratio);
    check::parameter("test_ratio", test_ratio, valid, "between 0 and 1")?;
    let mut test = seed.into().generator().permutation(n_rows);
    let train = test.split_off((n_rows as f64 * test_ratio) as usize);
    Ok(Fold { train, test })
}

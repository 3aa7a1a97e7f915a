//! How many rows, in all or of every class.

use ml_core::{Result, check};

/// Rows in all, shared evenly among the classes, or rows of every class.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Samples {
    /// In all.
    Total(usize),
    /// Of every class.
    Each(Vec<usize>),
}

impl From<usize> for Samples {
    fn from(total: usize) -> Self {
        Self::Total(total)
    }
}

impl From<(usize, usize)> for Samples {
    fn from((first, second): (usize, usize)) -> Self {
        Self::Each(vec![first, second])
    }
}

impl From<Vec<usize>> for Samples {
    fn from(each: Vec<usize>) -> Self {
        Self::Each(each)
    }
}

impl Samples {
    /// Rows of the outer and of the inner of two shapes; the inner one gets the odd row.
    pub(super) fn of_two(&self) -> Result<[usize; 2]> {
        let [outer, inner] = match self {
            Self::Total(total) => [total / 2, total - total / 2],
            Self::Each(each) => match each[..] {
                [outer, inner] => [outer, inner],
                _ => {
                    check::parameter("n_samples", format!("{each:?}"), false, "two numbers of rows")?;
                    [0, 0]
                }
            },
        };
        fits(outer.saturating_add(inner), 2)?;
        Ok([outer, inner])
    }
}

/// Refuses more numbers than memory has addresses for.
///
/// # Errors
/// [`Error::Parameter`](ml_core::Error::Parameter) naming rows and columns.
pub(super) fn fits(rows: usize, columns: usize) -> Result<()> {
    // A number takes 8 bytes, and a generator holds a few arrays of this size.
    const MOST: usize = isize::MAX as usize / 64;
    let valid = rows
        .checked_mul(columns.max(1))
        .is_some_and(|numbers| numbers <= MOST);
    check::parameter(
        "n_samples x n_features",
        format!("{rows} x {columns}"),
        valid,
        "what memory can hold",
    )
}

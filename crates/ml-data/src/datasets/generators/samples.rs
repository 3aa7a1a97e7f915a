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
        match self {
            Self::Total(total) => Ok([total / 2, total - total / 2]),
            Self::Each(each) => match each[..] {
                [outer, inner] => Ok([outer, inner]),
                _ => {
                    check::parameter("n_samples", format!("{each:?}"), false, "two numbers of rows")?;
                    Ok([0, 0])
                }
            },
        }
    }
}

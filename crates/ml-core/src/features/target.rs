//! What an object-safe estimator learns to predict.

use ndarray::{ArcArray1, Array1, ArrayView1, Axis};

use crate::{Error, Result};

/// A number or a class for every row.
///
/// Classes are integers here; a `LabelEncoder` turns text into them and back.
#[derive(Debug, Clone, PartialEq)]
pub enum Target {
    /// A number a row, for regression.
    Numbers(ArcArray1<f64>),
    /// A class a row, for classification.
    Classes(ArcArray1<i64>),
}

macro_rules! target_from {
    ($($element:ty => $variant:ident),*) => { $(
        impl From<Array1<$element>> for Target {
            fn from(values: Array1<$element>) -> Self {
                Self::$variant(values.into_shared())
            }
        }

        impl From<ArcArray1<$element>> for Target {
            fn from(values: ArcArray1<$element>) -> Self {
                Self::$variant(values)
            }
        }

        impl From<&Array1<$element>> for Target {
            fn from(values: &Array1<$element>) -> Self {
                Self::$variant(values.to_shared())
            }
        }

        impl From<ArrayView1<'_, $element>> for Target {
            fn from(values: ArrayView1<'_, $element>) -> Self {
                Self::$variant(values.to_shared())
            }
        }

        impl From<Vec<$element>> for Target {
            fn from(values: Vec<$element>) -> Self {
                Array1::from(values).into()
            }
        }
    )* };
}
target_from!(f64 => Numbers, i64 => Classes);

impl From<&Target> for Target {
    fn from(target: &Target) -> Self {
        target.clone()
    }
}

impl Target {
    /// Number of rows.
    pub fn len(&self) -> usize {
        match self {
            Self::Numbers(values) => values.len(),
            Self::Classes(values) => values.len(),
        }
    }

    /// Whether there are no rows.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The numbers of a regression target.
    ///
    /// # Errors
    /// [`Error::Kind`] if these are classes.
    pub fn numbers(&self, op: &'static str) -> Result<ArcArray1<f64>> {
        match self {
            Self::Numbers(values) => Ok(values.clone()),
            Self::Classes(_) => Err(Error::Kind {
                op,
                found: "integer classes".to_owned(),
                expected: "a target of numbers (f64)",
                remedy: "convert with mapv(|c| c as f64), or use a classifier",
            }),
        }
    }

    /// The classes of a classification target.
    ///
    /// # Errors
    /// [`Error::Kind`] if these are numbers.
    pub fn classes(&self, op: &'static str) -> Result<ArcArray1<i64>> {
        match self {
            Self::Classes(values) => Ok(values.clone()),
            Self::Numbers(_) => Err(Error::Kind {
                op,
                found: "floating-point numbers".to_owned(),
                expected: "a target of integer classes (i64)",
                remedy: "convert with mapv(|v| v as i64), or use a regressor",
            }),
        }
    }

    /// These rows, in this order.
    ///
    /// # Panics
    /// If an index is not below [`len`](Self::len).
    pub fn select_rows(&self, rows: &[usize]) -> Self {
        match self {
            Self::Numbers(values) => Self::Numbers(values.select(Axis(0), rows).into_shared()),
            Self::Classes(values) => Self::Classes(values.select(Axis(0), rows).into_shared()),
        }
    }
}

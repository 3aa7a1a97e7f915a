//! What flows between the steps of a pipeline.

mod dense;
mod stack;
mod table;
mod target;

pub use stack::DEFAULT_SPARSE_THRESHOLD;
pub use table::{Column, Table, TextColumn};
pub use target::Target;

use std::{borrow::Cow, sync::Arc};

use ndarray::ArcArray2;
use sprs::CsMat;

/// Names of columns, shared by everything that passes them on.
pub type Names = Arc<[String]>;

/// The rows that an object-safe estimator is given: numbers, sparse numbers, or a table with text.
///
/// Cheap to clone: the storage is shared, and copied only by a change while it is shared.
#[derive(Debug, Clone)]
pub enum Features {
    /// A dense matrix; missing values are NaN.
    Dense {
        /// `[rows, columns]`.
        values: ArcArray2<f64>,
        /// A name a column, if known.
        names: Option<Names>,
    },
    /// A sparse matrix by rows (CSR).
    Sparse {
        /// `[rows, columns]`.
        values: Arc<CsMat<f64>>,
        /// A name a column, if known.
        names: Option<Names>,
    },
    /// Named columns of numbers and text.
    Table(Table),
}

impl Features {
    /// Number of rows.
    pub fn n_rows(&self) -> usize {
        match self {
            Self::Dense { values, .. } => values.nrows(),
            Self::Sparse { values, .. } => values.rows(),
            Self::Table(table) => table.n_rows(),
        }
    }

    /// Number of columns.
    pub fn n_columns(&self) -> usize {
        match self {
            Self::Dense { values, .. } => values.ncols(),
            Self::Sparse { values, .. } => values.cols(),
            Self::Table(table) => table.n_columns(),
        }
    }

    /// The names of the columns, if they have any.
    pub fn names(&self) -> Option<&[String]> {
        match self {
            Self::Dense { names, .. } | Self::Sparse { names, .. } => names.as_deref(),
            Self::Table(table) => Some(table.names()),
        }
    }

    /// The names of the columns; unnamed ones are called `x0`, `x1`, ...
    pub fn names_or_numbers(&self) -> Cow<'_, [String]> {
        match self.names() {
            Some(names) => Cow::Borrowed(names),
            None => Cow::Owned((0..self.n_columns()).map(|i| format!("x{i}")).collect()),
        }
    }

    /// The same values under these names.
    ///
    /// # Errors
    /// [`Error::ColumnCount`](crate::Error::ColumnCount) if there is not one a column.
    pub fn with_names(self, new: Vec<String>) -> crate::Result<Self> {
        crate::check::columns("with_names", self.n_columns(), new.len())?;
        Ok(match self {
            Self::Dense { values, .. } => Self::Dense {
                values,
                names: Some(new.into()),
            },
            Self::Sparse { values, .. } => Self::Sparse {
                values,
                names: Some(new.into()),
            },
            Self::Table(table) => Self::Table(table.renamed(new)),
        })
    }
}

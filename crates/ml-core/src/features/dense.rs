//! Conversions to and from matrices, and the choice of rows and columns.

use std::sync::Arc;

use ndarray::{ArcArray2, Array2, ArrayView2, Axis};
use sprs::CsMat;

use super::{Features, Table, stack::stack_dense};
use crate::Result;

impl From<Array2<f64>> for Features {
    fn from(values: Array2<f64>) -> Self {
        Self::Dense {
            values: values.into_shared(),
            names: None,
        }
    }
}

impl From<ArcArray2<f64>> for Features {
    fn from(values: ArcArray2<f64>) -> Self {
        Self::Dense { values, names: None }
    }
}

impl From<ArrayView2<'_, f64>> for Features {
    fn from(values: ArrayView2<'_, f64>) -> Self {
        values.to_owned().into()
    }
}

impl From<CsMat<f64>> for Features {
    /// A matrix stored by columns is converted to rows.
    fn from(values: CsMat<f64>) -> Self {
        let values = if values.is_csr() { values } else { values.to_csr() };
        Self::Sparse {
            values: Arc::new(values),
            names: None,
        }
    }
}

impl From<Table> for Features {
    fn from(table: Table) -> Self {
        Self::Table(table)
    }
}

impl Features {
    /// The numbers as a dense matrix; shares the storage where it is dense already.
    ///
    /// # Errors
    /// [`Error::Column`](crate::Error::Column) naming the first column of text.
    pub fn dense(&self, op: &'static str) -> Result<ArcArray2<f64>> {
        match self {
            Self::Dense { values, .. } => Ok(values.clone()),
            Self::Sparse { values, .. } => Ok(values.to_dense().into_shared()),
            Self::Table(table) => {
                let (rows, columns) = (table.n_rows(), table.n_columns());
                let out = stack_dense(op, std::slice::from_ref(self), rows, columns)?;
                Ok(out.into_shared())
            }
        }
    }

    /// The numbers as an owned matrix; free of copying for a sole owner of dense storage.
    ///
    /// # Errors
    /// As [`dense`](Self::dense).
    pub fn into_dense(self, op: &'static str) -> Result<Array2<f64>> {
        match self {
            // A sole owner gives its storage away; a shared one is copied.
            Self::Dense { values, .. } => Ok(values.into_owned()),
            other => Ok(other.dense(op)?.into_owned()),
        }
    }

    /// These rows, in this order; a row may come more than once.
    ///
    /// # Panics
    /// If an index is not below [`n_rows`](Self::n_rows).
    pub fn select_rows(&self, rows: &[usize]) -> Self {
        match self {
            Self::Dense { values, names } => Self::Dense {
                values: values.select(Axis(0), rows).into_shared(),
                names: names.clone(),
            },
            Self::Sparse { values, names } => {
                let mut out = CsMat::empty(sprs::CompressedStorage::CSR, values.cols());
                for &row in rows {
                    let row = values
                        .outer_view(row)
                        .expect("the caller keeps row indices in range");
                    out = out.append_outer_csvec(row);
                }
                Self::Sparse {
                    values: Arc::new(out),
                    names: names.clone(),
                }
            }
            Self::Table(table) => Self::Table(table.select_rows(rows)),
        }
    }

    /// These columns, in this order.
    ///
    /// # Panics
    /// If an index is not below [`n_columns`](Self::n_columns).
    pub fn select_columns(&self, columns: &[usize]) -> Self {
        let pick = |names: &Option<super::Names>| {
            names
                .as_ref()
                .map(|names| columns.iter().map(|&c| names[c].clone()).collect())
        };
        match self {
            Self::Dense { values, names } => Self::Dense {
                values: values.select(Axis(1), columns).into_shared(),
                names: pick(names),
            },
            Self::Sparse { values, names } => {
                let by_column = values.to_csc();
                let mut out = CsMat::empty(sprs::CompressedStorage::CSC, values.rows());
                for &column in columns {
                    let column = by_column
                        .outer_view(column)
                        .expect("the caller keeps column indices in range");
                    out = out.append_outer_csvec(column);
                }
                Self::Sparse {
                    values: Arc::new(out.to_csr()),
                    names: pick(names),
                }
            }
            Self::Table(table) => Self::Table(table.select_columns(columns)),
        }
    }
}

//! Matrices side by side.

use ndarray::{Array2, ArrayView1, ArrayView2, ArrayViewMut2, Axis, s};
use rayon::prelude::*;
use sprs::{CsMat, TriMat};

use super::{Column, Features};
use crate::{Error, Result};

/// Share of non-zero cells below which a mixture of dense and sparse blocks becomes sparse.
pub const DEFAULT_SPARSE_THRESHOLD: f64 = 0.3;

impl Features {
    /// Puts blocks of equal height side by side.
    ///
    /// All dense gives dense. As soon as one block is sparse, the result is sparse if its density
    /// (non-zero cells / cells) is below `sparse_threshold`, dense otherwise. The names of the
    /// columns are kept when every block has them.
    ///
    /// # Errors
    /// [`Error::Length`] for blocks of different height, [`Error::Column`] for columns of text.
    pub fn hstack(op: &'static str, blocks: Vec<Features>, sparse_threshold: f64) -> Result<Features> {
        let n_rows = blocks.first().map_or(0, Features::n_rows);
        if let Some(other) = blocks.iter().find(|b| b.n_rows() != n_rows) {
            let (left_name, right_name) = ("the first block", "another");
            return Err(Error::Length {
                op,
                left_name,
                left: n_rows,
                right_name,
                right: other.n_rows(),
            });
        }
        let names: Option<Vec<String>> = blocks
            .iter()
            .map(|b| b.names().map(<[String]>::to_vec))
            .collect::<Option<Vec<_>>>()
            .map(|parts| parts.concat());
        let n_columns = blocks.iter().map(Features::n_columns).sum();

        let any_sparse = blocks.iter().any(|b| matches!(b, Features::Sparse { .. }));
        let stored: usize = if any_sparse {
            blocks.iter().map(count_nonzero).sum()
        } else {
            0
        };
        let cells = (n_rows * n_columns) as f64;
        let out = if any_sparse && (stored as f64) < sparse_threshold * cells {
            Features::from(stack_sparse(op, &blocks, n_rows, n_columns, stored)?)
        } else {
            Features::from(stack_dense(op, &blocks, n_rows, n_columns)?)
        };
        match names {
            Some(names) => out.with_names(names),
            None => Ok(out),
        }
    }
}

fn count_nonzero(block: &Features) -> usize {
    match block {
        Features::Dense { values, .. } => values.iter().filter(|&&v| v != 0.0).count(),
        Features::Sparse { values, .. } => values.nnz(),
        Features::Table(table) => table.n_rows() * table.n_columns(),
    }
}

/// A block as it is read row by row.
enum Source<'a> {
    Dense(ArrayView2<'a, f64>),
    Sparse(&'a CsMat<f64>),
    Columns(Vec<ArrayView1<'a, f64>>),
}

impl<'a> Source<'a> {
    fn new(op: &'static str, block: &'a Features) -> Result<Self> {
        let number = |(name, column): (&str, &'a Column)| match column {
            Column::Number(values) => Ok(values.view()),
            Column::Text(_) => Err(Error::Column {
                op,
                column: name.to_owned(),
                problem: "holds text where numbers are expected; encode it first \
                          (OneHotEncoder or OrdinalEncoder in a ColumnTransformer)"
                    .to_owned(),
            }),
        };
        Ok(match block {
            Features::Dense { values, .. } => Self::Dense(values.view()),
            Features::Sparse { values, .. } => Self::Sparse(values),
            Features::Table(table) => Self::Columns(table.iter().map(number).collect::<Result<_>>()?),
        })
    }

    /// Writes the rows from `start` on into `to`, which holds zeros.
    fn write(&self, start: usize, mut to: ArrayViewMut2<'_, f64>) {
        let rows = start..start + to.nrows();
        match self {
            Self::Dense(values) => to.assign(&values.slice(s![rows, ..])),
            Self::Sparse(values) => {
                for (mut to, row) in to.rows_mut().into_iter().zip(rows) {
                    for (column, &v) in values.outer_view(row).iter().flat_map(|r| r.iter()) {
                        to[column] = v;
                    }
                }
            }
            Self::Columns(columns) => {
                for (mut to, from) in to.columns_mut().into_iter().zip(columns) {
                    to.assign(&from.slice(s![rows.clone()]));
                }
            }
        }
    }
}

/// Rows a unit of work: their cells stay in the cache while block after block writes its columns.
const CHUNK_ROWS: usize = 512;

/// Cells below which work stays on one thread.
const SERIAL_CELLS: usize = 1 << 16;

pub(super) fn stack_dense(
    op: &'static str,
    blocks: &[Features],
    n_rows: usize,
    n_columns: usize,
) -> Result<Array2<f64>> {
    let sources: Vec<Source<'_>> = blocks.iter().map(|b| Source::new(op, b)).collect::<Result<_>>()?;
    let mut out = Array2::zeros((n_rows, n_columns));
    let write = |(chunk, mut to): (usize, ArrayViewMut2<'_, f64>)| {
        let mut at = 0;
        for (source, block) in sources.iter().zip(blocks) {
            let width = block.n_columns();
            source.write(chunk * CHUNK_ROWS, to.slice_mut(s![.., at..at + width]));
            at += width;
        }
    };
    if out.len() < SERIAL_CELLS {
        out.axis_chunks_iter_mut(Axis(0), CHUNK_ROWS)
            .enumerate()
            .for_each(write);
    } else {
        out.axis_chunks_iter_mut(Axis(0), CHUNK_ROWS)
            .into_par_iter()
            .enumerate()
            .for_each(write);
    }
    Ok(out)
}

fn stack_sparse(
    op: &'static str,
    blocks: &[Features],
    n_rows: usize,
    n_columns: usize,
    stored: usize,
) -> Result<CsMat<f64>> {
    let mut cells = TriMat::with_capacity((n_rows, n_columns), stored);
    let mut at = 0;
    for block in blocks {
        match block {
            Features::Sparse { values, .. } => {
                for (&v, (row, column)) in values.iter() {
                    cells.add_triplet(row, at + column, v);
                }
            }
            other => {
                for ((row, column), &v) in other.dense(op)?.indexed_iter() {
                    if v != 0.0 {
                        cells.add_triplet(row, at + column, v);
                    }
                }
            }
        }
        at += block.n_columns();
    }
    Ok(cells.to_csr())
}

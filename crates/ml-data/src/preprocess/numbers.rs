//! Columns of numbers in a matrix, a sparse matrix or a table: what fitting reads.

use ml_core::{
    Column, Error, Features, Float, Result, check,
    ndarray::{ArrayView1, ArrayView2, Axis},
    sprs::CsMat,
};
use rayon::prelude::*;

use super::quantile::Present;

/// Elements below which work stays on one thread.
pub(crate) const SERIAL_ELEMENTS: usize = 1 << 16;

/// Rows a unit of parallel work; fixed, so that sums do not depend on the number of threads.
pub(crate) const CHUNK_ROWS: usize = 4096;

/// Bytes from which on the usual allocator of Linux (glibc) asks the system for memory of its own and
/// gives it back when it is freed; smaller stretches it may keep, which adds to a large table's peak.
/// What is asked for and not written to takes no memory.
pub(crate) const GIVEN_BACK_BYTES: usize = 32 << 20;

/// Columns of numbers, however they are stored.
///
/// Fitting never copies a table into a matrix, nor makes a sparse matrix dense.
pub(crate) struct Numbers<'a, F> {
    op: &'static str,
    storage: Storage<'a, F>,
    names: Option<&'a [String]>,
    n_rows: usize,
    n_columns: usize,
}

/// Where the numbers lie.
pub(crate) enum Storage<'a, F> {
    /// Side by side: a matrix is one block, a table is a block a column.
    Blocks(Vec<ArrayView2<'a, F>>),
    /// A sparse matrix by columns (CSC); what it does not list is zero.
    Sparse(&'a CsMat<F>),
}

impl<'a, F: Float> Numbers<'a, F> {
    /// The columns of a matrix that is not empty and holds no infinity; NaN is a missing value.
    pub(crate) fn of_matrix(op: &'static str, x: ArrayView2<'a, F>) -> Result<Self> {
        check::not_empty(op, x)?;
        Self::new(op, Storage::Blocks(vec![x]), None, x.dim())
    }

    fn new(
        op: &'static str,
        storage: Storage<'a, F>,
        names: Option<&'a [String]>,
        (n_rows, n_columns): (usize, usize),
    ) -> Result<Self> {
        let numbers = Self {
            op,
            storage,
            names,
            n_rows,
            n_columns,
        };
        numbers.refuse_infinity()?;
        Ok(numbers)
    }

    pub(crate) fn n_rows(&self) -> usize {
        self.n_rows
    }

    pub(crate) fn n_columns(&self) -> usize {
        self.n_columns
    }

    pub(crate) fn storage(&self) -> &Storage<'a, F> {
        &self.storage
    }

    /// The name of a column, or its number where columns have no names.
    pub(crate) fn column_name(&self, column: usize) -> String {
        match self.names {
            Some(names) => names[column].clone(),
            None => column.to_string(),
        }
    }

    /// Refuses a sparse matrix, whose zeros the transformer would move.
    pub(crate) fn refuse_sparse(&self) -> Result<()> {
        match self.storage {
            Storage::Sparse(_) => Err(moves_zeros(self.op)),
            Storage::Blocks(_) => Ok(()),
        }
    }

    /// Learns from each column by itself, given a copy of its values that are not missing.
    pub(crate) fn learn_columns<T: Send>(&self, learn: impl Fn(&mut Present<'_, F>) -> T + Sync) -> Vec<T> {
        let one = |values: &mut dyn Iterator<Item = &F>, listed: usize| {
            let room = if listed < SERIAL_ELEMENTS {
                0
            } else {
                GIVEN_BACK_BYTES / size_of::<F>()
            };
            let mut present = Vec::with_capacity(listed.max(room));
            present.extend(values.copied().filter(|v| !v.is_nan()));
            learn(&mut Present {
                values: &mut present,
                zeros: self.n_rows - listed,
            })
        };
        match &self.storage {
            Storage::Blocks(blocks) => {
                let columns: Vec<ArrayView1<'_, F>> = blocks.iter().flat_map(|b| b.columns()).collect();
                let columns = columns.par_iter().with_min_len(self.columns_at_once());
                columns
                    .map(|column| one(&mut column.iter(), self.n_rows))
                    .collect()
            }
            Storage::Sparse(x) => {
                let columns = (0..self.n_columns)
                    .into_par_iter()
                    .with_min_len(self.columns_at_once());
                columns
                    .map(|j| one(&mut listed(x, j).iter(), listed(x, j).len()))
                    .collect()
            }
        }
    }

    /// Smallest and largest value of every column, `None` for a column without any.
    pub(crate) fn extremes(&self) -> Vec<Option<(F, F)>> {
        let start = (F::infinity(), F::neg_infinity());
        // Comparisons with NaN are false: a missing value changes nothing.
        let widen =
            |(low, high): (F, F), &v: &F| (if v < low { v } else { low }, if v > high { v } else { high });
        let of_block = |block: &ArrayView2<'a, F>| -> Vec<(F, F)> {
            if block.ncols() == 1 {
                return vec![block.iter().fold(start, widen)];
            }
            let mut all = vec![start; block.ncols()];
            for row in block.rows() {
                for (one, v) in all.iter_mut().zip(row) {
                    *one = widen(*one, v);
                }
            }
            all
        };
        let of_sparse = |values: &[F]| {
            let unlisted = (values.len() < self.n_rows).then(F::zero);
            values.iter().chain(&unlisted).fold(start, widen)
        };
        let all: Vec<(F, F)> = match &self.storage {
            Storage::Blocks(blocks) => {
                let blocks = blocks.par_iter().with_min_len(self.columns_at_once());
                blocks.flat_map_iter(of_block).collect()
            }
            Storage::Sparse(x) => (0..self.n_columns).map(|j| of_sparse(listed(x, j))).collect(),
        };
        let found = all
            .into_iter()
            .map(|(low, high)| (low <= high).then_some((low, high)));
        found.collect()
    }

    /// All columns where little is to be done, so that work stays on one thread.
    fn columns_at_once(&self) -> usize {
        if self.n_rows * self.n_columns < SERIAL_ELEMENTS {
            self.n_columns
        } else {
            1
        }
    }

    fn refuse_infinity(&self) -> Result<()> {
        let clean = |block: &ArrayView2<'a, F>| {
            let chunk_is_clean =
                |chunk: ArrayView2<'_, F>| !chunk.fold(false, |found, v| found | v.is_infinite());
            if self.n_rows * self.n_columns < SERIAL_ELEMENTS {
                chunk_is_clean(*block)
            } else {
                block
                    .axis_chunks_iter(Axis(0), CHUNK_ROWS)
                    .into_par_iter()
                    .all(chunk_is_clean)
            }
        };
        let infinite = |&(_, v): &((usize, usize), &F)| v.is_infinite();
        let found = match &self.storage {
            Storage::Blocks(blocks) if blocks.iter().all(clean) => None,
            Storage::Blocks(blocks) => {
                let columns = blocks.iter().flat_map(|b| b.columns()).enumerate();
                let mut cells = columns.flat_map(|(j, column)| {
                    let cells = column.into_iter().enumerate();
                    cells.map(move |(row, v)| ((row, j), v))
                });
                cells.find(infinite)
            }
            Storage::Sparse(x) => x.iter().map(|(v, at)| (at, v)).find(infinite),
        };
        match found {
            None => Ok(()),
            Some(((row, column), value)) => Err(Error::NotFinite {
                op: self.op,
                what: "x",
                value: value.as_f64(),
                row,
                column: self.column_name(column),
                remedy: "infinities cannot be learned from; replace them, or mark them as missing (NaN)",
            }),
        }
    }
}

/// The listed values of one column of a sparse matrix that is stored by columns.
fn listed<F>(x: &CsMat<F>, column: usize) -> &[F] {
    &x.data()[x.indptr().outer_inds_sz(column)]
}

/// What is said of a sparse matrix where zeros do not stay zeros.
pub(crate) fn moves_zeros(op: &'static str) -> Error {
    Error::Kind {
        op,
        found: "a sparse matrix".to_owned(),
        expected: "a dense one (a shift moves the zeros)",
        remedy: "make it dense, or scale without a shift: with_mean(false), with_centering(false), MaxAbsScaler",
    }
}

/// [`Features`] of numbers only; a dense matrix and a table are read without a copy.
pub(crate) struct NumericFeatures<'a> {
    op: &'static str,
    x: &'a Features,
    by_column: Option<CsMat<f64>>,
}

impl<'a> NumericFeatures<'a> {
    /// Refuses columns of text.
    pub(crate) fn new(op: &'static str, x: &'a Features) -> Result<Self> {
        if let Features::Table(table) = x {
            refuse_text(op, table)?;
        }
        let by_column = match x {
            Features::Sparse { values, .. } => Some(values.to_csc()),
            _ => None,
        };
        Ok(Self { op, x, by_column })
    }

    /// The columns; refuses empty data and infinities.
    pub(crate) fn numbers(&self) -> Result<Numbers<'_, f64>> {
        let (op, x) = (self.op, self.x);
        not_empty(op, x)?;
        let storage = match (x, &self.by_column) {
            (_, Some(by_column)) => Storage::Sparse(by_column),
            (Features::Table(table), _) => {
                let number = |column: &'a Column| match column {
                    Column::Number(values) => Some(values.view().insert_axis(Axis(1))),
                    Column::Text(_) => None,
                };
                Storage::Blocks(table.columns().iter().filter_map(number).collect())
            }
            (Features::Dense { values, .. }, _) => Storage::Blocks(vec![values.view()]),
            (Features::Sparse { .. }, None) => unreachable!("`new` has converted it"),
        };
        Numbers::new(op, storage, x.names(), (x.n_rows(), x.n_columns()))
    }
}

/// At least one row and one column.
pub(crate) fn not_empty(op: &'static str, x: &Features) -> Result<()> {
    let (what, least) = match (x.n_rows(), x.n_columns()) {
        (0, _) => ("x (0 rows)", "1 row"),
        (_, 0) => ("x (0 columns)", "1 column"),
        _ => return Ok(()),
    };
    Err(Error::Empty {
        op,
        what: what.to_owned(),
        least,
    })
}

/// Only columns of numbers.
pub(crate) fn refuse_text(op: &'static str, table: &ml_core::Table) -> Result<()> {
    match table.iter().find(|(_, column)| matches!(column, Column::Text(_))) {
        None => Ok(()),
        Some((name, _)) => Err(Error::Column {
            op,
            column: name.to_owned(),
            problem: "holds text where numbers are expected; encode it first \
                      (OneHotEncoder or OrdinalEncoder in a ColumnTransformer)"
                .to_owned(),
        }),
    }
}

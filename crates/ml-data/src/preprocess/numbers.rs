//! Columns of numbers as blocks of one matrix or of many: what fitting reads.

use ml_core::{
    Column, Error, Features, Float, Result, check,
    ndarray::{ArcArray2, ArrayView1, ArrayView2, Axis, s},
};
use rayon::prelude::*;

/// Elements below which work stays on one thread.
pub(crate) const SERIAL_ELEMENTS: usize = 1 << 16;

/// Rows a unit of parallel work; fixed, so that sums do not depend on the number of threads.
pub(crate) const CHUNK_ROWS: usize = 4096;

/// Columns of numbers: a matrix is one block, a table is a block a column.
///
/// Fitting never copies a table into a matrix.
pub(crate) struct Numbers<'a, F> {
    op: &'static str,
    blocks: Vec<ArrayView2<'a, F>>,
    names: Option<&'a [String]>,
    n_rows: usize,
    n_columns: usize,
}

impl<'a, F: Float> Numbers<'a, F> {
    /// The columns of a matrix that is not empty and holds no infinity; NaN is a missing value.
    pub(crate) fn of_matrix(op: &'static str, x: ArrayView2<'a, F>) -> Result<Self> {
        check::not_empty(op, x)?;
        let numbers = Self {
            op,
            blocks: vec![x],
            names: None,
            n_rows: x.nrows(),
            n_columns: x.ncols(),
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

    pub(crate) fn blocks(&self) -> &[ArrayView2<'a, F>] {
        &self.blocks
    }

    /// The name of a column, or its number where columns have no names.
    pub(crate) fn column_name(&self, column: usize) -> String {
        match self.names {
            Some(names) => names[column].clone(),
            None => column.to_string(),
        }
    }

    /// Every column as one view.
    pub(crate) fn columns(&self) -> Vec<ArrayView1<'a, F>> {
        let columns = |block: &ArrayView2<'a, F>| {
            let block = *block;
            (0..block.ncols())
                .map(move |j| block.slice_move(s![.., j]))
                .collect::<Vec<_>>()
        };
        self.blocks.iter().flat_map(columns).collect()
    }

    /// Learns from each column by itself, given a copy of its values that are not missing.
    pub(crate) fn learn_columns<T: Send>(&self, learn: impl Fn(&mut Vec<F>) -> T + Sync) -> Vec<T> {
        let one = |column: &ArrayView1<'a, F>| {
            let mut present: Vec<F> = Vec::with_capacity(column.len());
            present.extend(column.iter().copied().filter(|v| !v.is_nan()));
            learn(&mut present)
        };
        let columns = self.columns();
        if self.n_rows * self.n_columns < SERIAL_ELEMENTS {
            columns.iter().map(one).collect()
        } else {
            columns.par_iter().map(one).collect()
        }
    }

    /// Smallest and largest value of every column, `None` for a column without any.
    pub(crate) fn extremes(&self) -> Vec<Option<(F, F)>> {
        let widen = |(low, high): (F, F), &v: &F| {
            // Comparisons with NaN are false: a missing value changes nothing.
            (if v < low { v } else { low }, if v > high { v } else { high })
        };
        let start = (F::infinity(), F::neg_infinity());
        self.fold_columns(start, widen)
            .into_iter()
            .map(|(low, high)| (low <= high).then_some((low, high)))
            .collect()
    }

    /// Folds every column from the first row to the last.
    fn fold_columns<T: Copy + Send + Sync>(&self, start: T, step: impl Fn(T, &F) -> T + Sync) -> Vec<T> {
        let fold = |block: &ArrayView2<'a, F>| -> Vec<T> {
            if block.ncols() == 1 {
                return vec![block.iter().fold(start, &step)];
            }
            let mut all = vec![start; block.ncols()];
            for row in block.rows() {
                for (one, v) in all.iter_mut().zip(row) {
                    *one = step(*one, v);
                }
            }
            all
        };
        let parts: Vec<Vec<T>> = if self.n_rows * self.n_columns < SERIAL_ELEMENTS {
            self.blocks.iter().map(fold).collect()
        } else {
            self.blocks.par_iter().map(fold).collect()
        };
        parts.concat()
    }

    fn refuse_infinity(&self) -> Result<()> {
        let rows = CHUNK_ROWS;
        let clean = |block: &ArrayView2<'a, F>| {
            let chunk_is_clean =
                |chunk: ArrayView2<'_, F>| !chunk.fold(false, |found, v| found | v.is_infinite());
            if self.n_rows * self.n_columns < SERIAL_ELEMENTS {
                chunk_is_clean(*block)
            } else {
                block
                    .axis_chunks_iter(Axis(0), rows)
                    .into_par_iter()
                    .all(chunk_is_clean)
            }
        };
        if self.blocks.iter().all(clean) {
            return Ok(());
        }
        for (j, column) in self.columns().iter().enumerate() {
            if let Some(row) = column.iter().position(|v| v.is_infinite()) {
                return Err(Error::NotFinite {
                    op: self.op,
                    what: "x",
                    value: column[row].as_f64(),
                    row,
                    column: self.column_name(j),
                    remedy: "infinities cannot be learned from; replace them, or mark them as missing (NaN)",
                });
            }
        }
        Ok(())
    }
}

/// [`Features`] of numbers only, read without a copy (a sparse matrix is made dense).
pub(crate) struct NumericFeatures<'a> {
    op: &'static str,
    x: &'a Features,
    dense: Option<ArcArray2<f64>>,
}

impl<'a> NumericFeatures<'a> {
    /// Refuses columns of text.
    pub(crate) fn new(op: &'static str, x: &'a Features) -> Result<Self> {
        let dense = match x {
            Features::Table(table) => {
                refuse_text(op, table)?;
                None
            }
            other => Some(other.dense(op)?),
        };
        Ok(Self { op, x, dense })
    }

    /// The columns; refuses empty data and infinities.
    pub(crate) fn numbers(&self) -> Result<Numbers<'_, f64>> {
        let (op, x) = (self.op, self.x);
        if let Some(dense) = &self.dense {
            let mut numbers = Numbers::of_matrix(op, dense.view());
            if let Ok(numbers) = &mut numbers {
                numbers.names = x.names();
            }
            return name_column(numbers, x.names());
        }
        let blocks: Vec<ArrayView2<'_, f64>> = match x {
            Features::Table(table) => table
                .columns()
                .iter()
                .filter_map(|column| match column {
                    Column::Number(values) => Some(values.view().insert_axis(Axis(1))),
                    Column::Text(_) => None,
                })
                .collect(),
            _ => Vec::new(),
        };
        not_empty(op, x)?;
        let numbers = Numbers {
            op,
            n_columns: blocks.len(),
            n_rows: x.n_rows(),
            blocks,
            names: x.names(),
        };
        numbers.refuse_infinity()?;
        Ok(numbers)
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

/// Puts a column's name in the place of its number.
fn name_column<T>(result: Result<T>, names: Option<&[String]>) -> Result<T> {
    result.map_err(|mut error| {
        if let (Error::NotFinite { column, .. }, Some(names)) = (&mut error, names)
            && let Some(name) = column.parse().ok().and_then(|j: usize| names.get(j))
        {
            *column = name.clone();
        }
        error
    })
}

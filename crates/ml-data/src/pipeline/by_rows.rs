//! Large tables in chunks of rows, so that intermediate columns never exist as a whole.

use ml_core::{
    Column, Features, Result, Table,
    ndarray::{Array2, Axis},
};
use rayon::prelude::*;

/// Cells from which on data are transformed in chunks.
const LARGE_CELLS: usize = 1 << 20;

/// Rows a chunk: small enough for its intermediate columns to stay in the cache.
const CHUNK_ROWS: usize = 4096;

/// Whether chunks pay: a table of many rows whose columns of text have few distinct values, since
/// every chunk looks them all up.
pub(super) fn is_large(x: &Features) -> bool {
    let few_values = |table: &Table| {
        let few = |column: &Column| match column {
            Column::Number(_) => true,
            Column::Text(text) => text.values.len() < CHUNK_ROWS,
        };
        table.columns().iter().all(few)
    };
    match x {
        Features::Table(table) => table.n_rows() * table.n_columns() >= LARGE_CELLS && few_values(table),
        _ => false,
    }
}

/// The rows of `x` transformed chunk by chunk into one dense matrix.
///
/// `None` if a chunk fails or is not dense: then the whole must be transformed at once, for the right
/// row in the error, or for a sparse result. If every chunk is full enough to be dense, so is the
/// whole.
pub(super) fn transform(
    x: &Features,
    transform: impl Fn(Features) -> Result<Features> + Sync,
) -> Option<Features> {
    let Features::Table(table) = x else { return None };
    let chunk = |start: usize| {
        let end = (start + CHUNK_ROWS).min(table.n_rows());
        match transform(table.slice_rows(start..end).into()) {
            Ok(Features::Dense { values, .. }) => Some(values),
            _ => None,
        }
    };
    let width = chunk(0)?.ncols();
    let mut out = Array2::zeros((table.n_rows(), width));
    out.axis_chunks_iter_mut(Axis(0), CHUNK_ROWS)
        .into_par_iter()
        .enumerate()
        .try_for_each(|(k, mut to)| {
            let from = chunk(k * CHUNK_ROWS).filter(|from| from.dim() == to.dim())?;
            to.assign(&from);
            Some(())
        })?;
    Some(out.into())
}

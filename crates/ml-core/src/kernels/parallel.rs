//! When and how a loop is spread over threads.

use rayon::prelude::*;

/// Elements in a piece of work whose results are combined, so that its size must not depend on the threads.
pub(crate) const PIECE: usize = 16 << 10;

/// Work, in additions, below which starting a second thread costs more than it saves.
pub(crate) const WORTH_THREADS: usize = 64 << 10;

/// Work, in additions, that hides the handing over of a piece.
const SMALLEST_PIECE: usize = 8 << 10;
/// Elements above which a piece no longer stays in a core's own cache.
const LARGEST_PIECE: usize = 64 << 10;
/// Pieces for each thread, so that one that is held up leaves its work to the others.
const PIECES: usize = 4;

/// Fills `out` piece by piece: `fill` gets the position of its first element and the piece. `cost` is about
/// how many additions an element is worth. Where the pieces end depends on the number of threads, so `fill`
/// must compute every element on its own.
pub(crate) fn fill<T: Send>(out: &mut [T], cost: usize, fill: impl Fn(usize, &mut [T]) + Sync) {
    fill_rows(out, 1, cost, fill);
}

/// As [`fill`] in rows of `width` elements: a piece is whole rows, its position counts rows.
pub(crate) fn fill_rows<T: Send>(
    out: &mut [T],
    width: usize,
    cost: usize,
    fill: impl Fn(usize, &mut [T]) + Sync,
) {
    if out.is_empty() {
        return;
    }
    if !worth_threads(out.len(), cost) {
        return fill(0, out);
    }
    let piece = out.len().div_ceil(PIECES * rayon::current_num_threads()).min(LARGEST_PIECE);
    let rows = (piece.max(SMALLEST_PIECE / cost.max(1)) / width).max(1);
    out.par_chunks_mut(rows * width)
        .enumerate()
        .for_each(|(piece, out)| fill(piece * rows, out));
}

/// Whether `len` elements of this cost are worth a second thread.
pub(crate) fn worth_threads(len: usize, cost: usize) -> bool {
    len.saturating_mul(cost) >= WORTH_THREADS && rayon::current_num_threads() > 1
}

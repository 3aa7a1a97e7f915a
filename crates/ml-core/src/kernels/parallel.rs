//! When and how a loop is spread over threads.

use std::sync::atomic::{AtomicUsize, Ordering};

use rayon::prelude::*;

/// Elements in a piece of work: small enough to stay in the cache, large enough to hide a thread's start.
pub(crate) const PIECE: usize = 16 << 10;

/// Work, in additions, below which starting a second thread costs more than it saves.
pub(crate) const WORTH_THREADS: usize = 64 << 10;

/// Fills `out` piece by piece: `fill` gets the position of its first element and the piece. `cost` is about
/// how many additions an element is worth.
pub(crate) fn fill<T: Send>(out: &mut [T], cost: usize, fill: impl Fn(usize, &mut [T]) + Sync) {
    if worth_threads(out.len(), cost) {
        out.par_chunks_mut(PIECE)
            .enumerate()
            .for_each(|(piece, out)| fill(piece * PIECE, out));
    } else if !out.is_empty() {
        fill(0, out);
    }
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
    let rows = (PIECE / width).max(1);
    if worth_threads(out.len(), cost) {
        out.par_chunks_mut(rows * width)
            .enumerate()
            .for_each(|(piece, out)| fill(piece * rows, out));
    } else {
        fill(0, out);
    }
}

/// Fills `out`, every element of which folds `n` of the input, in pieces of about [`PIECE`] of those.
pub(crate) fn fill_folds<T: Send>(out: &mut [T], n: usize, fill: impl Fn(usize, &mut [T]) + Sync) {
    let piece = (PIECE / n.max(1)).max(1);
    if worth_threads(out.len(), n) && out.len() > piece {
        out.par_chunks_mut(piece)
            .enumerate()
            .for_each(|(number, out)| fill(number * piece, out));
    } else if !out.is_empty() {
        fill(0, out);
    }
}

/// Runs `count` tasks on up to `threads` threads, of which the caller is one: it starts at once, and takes over
/// what the others have not begun. Every thread brings what `tools` makes.
pub(crate) fn tasks<W>(
    count: usize,
    threads: usize,
    tools: impl Fn() -> W + Sync,
    run: impl Fn(usize, &mut W) + Sync,
) {
    let next = AtomicUsize::new(0);
    let work = || {
        let mut tools = tools();
        loop {
            let task = next.fetch_add(1, Ordering::Relaxed);
            if task >= count {
                return;
            }
            run(task, &mut tools);
        }
    };
    let others = threads.min(count).saturating_sub(1);
    if others == 0 {
        return work();
    }
    rayon::in_place_scope(|scope| {
        (0..others).for_each(|_| scope.spawn(|_| work()));
        work();
    });
}

/// Whether `len` elements of this cost are worth a second thread.
pub(crate) fn worth_threads(len: usize, cost: usize) -> bool {
    len.saturating_mul(cost) >= WORTH_THREADS && rayon::current_num_threads() > 1
}

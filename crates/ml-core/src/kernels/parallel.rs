//! When and how a loop is spread over threads.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
};

use smallvec::SmallVec;

use super::aligned::LINE;

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

/// Elements in a piece of work that computes every one on its own: much the same for every thread.
pub(crate) fn even_piece(len: usize) -> usize {
    len.div_ceil(PIECES * rayon::current_num_threads())
        .clamp(SMALLEST_PIECE, PIECE)
}

/// Fills `out` piece by piece: `fill` gets the position of its first element and the piece. `cost` is about
/// how many additions an element is worth. Where the pieces end depends on the number of threads, so `fill`
/// must compute every element on its own.
///
/// Pieces begin at a line of the cache, however the memory lies: a vector across two lines is two accesses.
pub(crate) fn fill<T: Send>(out: &mut [T], cost: usize, fill: impl Fn(usize, &mut [T]) + Sync) {
    if out.is_empty() {
        return;
    }
    if !worth_threads(out.len(), cost) {
        return fill(0, out);
    }
    let before = elements_before_line(out);
    let piece = piece(out.len(), cost).next_multiple_of(LINE);
    let (first, rest) = out.split_at_mut((before + piece).min(out.len()));
    let pieces = std::iter::once(first).chain(rest.chunks_mut(piece));
    each(pieces.collect(), |number, out| {
        if number > 0 || before == 0 {
            return fill(before + number * piece, out);
        }
        let (start, out) = out.split_at_mut(before);
        fill(0, start);
        fill(before, out);
    });
}

/// How many elements lie before the first line of the cache, where one begins among them.
fn elements_before_line<T>(out: &[T]) -> usize {
    let before = out.as_ptr().align_offset(LINE);
    // A hint only: elements that never lie at the beginning of a line are as well off anywhere.
    if before < out.len() { before } else { 0 }
}

/// Elements in a piece, of about as much work as is handed over at a time.
fn piece(len: usize, cost: usize) -> usize {
    let piece = len
        .div_ceil(PIECES * rayon::current_num_threads())
        .min(LARGEST_PIECE);
    piece.max(SMALLEST_PIECE / cost.max(1))
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
    let rows = (piece(out.len(), cost) / width).max(1);
    each(out.chunks_mut(rows * width).collect(), |piece, out| {
        fill(piece * rows, out)
    });
}

/// Fills `out`, every element of which folds `n` of the input, in pieces of about [`PIECE`] of those.
pub(crate) fn fill_folds<T: Send>(out: &mut [T], n: usize, fill: impl Fn(usize, &mut [T]) + Sync) {
    let piece = (PIECE / n.max(1)).max(1);
    if worth_threads(out.len(), n) && out.len() > piece {
        each(out.chunks_mut(piece).collect(), |number, out| {
            fill(number * piece, out)
        });
    } else if !out.is_empty() {
        fill(0, out);
    }
}

/// Runs `count` tasks on up to `threads` threads, of which the caller is one. Every thread that gets a task brings
/// what `tools` makes.
pub(crate) fn tasks<W>(
    count: usize,
    threads: usize,
    tools: impl Fn() -> W + Sync,
    run: impl Fn(usize, &mut W) + Sync,
) {
    give_out(count, threads, false, tools, run);
}

/// Whether `len` elements of this cost are worth a second thread.
pub(crate) fn worth_threads(len: usize, cost: usize) -> bool {
    len.saturating_mul(cost) >= WORTH_THREADS && rayon::current_num_threads() > 1
}

/// Calls `body` with every piece of work and its number, on this thread and on as many of the pool as want to
/// help.
pub(crate) fn each<P: Send>(pieces: Vec<P>, body: impl Fn(usize, P) + Sync) {
    each_with(pieces, || (), |number, piece, ()| body(number, piece));
}

/// As [`each`]; every thread that gets a piece brings what `tools` makes.
///
/// Every other time from the last to the first: what one loop over large memory touched last, and the caches still
/// hold, the next one begins with.
pub(crate) fn each_with<P: Send, W>(
    pieces: Vec<P>,
    tools: impl Fn() -> W + Sync,
    body: impl Fn(usize, P, &mut W) + Sync,
) {
    static BACKWARD: AtomicBool = AtomicBool::new(false);
    let backward = BACKWARD.fetch_not(Ordering::Relaxed);
    let pieces: Vec<Mutex<Option<P>>> = pieces.into_iter().map(|piece| Mutex::new(Some(piece))).collect();
    give_out(
        pieces.len(),
        rayon::current_num_threads(),
        backward,
        tools,
        |number, tools| {
            let piece = pieces[number]
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .take();
            body(number, piece.expect("every number is given out once"), tools);
        },
    );
}

/// As [`each`], or on this thread alone.
pub(crate) fn spread<P: Send>(
    worth_threads: bool,
    pieces: impl Iterator<Item = P>,
    body: impl Fn(usize, P) + Sync,
) {
    if worth_threads {
        return each(pieces.collect(), body);
    }
    pieces.enumerate().for_each(|(number, piece)| body(number, piece));
}

/// Calls `run` with every number below `count`, on up to `threads` threads with the tools of each.
fn give_out<W>(
    count: usize,
    threads: usize,
    backward: bool,
    tools: impl Fn() -> W + Sync,
    run: impl Fn(usize, &mut W) + Sync,
) {
    share(count, threads, &|numbers| {
        let mut numbers = numbers.taken(backward);
        let Some(first) = numbers.next() else { return };
        let mut tools = tools();
        run(first, &mut tools);
        for number in numbers {
            run(number, &mut tools);
        }
    });
}

/// Numbers given out, in a part for each thread: whoever comes takes those of a part one after the other, so that memory
/// is read in streams, and then what others have left.
struct Numbers {
    parts: SmallVec<[Part; 4]>,
    comers: AtomicUsize,
}

/// Alone in its cache lines: its thread counts on without waiting for the others.
#[repr(align(128))]
struct Part {
    next: AtomicUsize,
    start: usize,
    end: usize,
}

impl Part {
    /// The next number, if one is left.
    fn take(&self, backward: bool) -> Option<usize> {
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        if number >= self.end {
            return None;
        }
        Some(match backward {
            true => self.start + (self.end - 1 - number),
            false => number,
        })
    }
}

impl Numbers {
    fn below(end: usize, parts: usize) -> Self {
        let part = |number: usize| Part {
            next: AtomicUsize::new(number * end / parts),
            start: number * end / parts,
            end: (number + 1) * end / parts,
        };
        Self {
            parts: (0..parts).map(part).collect(),
            comers: AtomicUsize::new(0),
        }
    }

    /// Those that the calling thread gets; the last of a part first if `backward`.
    fn taken(&self, backward: bool) -> impl Iterator<Item = usize> {
        let home = self.comers.fetch_add(1, Ordering::Relaxed);
        let parts = (0..self.parts.len()).map(move |away| &self.parts[(home + away) % self.parts.len()]);
        parts.flat_map(move |part| std::iter::from_fn(move || part.take(backward)))
    }
}

/// Work given out by number.
///
/// A pool thread takes microseconds to wake, as long as the work may last. So the thread that has the work
/// starts at once, whoever of the pool comes in time takes numbers, too, and who comes late finds it closed.
struct Shared {
    /// Takes numbers until none is left. Valid until `closed` and no one is `helping`.
    body: *const (dyn Fn(&Numbers) + Sync),
    numbers: Numbers,
    helping: AtomicUsize,
    closed: AtomicBool,
    failed: AtomicBool,
}

// SAFETY: the body is `Sync`, so that every thread may call it; everything else is atomic.
unsafe impl Send for Shared {}
// SAFETY: as above.
unsafe impl Sync for Shared {}

impl Shared {
    /// # Safety
    /// The body must be valid: on the thread that closes, or between raising `helping` and lowering it when
    /// it was not closed in between.
    unsafe fn work(&self) {
        // SAFETY: the caller vouches for the body.
        unsafe { (*self.body)(&self.numbers) };
    }

    fn help(&self) {
        // In one order for all threads: whoever closes after this sees it, whoever has closed is seen.
        self.helping.fetch_add(1, Ordering::SeqCst);
        if !self.closed.load(Ordering::SeqCst) {
            // SAFETY: not closed yet, and closing waits for `helping` to be lowered.
            let done = catch_unwind(AssertUnwindSafe(|| unsafe { self.work() }));
            self.failed.fetch_or(done.is_err(), Ordering::Relaxed);
        }
        self.helping.fetch_sub(1, Ordering::SeqCst);
    }
}

/// Lets no one begin any more, and waits for those who have, even when the own work panics.
struct Close<'s>(&'s Shared);

impl Drop for Close<'_> {
    fn drop(&mut self) {
        self.0.closed.store(true, Ordering::SeqCst);
        let mut turns = 0;
        while self.0.helping.load(Ordering::SeqCst) != 0 {
            turns += 1;
            if turns < 1000 {
                std::hint::spin_loop()
            } else {
                std::thread::yield_now()
            }
        }
    }
}

/// Calls `body`, which takes numbers below `count` until none is left, on up to `threads` threads.
fn share(count: usize, threads: usize, body: &(dyn Fn(&Numbers) + Sync)) {
    let helpers = threads.min(count).saturating_sub(1);
    if helpers == 0 {
        return body(&Numbers::below(count, 1));
    }
    // SAFETY: only the lifetime changes; `Close` ends every use of the body before this function returns.
    let body = unsafe {
        std::mem::transmute::<*const (dyn Fn(&Numbers) + Sync + '_), *const (dyn Fn(&Numbers) + Sync)>(body)
    };
    let shared = Arc::new(Shared {
        body,
        numbers: Numbers::below(count, helpers + 1),
        helping: AtomicUsize::new(0),
        closed: AtomicBool::new(false),
        failed: AtomicBool::new(false),
    });
    let close = Close(&shared);
    for _ in 0..helpers {
        let shared = Arc::clone(&shared);
        rayon::spawn(move || shared.help());
    }
    // SAFETY: `close` is dropped after this.
    unsafe { shared.work() };
    drop(close);
    assert!(
        !shared.failed.load(Ordering::Relaxed),
        "a piece of parallel work panicked"
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_piece_is_done_once_whoever_does_it() {
        for round in 0..300 {
            let mut out = vec![0usize; 1 + round * 37];
            each(out.chunks_mut(5).collect(), |piece, out: &mut [usize]| {
                out.iter_mut()
                    .enumerate()
                    .for_each(|(n, value)| *value += piece * 5 + n);
            });
            assert!(out.into_iter().enumerate().all(|(n, value)| n == value));
        }
    }

    #[test]
    fn pieces_cover_all_wherever_the_memory_lies() {
        let mut memory = vec![0usize; 70_000];
        for (start, len) in [(0, 70_000), (1, 69_999), (3, 65_537), (5, 66_000)] {
            let out = &mut memory[start..start + len];
            fill(out, 4, |first, out| {
                out.iter_mut()
                    .enumerate()
                    .for_each(|(n, value)| *value = first + n);
            });
            assert!(out.iter().enumerate().all(|(n, &value)| n == value));
        }
    }

    #[test]
    fn work_inside_work_does_not_wait_for_itself() {
        let sums: Vec<Mutex<usize>> = (0..64).map(|_| Mutex::new(0)).collect();
        let numbers = |count: usize| (0..count).collect::<Vec<_>>();
        each(numbers(64), |outer, _| {
            each(numbers(16), |inner, _| {
                *sums[outer].lock().expect("nobody panics here") += inner
            });
        });
        assert!(
            sums.into_iter()
                .all(|sum| sum.into_inner().is_ok_and(|sum| sum == 120))
        );
    }

    #[test]
    fn a_panic_in_a_piece_arrives_here() {
        let failed = catch_unwind(|| each(vec![(); 40], |piece, ()| assert!(piece != 7, "piece 7")));
        assert!(failed.is_err());
    }
}

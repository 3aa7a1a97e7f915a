//! The widest vector instructions of the processor at hand.

use std::sync::LazyLock;

use pulp::{Arch, Simd, WithSimd};

/// Asked for once: the answer is a dozen questions to the processor.
static ARCH: LazyLock<Arch> = LazyLock::new(Arch::new);

/// The instructions that the processor at hand has.
#[inline]
pub(crate) fn arch() -> Arch {
    *ARCH
}

/// A loop without branches that the compiler turns into vector instructions.
///
/// Implementations mark `run`, and every function it calls, `#[inline(always)]`: what is not inlined is
/// compiled for the baseline processor.
pub(crate) trait Loop {
    type Output;

    fn run(self) -> Self::Output;
}

struct Wide<L>(L);

impl<L: Loop> WithSimd for Wide<L> {
    type Output = L::Output;

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) -> L::Output {
        self.0.run()
    }
}

/// Runs a loop compiled for AVX-512, AVX2 with FMA, or what else there is.
#[inline]
pub(crate) fn vectorize<L: Loop>(body: L) -> L::Output {
    arch().dispatch(Wide(body))
}

/// Asks for the memory at `place`, which need not be valid, ahead of its use.
#[inline(always)]
pub(crate) fn prefetch_place<T>(place: *const T) {
    #[cfg(target_arch = "x86_64")]
    // SAFETY: a hint; it never faults, whatever the address.
    unsafe {
        std::arch::x86_64::_mm_prefetch::<{ std::arch::x86_64::_MM_HINT_T0 }>(place.cast());
    }
    #[cfg(not(target_arch = "x86_64"))]
    let _ = place;
}

/// Asks for the memory of `values` ahead of its use. A hint to the processor: no result depends on it.
///
/// For loops that visit rows in an order that only they know, which no processor can guess.
///
/// # Examples
/// ```
/// let rows = [[1.0; 16]; 8];
/// let order = [3, 0, 7, 1];
/// let mut sum = 0.0;
/// for (step, &row) in order.iter().enumerate() {
///     if let Some(&soon) = order.get(step + 2) {
///         ml_core::prefetch(&rows[soon]);
///     }
///     sum += rows[row].iter().sum::<f64>();
/// }
/// assert_eq!(sum, 64.0);
/// ```
#[inline]
pub fn prefetch<T>(values: &[T]) {
    /// Bytes that are fetched at a time.
    const LINE: usize = 64;
    let start = values.as_ptr().cast::<u8>();
    for line in (0..size_of_val(values)).step_by(LINE) {
        prefetch_place(start.wrapping_add(line));
    }
}

/// `out[i] = f(x[i])`, `N` at a time; part of a [`Loop`]. The last `N` reach back into those before, so that no element
/// of an expensive function is computed alone.
#[inline(always)]
pub(crate) fn map_lanes<T: Copy, const N: usize>(x: &[T], out: &mut [T], f: impl Fn(T) -> T) {
    #[inline(always)]
    fn lanes<T: Copy, const N: usize>(x: &[T; N], out: &mut [T; N], f: &impl Fn(T) -> T) {
        for lane in 0..N {
            out[lane] = f(x[lane]);
        }
    }
    let (chunks, rest) = x.as_chunks::<N>();
    for (out, x) in out.as_chunks_mut::<N>().0.iter_mut().zip(chunks) {
        lanes(x, out, &f);
    }
    match (x.last_chunk::<N>(), out.last_chunk_mut::<N>()) {
        (Some(x), Some(out)) if !rest.is_empty() => lanes(x, out, &f),
        (Some(_), _) => {}
        _ => out.iter_mut().zip(x).for_each(|(y, &v)| *y = f(v)),
    }
}

//! A tile of the output: the sums that stay in registers.

use pulp::Simd;

use super::{MOST_LANES, MOST_ROWS, MOST_VECTORS, Real};
use crate::kernels::simd::prefetch_place;

/// Where the left factor's elements of a tile lie.
pub(super) struct Left<T> {
    pub(super) pointer: *const T,
    pub(super) row_step: usize,
    pub(super) column_step: usize,
}

/// What the sums of a tile start from.
#[derive(Clone, Copy)]
pub(super) enum Begin<'a, T> {
    FromZero,
    FromOutput,
    From(&'a [T]),
}

/// A tile of the output: `height` rows, `width` columns.
pub(super) struct Tile<'a, T> {
    /// `height` rows of `depth` elements.
    pub(super) left: Left<T>,
    /// `depth` rows of as many whole vectors as cover `width`.
    pub(super) right: *const T,
    pub(super) right_step: usize,
    pub(super) depth: usize,
    pub(super) height: usize,
    pub(super) width: usize,
    pub(super) begin: Begin<'a, T>,
}

impl<T: Real> Tile<'_, T> {
    /// # Safety
    /// The pointers lead to as many elements as their documentation says, and `out` to `height` rows of `width`
    /// elements, `step` apart, that nobody else accesses.
    #[inline(always)]
    pub(super) unsafe fn run_any<S: Simd>(self, simd: S, vectors: usize, out: *mut T, step: usize) {
        // SAFETY: the caller's promise.
        unsafe {
            match (self.height, vectors) {
                (5.., 3) => self.run::<S, 8, 3>(simd, out, step),
                (5.., 2) => self.run::<S, 8, 2>(simd, out, step),
                (5.., _) => self.run::<S, 8, 1>(simd, out, step),
                (2..=4, 3) => self.run::<S, 4, 3>(simd, out, step),
                (2..=4, 2) => self.run::<S, 4, 2>(simd, out, step),
                (2..=4, _) => self.run::<S, 4, 1>(simd, out, step),
                (_, 3) => self.run::<S, 1, 3>(simd, out, step),
                (_, 2) => self.run::<S, 1, 2>(simd, out, step),
                (_, _) => self.run::<S, 1, 1>(simd, out, step),
            }
        }
    }

    /// # Safety
    /// As [`run_any`](Self::run_any); `height` is at most `M`, and `N` vectors cover `width`.
    #[inline(always)]
    unsafe fn run<S: Simd, const M: usize, const N: usize>(self, simd: S, out: *mut T, step: usize) {
        let lanes = size_of::<T::Vector<S>>() / size_of::<T>();
        let zero = T::splat(simd, T::default());
        if matches!(self.begin, Begin::FromOutput) {
            // What is added to comes from far; it arrives while the loop below runs.
            for i in 0..self.height {
                (0..N).for_each(|j| prefetch_place(out.wrapping_add(i * step + j * lanes)));
            }
        }
        let mut sums = [[zero; N]; M];
        // Rows beyond the height repeat the last one, and are not stored.
        let mut rows = [self.left.pointer; M];
        for (i, row) in rows.iter_mut().enumerate() {
            // SAFETY: a row below `height`.
            *row = unsafe { row.add(i.min(self.height - 1) * self.left.row_step) };
        }
        let mut right = self.right;
        for p in 0..self.depth {
            let mut vectors = [zero; N];
            for (j, vector) in vectors.iter_mut().enumerate() {
                // SAFETY: `N` whole vectors lie in each of the `depth` rows; vectors are plain data.
                *vector = unsafe { right.add(j * lanes).cast::<T::Vector<S>>().read_unaligned() };
            }
            for i in 0..M {
                // SAFETY: element `p`, below `depth`, of a row below `height`.
                let factor = T::splat(simd, unsafe { *rows[i].add(p * self.left.column_step) });
                for j in 0..N {
                    sums[i][j] = T::fma(simd, factor, vectors[j], sums[i][j]);
                }
            }
            right = right.wrapping_add(self.right_step);
        }
        if self.width < N * lanes {
            // SAFETY: the caller's promise.
            return unsafe { self.store_narrow::<S>(sums.as_flattened(), N * lanes, out, step) };
        }
        let one = T::splat(simd, T::one());
        // Adding by a product with 1 rounds once, as a sum does.
        // SAFETY: the caller's promise; the bias has as many elements as a row of the tile.
        unsafe {
            match self.begin {
                Begin::FromZero => self.put::<S, M, N>(
                    &sums,
                    out,
                    step,
                    #[inline(always)]
                    |_, sum, _| sum,
                ),
                Begin::FromOutput => self.put::<S, M, N>(
                    &sums,
                    out,
                    step,
                    #[inline(always)]
                    |_, sum, place| T::fma(simd, one, sum, place.read_unaligned()),
                ),
                Begin::From(bias) => self.put::<S, M, N>(
                    &sums,
                    out,
                    step,
                    #[inline(always)]
                    |j, sum, _| {
                        let bias = bias.as_ptr().add(j * lanes).cast::<T::Vector<S>>();
                        T::fma(simd, one, sum, bias.read_unaligned())
                    },
                ),
            }
        }
    }

    /// Writes whole vectors: what `value` makes of the number of the vector in its row, the sums, and their place.
    ///
    /// # Safety
    /// As [`run_any`](Self::run_any).
    #[inline(always)]
    unsafe fn put<S: Simd, const M: usize, const N: usize>(
        &self,
        sums: &[[T::Vector<S>; N]; M],
        out: *mut T,
        step: usize,
        value: impl Fn(usize, T::Vector<S>, *mut T::Vector<S>) -> T::Vector<S>,
    ) {
        let lanes = size_of::<T::Vector<S>>() / size_of::<T>();
        // Arrays of fixed length, so that the sums stay in registers.
        for (i, row) in sums.iter().enumerate() {
            if i < self.height {
                for (j, &sum) in row.iter().enumerate() {
                    // SAFETY: row `i` is below `height`, and has `N` whole vectors that are this tile's alone.
                    unsafe {
                        let place = out.add(i * step + j * lanes).cast::<T::Vector<S>>();
                        place.write_unaligned(value(j, sum, place));
                    }
                }
            }
        }
    }

    /// Writes sums, rows of `width` of which the tile's columns count, where the last vectors reach beyond them.
    ///
    /// # Safety
    /// As [`run_any`](Self::run_any).
    #[inline(always)]
    unsafe fn store_narrow<S: Simd>(&self, sums: &[T::Vector<S>], width: usize, out: *mut T, step: usize) {
        let lanes = size_of::<T::Vector<S>>() / size_of::<T>();
        let mut flat = [T::default(); MOST_ROWS * MOST_VECTORS * MOST_LANES];
        for (place, &sum) in flat.chunks_exact_mut(lanes).zip(sums) {
            // SAFETY: a vector is `lanes` elements, and so is the slice.
            unsafe { place.as_mut_ptr().cast::<T::Vector<S>>().write_unaligned(sum) };
        }
        // SAFETY: the caller's promise.
        unsafe { self.store(&flat, width, out, step) };
    }

    /// Writes the sums, rows of `width` of which the tile's columns count. Apart from the loop above, so that it
    /// is compiled once a type and not once a tile.
    ///
    /// # Safety
    /// As [`run_any`](Self::run_any).
    #[inline(never)]
    unsafe fn store(&self, sums: &[T], width: usize, out: *mut T, step: usize) {
        for (i, sums) in sums.chunks_exact(width).take(self.height).enumerate() {
            // SAFETY: row `i` is below `height`, and has `width` elements that are this tile's alone.
            let out = unsafe { std::slice::from_raw_parts_mut(out.add(i * step), self.width) };
            match self.begin {
                Begin::FromZero => out.copy_from_slice(&sums[..self.width]),
                Begin::FromOutput => out.iter_mut().zip(sums).for_each(|(out, &sum)| *out = *out + sum),
                Begin::From(bias) => {
                    out.iter_mut()
                        .zip(sums)
                        .zip(bias)
                        .for_each(|((out, &sum), &bias)| *out = bias + sum);
                }
            }
        }
    }
}

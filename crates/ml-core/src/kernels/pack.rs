//! Matrices copied into the rows that the kernel of products reads.

use super::{gemm::Matrix, simd::prefetch_place};

/// Side of the squares that are turned at once.
const SIDE: usize = 8;
/// Bytes that come from memory together.
const LINE: usize = 64;
/// Rows that are asked for ahead of the one that is copied: they lie apart, where the processor does not expect them.
const AHEAD: usize = 8;

/// Element types whose squares can be turned over their diagonal.
pub(crate) trait Turn: Copy + Default {
    /// `out[t·out_step + s] = from[s·step + t]` for `s` and `t` below [`SIDE`].
    ///
    /// # Panics
    /// If either side is shorter.
    fn turn(from: &[Self], step: usize, out: &mut [Self], out_step: usize) {
        turn_one_by_one(from, step, out, out_step);
    }
}

impl Turn for f64 {}

impl Turn for f32 {
    #[inline]
    fn turn(from: &[f32], step: usize, out: &mut [f32], out_step: usize) {
        #[cfg(target_arch = "x86_64")]
        if std::is_x86_feature_detected!("avx") {
            let last = SIDE - 1;
            assert!(from.len() >= last * step + SIDE && out.len() >= last * out_step + SIDE);
            // SAFETY: the processor has the instructions, and eight rows of eight elements lie in each slice.
            unsafe { avx::turn(from.as_ptr(), step, out.as_mut_ptr(), out_step) };
            return;
        }
        turn_one_by_one(from, step, out, out_step);
    }
}

fn turn_one_by_one<T: Copy>(from: &[T], step: usize, out: &mut [T], out_step: usize) {
    for t in 0..SIDE {
        for s in 0..SIDE {
            out[t * out_step + s] = from[s * step + t];
        }
    }
}

#[cfg(target_arch = "x86_64")]
mod avx {
    use std::arch::x86_64::*;

    use super::SIDE;

    /// As [`Turn::turn`](super::Turn::turn).
    ///
    /// # Safety
    /// Eight elements must lie at each of eight places `step` apart from `from`, and `out_step` apart from `out`.
    #[target_feature(enable = "avx")]
    pub(super) unsafe fn turn(from: *const f32, step: usize, out: *mut f32, out_step: usize) {
        // SAFETY: the caller's promise.
        let row = |s: usize| unsafe { _mm256_loadu_ps(from.add(s * step)) };
        let mut rows = [_mm256_setzero_ps(); SIDE];
        for pair in 0..SIDE / 2 {
            let (a, b) = (row(2 * pair), row(2 * pair + 1));
            rows[2 * pair] = _mm256_unpacklo_ps(a, b);
            rows[2 * pair + 1] = _mm256_unpackhi_ps(a, b);
        }
        // Squares of four by four, each inside one half of the vectors.
        let mut fours = [_mm256_setzero_ps(); SIDE];
        for half in 0..2 {
            for odd in 0..2 {
                let (a, b) = (rows[4 * half + odd], rows[4 * half + 2 + odd]);
                fours[4 * half + 2 * odd] = _mm256_shuffle_ps::<0b01_00_01_00>(a, b);
                fours[4 * half + 2 * odd + 1] = _mm256_shuffle_ps::<0b11_10_11_10>(a, b);
            }
        }
        for t in 0..SIDE / 2 {
            let (a, b) = (fours[t], fours[t + SIDE / 2]);
            let (low, high) = (
                _mm256_permute2f128_ps::<0x20>(a, b),
                _mm256_permute2f128_ps::<0x31>(a, b),
            );
            // SAFETY: the caller's promise.
            unsafe {
                _mm256_storeu_ps(out.add(t * out_step), low);
                _mm256_storeu_ps(out.add((t + SIDE / 2) * out_step), high);
            }
        }
    }
}

/// Copies a matrix row by row into rows of `width` elements; what is beyond its columns becomes 0.
pub(super) fn pack<T: Turn>(from: Matrix<'_, T>, width: usize, out: &mut [T]) {
    let out = &mut out[..from.rows * width];
    if from.columns < width {
        out.chunks_exact_mut(width)
            .for_each(|row| row[from.columns..].fill(T::default()));
    }
    if from.column_step == 1 {
        return pack_rows(from, width, out);
    }
    let mut done = [0, 0];
    if from.row_step == 1 {
        done = [from.rows, from.columns].map(|length| length / SIDE * SIDE);
        let values = &from.values[from.start..];
        for j in (0..done[1]).step_by(SIDE) {
            for i in (0..done[0]).step_by(SIDE) {
                T::turn(
                    &values[j * from.column_step + i..],
                    from.column_step,
                    &mut out[i * width + j..],
                    width,
                );
            }
        }
    }
    for j in 0..from.columns {
        let first = if j < done[1] { done[0] } else { 0 };
        for i in first..from.rows {
            out[i * width + j] = from.values[from.start + i * from.row_step + j * from.column_step];
        }
    }
}

/// Rows whose elements are neighbours.
fn pack_rows<T: Turn>(from: Matrix<'_, T>, width: usize, out: &mut [T]) {
    /// As many elements as usual, known beforehand: the compiler leaves no call.
    fn whole<T: Turn, const WIDTH: usize>(from: Matrix<'_, T>, out: &mut [T]) {
        for (i, out) in out.as_chunks_mut::<WIDTH>().0.iter_mut().enumerate() {
            let row = ahead(from, i, WIDTH);
            out.copy_from_slice(&row[..WIDTH]);
        }
    }
    match from.columns {
        columns if columns < width => {}
        8 => return whole::<T, 8>(from, out),
        16 => return whole::<T, 16>(from, out),
        32 => return whole::<T, 32>(from, out),
        48 => return whole::<T, 48>(from, out),
        _ => {}
    }
    for (i, out) in out.chunks_exact_mut(width).enumerate() {
        let row = ahead(from, i, from.columns);
        out[..from.columns].copy_from_slice(&row[..from.columns]);
    }
}

/// The values from row `i` on; a row a little further on is asked for.
#[inline(always)]
fn ahead<'a, T: Turn>(from: Matrix<'a, T>, i: usize, columns: usize) -> &'a [T] {
    let start = from.start + i * from.row_step;
    let place = from.values.as_ptr().wrapping_add(start + AHEAD * from.row_step);
    (0..columns)
        .step_by(LINE / size_of::<T>())
        .for_each(|j| prefetch_place(place.wrapping_add(j)));
    &from.values[start..]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn turning_by_vectors_agrees_with_turning_one_by_one() {
        let (step, out_step) = (11, 13);
        let from: Vec<f32> = (0..7 * step + 8).map(|v| v as f32).collect();
        let mut expected = vec![-1.0; 7 * out_step + 8];
        let mut got = expected.clone();
        turn_one_by_one(&from, step, &mut expected, out_step);
        f32::turn(&from, step, &mut got, out_step);
        assert_eq!(got, expected);
        assert_eq!(got[3 * out_step + 5], (5 * step + 3) as f32);
    }
}

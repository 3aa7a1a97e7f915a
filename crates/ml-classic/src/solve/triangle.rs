//! The triangle of a QR decomposition of tall data, a block of rows at a time.

use std::ops::Range;

use ml_core::{
    Result, linalg,
    ndarray::{Array2, ArrayViewMut2, Axis, concatenate, s},
};

/// Rows a column from which it takes less memory than a copy of the rows.
const TALL: usize = 4;
/// Fewest rows of a block.
const LEAST_ROWS: usize = 256;

/// Whether rows are worth being reduced to their triangle.
pub(crate) fn is_tall(n_rows: usize, width: usize) -> bool {
    n_rows >= TALL * width && n_rows > LEAST_ROWS
}

/// `R` of `A = Q·R`: `[min(rows, width), width]`, whose singular values and solutions of least squares are those of `A`,
/// to the same digits, while neither `A` nor `Q` is ever held. `fill` writes some rows of `A`.
///
/// The triangle of the rows so far takes the place of these rows on top of the next block.
///
/// **Source**: Demmel, Grigori, Hoemmen, Langou, "Communication-optimal Parallel and Sequential QR and LU
/// Factorizations", SIAM J. Sci. Comput. 34 (2012), sequential TSQR.
pub(crate) fn triangle(
    n_rows: usize,
    width: usize,
    mut fill: impl FnMut(Range<usize>, ArrayViewMut2<'_, f64>),
) -> Result<Array2<f64>> {
    let size = width.max(LEAST_ROWS);
    let mut r = Array2::zeros((0, width));
    for start in (0..n_rows).step_by(size) {
        let rows = start..n_rows.min(start + size);
        let below = Array2::zeros((rows.len(), width));
        let mut stacked =
            concatenate(Axis(0), &[r.view(), below.view()]).expect("both parts have the same columns");
        fill(rows, stacked.slice_mut(s![r.nrows().., ..]));
        r = linalg::qr(stacked.view())?.r;
    }
    Ok(r)
}

#[cfg(test)]
mod tests {
    use ml_core::NumpyRng;

    use super::*;

    #[test]
    fn the_triangle_has_the_products_of_the_columns() {
        let a = NumpyRng::new(1).randn((1000, 7));
        let r = triangle(1000, 7, |rows, mut to| to.assign(&a.slice(s![rows, ..]))).unwrap();
        assert_eq!(r.dim(), (7, 7));
        let apart = &r.t().dot(&r) - &a.t().dot(&a);
        assert!(apart.iter().all(|v| v.abs() < 1e-10), "{apart}");
        assert!(r.indexed_iter().all(|((i, j), v)| i <= j || *v == 0.0));
    }
}

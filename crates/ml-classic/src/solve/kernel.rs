//! Products of centred rows with one another: what least squares needs to know of wide data.

use ml_core::{
    Float,
    ndarray::{Array2, Axis, linalg::general_mat_mul, s},
};
use rayon::prelude::*;

use super::Design;

/// Columns that are centred and multiplied at a time.
const STRIP: usize = 256;
/// Rows of the products that are computed in one go.
const TILE: usize = 64;

/// `K = √W·(X - m)·(X - m)ᵀ·√W`: `[rows, rows]`, where `roots` are those of the weights.
///
/// Dense columns are centred a strip at a time, sparse rows not at all: the products with the means are taken off.
pub(crate) fn row_products<F: Float>(x: &Design<'_, F>, means: &[f64], roots: &[f64]) -> Array2<f64> {
    let mut out = match x {
        Design::Sparse(_) => of_sparse(x, means, roots),
        _ => of_dense(x, means, roots),
    };
    for i in 0..out.nrows() {
        for j in 0..i {
            out[[j, i]] = out[[i, j]];
        }
    }
    out
}

fn of_dense<F: Float>(x: &Design<'_, F>, means: &[f64], roots: &[f64]) -> Array2<f64> {
    let (n_rows, columns) = (x.n_rows(), x.n_columns());
    let mut out = Array2::zeros((n_rows, n_rows));
    let mut strip = Array2::zeros((n_rows, STRIP.min(columns)));
    for start in (0..columns).step_by(STRIP) {
        let range = start..columns.min(start + STRIP);
        let mut strip = strip.slice_mut(s![.., ..range.len()]);
        strip
            .axis_iter_mut(Axis(0))
            .into_par_iter()
            .zip(roots)
            .enumerate()
            .for_each(|(row, (mut to, root))| {
                x.part(row, range.clone(), |j, v| to[j] = (v - means[start + j]) * root)
            });
        let strip = strip.view();
        out.axis_chunks_iter_mut(Axis(0), TILE)
            .into_par_iter()
            .enumerate()
            .for_each(|(tile, mut out)| {
                let rows = tile * TILE..tile * TILE + out.nrows();
                let mut lower = out.slice_mut(s![.., ..rows.end]);
                let (left, right) = (strip.slice(s![rows.clone(), ..]), strip.slice(s![..rows.end, ..]));
                general_mat_mul(1.0, &left, &right.t(), 1.0, &mut lower);
            });
    }
    out
}

fn of_sparse<F: Float>(x: &Design<'_, F>, means: &[f64], roots: &[f64]) -> Array2<f64> {
    let (n_rows, columns) = (x.n_rows(), x.n_columns());
    let of_mean: Vec<f64> = (0..n_rows)
        .map(|row| {
            let mut sum = 0.0;
            x.for_each(row, |j, v| sum += v.as_f64() * means[j]);
            sum
        })
        .collect();
    let squares: f64 = means.iter().map(|m| m * m).sum();
    let mut out = Array2::zeros((n_rows, n_rows));
    out.axis_chunks_iter_mut(Axis(0), TILE)
        .into_par_iter()
        .enumerate()
        .for_each(|(tile, mut out)| {
            let mut spread = vec![0.0; columns];
            for (i, mut out) in out.rows_mut().into_iter().enumerate() {
                let i = tile * TILE + i;
                x.for_each(i, |j, v| spread[j] = v.as_f64());
                for other in 0..=i {
                    let mut sum = squares - of_mean[i] - of_mean[other];
                    x.for_each(other, |j, v| sum += v.as_f64() * spread[j]);
                    out[other] = sum * roots[i] * roots[other];
                }
                x.for_each(i, |j, _| spread[j] = 0.0);
            }
        });
    out
}

/// `(X - m)ᵀ·factors`: `[columns]`.
pub(crate) fn gather<F: Float>(x: &Design<'_, F>, means: &[f64], factors: &[f64]) -> Vec<f64> {
    let mut out = vec![0.0; x.n_columns()];
    for (row, &factor) in factors.iter().enumerate() {
        x.add_wide(row, factor, &mut out);
    }
    let sum: f64 = factors.iter().sum();
    out.iter_mut()
        .zip(means)
        .for_each(|(out, mean)| *out -= sum * mean);
    out
}

#[cfg(test)]
mod tests {
    use ml_core::{NumpyRng, ndarray::CowArray, sprs::TriMat};

    use super::*;

    #[test]
    fn dense_and_sparse_rows_have_the_products_of_their_centred_copy() {
        let mut rng = NumpyRng::new(2);
        let x = rng.randn((70, 300)).mapv(|v: f64| if v > 1.0 { v } else { 0.0 });
        let (means, roots) = (rng.rand(300).to_vec(), rng.rand(70).to_vec());
        let mut sparse = TriMat::new(x.dim());
        x.indexed_iter()
            .filter(|(_, v)| **v != 0.0)
            .for_each(|((i, j), &v)| sparse.add_triplet(i, j, v));
        let sparse = sparse.to_csr::<usize>();
        let centred = Array2::from_shape_fn(x.dim(), |(i, j)| (x[[i, j]] - means[j]) * roots[i]);
        let expected = centred.dot(&centred.t());
        let plain = &x - &ml_core::ndarray::ArrayView1::from(&means);
        let back = plain.t().dot(&ml_core::ndarray::ArrayView1::from(&roots));
        for design in [
            Design::Dense(CowArray::from(x.view())),
            Design::Sparse(sparse.view()),
        ] {
            let apart = row_products(&design, &means, &roots) - &expected;
            assert!(apart.iter().all(|v| v.abs() < 1e-10));
            let sums = gather(&design, &means, &roots);
            assert!(sums.iter().zip(&back).all(|(a, b)| (a - b).abs() < 1e-10));
        }
    }
}

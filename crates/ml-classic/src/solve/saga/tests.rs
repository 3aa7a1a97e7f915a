use ml_core::{
    NumpyRng, Seed,
    ndarray::{Array2, CowArray},
    sprs::{CsMat, TriMat},
};

use super::*;

/// Squares of the differences from `y`, a line a column of it.
struct Squares(Array2<f64>);

impl RowLoss for Squares {
    fn n_lines(&self) -> usize {
        self.0.ncols()
    }

    fn slopes(&self, row: usize, scores: &mut [f64]) {
        scores
            .iter_mut()
            .zip(self.0.row(row))
            .for_each(|(score, y)| *score -= y);
    }

    fn bend(&self) -> f64 {
        1.0
    }
}

fn sparse(x: &Array2<f64>) -> CsMat<f64> {
    let mut out = TriMat::new(x.dim());
    x.indexed_iter()
        .filter(|(_, v)| **v != 0.0)
        .for_each(|((i, j), &v)| out.add_triplet(i, j, v));
    out.to_csr()
}

#[test]
fn sparse_rows_take_the_steps_of_dense_ones() {
    let mut rng = NumpyRng::new(5);
    let keep = rng.rand((60, 40));
    let mut x = rng.randn((60, 40));
    x.zip_mut_with(&keep, |v, keep| *v = if *keep < 0.1 { *v } else { 0.0 });
    let rows = sparse(&x);
    let loss = Squares(rng.randn((60, 2)) * 3.0);
    for average in [Average::Sag, Average::Saga] {
        for (l1, l2) in [(0.0, 0.0), (0.0, 0.05), (0.02, 0.0), (0.03, 0.02), (0.3, 0.0)] {
            for intercept in [false, true] {
                let settings = Settings {
                    average,
                    l1,
                    l2,
                    intercept,
                    max_iter: 30,
                    tol: 0.0,
                    seed: Seed::Numpy(3),
                };
                let mut dense = vec![0.5; 2 * (40 + usize::from(intercept))];
                let mut lazy = dense.clone();
                descend(
                    &Design::Dense(CowArray::from(x.view())),
                    &loss,
                    &mut dense,
                    &settings,
                );
                descend(&Design::Sparse(rows.view()), &loss, &mut lazy, &settings);
                let apart = dense
                    .iter()
                    .zip(&lazy)
                    .fold(0.0, |most: f64, (a, b)| most.max((a - b).abs()));
                assert!(
                    apart < 1e-8,
                    "{average:?}, l1 {l1}, l2 {l2}, intercept {intercept}: {apart}"
                );
                assert!(lazy.iter().any(|v| (v - 0.5).abs() > 0.1), "nothing was learned");
            }
        }
    }
}

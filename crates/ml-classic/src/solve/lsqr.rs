//! Least squares by products with the matrix alone.

use super::vector::dot;

/// A matrix of which only its products are known.
pub(crate) struct Products<A, B> {
    pub(crate) columns: usize,
    /// `v ↦ A·v`.
    pub(crate) ahead: A,
    /// `u ↦ Aᵀ·u`.
    pub(crate) back: B,
}

/// Divides a vector by its length, unless that is 0; gives the length.
fn normalise(v: &mut [f64]) -> f64 {
    let length = dot(v, v).sqrt();
    if length > 0.0 {
        v.iter_mut().for_each(|v| *v /= length);
    }
    length
}

/// `to ← from - factor·to`.
fn next(to: &mut [f64], factor: f64, from: &[f64]) {
    to.iter_mut()
        .zip(from)
        .for_each(|(to, from)| *to = from - factor * *to);
}

/// Minimises `|A·w - b|` from `w = 0` on, of several minima towards the shortest; gives `w`, the iterations and whether
/// it came to rest: the residual is at most `tol·(|b| + |A|·|w|)`, or its product with `Aᵀ` at most `tol·|A|` times it.
///
/// Equal to conjugate gradients on the normal equation but for rounding, which harms it less.
///
/// **Source**: Paige and Saunders, "LSQR: An Algorithm for Sparse Linear Equations and Sparse Least Squares", ACM TOMS 8
/// (1982).
pub(crate) fn lsqr<A, B>(
    a: &Products<A, B>,
    mut u: Vec<f64>,
    (tol, max_iter): (f64, usize),
) -> (Vec<f64>, usize, bool)
where
    A: Fn(&[f64]) -> Vec<f64>,
    B: Fn(&[f64]) -> Vec<f64>,
{
    let mut w = vec![0.0; a.columns];
    let b_norm = normalise(&mut u);
    let mut v = (a.back)(&u);
    let mut alpha = normalise(&mut v);
    if alpha * b_norm == 0.0 {
        return (w, 0, true);
    }
    let mut direction = v.clone();
    let (mut phi_bar, mut rho_bar, mut a_squares) = (b_norm, alpha, 0.0);
    for n_iter in 1..=max_iter {
        // One more column of the two bases in which `A` is bidiagonal.
        next(&mut u, alpha, &(a.ahead)(&v));
        let beta = normalise(&mut u);
        a_squares += alpha * alpha + beta * beta;
        next(&mut v, beta, &(a.back)(&u));
        alpha = normalise(&mut v);
        // A rotation keeps its factor upper bidiagonal.
        let rho = rho_bar.hypot(beta);
        let (cosine, sine) = (rho_bar / rho, beta / rho);
        let (theta, phi) = (sine * alpha, cosine * phi_bar);
        rho_bar = -cosine * alpha;
        phi_bar *= sine;
        for (w, d) in w.iter_mut().zip(&direction) {
            *w += phi / rho * d;
        }
        next(&mut direction, theta / rho, &v);

        let a_norm = a_squares.sqrt();
        let slope = alpha * cosine.abs() / a_norm;
        let residual = phi_bar / (b_norm + a_norm * dot(&w, &w).sqrt());
        // Nothing below the precision of numbers can be asked for.
        let enough = tol.max(f64::EPSILON);
        if slope <= enough || residual <= enough {
            return (w, n_iter, true);
        }
    }
    (w, max_iter, false)
}

#[cfg(test)]
mod tests {
    use ml_core::{
        NumpyRng, linalg,
        ndarray::{Array1, Array2, ArrayView1},
    };

    use super::*;

    fn solve(a: &Array2<f64>, b: &Array1<f64>) -> (Array1<f64>, usize, bool) {
        let products = Products {
            columns: a.ncols(),
            ahead: |v: &[f64]| a.dot(&ArrayView1::from(v)).to_vec(),
            back: |u: &[f64]| a.t().dot(&ArrayView1::from(u)).to_vec(),
        };
        let (w, n_iter, at_rest) = lsqr(&products, b.to_vec(), (1e-14, 200));
        (w.into(), n_iter, at_rest)
    }

    #[test]
    fn finds_the_shortest_of_the_best_solutions() {
        let mut rng = NumpyRng::new(3);
        for (rows, columns) in [(40, 6), (6, 40), (8, 8)] {
            let (a, b) = (rng.randn((rows, columns)), rng.randn(rows));
            let (w, n_iter, at_rest) = solve(&a, &b);
            let exact = linalg::lstsq(a.view(), b.view(), None).unwrap().solution;
            let apart = (&w - &exact).fold(0.0, |most: f64, v| most.max(v.abs()));
            assert!(
                at_rest && apart < 1e-8,
                "{rows} x {columns}: {apart} after {n_iter}"
            );
        }
    }

    #[test]
    fn a_target_without_any_slope_needs_no_step() {
        let a = Array2::from_shape_vec((2, 1), vec![1.0, 1.0]).unwrap();
        assert_eq!(solve(&a, &Array1::from(vec![1.0, -1.0])).1, 0);
        assert_eq!(solve(&a, &Array1::zeros(2)), (Array1::zeros(1), 0, true));
    }
}

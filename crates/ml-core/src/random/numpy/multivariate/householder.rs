//! Reduction to an upper bidiagonal matrix by Householder's reflections, as LAPACK's `dgebd2`.

use ndarray::{Array1, Array2, s};

/// Of a square matrix `a = q b p'`: the diagonal of `b`, the numbers above it, and `p'`.
pub(super) fn bidiagonalise(mut a: Array2<f64>) -> (Vec<f64>, Vec<f64>, Array2<f64>) {
    let n = a.nrows();
    let (mut diagonal, mut above) = (Vec::with_capacity(n), Vec::with_capacity(n));
    let mut right = Array2::eye(n);
    for i in 0..n {
        let (value, v, tau) = reflection(a.slice(s![i.., i]).to_owned());
        diagonal.push(value);
        reflect(a.slice_mut(s![i.., i + 1..]), &v, tau);
        if i + 1 == n {
            break;
        }
        let (value, v, tau) = reflection(a.slice(s![i, i + 1..]).to_owned());
        above.push(value);
        reflect(a.slice_mut(s![i + 1.., i + 1..]).reversed_axes(), &v, tau);
        reflect(right.slice_mut(s![i + 1.., ..]), &v, tau);
    }
    (diagonal, above, right)
}

/// `1 - tau v v'` takes the vector to `value` times the first axis: `value`, `v` and `tau`.
fn reflection(mut v: Array1<f64>) -> (f64, Array1<f64>, f64) {
    let first = v[0];
    let rest = v.slice(s![1..]);
    let rest = rest.dot(&rest).sqrt();
    if rest == 0.0 {
        return (first, v, 0.0);
    }
    // Away from the vector, so that nothing cancels.
    let value = -first.hypot(rest).copysign(first);
    v.mapv_inplace(|v| v / (first - value));
    v[0] = 1.0;
    (value, v, (value - first) / value)
}

/// Reflects every column.
fn reflect(mut a: ndarray::ArrayViewMut2<'_, f64>, v: &Array1<f64>, tau: f64) {
    for mut column in a.columns_mut() {
        let length = tau * v.dot(&column);
        column.scaled_add(-length, v);
    }
}

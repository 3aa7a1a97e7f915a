//! What several generators draw and arrange.

use ml_core::{
    ndarray::{Array1, Array2, ArrayView2, Axis},
    random::Generator,
};

/// Uniform in `[0, 1)`, drawn row by row.
pub(super) fn uniform(rng: &mut dyn Generator, shape: (usize, usize)) -> Array2<f64> {
    Array2::from_shape_simple_fn(shape, || rng.uniform())
}

/// Normal with mean 0 and variance 1, drawn row by row.
pub(super) fn normal(rng: &mut dyn Generator, shape: (usize, usize)) -> Array2<f64> {
    Array2::from_shape_simple_fn(shape, || rng.standard_normal())
}

/// The rows of both in the same random order.
pub(super) fn shuffled<T: Clone>(
    rng: &mut dyn Generator,
    x: &Array2<f64>,
    y: &Array1<T>,
) -> (Array2<f64>, Array1<T>) {
    let order = rng.permutation(x.nrows());
    (x.select(Axis(0), &order), y.select(Axis(0), &order))
}

/// Two shapes in the plane as rows of class 0 and 1: shuffled, then disturbed.
pub(super) fn two_classes(
    shapes: [Vec<[f64; 2]>; 2],
    shuffle: bool,
    noise: f64,
    rng: &mut dyn Generator,
) -> (Array2<f64>, Array1<i64>) {
    let n_outer = shapes[0].len();
    let points = shapes.concat();
    let mut y = Array1::from_shape_fn(points.len(), |row| i64::from(row >= n_outer));
    let mut x = Array2::from(points);
    if shuffle {
        (x, y) = shuffled(rng, &x, &y);
    }
    if noise > 0.0 {
        x.map_inplace(|v| *v += noise * rng.standard_normal());
    }
    (x, y)
}

/// `n` numbers from 0 in equal steps, whose last one is `end` or, if it is left out, a step below.
pub(super) fn steps(end: f64, n: usize, with_end: bool) -> impl Iterator<Item = f64> {
    let n_steps = if with_end { n.saturating_sub(1) } else { n };
    let step = if n_steps == 0 { 0.0 } else { end / n_steps as f64 };
    (0..n).map(move |i| {
        if with_end && i > 0 && i == n_steps {
            end
        } else {
            i as f64 * step
        }
    })
}

/// `a · b`, every sum in the order of the columns and rounded once a term (fused), which is how the
/// usual matrix libraries add up a short row.
pub(super) fn product(a: ArrayView2<'_, f64>, b: ArrayView2<'_, f64>) -> Array2<f64> {
    Array2::from_shape_fn((a.nrows(), b.ncols()), |(row, column)| {
        let pairs = a.row(row).into_iter().zip(b.column(column));
        pairs.fold(0.0, |sum, (&a, &b): (&f64, &f64)| a.mul_add(b, sum))
    })
}

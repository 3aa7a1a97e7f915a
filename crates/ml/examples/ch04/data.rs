//! The chapter's data sets, each from NumPy's generator with the seed 42, and what the sections share.

use ml::{classic::linear::GradientDescent, data::datasets, plot::mesh, prelude::*};

/// A noisy line: `y = 4 + 3x` and noise, 100 rows.
pub(crate) fn line() -> (Array2<f64>, Array1<f64>) {
    let mut rng = NumpyRng::new(42);
    let x = 2.0 * rng.rand((100, 1));
    let y = 4.0 + 3.0 * &x.column(0) + rng.randn(100);
    (x, y)
}

/// A noisy parabola: `y = x²/2 + x + 2` and noise, 100 rows.
pub(crate) fn parabola() -> (Array2<f64>, Array1<f64>) {
    let mut rng = NumpyRng::new(42);
    let x = 6.0 * rng.rand((100, 1)) - 3.0;
    let y = 0.5 * &x.column(0).mapv(|x| x * x) + x.column(0) + 2.0 + rng.randn(100);
    (x, y)
}

/// Few noisy rows about a gentle line, for the penalties: 20.
pub(crate) fn few() -> (Array2<f64>, Array1<f64>) {
    let mut rng = NumpyRng::new(42);
    let x = 3.0 * rng.rand((20, 1));
    let y = 1.0 + 0.5 * &x.column(0) + rng.randn(20) / 1.5;
    (x, y)
}

/// Petal length and width of the irises, and their species.
pub(crate) fn petals() -> (Array2<f64>, Array1<i64>) {
    let iris = datasets::iris();
    let petals = iris.features.slice(ml::core::ndarray::s![.., 2..]).to_owned();
    (petals, iris.target)
}

/// So many places from one end to the other, as a column.
pub(crate) fn places(low: f64, high: f64, n: usize) -> Array2<f64> {
    let places = Array1::linspace(low, high, n);
    places.into_shape_with_order((n, 1)).expect("one column")
}

/// `J(θ)` over a rectangle of two parameters, for contours.
pub(crate) fn bowl(
    how: &GradientDescent,
    (x, y): (&Array2<f64>, &Array1<f64>),
    across: (f64, f64),
    up: (f64, f64),
) -> Array2<f64> {
    const SIDE: usize = 161;
    let points = mesh(across, up, SIDE, SIDE);
    let cost = |theta: ArrayView1<'_, f64>| how.cost(x.view(), y.view(), &theta.to_owned());
    let costs = points.rows().into_iter().map(cost).collect();
    Array2::from_shape_vec((SIDE, SIDE), costs).expect("a cost a point")
}

/// Heights of contour lines above the lowest: ever further apart, as the bowl gets steeper.
pub(crate) fn heights(costs: &Array2<f64>, n: usize) -> Vec<f64> {
    let low = costs.fold(f64::INFINITY, |a, &b| a.min(b));
    let high = costs.fold(f64::NEG_INFINITY, |a, &b| a.max(b));
    let share = |i: usize| ((i + 1) as f64 / (n + 1) as f64).powi(3);
    (0..n).map(|i| low + (high - low) * share(i)).collect()
}

//! Least squares: tall data by the normal equations, square and wide data by singular values.

use std::hint::black_box;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use ml_classic::linear::LinearRegression;
use ml_core::{
    Fit, Float, Predict, Rng,
    ndarray::{Array1, Array2},
};

/// Normal columns, and a target that is their sum plus noise.
fn problem<F: Float>(rows: usize, columns: usize) -> (Array2<F>, Array1<F>) {
    let mut rng = Rng::new(42);
    let x = Array2::from_shape_simple_fn((rows, columns), || F::of(rng.standard_normal()));
    let y = x
        .rows()
        .into_iter()
        .map(|row| row.sum() + F::of(rng.standard_normal()))
        .collect();
    (x, y)
}

fn fit_one<F: Float>(c: &mut Criterion, kind: &str, rows: usize, columns: usize) {
    let mut group = c.benchmark_group("linear_regression_fit");
    group.sample_size(10);
    let (x, y) = problem::<F>(rows, columns);
    // Multiplications and additions of xᵀ·x by halves: those of a tall fit.
    group.throughput(Throughput::Elements((rows * columns * columns) as u64));
    group.bench_function(BenchmarkId::new(kind, format!("{rows}x{columns}")), |bench| {
        bench.iter(|| {
            LinearRegression::default()
                .fit(black_box(x.view()), y.view())
                .expect("sound data")
        });
    });
    group.finish();
}

fn fit(c: &mut Criterion) {
    for (rows, columns) in [(1_000, 10), (100_000, 50), (200, 200), (100, 400)] {
        fit_one::<f64>(c, "f64", rows, columns);
    }
    fit_one::<f32>(c, "f32", 100_000, 50);
}

fn predict(c: &mut Criterion) {
    let mut group = c.benchmark_group("linear_regression_predict");
    for (rows, columns) in [(1, 50), (100_000, 50)] {
        let (x, y) = problem::<f64>(1_000, columns);
        let model = LinearRegression::default()
            .fit(x.view(), y.view())
            .expect("sound data");
        let (x, _) = problem::<f64>(rows, columns);
        group.throughput(Throughput::Elements((2 * rows * columns) as u64)); // floating-point operations
        group.bench_function(format!("{rows}x{columns}"), |bench| {
            bench.iter(|| model.predict(black_box(x.view())).expect("the same columns"))
        });
    }
    group.finish();
}

criterion_group!(benches, fit, predict);
criterion_main!(benches);

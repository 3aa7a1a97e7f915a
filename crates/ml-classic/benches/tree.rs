//! Trees and forests: fit and predict on smooth numbers and on sparse pixels, made from a seed.

use std::hint::black_box;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use ml_classic::{
    ensemble::{RandomForestClassifier, RandomForestRegressor},
    tree::DecisionTreeRegressor,
};
use ml_core::{
    Fit, Predict, Rng,
    ndarray::{Array1, Array2},
};

/// `n` rows of 8 distinct numbers each.
fn numbers(n: usize) -> (Array2<f64>, Array1<f64>) {
    let mut rng = Rng::new(42);
    let x = Array2::from_shape_fn((n, 8), |_| rng.uniform());
    let y = x
        .rows()
        .into_iter()
        .map(|r| (6.0 * r[0]).sin() + r[1] * r[2])
        .map(|v| v + 0.1 * rng.uniform());
    let y = y.collect();
    (x, y)
}

/// `n` rows of 784 pixels, four fifths of them 0, of 10 classes.
fn pixels(n: usize) -> (Array2<f32>, Array1<i64>) {
    let mut rng = Rng::new(42);
    let y = Array1::from_shape_fn(n, |_| rng.below(10) as i64);
    let x = Array2::from_shape_fn((n, 784), |(i, j)| {
        let stroke = (j / 7 + y[i] as usize * 3) % 10 < 3;
        if rng.uniform() < if stroke { 0.5 } else { 0.93 } {
            0.0
        } else {
            rng.below(256) as f32
        }
    });
    (x, y)
}

fn fit(c: &mut Criterion) {
    let mut group = c.benchmark_group("fit");
    group.sample_size(10);
    for n in [1_000, 5_000, 20_000] {
        let (x, y) = numbers(n);
        group.throughput(Throughput::Elements((n * 8) as u64)); // cells
        group.bench_function(BenchmarkId::new("tree", n), |bench| {
            bench.iter(|| DecisionTreeRegressor::default().fit(black_box(x.view()), y.view()));
        });
        let forest = RandomForestRegressor::default().n_estimators(10_usize);
        group.bench_function(BenchmarkId::new("forest_of_10", n), |bench| {
            bench.iter(|| forest.fit(black_box(x.view()), y.view()));
        });
    }
    for n in [1_000, 5_000, 20_000] {
        let (x, y) = pixels(n);
        group.throughput(Throughput::Elements((n * 784) as u64)); // cells
        let forest = RandomForestClassifier::default().n_estimators(10_usize);
        group.bench_function(BenchmarkId::new("pixel_forest_of_10", n), |bench| {
            bench.iter(|| forest.fit(black_box(x.view()), y.view()));
        });
    }
    group.finish();
}

fn predict(c: &mut Criterion) {
    let mut group = c.benchmark_group("predict");
    let (x, y) = pixels(5_000);
    let forest = RandomForestClassifier::default().n_estimators(20_usize);
    let model = forest.fit(x.view(), y.view()).expect("sound data");
    group.throughput(Throughput::Elements(5_000)); // rows
    group.bench_function("pixel_forest_of_20", |bench| {
        bench.iter(|| model.predict(black_box(x.view())))
    });
    let (x, y) = numbers(20_000);
    let model = DecisionTreeRegressor::default()
        .fit(x.view(), y.view())
        .expect("sound data");
    group.throughput(Throughput::Elements(20_000)); // rows
    group.bench_function("tree", |bench| bench.iter(|| model.predict(black_box(x.view()))));
    group.finish();
}

criterion_group!(benches, fit, predict);
criterion_main!(benches);

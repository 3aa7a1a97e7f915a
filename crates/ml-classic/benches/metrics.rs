//! Metrics of a million predictions.

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use ml_classic::metrics::{
    accuracy_score, mean_absolute_error, mean_squared_error, median_absolute_error, r2_score, rmse_interval,
};
use ml_core::{Result, Rng, ndarray::Array1, ndarray::ArrayView1};

const ROWS: usize = 1_000_000;

type Metric = fn(ArrayView1<'_, f64>, ArrayView1<'_, f64>) -> Result<f64>;

fn regression(c: &mut Criterion) {
    let mut group = c.benchmark_group("regression_metrics_1000000");
    group.sample_size(20);
    group.throughput(Throughput::Elements(ROWS as u64)); // pairs
    let mut rng = Rng::new(42);
    let y = Array1::from_shape_simple_fn(ROWS, || rng.standard_normal());
    let predicted = y.mapv(|v| v + 0.1 * rng.standard_normal());
    let metrics: [(&str, Metric); 4] = [
        ("mean_squared_error", mean_squared_error),
        ("mean_absolute_error", mean_absolute_error),
        ("median_absolute_error", median_absolute_error),
        ("r2_score", r2_score),
    ];
    for (name, metric) in metrics {
        group.bench_function(name, |bench| {
            bench.iter(|| metric(black_box(y.view()), predicted.view()).expect("finite"))
        });
    }
    group.bench_function("rmse_interval", |bench| {
        bench.iter(|| rmse_interval(black_box(y.view()), predicted.view(), 0.95).expect("finite"))
    });
    group.finish();
}

fn classification(c: &mut Criterion) {
    let mut group = c.benchmark_group("classification_metrics_1000000");
    group.throughput(Throughput::Elements(ROWS as u64)); // pairs
    let mut rng = Rng::new(42);
    let mut labels = || Array1::from_shape_simple_fn(ROWS, || rng.below(10) as i64);
    let (y, predicted) = (labels(), labels());
    group.bench_function("accuracy_score", |bench| {
        bench.iter(|| accuracy_score(black_box(y.view()), predicted.view()).expect("labels"))
    });
    group.finish();
}

criterion_group!(benches, regression, classification);
criterion_main!(benches);

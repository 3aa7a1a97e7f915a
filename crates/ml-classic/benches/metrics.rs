//! Metrics of a million predictions, of ten million scores.

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use ml_classic::metrics::{
    Average, Points, accuracy_score, confusion_matrix, f1_score, mean_absolute_error, mean_squared_error,
    median_absolute_error, precision_recall_curve, r2_score, rmse_interval, roc_auc_score, roc_curve,
};
use ml_core::{Result, Rng, ndarray::Array1, ndarray::ArrayView1};

const ROWS: usize = 1_000_000;
const SCORES: usize = 10_000_000;

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

fn ranking(c: &mut Criterion) {
    let mut group = c.benchmark_group("ranking_metrics_10000000");
    group.sample_size(10);
    group.throughput(Throughput::Elements(SCORES as u64)); // scores
    let mut rng = Rng::new(42);
    let y = Array1::from_shape_simple_fn(SCORES, || rng.uniform() < 0.2);
    let scores = y.mapv(|y| rng.standard_normal() + if y { 1.0 } else { 0.0 });
    let (y, scores) = (y.view(), scores.view());
    group.bench_function("roc_auc_score", |bench| {
        bench.iter(|| roc_auc_score(black_box(y), scores).expect("both classes"))
    });
    group.bench_function("roc_curve", |bench| {
        bench.iter(|| roc_curve(black_box(y), scores, Points::Corners).expect("both classes"))
    });
    group.bench_function("precision_recall_curve", |bench| {
        bench.iter(|| precision_recall_curve(black_box(y), scores, Points::All).expect("both classes"))
    });
    let mut labels = || Array1::from_shape_simple_fn(SCORES, || rng.below(10) as i64);
    let (y, predicted) = (labels(), labels());
    let (y, predicted) = (y.view(), predicted.view());
    group.bench_function("confusion_matrix", |bench| {
        bench.iter(|| confusion_matrix(black_box(y), predicted).expect("labels"))
    });
    group.bench_function("f1_score", |bench| {
        bench.iter(|| f1_score(black_box(y), predicted, Average::Macro).expect("labels"))
    });
    group.finish();
}

criterion_group!(benches, regression, classification, ranking);
criterion_main!(benches);

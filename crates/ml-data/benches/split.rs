//! Splitting a million rows: the row numbers, and taking the rows.

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use ml_core::{
    Rng,
    ndarray::{Array1, Array2},
};
use ml_data::split::{
    Fold, KFold, ShuffleSplit, Splitter, StratifiedKFold, StratifiedShuffleSplit, TrainTestSplit,
    permutation_split, split_by_id,
};

const ROWS: usize = 1_000_000;
const COLUMNS: usize = 8;
const TEST_SIZE: f64 = 0.2;

fn strata() -> Array1<i64> {
    let mut rng = Rng::new(42);
    Array1::from_shape_simple_fn(ROWS, || rng.below(5) as i64)
}

fn rows_tested(folds: impl Iterator<Item = Fold>) -> usize {
    folds.map(|fold| fold.test.len()).sum()
}

fn row_numbers(c: &mut Criterion) {
    let mut group = c.benchmark_group("row_numbers_1000000");
    group.sample_size(10);
    group.throughput(Throughput::Elements(ROWS as u64)); // rows
    let ids: Vec<i64> = (0..ROWS as i64).collect();
    group.bench_function("split_by_id", |bench| {
        bench.iter(|| split_by_id(black_box(&ids), TEST_SIZE).expect("a share"))
    });
    group.bench_function("permutation_split", |bench| {
        bench.iter(|| permutation_split(black_box(ROWS), TEST_SIZE, 42).expect("a share"))
    });
    group.bench_function("shuffle_split", |bench| {
        let splitter = ShuffleSplit::default().n_splits(1_usize);
        bench.iter(|| rows_tested(splitter.split(black_box(ROWS), None, None).expect("enough rows")))
    });
    let strata = strata();
    group.bench_function("stratified_shuffle_split", |bench| {
        let splitter = StratifiedShuffleSplit::default().n_splits(1_usize);
        bench.iter(|| rows_tested(splitter.split_by(black_box(&strata)).expect("large strata")))
    });
    group.throughput(Throughput::Elements((5 * ROWS) as u64)); // rows of five folds
    group.bench_function("k_fold_5", |bench| {
        let splitter = KFold::default();
        bench.iter(|| rows_tested(splitter.split(black_box(ROWS), None, None).expect("enough rows")))
    });
    group.bench_function("stratified_k_fold_5", |bench| {
        let splitter = StratifiedKFold::default();
        bench.iter(|| rows_tested(splitter.split_by(black_box(&strata)).expect("large strata")))
    });
    group.finish();
}

fn taking(c: &mut Criterion) {
    let mut group = c.benchmark_group("train_test_split_1000000x8");
    group.sample_size(10);
    group.throughput(Throughput::Bytes((ROWS * COLUMNS * size_of::<f64>()) as u64)); // of the table
    let mut rng = Rng::new(43);
    let x = Array2::from_shape_simple_fn((ROWS, COLUMNS), || rng.uniform());
    let split = TrainTestSplit::default().test_size(TEST_SIZE);
    group.bench_function("array", |bench| {
        bench.iter(|| split.split(black_box(&x)).expect("enough rows"))
    });
    group.finish();
}

criterion_group!(benches, row_numbers, taking);
criterion_main!(benches);

//! Nearest neighbours: the product for many columns, the tree for few.

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use ml_classic::neighbors::KNeighborsRegressor;
use ml_core::{
    Fit, Rng,
    ndarray::{Array1, Array2},
};

fn rows(seed: u64, n: usize, columns: usize) -> Array2<f32> {
    let mut rng = Rng::new(seed);
    Array2::from_shape_simple_fn((n, columns), || rng.standard_normal() as f32)
}

fn kneighbors(c: &mut Criterion) {
    let mut group = c.benchmark_group("kneighbors");
    group.sample_size(10);
    for (name, n, columns, queries) in [
        ("product", 10_000, 256, 1_000),
        ("tree", 100_000, 3, 10_000),
        ("few queries", 10_000, 256, 8),
    ] {
        let (x, y) = (rows(1, n, columns), Array1::<f32>::zeros(n));
        let model = KNeighborsRegressor::default()
            .fit(x.view(), y.view())
            .expect("finite rows");
        let queries = rows(2, queries, columns);
        // Pairs of rows whose distance is asked for.
        group.throughput(Throughput::Elements((n * queries.nrows()) as u64));
        group.bench_function(name, |bench| {
            bench.iter(|| {
                model
                    .kneighbors(black_box(queries.view()), 5)
                    .expect("finite rows")
            });
        });
    }
    group.finish();
}

criterion_group!(benches, kneighbors);
criterion_main!(benches);

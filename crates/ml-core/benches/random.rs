//! Random numbers: the fast generator, and NumPy's legacy one bit for bit.

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use ml_core::{NumpyRng, Rng, ndarray::Array1};

/// Numbers a call.
const N: usize = 100_000;

fn fast(c: &mut Criterion) {
    let mut group = c.benchmark_group("rng");
    group.throughput(Throughput::Elements(N as u64)); // numbers
    let mut rng = Rng::new(42);
    group.bench_function("uniform", |bench| {
        bench.iter(|| Array1::from_shape_simple_fn(N, || rng.uniform()))
    });
    group.bench_function("below_1000", |bench| {
        bench.iter(|| Array1::from_shape_simple_fn(N, || rng.below(black_box(1_000))))
    });
    group.bench_function("standard_normal", |bench| {
        bench.iter(|| Array1::from_shape_simple_fn(N, || rng.standard_normal()))
    });
    group.bench_function("permutation", |bench| {
        bench.iter(|| rng.permutation(black_box(N)))
    });
    group.bench_function("gamma_2.5", |bench| {
        bench.iter(|| Array1::from_shape_simple_fn(N, || rng.gamma(black_box(2.5), 1.0).expect("positive")))
    });
    group.finish();
}

fn streams(c: &mut Criterion) {
    let mut group = c.benchmark_group("rng_streams");
    let rng = Rng::new(42);
    let n = 1_000_u64;
    group.throughput(Throughput::Elements(n)); // generators, with a first number each
    group.bench_function("stream", |bench| {
        bench.iter(|| {
            (0..n)
                .map(|i| rng.stream(black_box(i)).next_u64())
                .fold(0, u64::wrapping_add)
        });
    });
    group.finish();
}

fn numpy(c: &mut Criterion) {
    let mut group = c.benchmark_group("numpy_rng");
    group.throughput(Throughput::Elements(N as u64)); // numbers
    let mut rng = NumpyRng::new(42);
    group.bench_function("random_sample", |bench| {
        bench.iter(|| rng.random_sample(black_box(N)))
    });
    group.bench_function("randn", |bench| bench.iter(|| rng.randn(black_box(N))));
    group.bench_function("randint_1000", |bench| {
        bench.iter(|| rng.randint(0_i64..1_000, black_box(N)).expect("0 < 1000"))
    });
    group.bench_function("permutation", |bench| {
        bench.iter(|| rng.permutation(black_box(N)))
    });
    group.bench_function("standard_gamma_2.5", |bench| {
        bench.iter(|| rng.standard_gamma(2.5, black_box(N)).expect("positive"))
    });
    group.bench_function("binomial_100", |bench| {
        bench.iter(|| rng.binomial(100, 0.3, black_box(N)).expect("a probability"))
    });
    group.bench_function("poisson_4", |bench| {
        bench.iter(|| rng.poisson(4.0, black_box(N)).expect("positive"))
    });
    group.finish();
}

criterion_group!(benches, fast, streams, numpy);
criterion_main!(benches);

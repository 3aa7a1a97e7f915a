//! Decompositions and solvers on square and tall matrices, made from a seed.

use std::hint::black_box;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use ml_core::{
    Rng, linalg,
    ndarray::{Array1, Array2},
};

fn matrix(m: usize, n: usize) -> Array2<f64> {
    let mut rng = Rng::new(42);
    Array2::from_shape_simple_fn((m, n), || rng.standard_normal())
}

fn vector(n: usize) -> Array1<f64> {
    let mut rng = Rng::new(43);
    Array1::from_shape_simple_fn(n, || rng.standard_normal())
}

/// `aᵀ·a` and a little of the identity: symmetric positive definite.
fn spd(n: usize) -> Array2<f64> {
    let a = matrix(n, n);
    a.t().dot(&a) + Array2::<f64>::eye(n)
}

fn shape(m: usize, n: usize) -> String {
    format!("{m}x{n}")
}

/// Leading term of the textbook counts of floating-point operations.
fn operations(thirds: usize, m: usize, n: usize) -> Throughput {
    Throughput::Elements((thirds * m * n * n / 3) as u64)
}

fn decompositions(c: &mut Criterion) {
    let mut group = c.benchmark_group("decompositions");
    group.sample_size(10);
    for (m, n) in [(64, 64), (256, 256), (10_000, 50)] {
        let a = matrix(m, n);
        group.throughput(operations(6, m, n)); // 2mn²
        group.bench_function(BenchmarkId::new("qr", shape(m, n)), |bench| {
            bench.iter(|| linalg::qr(black_box(a.view())).expect("finite"));
        });
        group.throughput(operations(12, m, n)); // 4mn²
        group.bench_function(BenchmarkId::new("svd", shape(m, n)), |bench| {
            bench.iter(|| linalg::svd(black_box(a.view())).expect("finite"));
        });
    }
    for n in [64, 256] {
        let a = spd(n);
        group.throughput(operations(1, n, n)); // n³/3
        group.bench_function(BenchmarkId::new("cholesky", shape(n, n)), |bench| {
            bench.iter(|| linalg::cholesky(black_box(a.view())).expect("positive definite"));
        });
        group.throughput(operations(27, n, n)); // 9n³, vectors and all
        group.bench_function(BenchmarkId::new("eigh", shape(n, n)), |bench| {
            bench.iter(|| linalg::eigh(black_box(a.view())).expect("symmetric"));
        });
    }
    group.finish();
}

fn solvers(c: &mut Criterion) {
    let mut group = c.benchmark_group("solvers");
    group.sample_size(10);
    for n in [64, 256] {
        let (a, b) = (spd(n), vector(n));
        group.throughput(operations(2, n, n)); // 2n³/3
        group.bench_function(BenchmarkId::new("solve", shape(n, n)), |bench| {
            bench.iter(|| linalg::solve(black_box(a.view()), b.view()).expect("invertible"));
        });
        group.throughput(operations(1, n, n)); // n³/3
        group.bench_function(BenchmarkId::new("solve_spd", shape(n, n)), |bench| {
            bench.iter(|| linalg::solve_spd(black_box(a.view()), b.view()).expect("positive definite"));
        });
    }
    for (m, n) in [(256, 256), (10_000, 50)] {
        let (a, b) = (matrix(m, n), vector(m));
        group.throughput(operations(12, m, n)); // 4mn², those of the SVD
        group.bench_function(BenchmarkId::new("lstsq", shape(m, n)), |bench| {
            bench.iter(|| linalg::lstsq(black_box(a.view()), b.view(), None).expect("finite"));
        });
        group.bench_function(BenchmarkId::new("pinv", shape(m, n)), |bench| {
            bench.iter(|| linalg::pinv(black_box(a.view()), None).expect("finite"));
        });
    }
    group.finish();
}

fn norms(c: &mut Criterion) {
    let mut group = c.benchmark_group("norms");
    let n = 1_000_000;
    let v = vector(n);
    group.throughput(Throughput::Elements(n as u64)); // numbers
    group.bench_function("l1/1000000", |bench| {
        bench.iter(|| linalg::norm_l1(black_box(v.view())))
    });
    group.bench_function("l2/1000000", |bench| {
        bench.iter(|| linalg::norm_l2(black_box(v.view())))
    });
    group.finish();
}

criterion_group!(benches, decompositions, solvers, norms);
criterion_main!(benches);

//! Elementwise operations: small ones for their overhead, middling ones in the cache, large ones in memory.

use std::{hint::black_box, time::Duration};

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use ml_core::{Result, Tensor, autodiff::Tape};

/// Numbers from -4 to 4, in no order.
fn values(shape: &[usize]) -> Tensor {
    let len: usize = shape.iter().product();
    let values: Vec<f32> = (0..len as u32)
        .map(|n| (n.wrapping_mul(2_654_435_761) >> 8) as f32 / (1 << 21) as f32 - 4.0)
        .collect();
    Tensor::from_vec(values, shape).expect("as many values as the shape has elements")
}

fn functions(criterion: &mut Criterion) {
    type Function = fn(&Tensor) -> Result<Tensor>;
    let functions: [(&str, Function); 5] = [
        ("exp", Tensor::exp),
        ("tanh", Tensor::tanh),
        ("sigmoid", Tensor::sigmoid),
        ("gelu", Tensor::gelu),
        ("log", Tensor::log),
    ];
    for (name, function) in functions {
        let mut group = criterion.benchmark_group(name);
        for len in [1_000, 100_000, 10_000_000] {
            let x = values(&[len]);
            group.throughput(Throughput::Elements(len as u64));
            group.bench_function(len.to_string(), |bench| bench.iter(|| function(black_box(&x))));
        }
    }
}

fn broadcasts(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("add");
    let cases: [(&str, &[usize], &[usize]); 10] = [
        ("same_10", &[10], &[10]),
        ("same_1e5", &[100_000], &[100_000]),
        ("row_1e3", &[10, 100], &[100]),
        ("row_1e5", &[100, 1000], &[1000]),
        ("row_1e7", &[10_000, 1000], &[1000]),
        ("column_1e5", &[100, 1000], &[100, 1]),
        ("scalar_1e5", &[100_000], &[]),
        ("narrow_row", &[33_333, 3], &[3]),
        ("narrow_column", &[25_000, 4], &[25_000, 1]),
        ("middling_column", &[1000, 100], &[1000, 1]),
    ];
    for (name, left, right) in cases {
        let (a, b) = (values(left), values(right));
        group.throughput(Throughput::Elements(a.len() as u64));
        group.bench_function(name, |bench| bench.iter(|| black_box(&a).add(black_box(&b))));
    }
    let (a, b) = (values(&[300, 333]), values(&[300, 333]));
    let (a, b) = (a.transpose().expect("two axes"), b.transpose().expect("two axes"));
    group.bench_function("both_transposed", |bench| {
        bench.iter(|| black_box(&a).add(black_box(&b)))
    });
    group.finish();

    let (a, b) = (values(&[10]), values(&[10]));
    let tape = Tape::persistent();
    let watched = tape.watch(&a).expect("f32 has gradients");
    criterion.bench_function("add/tracked_10", |bench| {
        bench.iter(|| black_box(&watched).add(black_box(&b)))
    });
}

fn quick() -> Criterion {
    Criterion::default()
        .sample_size(20)
        .warm_up_time(Duration::from_millis(300))
        .measurement_time(Duration::from_secs(1))
}

criterion_group! { name = elementwise; config = quick(); targets = functions, broadcasts }
criterion_main!(elementwise);

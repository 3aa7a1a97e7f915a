//! Running graphs: what a call costs, and when operations side by side are worth a thread.

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use ml_core::{
    DType, Tensor,
    autodiff::{Tape, Variable},
    graph::{Function, RunOptions},
    ops::Order,
};

fn numbers(shape: &[usize]) -> Tensor {
    let len: usize = shape.iter().product();
    let values: Vec<f32> = (0..len).map(|n| ((n * 37) % 101) as f32 / 50.0 - 1.0).collect();
    Tensor::from_vec(values, shape).expect("as many values as elements")
}

/// Two operations on ten elements: nothing but overhead.
fn overhead(c: &mut Criterion) {
    let (x, y) = (numbers(&[10]), numbers(&[10]));
    let body = |x: &Tensor, y: &Tensor| x.mul(y)?.add(y);
    let f = Function::binary("f", body);
    let concrete = f.concrete(&[x.spec(), y.spec()]).expect("it traces");
    let mut group = c.benchmark_group("call");
    group.bench_function("eager", |bench| bench.iter(|| body(black_box(&x), black_box(&y))));
    group.bench_function("function", |bench| {
        bench.iter(|| f.call(&[black_box(&x), black_box(&y)]))
    });
    group.bench_function("concrete", |bench| {
        bench.iter(|| concrete.call(&[black_box(&x), black_box(&y)]))
    });
    group.finish();
}

/// The same graph with its operations one after the other and side by side.
fn schedules(c: &mut Criterion) {
    let options = [
        ("one", RunOptions::default().inter_op(1)),
        ("two", RunOptions::default().inter_op(2)),
        ("default", RunOptions::default()),
    ];
    let square = numbers(&[512, 512]);
    let long = numbers(&[400_000]);
    let mut group = c.benchmark_group("schedule");
    group.sample_size(30);
    for (name, options) in options {
        let products =
            Function::unary("products", |x| x.matmul(x)?.add(&x.neg()?.matmul(x)?)).options(options);
        group.bench_function(format!("products-{name}"), |bench| {
            bench.iter(|| products.call(&[black_box(&square)]));
        });
        let sorts = Function::unary("sorts", |x| {
            x.sort(0, Order::Ascending)?
                .add(&x.neg()?.sort(0, Order::Ascending)?)
        });
        let sorts = sorts.options(options);
        group.bench_function(format!("sorts-{name}"), |bench| {
            bench.iter(|| sorts.call(&[black_box(&long)]));
        });
        let step = training_step().options(options);
        let (x, y) = (numbers(&[32, 784]), numbers(&[32, 10]));
        group.bench_function(format!("mlp-{name}"), |bench| {
            bench.iter(|| step.call(&[black_box(&x), black_box(&y)]));
        });
    }
    group.finish();
}

/// Forward, backward and update of 784-300-100-10 with relu and the mean of squares.
fn training_step() -> Function {
    let sizes = [784, 300, 100, 10];
    let layers = sizes.windows(2).map(|pair| {
        let small = numbers(&[pair[0], pair[1]]).mul_scalar(0.05).expect("numbers");
        let bias = Tensor::zeros([pair[1]], DType::F32).expect("a small tensor");
        (Variable::new(small), Variable::new(bias))
    });
    let layers: Vec<_> = layers.collect();
    Function::new("step", move |inputs| {
        let tape = Tape::new();
        let variables: Vec<&Variable> = layers.iter().flat_map(|(w, b)| [w, b]).collect();
        tape.watch_variables(variables.iter().copied())?;
        let mut x = inputs[0].clone();
        for (number, (w, b)) in layers.iter().enumerate() {
            x = x.matmul(&w.read())?.add(&b.read())?;
            if number + 1 < layers.len() {
                x = x.relu()?;
            }
        }
        let loss = x.sub(&inputs[1])?.square()?.mean_all()?;
        let sources: Vec<&dyn ml_core::autodiff::Source> = variables
            .iter()
            .map(|&v| v as &dyn ml_core::autodiff::Source)
            .collect();
        for (variable, slope) in variables.iter().zip(tape.gradient(&loss, &sources)?) {
            let slope = slope.expect("the loss depends on every weight");
            variable.assign_sub(&slope.mul_scalar(0.001)?)?;
        }
        Ok(vec![loss])
    })
}

criterion_group!(benches, overhead, schedules);
criterion_main!(benches);

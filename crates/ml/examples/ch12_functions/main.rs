//! Chapter 12, section "TensorFlow Functions and Graphs": a closure becomes a graph.
//!
//! `cargo run --release --example ch12_functions`. Cubes numbers with a traced function, counts its graphs, shows what optimisation
//! leaves of one, what runs while tracing and what at every call, loops on tensors, and a whole training step as one function.
//! Report: `target/book/ch12_functions/`.

#[path = "../support/mod.rs"]
mod support;

use std::{
    process::ExitCode,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use ml::core::{
    DType, Tensor,
    autodiff::{Tape, Variable},
    graph::{Argument, Function, for_range, host_function},
    ops::Spec,
};
use support::{AnyResult, Book, Chapter};

fn main() -> ExitCode {
    support::run("ch12_functions", "Functions and graphs", chapter)
}

fn chapter(book: &mut Chapter) -> AnyResult {
    cube(book)?;
    optimised(book)?;
    tracing_rules(book)?;
    loops(book)?;
    training_step(book)
}

/// The walk-throughs of `cube`, `tf_cube` and its signatures.
fn cube(book: &mut Chapter) -> AnyResult {
    book.section("A function and its graphs");
    let cube = |x: &Tensor| x.square()?.mul(x);
    book.number(
        "N12-07",
        "cube(2)",
        f64::from(cube(&Tensor::from(2))?.item::<i32>()?),
        Book::Exact(8.0),
    );
    let float = cube(&Tensor::from(2.0f32))?;
    book.number(
        "N12-07",
        "cube(2.0)",
        f64::from(float.item::<f32>()?),
        Book::Exact(8.0),
    );
    let traced = Function::unary("cube", cube);
    for (x, dtype) in [(Tensor::from(2), "i32"), (Tensor::from(2.0f32), "f32")] {
        let y = traced.apply(&[&x])?;
        let value = y.cast(DType::F64)?.item::<f64>()?;
        book.number(
            "N12-07",
            &format!("traced cube, {dtype}"),
            value,
            Book::Exact(8.0),
        );
        book.text("N12-07", "its element type", y.dtype().name(), dtype);
    }
    book.number(
        "C12-184",
        "graphs for an integer and a float",
        traced.trace_count() as f64,
        Book::Exact(2.0),
    );
    traced.apply(&[&Tensor::from(10)])?;
    traced.apply(&[&Tensor::from([10, 20])])?;
    book.number(
        "C12-184",
        "and for a vector",
        traced.trace_count() as f64,
        Book::Exact(3.0),
    );
    for number in [10, 20, 10] {
        traced.call_with(&[Argument::from(number)])?;
    }
    book.number(
        "C12-185",
        "and for two plain numbers",
        traced.trace_count() as f64,
        Book::Exact(5.0),
    );
    let original = traced.eagerly(&[Argument::from(2)])?.remove(0);
    book.number(
        "C12-180",
        "the closure itself",
        f64::from(original.item::<i32>()?),
        Book::Exact(8.0),
    );
    Ok(())
}

/// What is left of a graph: 1 + 2 becomes 3, and what nobody looks at goes.
fn optimised(book: &mut Chapter) -> AnyResult {
    book.section("Optimisation");
    let f = Function::unary("f", |x| {
        x.exp()?; // nobody looks at it
        let three = x.ones_like()?.add_scalar(2.0)?;
        x.mul(&three)?.add(&x.mul(&three)?)
    });
    let concrete = f.concrete(&[Spec::new(DType::F32, [1000])])?;
    let (traced, left) = (concrete.graph().nodes().len(), concrete.optimised().nodes().len());
    book.claim(
        "C12-181",
        "operations before and after",
        format!("{traced} and {left}"),
        left < traced,
    );
    println!("{}", concrete.optimised().to_dot());
    Ok(())
}

/// What runs while tracing, and what at every call.
fn tracing_rules(book: &mut Chapter) -> AnyResult {
    book.section("Rules");
    let count = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&count);
    let f = Function::unary("f", move |x| {
        let drawn = counter.fetch_add(1, Ordering::Relaxed); // as np.random.rand(): code of the host
        x.mul_scalar(0.0)?.add_scalar(drawn as f64)
    });
    let value = |x: Tensor| f.apply(&[&x])?.to_vec::<f32>();
    let (a, b, c) = (
        value(Tensor::from(2.0f32))?[0],
        value(Tensor::from(3.0f32))?[0],
        value(Tensor::from([2.0f32, 3.0]))?[0],
    );
    book.claim(
        "C12-189",
        "f(2.), f(3.) and f([2., 3.])",
        format!("{a}, {b}, {c}"),
        a == b && a != c,
    );
    book.number(
        "C12-190",
        "times the closure ran",
        count.load(Ordering::Relaxed) as f64,
        Book::Exact(2.0),
    );
    let calls = Arc::new(AtomicUsize::new(0));
    let seen = Arc::clone(&calls);
    let wrapped = Function::unary("wrapped", move |x| {
        let seen = Arc::clone(&seen);
        let host = move |x: &[Tensor]| {
            seen.fetch_add(1, Ordering::Relaxed);
            Ok(x.to_vec())
        };
        Ok(host_function(&[x.spec()], host, &[x])?.remove(0))
    });
    for x in [1.0, 2.0, 3.0] {
        wrapped.apply(&[&Tensor::from(x)])?;
    }
    book.number(
        "C12-191",
        "times a host function ran",
        calls.load(Ordering::Relaxed) as f64,
        Book::Exact(3.0),
    );
    let inner = Function::unary("inner", |x| x.square());
    let outer = Function::unary("outer", move |x| inner.apply(&[x])?.add(x));
    book.number(
        "C12-192",
        "3 squared plus 3",
        outer.apply(&[&Tensor::from(3.0)])?.item::<f64>()?,
        Book::Exact(12.0),
    );
    let bad = Function::unary("bad", |x| Variable::new(1.0).read().add(x));
    bad.apply(&[&Tensor::from(1.0)])?;
    let refused = bad
        .apply(&[&Tensor::from([1.0])])
        .err()
        .map(|error| error.to_string())
        .unwrap_or_default();
    book.claim(
        "C12-193",
        "a variable created at a later call",
        refused.clone(),
        refused.contains("is created again"),
    );
    Ok(())
}

/// The sum of squares of figure 12-4, as a loop of the graph.
fn loops(book: &mut Chapter) -> AnyResult {
    book.section("Loops");
    let sum_squares = Function::unary("sum_squares", |n| {
        let body = |i: &Tensor, sum: &[Tensor]| Ok(vec![sum[0].add(&i.square()?)?]);
        Ok(for_range(0, n.add_scalar(1.0)?, body, &[&Tensor::from(0)])?.remove(0))
    });
    let sum = sum_squares.apply(&[&Tensor::from(10)])?.item::<i32>()?;
    book.number(
        "C12-186",
        "0² + 1² + ... + 10²",
        f64::from(sum),
        Book::Exact(385.0),
    );
    let graph = sum_squares
        .concrete(&[Spec::new(DType::I32, [])])?
        .graph()
        .clone();
    book.number(
        "C12-195",
        "loops in its graph",
        graph.count("while") as f64,
        Book::Exact(1.0),
    );
    let unrolled = Function::unary("unrolled", |x| {
        (0..10).try_fold(x.clone(), |x, _| x.add_scalar(1.0))
    });
    let graph = unrolled.concrete(&[Spec::new(DType::I32, [])])?.graph().clone();
    book.number(
        "C12-195",
        "additions of a loop of Rust",
        graph.count("add") as f64,
        Book::Exact(10.0),
    );
    Ok(())
}

/// Forward, backward and update as one graph; the same, eagerly, for debugging.
fn training_step(book: &mut Chapter) -> AnyResult {
    book.section("A training step");
    let train = |eager: bool| -> ml::Result<f64> {
        let w = Variable::named("w", [[0.5], [0.5]]);
        let handle = w.clone();
        let step = Function::binary("step", move |x, y| {
            let tape = Tape::new();
            tape.watch_variables([&handle])?;
            let loss = x.matmul(&handle.read())?.sub(y)?.square()?.sum_all()?;
            if let Some(gradient) = tape.gradient(&loss, &[&handle])?.remove(0) {
                handle.assign_sub(&gradient.mul_scalar(0.05)?)?;
            }
            Ok(loss.stop_gradient())
        })
        .run_eagerly(eager);
        let (x, y) = (
            Tensor::from([[1.0, 0.0], [0.0, 1.0], [1.0, 1.0]]),
            Tensor::from([[1.0], [2.0], [3.0]]),
        );
        let mut loss = 0.0;
        for _ in 0..50 {
            loss = step.apply(&[&x, &y])?.item::<f64>()?;
        }
        Ok(loss)
    };
    let (graph, eager) = (train(false)?, train(true)?);
    book.claim(
        "C12-180",
        "loss after 50 steps",
        format!("{graph:.2e}"),
        graph < 1e-3,
    );
    book.claim(
        "C12-183",
        "the same, run eagerly",
        format!("{eager:.2e}"),
        (graph - eager).abs() < 1e-12,
    );
    Ok(())
}

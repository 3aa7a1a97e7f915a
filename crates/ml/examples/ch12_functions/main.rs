//! Chapter 12, section 12.4: a closure becomes a graph.
//!
//! `cargo run --release --example ch12_functions`. Cubes numbers with a traced function, counts its graphs, shows what optimisation
//! leaves of one, what runs while tracing and what at every call, loops on tensors, and a whole training step as one function. Needs no data.
//! Report and figure: `target/book/ch12_functions/`.

#[path = "../support/mod.rs"]
mod support;

use std::{
    ops::Mul,
    process::ExitCode,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use ml::{
    Result,
    core::{
        DType, Tensor,
        autodiff::{Tape, Variable},
        graph::{Argument, Function, Graph, for_range, host_function},
        ops::{Draws, Spec},
    },
    plot::Diagram,
};
use support::{AnyResult, Book, Chapter};

fn main() -> ExitCode {
    support::run("ch12_functions", "TensorFlow functions and graphs", |book| {
        cubes(book)?;
        signatures(book)?;
        optimised(book)?;
        code_of_the_host(book)?;
        random_numbers(book)?;
        functions_in_functions(book)?;
        loops(book)?;
        training_step(book)
    })
}

/// The function of listings 50 to 53, for numbers and tensors alike.
fn cube<N: Clone + Mul<Output = N>>(x: N) -> N {
    x.clone() * x.clone() * x
}

fn tf_cube() -> Function {
    Function::unary("cube", |x| Ok(cube(x.clone())))
}

/// Listings 50 to 53.
fn cubes(book: &mut Chapter) -> AnyResult {
    book.section("A function and its graph (listings 50 to 53)");
    let line = |tensor: Tensor| tensor.to_string();
    book.text("N12-07", "50: cube(2)", &cube(2).to_string(), "8");
    let float = line(cube(Tensor::from(2.0f32)));
    book.text("N12-07", "50: cube(constant(2.0))", &float, "8. f32[]");
    let traced = tf_cube();
    let whole = line(traced.apply(&[&Tensor::from(2)])?);
    book.text("N12-07", "51: tf_cube(2)", &whole, "8 i32[]");
    let float = line(traced.apply(&[&Tensor::from(2.0f32)])?);
    book.text("N12-07", "51: tf_cube(2.0)", &float, "8. f32[]");
    let original = line(traced.eagerly(&[Argument::from(2)])?.remove(0));
    book.text("N12-07", "53: the closure itself", &original, "8 i32[]");
    Ok(())
}

/// One graph for each type and shape of tensors, and for each plain number.
fn signatures(book: &mut Chapter) -> AnyResult {
    book.section("Graphs for signatures");
    let traced = tf_cube();
    let mut count = |id: &str, label: &str, arguments: Vec<Argument>, graphs: usize| -> AnyResult {
        for argument in arguments {
            traced.call_with(&[argument])?;
        }
        let ours = traced.trace_count() as f64;
        book.number(id, label, ours, Book::Exact(graphs as f64));
        Ok(())
    };
    let (ten, twenty) = (Tensor::from(10), Tensor::from(20));
    count(
        "C12-184",
        "graphs for two i32 scalars",
        vec![ten.into(), twenty.into()],
        1,
    )?;
    let vector = Tensor::from([10, 20]);
    count("C12-184", "and a vector of two", vec![vector.into()], 2)?;
    let numbers = vec![10.into(), 20.into(), 10.into()];
    count("C12-185", "and the plain numbers 10 and 20", numbers, 4)
}

/// What is left of a graph: 1 + 2 becomes 3, the same product is computed once, and what nobody looks at goes.
fn optimised(book: &mut Chapter) -> AnyResult {
    book.section("Optimisation");
    let f = Function::unary("f", |x| {
        x.exp()?; // nobody looks at it
        let one = x.ones_like()?;
        let three = one.add(&one.add(&one)?)?;
        x.matmul(&three)?.add(&x.matmul(&three)?)
    });
    let concrete = f.concrete(&[Spec::new(DType::F32, [2, 2])])?;
    let kinds = |graph: &Graph| -> Vec<&str> { graph.nodes().iter().map(|node| node.kind.name()).collect() };
    let (traced, left) = (kinds(concrete.graph()), kinds(concrete.optimised()));
    println!("  traced: {}\n  left:   {}", traced.join(", "), left.join(", "));
    let holds = left.iter().filter(|&&kind| kind == "matmul").count() == 1
        && left.contains(&"Const")
        && !left.contains(&"exp");
    let text = format!("{} of {}", left.len(), traced.len());
    book.claim("C12-181", "operations that are left", text, holds);
    let y = f.apply(&[&Tensor::from([[1.0f32, 2.0], [3.0, 4.0]])])?;
    let expected = "[[18., 18.], [42., 42.]] f32[2, 2]"; // 2 · (sum of the row) · 3
    let line = y.to_string().replace('\n', "");
    book.text("C12-181", "with the same result", &line, expected);
    Ok(())
}

/// Code of the host runs while tracing; wrapped, it runs with the graph.
fn code_of_the_host(book: &mut Chapter) -> AnyResult {
    book.section("Rules: code of the host");
    let count = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&count);
    let f = Function::unary("f", move |x| {
        let drawn = counter.fetch_add(1, Ordering::Relaxed); // as np.random.rand(): no operation
        x.mul_scalar(0.0)?.add_scalar(drawn as f64)
    });
    let value = |x: Tensor| Ok::<_, ml::Error>(f.apply(&[&x])?.to_vec::<f32>()?[0]);
    let (a, b) = (value(Tensor::from(2.0f32))?, value(Tensor::from(3.0f32))?);
    let c = value(Tensor::from([2.0f32, 3.0]))?;
    let text = format!("{a}, {b}, {c}");
    let holds = a == b && a != c;
    book.claim(
        "C12-189",
        "f(2.) and f(3.) agree, f([2., 3.]) differs",
        text,
        holds,
    );
    let runs = count.load(Ordering::Relaxed) as f64;
    book.number("C12-190", "times the closure ran", runs, Book::Exact(2.0));
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
    let runs = calls.load(Ordering::Relaxed) as f64;
    book.number("C12-191", "times a host function ran", runs, Book::Exact(3.0));
    Ok(())
}

/// As `tf.random.uniform([])`: an operation, so a new number at every call.
fn random_numbers(book: &mut Chapter) -> AnyResult {
    book.section("Rules: random numbers");
    let draws = Draws::new(42);
    let f = Function::new("draw", move |_| {
        Ok(vec![draws.uniform([], 0.0, 1.0, DType::F32)?])
    });
    let number = || f.call(&[])?[0].item::<f32>();
    let (a, b) = (number()?, number()?);
    let holds = a != b && f.trace_count() == 1;
    book.claim("C12-189", "two calls of one graph", format!("{a} and {b}"), holds);
    Ok(())
}

fn functions_in_functions(book: &mut Chapter) -> AnyResult {
    book.section("Rules: functions and variables");
    let inner = Function::unary("inner", |x| x.square());
    let outer = Function::unary("outer", move |x| inner.apply(&[x])?.add(x));
    let twelve = outer.apply(&[&Tensor::from(3.0)])?.item::<f64>()?;
    book.number("C12-192", "3 squared plus 3", twelve, Book::Exact(12.0));
    let bad = Function::unary("bad", |x| Variable::new(1.0).read().add(x));
    bad.apply(&[&Tensor::from(1.0)])?;
    let refused = bad.apply(&[&Tensor::from([1.0])]).err();
    let text = refused.map(|error| error.to_string()).unwrap_or_default();
    let holds = text.contains("is created again");
    book.claim("C12-193", "a variable created at a later call", text, holds);
    Ok(())
}

/// The sum of squares of figure 12-4: one loop of the graph, where a loop of Rust unrolls.
fn loops(book: &mut Chapter) -> AnyResult {
    book.section("Loops (figure 12-4)");
    let sum_squares = Function::unary("sum_squares", |n| {
        let body = |i: &Tensor, sum: &[Tensor]| Ok(vec![sum[0].add(&i.square()?)?]);
        Ok(for_range(0, n.add_scalar(1.0)?, body, &[&Tensor::from(0)])?.remove(0))
    });
    let sum = sum_squares.apply(&[&Tensor::from(10)])?.item::<i32>()?;
    let label = "0² + 1² + ... + 10²";
    book.number("C12-186", label, f64::from(sum), Book::Exact(385.0));
    let scalar = [Spec::new(DType::I32, [])];
    let concrete = sum_squares.concrete(&scalar)?;
    let graph = concrete.graph();
    let ours = graph.count("while") as f64;
    book.number("C12-195", "loops in its graph", ours, Book::Exact(1.0));
    let dot = graph.to_dot();
    let parts = ["label=\"condition\"", "label=\"body\"", "square"];
    let holds = parts.iter().all(|part| dot.contains(part));
    let text = format!("{} lines of DOT", dot.lines().count());
    book.claim("C12-188", "the graph can be read", text, holds);
    let drawn = Diagram::of_graph(graph).figure()?;
    book.figure("12-4", "The graph of sum_squares", &drawn)?;
    let unrolled = Function::unary("unrolled", |x| {
        (0..10).try_fold(x.clone(), |x, _| x.add_scalar(1.0))
    });
    let ours = unrolled.concrete(&scalar)?.graph().count("add") as f64;
    book.number("C12-195", "additions of a loop of Rust", ours, Book::Exact(10.0));
    Ok(())
}

/// Forward, backward and update as one graph; the same, eagerly, for debugging.
fn training_step(book: &mut Chapter) -> AnyResult {
    book.section("A training step");
    let (graph, eager) = (train(false)?, train(true)?);
    let text = format!("{graph:.2e}");
    book.claim("C12-180", "the loss after 50 steps", text, graph < 1e-3);
    let text = format!("{eager:.2e}");
    let same = (graph - eager).abs() < 1e-12;
    book.claim("C12-183", "the same, run eagerly", text, same);
    Ok(())
}

/// Fits y = x1 + 2·x2 by gradient descent and gives the last loss.
fn train(eager: bool) -> Result<f64> {
    let w = Variable::named("w", [[0.5], [0.5]]);
    let step = Function::binary("step", move |x, y| {
        let tape = Tape::new();
        tape.watch_variables([&w])?;
        let loss = x.matmul(&w.read())?.sub(y)?.square()?.sum_all()?;
        let gradient = tape.gradient_or_zeros(&loss, &[&w])?.remove(0);
        w.assign_sub(&gradient.mul_scalar(0.05)?)?;
        Ok(loss.stop_gradient())
    })
    .run_eagerly(eager);
    let x = Tensor::from([[1.0, 0.0], [0.0, 1.0], [1.0, 1.0]]);
    let y = Tensor::from([[1.0], [2.0], [3.0]]);
    let mut loss = f64::INFINITY;
    for _ in 0..50 {
        loss = step.apply(&[&x, &y])?.item()?;
    }
    Ok(loss)
}

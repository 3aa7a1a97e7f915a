//! Appendix G, "TensorFlow Graphs": signatures, graphs, names, traces, loops and variables.
//!
//! `cargo run --release --example appendix_g`. Figures and report: `target/book/appendix_g/`.

#[path = "../support/mod.rs"]
mod support;

use std::process::ExitCode;

use ml::{
    core::{
        DType, Shape, Tensor, at,
        autodiff::Variable,
        graph::{Argument, Function, Graph, Kind, for_range},
        ops::Spec,
        random::Rng,
    },
    plot::{Diagram, Figure},
};
use support::{AnyResult, Book, Chapter};

fn main() -> ExitCode {
    support::run("appendix_g", "TensorFlow graphs", chapter)
}

fn chapter(book: &mut Chapter) -> AnyResult {
    graphs(book)?;
    traces(book)?;
    signature(book)?;
    loops(book)?;
    counter(book)
}

/// The book's `tf_cube`: `x ** 3` is one operation.
fn tf_cube() -> Function {
    Function::unary("cube", |x| x.pow(&x.number_like(3.0)?))
}

/// A graph as boxes and arrows.
fn drawn(graph: &Graph) -> ml::Result<Figure> {
    let mut diagram = Diagram::new();
    let boxes: Vec<_> = graph
        .nodes()
        .iter()
        .map(|node| diagram.node(format!("{}\n{}", node.name, node.kind.name())))
        .collect();
    for (node, to) in graph.nodes().iter().zip(&boxes) {
        for edge in &node.inputs {
            diagram.edge(boxes[edge.node], *to)?;
        }
    }
    diagram.figure()
}

/// Listings 1 to 6.
fn graphs(book: &mut Chapter) -> AnyResult {
    book.section("Concrete functions and their graphs");
    let cube = tf_cube();
    let concrete = cube.concrete(&[Spec::new(DType::F32, [])])?;
    let call = |x: f32| concrete.call(&[&Tensor::from(x)])?[0].item::<f32>();
    book.number("NG-01", "cube(2.0)", f64::from(call(2.0)?), Book::Exact(8.0));
    book.number("NG-01", "cube(5.0)", f64::from(call(5.0)?), Book::Exact(125.0));
    let graph = concrete.graph();
    let names: Vec<_> = graph.nodes().iter().map(|node| node.name.as_str()).collect();
    book.text(
        "NG-02",
        "operations",
        &names.join(", "),
        "x, pow/y, pow, Identity",
    );
    let pow = graph.operation("pow")?;
    let inputs: Vec<_> = pow.inputs.iter().map(|&edge| graph.tensor_name(edge)).collect();
    book.text("NG-02", "inputs of pow", &inputs.join(", "), "x:0, pow/y:0");
    book.text(
        "NG-02",
        "tensor Identity:0",
        &graph.tensor("Identity:0")?.1.to_string(),
        "f32[]",
    );
    println!("{graph}");
    book.figure("G-2", "The graph of cube", &drawn(graph)?)?;
    // The value 2: its graph has no input and holds the answer.
    let two = cube.concrete_with(&[Argument::from(2)])?;
    let holds = matches!(two.optimised().nodes(), [only] if matches!(only.kind, Kind::Constant(_)));
    book.claim(
        "XG-004",
        "the graph for the number 2",
        two.graph().to_string(),
        holds,
    );
    Ok(())
}

/// Listings 7 to 10.
fn traces(book: &mut Chapter) -> AnyResult {
    book.section("When a function is traced");
    let cube = Function::unary("cube", |x| {
        println!("tracing with x = {}", x.spec());
        x.square()?.mul(x)
    });
    let mut count = |label: &str, argument: Argument, traces: f64| -> AnyResult {
        let before = cube.trace_count();
        cube.call_with(&[argument])?;
        book.number(
            "NG-03",
            label,
            (cube.trace_count() - before) as f64,
            Book::Exact(traces),
        );
        Ok(())
    };
    count("2.0", Tensor::from(2.0f32).into(), 1.0)?;
    count("3.0 again", Tensor::from(3.0f32).into(), 0.0)?;
    count("4.0 again", Tensor::from(4.0f32).into(), 0.0)?;
    count("the number 2", 2.into(), 1.0)?;
    count("the number 3", 3.into(), 1.0)?;
    count("[[1, 2]]", Tensor::from([[1.0f32, 2.0]]).into(), 1.0)?;
    count(
        "[[3, 4], [5, 6]]",
        Tensor::from([[3.0f32, 4.0], [5.0, 6.0]]).into(),
        1.0,
    )?;
    count(
        "[[7, 8], [9, 10]]",
        Tensor::from([[7.0f32, 8.0], [9.0, 10.0]]).into(),
        0.0,
    )?;
    let last = format!(
        "{:?}",
        cube.traced().last().map(|concrete| concrete.signature().to_vec())
    );
    book.text("NG-03", "the relaxed signature", &last, "Some([f32[?, 2]])");
    Ok(())
}

/// Listings 11 to 13.
fn signature(book: &mut Chapter) -> AnyResult {
    book.section("An input signature");
    let shrink = Function::unary("shrink", |images| images.index(&at![.., ..;2, ..;2]))
        .input_signature([Spec::new(DType::F32, [Shape::UNKNOWN, 28, 28])]);
    let mut rng = Rng::new(42);
    for batch in [100, 50] {
        let pixels: Vec<f32> = (0..batch * 28 * 28).map(|_| rng.uniform() as f32).collect();
        let small = shrink.apply(&[&Tensor::from_vec(pixels, [batch, 28, 28])?])?;
        book.text(
            "NG-04",
            "shape",
            &small.shape().to_string(),
            &format!("[{batch}, 14, 14]"),
        );
    }
    book.number("NG-04", "graphs", shrink.trace_count() as f64, Book::Exact(1.0));
    let wrong = shrink.apply(&[&Tensor::zeros([2, 2, 2], DType::F32)?]);
    let message = wrong.err().map(|error| error.to_string()).unwrap_or_default();
    book.claim(
        "NG-04",
        "a batch of shape [2, 2, 2]",
        message.clone(),
        message.contains("its signature is"),
    );
    Ok(())
}

/// Listings 14 and 15.
fn loops(book: &mut Chapter) -> AnyResult {
    book.section("Static and dynamic loops");
    let unrolled = Function::unary("add_10", |x| {
        (0..10).try_fold(x.clone(), |x, _| x.add_scalar(1.0))
    });
    let looped = Function::unary("add_10", |x| {
        Ok(for_range(0, 10, |_, x| Ok(vec![x[0].add_scalar(1.0)?]), &[x])?.remove(0))
    });
    for (name, f, additions, loops) in [("static", &unrolled, 10.0, 0.0), ("dynamic", &looped, 0.0, 1.0)] {
        let sum = f.apply(&[&Tensor::from(0)])?.item::<i32>()?;
        book.number(
            "NG-05",
            &format!("{name}: add_10(0)"),
            f64::from(sum),
            Book::Exact(10.0),
        );
        let graph = f.concrete(&[Spec::new(DType::I32, [])])?.graph().clone();
        book.number(
            "NG-05",
            &format!("{name}: additions"),
            graph.count("add") as f64,
            Book::Exact(additions),
        );
        book.number(
            "NG-05",
            &format!("{name}: while loops"),
            graph.count("while") as f64,
            Book::Exact(loops),
        );
        book.figure(
            &format!("G-2-{name}"),
            &format!("The graph of a {name} loop"),
            &drawn(&graph)?,
        )?;
    }
    Ok(())
}

/// Listings 16 to 19.
fn counter(book: &mut Chapter) -> AnyResult {
    book.section("Variables by reference");
    let increment = Function::with_arguments("increment", |arguments| {
        let counter = arguments[0].variable()?;
        counter.assign_add(arguments[1].tensor()?)?;
        Ok(vec![counter.read()])
    });
    let counter = Variable::named("counter", 0);
    for expected in [1, 2] {
        let value = increment.call_with(&[(&counter).into(), 1.into()])?[0].item::<i32>()?;
        book.number(
            "NG-06",
            "counter",
            f64::from(value),
            Book::Exact(f64::from(expected)),
        );
    }
    let definition = increment.traced()[0].graph().to_string();
    book.claim(
        "XG-028",
        "its definition",
        definition.clone(),
        definition.contains("counter: variable i32[]"),
    );
    // Captured instead of passed.
    let handle = counter.clone();
    let captured = Function::unary("increment", move |by| {
        handle.assign_add(by)?;
        Ok(handle.read())
    });
    let value = captured.apply(&[&Tensor::from(1)])?.item::<i32>()?;
    book.number("NG-06", "counter, captured", f64::from(value), Book::Exact(3.0));
    Ok(())
}

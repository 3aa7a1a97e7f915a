//! Appendix G, "TensorFlow Graphs": signatures, graphs, names, traces, loops and variables.
//!
//! `cargo run --release --example appendix_g`. The appendix's listings in order: a function and its graphs, what names operations and tensors
//! have, when it is traced, a declared signature, loops that unroll and loops that do not, a counter passed, captured and owned. Needs no
//! data. Report and figures: `target/book/appendix_g/`.

#[path = "../support/mod.rs"]
mod support;

use std::{
    process::ExitCode,
    sync::{Arc, Mutex, PoisonError},
};

use ml::{
    Result,
    core::{
        DType, Shape, Tensor, at,
        autodiff::Variable,
        graph::{Argument, Concrete, Edge, Function, Graph, for_range},
        ops::{Draws, Spec},
    },
    plot::Diagram,
};
use support::{AnyResult, Book, Chapter};

fn main() -> ExitCode {
    support::run("appendix_g", "TensorFlow graphs", |book| {
        concrete_functions(book)?;
        names(book)?;
        traces(book)?;
        signature(book)?;
        loops(book)?;
        counters(book)
    })
}

/// The book's `tf_cube`: `x ** 3` is one operation.
fn tf_cube() -> Function {
    Function::unary("cube", |x| x.pow(&x.number_like(3.0)?))
}

/// `x: Placeholder`, one operation after the other.
fn operations(graph: &Graph) -> String {
    let nodes = graph.nodes().iter();
    let texts: Vec<_> = nodes
        .map(|node| format!("{}: {}", node.name, node.kind.name()))
        .collect();
    texts.join(", ")
}

/// Listings 1 and 2, and figure G-1.
fn concrete_functions(book: &mut Chapter) -> AnyResult {
    book.section("Concrete functions (listings 1 and 2)");
    let cube = tf_cube();
    let float = cube.concrete(&[Spec::new(DType::F32, [])])?;
    for (x, expected) in [(2.0f32, "8. f32[]"), (5.0, "125. f32[]")] {
        let y = &float.call(&[&Tensor::from(x)])?[0];
        book.text("NG-01", &format!("tf_cube({x:?})"), &y.to_string(), expected);
    }
    // The number 2: its graph has no input, and nothing is left of it but the answer.
    let two = cube.concrete_with(&[Argument::from(2)])?;
    let definition = two.graph().to_string();
    book.text(
        "XG-004",
        "tf_cube(2) has no input",
        &definition,
        "cube() -> (Identity: i32[])",
    );
    let kinds: Vec<_> = two.optimised().nodes().iter().map(|n| n.kind.name()).collect();
    book.text("XG-004", "what is left of its graph", &kinds.join(", "), "Const");
    let eight = two.call(&[])?[0].to_string();
    book.text("XG-004", "and what it always gives", &eight, "8 i32[]");
    book.figure(
        "G-1",
        "tf_cube and its concrete functions",
        &family(&[&two, &float])?,
    )?;
    Ok(())
}

/// A function, its graphs' definitions and their operations.
fn family(concretes: &[&Concrete]) -> Result<ml::plot::Figure> {
    let mut diagram = Diagram::new();
    let function = diagram.node("tf_cube");
    for concrete in concretes {
        let definition = diagram.node(format!("definition\n{}", concrete.graph()));
        let signature = format!("{:?}", concrete.signature());
        diagram.edge(function, definition)?.label(signature);
        let graph = diagram.node(format!("graph\n{}", operations(concrete.optimised())));
        diagram.edge(definition, graph)?;
    }
    diagram.figure()
}

/// Listings 3 to 6, and figure G-2.
fn names(book: &mut Chapter) -> AnyResult {
    book.section("Operations, tensors and their names (listings 3 to 6)");
    let concrete = tf_cube().concrete(&[Spec::new(DType::F32, [])])?;
    let graph = concrete.graph();
    let all = "x: Placeholder, pow/y: Const, pow: pow, Identity: Identity";
    book.text("NG-02", "3: operations", &operations(graph), all);
    let named = |edge: Edge| format!("{} {}", graph.tensor_name(edge), graph.spec(edge));
    let inputs: Vec<_> = graph.operation("pow")?.inputs.iter().map(|&e| named(e)).collect();
    book.text(
        "NG-02",
        "4: inputs of pow",
        &inputs.join(", "),
        "x:0 f32[], pow/y:0 f32[]",
    );
    let output = graph.tensor("pow:0")?.0;
    book.text("NG-02", "4: output of pow", &named(output), "pow:0 f32[]");
    let x = graph.operation("x")?.kind.name();
    book.text("NG-02", "5: operation x", x, "Placeholder");
    let (edge, spec) = graph.tensor("Identity:0")?;
    let text = format!("{} {spec}", graph.tensor_name(edge));
    book.text("NG-02", "5: tensor Identity:0", &text, "Identity:0 f32[]");
    let definition = "cube(x: f32[]) -> (Identity: f32[])";
    book.text("XG-014", "6: definition", &graph.to_string(), definition);
    book.figure("G-2", "The graph of tf_cube", &Diagram::of_graph(graph).figure()?)?;
    Ok(())
}

/// Listings 7 to 10: the closure says what it is called with.
fn traces(book: &mut Chapter) -> AnyResult {
    book.section("When a function is traced (listings 7 to 10)");
    let said = Arc::new(Mutex::new(Vec::new()));
    let words = Arc::clone(&said);
    let cube = Function::unary("cube", move |x| {
        println!("  print: {x}");
        words
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(x.to_string());
        x.pow(&x.number_like(3.0)?)
    });
    let mut call = |label: &str, argument: Argument, expected: &str| -> AnyResult {
        cube.call_with(&[argument])?;
        let mut said = said.lock().unwrap_or_else(PoisonError::into_inner);
        book.text("NG-03", label, &said.join("; "), expected);
        said.clear();
        Ok(())
    };
    let matrix =
        |rows: Vec<[f32; 2]>| Tensor::from_nested(&rows.iter().map(|r| r.to_vec()).collect::<Vec<_>>());
    call(
        "8: 2.0 is traced",
        Tensor::from(2.0f32).into(),
        "Tensor(\"x:0\", f32[])",
    )?;
    call("9: 3.0 is not", Tensor::from(3.0f32).into(), "")?;
    call("9: 4.0 is not", Tensor::from(4.0f32).into(), "")?;
    call("10: the number 2 is", 2.into(), "2 i32[]")?;
    call("10: the number 3 is", 3.into(), "3 i32[]")?;
    let first = matrix(vec![[1.0, 2.0]])?;
    call("10: [[1, 2]] is", first.into(), "Tensor(\"x:0\", f32[1, 2])")?;
    let second = matrix(vec![[3.0, 4.0], [5.0, 6.0]])?;
    call(
        "10: [[3, 4], [5, 6]] is",
        second.into(),
        "Tensor(\"x:0\", f32[?, 2])",
    )?;
    let third = matrix(vec![[7.0, 8.0], [9.0, 10.0]])?;
    call("10: [[7, 8], [9, 10]] is not", third.into(), "")?;
    let graphs = cube.trace_count() as f64;
    book.number("XG-016", "traces in all", graphs, Book::Exact(5.0));
    Ok(())
}

/// Listings 11 to 13.
fn signature(book: &mut Chapter) -> AnyResult {
    book.section("A declared signature (listings 11 to 13)");
    let shrink = Function::unary("shrink", |images| images.index(&at![.., ..;2, ..;2]))
        .input_signature([Spec::new(DType::F32, [Shape::UNKNOWN, 28, 28])]);
    let draws = Draws::new(42);
    for batch in [100, 50] {
        let images = draws.uniform([batch, 28, 28], 0.0, 1.0, DType::F32)?;
        let small = shrink.apply(&[&images])?.shape().to_string();
        let label = format!("12: half the rows and columns of {batch} images");
        book.text("NG-04", &label, &small, &format!("[{batch}, 14, 14]"));
    }
    let graphs = shrink.trace_count() as f64;
    book.number("NG-04", "12: graphs for both", graphs, Book::Exact(1.0));
    let images = draws.uniform([2, 2, 2], 0.0, 1.0, DType::F32)?;
    for (label, wrong) in [
        ("13: a batch of shape [2, 2, 2]", images.into()),
        ("a plain number", Argument::from(2)),
    ] {
        let text = shrink.call_with(&[wrong]).err().map(|error| error.to_string());
        let text = text.unwrap_or_default();
        let holds = text.contains("its signature is (f32[?, 28, 28])");
        book.claim("NG-04", &format!("{label} is refused"), text, holds);
    }
    Ok(())
}

/// Listings 14 and 15.
fn loops(book: &mut Chapter) -> AnyResult {
    book.section("Static and dynamic loops (listings 14 and 15)");
    let unrolled = Function::unary("add_10", |x| {
        (0..10).try_fold(x.clone(), |x, _| x.add_scalar(1.0))
    });
    let looped = Function::unary("add_10", |x| {
        Ok(for_range(0, 10, |_, x| Ok(vec![x[0].add_scalar(1.0)?]), &[x])?.remove(0))
    });
    let steps: Vec<_> = (1..10).map(|number| format!(", add_{number}")).collect();
    let adds = format!("add{}", steps.concat());
    for (listing, f, name, expected) in [
        ("14: a loop of Rust", &unrolled, "add", adds.as_str()),
        ("15: a loop of the graph", &looped, "while", "while"),
    ] {
        let sum = f.apply(&[&Tensor::from(0)])?.to_string();
        book.text("NG-05", &format!("{listing}: add_10(0)"), &sum, "10 i32[]");
        let graph = f.concrete(&[Spec::new(DType::I32, [])])?.graph().clone();
        let steps = graph
            .nodes()
            .iter()
            .filter(|node| ["add", "while"].contains(&node.kind.name()));
        let steps: Vec<_> = steps.map(|node| node.name.as_str()).collect();
        let label = format!("{listing}: its operations");
        book.text("NG-05", &label, &steps.join(", "), expected);
        let drawn = Diagram::of_graph(&graph).figure()?;
        let caption = format!("The graph of add_10 with {}", &listing[4..]);
        book.figure(&format!("listing-{}-{name}", &listing[..2]), &caption, &drawn)?;
    }
    Ok(())
}

/// A counter and the function that moves it on: listing 19.
struct Counter {
    count: Variable,
    increment: Function,
}

impl Counter {
    fn new() -> Self {
        let count = Variable::named("counter", 0);
        let handle = count.clone();
        let increment = Function::unary("increment", move |by| {
            handle.assign_add(by)?;
            Ok(handle.read())
        });
        Self { count, increment }
    }

    fn increment(&self, by: i32) -> Result<i32> {
        self.increment.apply(&[&Tensor::from(by)])?.item()
    }
}

/// Listings 16 to 19.
fn counters(book: &mut Chapter) -> AnyResult {
    book.section("Variables by reference (listings 16 to 19)");
    let mut report = |label: &str, count: i32, expected: i32| {
        book.number("NG-06", label, f64::from(count), Book::Exact(f64::from(expected)));
    };
    let increment = Function::with_arguments("increment", |arguments| {
        let counter = arguments[0].variable()?;
        counter.assign_add(arguments[1].tensor()?)?;
        Ok(vec![counter.read()])
    });
    let counter = Variable::named("counter", 0);
    for expected in [1, 2] {
        let count = increment.call_with(&[(&counter).into(), 1.into()])?[0].item()?;
        report("16: passed", count, expected);
    }
    let owner = Counter::new();
    for expected in [1, 2] {
        report(
            "18 and 19: captured, owned by a struct",
            owner.increment(1)?,
            expected,
        );
    }
    report("19: the variable itself", owner.count.read().item()?, 2);
    let passed = increment.traced()[0].graph().to_string();
    let definition = "increment(counter: variable i32[]) -> (Identity: i32[])";
    book.text("XG-028", "17: definition, passed", &passed, definition);
    let captured = owner.increment.traced()[0].graph().to_string();
    let definition = "increment(counter: variable i32[], x: i32[]) -> (Identity: i32[])";
    book.text("XG-029", "18: definition, captured", &captured, definition);
    Ok(())
}

//! Traced functions.

use std::sync::{
    Arc, Mutex, OnceLock,
    atomic::{AtomicUsize, Ordering},
};

use ml_core::{
    DType, Error, Persist, Result, Shape, Tensor, at,
    autodiff::{Tape, Variable},
    graph::{Argument, Function, RunOptions, cond, for_range, host_function, named},
    ops::{Arrays, Call, Gradients, Primitive, Spec, Specs, apply},
    tensor::Array,
};
use serde::{Deserialize, Serialize};

fn cube() -> Function {
    Function::unary("cube", |x| x.square()?.mul(x))
}

fn problem(error: Error) -> String {
    error.to_string()
}

/// Gives the number of times it has run, after its input: a random number generator whose numbers are known.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Ticket;

pub(crate) static TICKETS: AtomicUsize = AtomicUsize::new(0);
/// Held by tests that draw tickets, since these are numbered in the order of the whole process.
pub(crate) static DRAWING: Mutex<()> = Mutex::new(());

#[ml_core::typetag::serde(name = "test_ticket")]
impl Primitive for Ticket {
    fn name(&self) -> &'static str {
        "ticket"
    }

    fn arity(&self) -> std::ops::RangeInclusive<usize> {
        0..=0
    }

    fn infer(&self, _: &[Spec]) -> Result<Specs> {
        Ok(Specs::from_elem(Spec::new(DType::F64, []), 1))
    }

    fn forward(&self, _: &[&Array]) -> Result<Arrays> {
        let number = TICKETS.fetch_add(1, Ordering::SeqCst);
        Ok(Arrays::from_elem(Array::new(vec![number as f64], [])?, 1))
    }

    fn vjp(&self, _: &Call<'_>, _: &[Option<Tensor>]) -> Result<Gradients> {
        Ok(Gradients::new())
    }

    fn is_stateful(&self) -> bool {
        true
    }
}

#[test]
fn a_whole_training_step_is_one_function() -> Result<()> {
    // y = w·x with w = 2: one step of gradient descent on (3w - 12)² with rate 0.1 moves w by 0.1·2·3·6.
    let w = Variable::new(2.0);
    let handle = w.clone();
    let step = Function::new("step", move |inputs| {
        let tape = Tape::new();
        tape.watch_variables([&handle])?;
        let loss = handle.read().mul(&inputs[0])?.sub(&inputs[1])?.square()?;
        let gradient = tape
            .gradient(&loss, &[&handle])?
            .remove(0)
            .expect("the loss depends on w");
        handle.assign_sub(&gradient.mul_scalar(0.1)?)?;
        Ok(vec![loss])
    });
    let loss = step.call(&[&Tensor::from(3.0), &Tensor::from(12.0)])?;
    assert_eq!(loss[0].item::<f64>()?, 36.0);
    assert!((w.value().item::<f64>()? - 5.6).abs() < 1e-12);
    step.call(&[&Tensor::from(3.0), &Tensor::from(12.0)])?;
    assert!((w.value().item::<f64>()? - 2.72).abs() < 1e-12);
    assert_eq!(step.trace_count(), 1);
    Ok(())
}

/// Reproduces NG-01, NG-03 and N12-07 (XG-001 to XG-004, XG-016, XG-017).
#[test]
fn a_graph_for_each_signature_and_relaxed_lengths() -> Result<()> {
    let cube = cube();
    let f32s = |values: &[f32]| Tensor::from(values);
    assert_eq!(cube.apply(&[&Tensor::from(2)])?.item::<i32>()?, 8);
    assert_eq!(cube.apply(&[&Tensor::from(2.0f32)])?.item::<f32>()?, 8.0);
    assert_eq!(cube.apply(&[&Tensor::from(5.0f32)])?.item::<f32>()?, 125.0);
    assert_eq!(cube.trace_count(), 2);
    for vector in [[2.0], [3.0]] {
        cube.apply(&[&f32s(&vector)])?;
    }
    assert_eq!(cube.trace_count(), 3);
    // Plain values: a graph each, with nothing to feed.
    for value in [2, 3, 2] {
        let traced = cube.call_with(&[Argument::from(value)])?;
        assert_eq!(traced[0].item::<i32>()?, value * value * value);
    }
    assert_eq!(cube.trace_count(), 5);
    let baked = cube.concrete_with(&[Argument::from(2)])?;
    assert_eq!(baked.graph().inputs().len(), 0);
    assert_eq!(baked.optimised().nodes().len(), 1, "2 cubed is a constant");
    // [1, 2] is traced; [2, 2] is traced as [?, 2]; [5, 2] is not traced.
    let matrix = |rows| Tensor::ones([rows, 2], DType::F32);
    cube.apply(&[&matrix(1)?])?;
    assert_eq!(cube.trace_count(), 6);
    assert_eq!(cube.apply(&[&matrix(2)?])?.shape().to_vec(), [2, 2]);
    assert_eq!(cube.trace_count(), 7);
    assert_eq!(cube.apply(&[&matrix(5)?])?.shape().to_vec(), [5, 2]);
    cube.apply(&[&matrix(1)?])?;
    assert_eq!(cube.trace_count(), 7);
    let signatures: Vec<String> = cube
        .traced()
        .iter()
        .map(|c| format!("{:?}", c.signature()))
        .collect();
    assert_eq!(
        signatures,
        [
            "[i32[]]",
            "[f32[]]",
            "[f32[1]]",
            "[2]",
            "[3]",
            "[f32[1, 2]]",
            "[f32[?, 2]]"
        ]
    );
    Ok(())
}

#[test]
fn shapes_are_not_relaxed_where_asked_or_where_the_closure_needs_them() -> Result<()> {
    let strict = cube().relax_shapes(false);
    for rows in 1..4 {
        strict.apply(&[&Tensor::ones([rows], DType::F64)?])?;
    }
    assert_eq!(strict.trace_count(), 3);
    // This closure looks at the length: every shape gets its own graph, after a vain attempt.
    let halves = Function::unary("halves", |x| match x.shape()[0] {
        Shape::UNKNOWN => x.reshape(&[-2]),
        length => x.reshape(&[2, (length / 2) as i64]),
    });
    for length in [2, 4, 6] {
        let shape = halves
            .apply(&[&Tensor::ones([length], DType::F64)?])?
            .shape()
            .to_vec();
        assert_eq!(shape, [2, length / 2]);
    }
    assert_eq!(halves.traced().len(), 3);
    Ok(())
}

/// Reproduces NG-04 (XG-019 to XG-021).
#[test]
fn a_declared_signature_admits_nothing_else() -> Result<()> {
    let spec = Spec::new(DType::F32, [Shape::UNKNOWN, 28, 28]);
    let f = Function::unary("shrink", |x| x.index(&at![.., ..;2, ..;2])).input_signature([spec]);
    for batch in [100, 50] {
        let images = Tensor::ones([batch, 28, 28], DType::F32)?;
        assert_eq!(f.apply(&[&images])?.shape().to_vec(), [batch, 14, 14]);
    }
    assert_eq!(f.trace_count(), 1);
    let refused = |argument: Argument, found: &str| {
        assert_eq!(
            problem(f.call_with(&[argument]).unwrap_err()),
            format!(
                "shrink: its signature is (f32[?, 28, 28]), but it was called with ({found}); pass tensors of \
                 that type and shape, or declare no signature"
            )
        );
    };
    refused(Tensor::ones([2, 2, 2], DType::F32)?.into(), "f32[2, 2, 2]");
    refused(Tensor::ones([1, 28, 28], DType::F64)?.into(), "f64[1, 28, 28]");
    refused(Argument::from(3), "3");
    assert!(f.call(&[]).is_err());
    Ok(())
}

/// Reproduces NG-02 as far as our operations have names (XG-006 to XG-014).
#[test]
fn operations_and_tensors_are_found_by_name() -> Result<()> {
    let f = Function::unary("f", |x| {
        let twice = x.mul_scalar(2.0)?.add(x)?.add(x)?;
        named("other_name", || twice.neg())
    });
    let concrete = f.concrete(&[Spec::new(DType::F32, [])])?;
    let graph = concrete.graph();
    let names: Vec<_> = graph
        .nodes()
        .iter()
        .map(|node| (&*node.name, node.kind.name()))
        .collect();
    let expected = [
        ("x", "Placeholder"),
        ("mul/y", "Const"),
        ("mul", "mul"),
        ("add", "add"),
        ("add_1", "add"),
        ("other_name", "neg"),
        ("Identity", "Identity"),
    ];
    assert_eq!(names, expected);
    let mul = graph.operation("mul")?;
    let inputs: Vec<_> = mul.inputs.iter().map(|&edge| graph.tensor_name(edge)).collect();
    assert_eq!(inputs, ["x:0", "mul/y:0"]);
    assert_eq!(*graph.tensor("Identity:0")?.1, Spec::new(DType::F32, []));
    assert_eq!(graph.to_string(), "f(x: f32[]) -> (Identity: f32[])");
    assert_eq!(
        problem(graph.tensor("add_2:0").unwrap_err()),
        "f: has no tensor \"add_2:0\"; its operations: x, mul/y, mul, add, add_1, other_name, Identity; operations \
         are named like \"add_1\", tensors like \"add_1:0\""
    );
    assert!(
        graph.operation("sub").is_err() && graph.tensor("add:1").is_err() && graph.tensor("add").is_err()
    );
    let named = f
        .argument_names(["value"])
        .concrete(&[Spec::new(DType::F64, [])])?;
    assert_eq!(named.graph().nodes()[0].name, "value");
    Ok(())
}

#[test]
fn a_symbol_has_a_name_a_type_and_a_shape_but_no_value() -> Result<()> {
    let f = Function::unary("f", |x| {
        assert_eq!((x.dtype(), x.shape().to_vec()), (DType::F32, vec![]));
        x.item::<f32>()?;
        Ok(x.clone())
    });
    assert_eq!(
        problem(f.apply(&[&Tensor::from(2.0f32)]).unwrap_err()),
        "f: the value of x:0 is asked for while the function is traced; values exist only when the graph runs: use \
         tensor operations, or read them outside"
    );
    Ok(())
}

/// Reproduces NG-05 (XG-022, XG-023).
#[test]
fn a_rust_loop_unrolls_and_a_loop_on_tensors_is_one_operation() -> Result<()> {
    let unrolled = Function::unary("add_10", |x| {
        (0..10).try_fold(x.clone(), |x, _| x.add_scalar(1.0))
    });
    let looped = Function::unary("add_10", |x| {
        Ok(for_range(0, 10, |_, x| Ok(vec![x[0].add_scalar(1.0)?]), &[x])?.remove(0))
    });
    let x = Tensor::from(0);
    assert_eq!(unrolled.apply(&[&x])?.item::<i32>()?, 10);
    assert_eq!(looped.apply(&[&x])?.item::<i32>()?, 10);
    let spec = [Spec::new(DType::I32, [])];
    let graph = unrolled.concrete(&spec)?.graph().clone();
    let adds: Vec<_> = graph
        .nodes()
        .iter()
        .filter(|n| n.kind.name() == "add")
        .map(|n| n.name.clone())
        .collect();
    assert_eq!(adds.len(), 10);
    assert_eq!((&*adds[0], &*adds[1], &*adds[9]), ("add", "add_1", "add_9"));
    let graph = looped.concrete(&spec)?.graph().clone();
    assert_eq!((graph.count("while"), graph.count("add")), (1, 0));
    Ok(())
}

/// Reproduces NG-06 and C19-114 (XG-026 to XG-030).
#[test]
fn variables_are_used_by_reference_and_in_program_order() -> Result<()> {
    let counter = Variable::named("counter", 0);
    let handle = counter.clone();
    let increment = Function::new("increment", move |c| {
        handle.assign_add(&c[0])?;
        Ok(vec![handle.read()])
    });
    for expected in [1, 2] {
        assert_eq!(increment.apply(&[&Tensor::from(1)])?.item::<i32>()?, expected);
    }
    let concrete = increment.traced().remove(0);
    assert_eq!(
        concrete.graph().to_string(),
        "increment(counter: variable i32[], x: i32[]) -> (Identity: i32[])"
    );
    // v + 1, then doubled; the other order would give 7.
    for options in [RunOptions::default(), RunOptions::default().inter_op(2)] {
        let v = Variable::new(3);
        let handle = v.clone();
        let f = Function::new("order", move |_| {
            handle.assign_add(&Tensor::from(1))?;
            handle.assign(&handle.read().mul_scalar(2.0)?)?;
            Ok(vec![])
        });
        f.options(options).call(&[])?;
        assert_eq!(v.value().item::<i32>()?, 8);
    }
    // A variable as argument: a graph for each.
    let increment = Function::with_arguments("increment", |arguments| {
        let counter = arguments[0].variable()?;
        counter.assign_add(arguments[1].tensor()?)?;
        Ok(vec![counter.read()])
    });
    let (a, b) = (Variable::new(0), Variable::new(10));
    for (counter, expected) in [(&a, 1), (&a, 2), (&b, 11)] {
        let results = increment.call_with(&[counter.into(), 1.into()])?;
        assert_eq!(results[0].item::<i32>()?, expected);
    }
    assert_eq!(increment.trace_count(), 2);
    assert!(Argument::from(&a).tensor().is_err() && Argument::from(1).variable().is_err());
    Ok(())
}

#[test]
fn variables_are_created_at_the_first_call_only() -> Result<()> {
    let made = OnceLock::new();
    let good = Function::unary("good", move |x| {
        let v: &Variable = made.get_or_init(|| Variable::new(1.0));
        v.assign_add(x)?;
        Ok(v.read())
    });
    assert_eq!(good.apply(&[&Tensor::from(1.0)])?.item::<f64>()?, 2.0);
    assert_eq!(good.apply(&[&Tensor::from(1.0)])?.item::<f64>()?, 3.0);
    let bad = Function::unary("bad", |x| Variable::named("v", 1.0).read().add(x));
    bad.apply(&[&Tensor::from(1.0)])?;
    assert_eq!(
        problem(bad.apply(&[&Tensor::from([1.0])]).unwrap_err()),
        "bad: variable \"v\" is created again at a later call; create variables outside the function, or at its \
         first call only"
    );
    let symbolic = Function::unary("symbolic", |x| Ok(Variable::named("v", x.clone()).read()));
    let message = problem(symbolic.apply(&[&Tensor::from(1.0)]).unwrap_err());
    assert!(
        message.contains("starts from a tensor that has no value while tracing"),
        "{message}"
    );
    let looped = Function::unary("looped", |x| {
        let branch = || Ok(vec![Variable::named("v", 1.0).read()]);
        Ok(cond(&Tensor::from(true), branch, || Ok(vec![x.clone()]))?.remove(0))
    });
    let message = problem(looped.apply(&[&Tensor::from(1.0)]).unwrap_err());
    assert!(message.contains("is created in a branch or loop"), "{message}");
    Ok(())
}

#[test]
fn misuse_is_an_error_that_says_what_to_do() -> Result<()> {
    static RECURSIVE: OnceLock<Function> = OnceLock::new();
    let f = RECURSIVE
        .get_or_init(|| Function::unary("endless", |x| RECURSIVE.get().expect("set below").apply(&[x])));
    assert_eq!(
        problem(f.apply(&[&Tensor::from(1.0)]).unwrap_err()),
        "endless: calls itself while it is being traced; a graph has no recursion: write a while_loop, or a plain \
         Rust function"
    );
    assert_eq!(
        problem(cube().call(&[]).unwrap_err()),
        "cube: takes 1 arguments, but was called with 0; pass as many as its closure takes"
    );
    let two = Function::new("two", |x| Ok(vec![x[0].clone(), x[0].clone()]));
    assert_eq!(
        problem(two.apply(&[&Tensor::from(1)]).unwrap_err()),
        "two: has 2 results, not one; use call, which returns them all"
    );
    let concrete = cube().concrete(&[Spec::new(DType::F32, [2])])?;
    assert_eq!(
        problem(concrete.call(&[&Tensor::from([1.0f32])]).unwrap_err()),
        "cube: this graph is for (f32[2]), but was called with (f32[1]); call the function instead, which has a \
         graph for each signature"
    );
    let leaked: Arc<Mutex<Option<Tensor>>> = Arc::default();
    let keep = Arc::clone(&leaked);
    let leak = Function::unary("leak", move |x| {
        *keep.lock().expect("not poisoned") = Some(x.neg()?);
        Ok(x.clone())
    });
    leak.apply(&[&Tensor::from(1.0)])?;
    let symbol = leaked
        .lock()
        .expect("not poisoned")
        .take()
        .expect("set by the closure");
    let other = Function::unary("other", move |x| x.add(&symbol));
    let message = problem(other.apply(&[&Tensor::from(1.0)]).unwrap_err());
    assert!(
        message.starts_with("other: tensor number 1:0 belongs to the trace of leak"),
        "{message}"
    );
    Ok(())
}

#[test]
fn an_operation_that_fails_is_named() -> Result<()> {
    let spec = |axes: usize| Spec::new(DType::F64, vec![Shape::UNKNOWN; axes]);
    let f = Function::binary("f", |a, b| a.neg()?.add(b)).input_signature([spec(1), spec(1)]);
    for options in [RunOptions::default(), RunOptions::default().inter_op(2)] {
        let f = Function::binary("f", |a, b| a.neg()?.add(b))
            .input_signature([spec(1), spec(1)])
            .options(options);
        assert_eq!(
            problem(
                f.call(&[&Tensor::from([1.0, 2.0]), &Tensor::from([1.0, 2.0, 3.0])])
                    .unwrap_err()
            ),
            "f: operation \"add\" failed: add: cannot combine shape [2] with [3]; aligned at the last axis, lengths \
             must be equal or one of them 1; check the arguments of the function, or run it eagerly to see where \
             they go wrong"
        );
    }
    assert_eq!(
        f.apply(&[&Tensor::from([1.0]), &Tensor::from([2.0])])?
            .to_vec::<f64>()?,
        [1.0]
    );
    Ok(())
}

/// C12-192: functions called by functions become part of them.
#[test]
fn functions_are_inlined_into_functions() -> Result<()> {
    let inner = Arc::new(cube());
    let handle = Arc::clone(&inner);
    let outer = Function::unary("outer", move |x| handle.apply(&[&x.add_scalar(1.0)?]));
    assert_eq!(outer.apply(&[&Tensor::from(1.0)])?.item::<f64>()?, 8.0);
    let graph = outer.traced()[0].graph().clone();
    let kinds: Vec<_> = graph.nodes().iter().map(|n| n.kind.name()).collect();
    assert_eq!(
        kinds,
        ["Placeholder", "Const", "add", "square", "mul", "Identity"]
    );
    assert_eq!((inner.trace_count(), outer.trace_count()), (1, 1));
    Ok(())
}

#[test]
fn gradients_flow_through_calls() -> Result<()> {
    let cube = cube();
    let tape = Tape::new();
    let x = tape.watch(&Tensor::from([2.0, 3.0]))?;
    let y = cube.apply(&[&x])?;
    let gradient = tape.gradient(&y, &[&x])?.remove(0).expect("y depends on x");
    assert_eq!(gradient.to_vec::<f64>()?, [12.0, 27.0]); // 3·x²
    // Second order: 6·x.
    let outer = Tape::new();
    let x = outer.watch(&Tensor::from(2.0))?;
    let inner = Tape::new();
    let watched = inner.watch(&x)?;
    let slope = inner
        .gradient(&cube.apply(&[&watched])?, &[&watched])?
        .remove(0)
        .expect("it depends on x");
    let curvature = outer.gradient(&slope, &[&x])?.remove(0).expect("it depends on x");
    assert_eq!(curvature.item::<f64>()?, 12.0);
    // Captured variables: watched outside, read inside.
    let w = Variable::new(4.0);
    let handle = w.clone();
    let scaled = Function::unary("scaled", move |x| handle.read().square()?.mul(x));
    assert_eq!(scaled.apply(&[&Tensor::from(3.0)])?.item::<f64>()?, 48.0);
    let tape = Tape::new();
    tape.watch_variables([&w])?;
    let y = scaled.apply(&[&Tensor::from(3.0)])?;
    assert_eq!(
        tape.gradient(&y, &[&w])?
            .remove(0)
            .expect("y depends on w")
            .item::<f64>()?,
        24.0
    );
    // And a gradient taken inside a traced function, of a call.
    let slope = Function::unary("slope", move |x| {
        let tape = Tape::new();
        let x = tape.watch(x)?;
        Ok(tape
            .gradient(&cube.apply(&[&x])?, &[&x])?
            .remove(0)
            .expect("it depends on x"))
    });
    assert_eq!(slope.apply(&[&Tensor::from(5.0)])?.item::<f64>()?, 75.0);
    Ok(())
}

/// C12-189, C12-190, XG-015, XG-018, C12-197: what happens when.
#[test]
fn host_code_runs_while_tracing_and_stateful_operations_at_every_call() -> Result<()> {
    let _alone = DRAWING.lock();
    let host = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&host);
    let body = move |x: &Tensor| {
        let traced = counted.fetch_add(1, Ordering::Relaxed) as f64;
        x.mul_scalar(0.0)?
            .add(&apply(Ticket, &[])?)?
            .add_scalar(1000.0 * traced)
    };
    let f = Function::unary("f", body.clone());
    let value = |f: &Function, x: Tensor| f.apply(&[&x])?.sum_all()?.item::<f64>();
    let (first, second) = (value(&f, Tensor::from(2.0))?, value(&f, Tensor::from(3.0))?);
    assert_eq!((second - first, host.load(Ordering::Relaxed)), (1.0, 1));
    assert!(value(&f, Tensor::from([2.0]))? > 1000.0);
    assert_eq!(host.load(Ordering::Relaxed), 2);
    let eager = Function::unary("f", body).run_eagerly(true);
    value(&eager, Tensor::from(2.0))?;
    value(&eager, Tensor::from(2.0))?;
    assert_eq!((host.load(Ordering::Relaxed), eager.trace_count()), (4, 0));
    Ok(())
}

#[test]
fn stateful_operations_keep_their_order_on_any_number_of_threads() -> Result<()> {
    let _alone = DRAWING.lock();
    for threads in [1, 2, 4] {
        let f = Function::new("tickets", |_| {
            (0..20)
                .map(|_| apply(Ticket, &[])?.add_scalar(0.0))
                .collect::<Result<Vec<_>>>()
        })
        .options(RunOptions::default().inter_op(threads).intra_op(1));
        let numbers = f.call(&[])?;
        let numbers = numbers
            .iter()
            .map(|n| n.item::<f64>())
            .collect::<Result<Vec<_>>>()?;
        assert!(
            numbers.windows(2).all(|pair| pair[1] == pair[0] + 1.0),
            "{threads}: {numbers:?}"
        );
    }
    Ok(())
}

/// C19-109, C19-113, C19-115: a wide graph, each operation once, the same bits for any number of threads.
#[test]
fn results_do_not_depend_on_the_number_of_threads() -> Result<()> {
    let body = |x: &Tensor| {
        let branches = (1..9).map(|k| x.mul_scalar(f64::from(k) * 0.01)?.tanh()?.matmul(&x.transpose()?));
        branches.reduce(|a, b| a?.add(&b?)).expect("eight branches")
    };
    let values: Vec<f32> = (0..100 * 90).map(|i| (i as f32 * 0.37).sin()).collect();
    let x = Tensor::from_vec(values, [100, 90])?;
    let expected = body(&x)?.to_vec::<f32>()?;
    for (inter, intra) in [(1, 1), (1, 2), (2, 1), (2, 2), (4, 3)] {
        let options = RunOptions::default().inter_op(inter).intra_op(intra);
        let f = Function::unary("wide", body).options(options);
        assert_eq!(
            f.apply(&[&x])?.to_vec::<f32>()?,
            expected,
            "{inter} and {intra} threads"
        );
    }
    let f = Function::unary("wide", body);
    assert_eq!(f.apply(&[&x])?.to_vec::<f32>()?, expected);
    let none = Function::unary("f", |x| x.neg()).options(RunOptions::default().inter_op(0));
    assert_eq!(
        problem(none.apply(&[&Tensor::from(1.0)]).unwrap_err()),
        "inter_op = 0: must be 1 to 1024 threads"
    );
    Ok(())
}

#[test]
fn functions_are_called_from_many_threads() -> Result<()> {
    let f = cube();
    std::thread::scope(|scope| {
        for thread in 0..8 {
            let f = &f;
            scope.spawn(move || {
                for i in 0..50 {
                    let x = f64::from(thread * 50 + i);
                    let y = f.apply(&[&Tensor::from(x)]).and_then(|y| y.item::<f64>());
                    assert_eq!(y.expect("it runs"), x * x * x);
                }
            });
        }
    });
    Ok(())
}

#[test]
fn plain_values_of_any_kind_choose_a_graph() -> Result<()> {
    let f = Function::with_arguments("power", |arguments| {
        let (x, n) = (arguments[0].tensor()?, arguments[1].tensor()?.item::<i32>()?);
        let power = (1..n).try_fold(x.clone(), |y, _| y.mul(x))?;
        let negative = arguments[2].tensor()?.item::<bool>()?;
        Ok(vec![if negative { power.neg()? } else { power }])
    });
    let call = |n: i32, negative: bool| {
        let results = f.call_with(&[Tensor::from(2.0).into(), n.into(), negative.into()])?;
        results[0].item::<f64>()
    };
    assert_eq!(
        (call(3, false)?, call(3, true)?, call(5, false)?, call(3, false)?),
        (8.0, -8.0, 32.0, 8.0)
    );
    assert_eq!(f.trace_count(), 3);
    let nan = Function::with_arguments("nan", |x| Ok(vec![x[0].tensor()?.neg()?]));
    for value in [f64::NAN, f64::NAN, 0.0, -0.0] {
        nan.call_with(&[value.into()])?;
    }
    assert_eq!(nan.trace_count(), 3);
    Ok(())
}

/// C12-191.
#[test]
fn host_functions_run_with_the_graph_and_stay_out_of_files() -> Result<()> {
    let spec = [Spec::new(DType::F64, [])];
    let double = |x: &[Tensor]| Ok(vec![Tensor::from(2.0 * x[0].item::<f64>()?)]);
    let f = {
        let spec = spec.clone();
        Function::unary("f", move |x| Ok(host_function(&spec, double, &[x])?.remove(0)))
    };
    for value in [1.0, 4.0] {
        assert_eq!(f.apply(&[&Tensor::from(value)])?.item::<f64>()?, 2.0 * value);
    }
    assert_eq!(f.trace_count(), 1);
    let message = problem(f.traced()[0].graph().to_bytes().unwrap_err());
    assert!(message.contains("a host function cannot be stored"), "{message}");
    let message = problem(host_function(&spec, |_| Ok(vec![]), &[&Tensor::from(1.0)]).unwrap_err());
    assert!(message.contains("gave [] where"), "{message}");
    let tape = Tape::new();
    let x = tape.watch(&Tensor::from(1.0))?;
    let y = host_function(&spec, double, &[&x])?.remove(0);
    let message = problem(tape.gradient(&y, &[&x]).unwrap_err());
    assert!(
        message.starts_with("host_function: nothing is known"),
        "{message}"
    );
    Ok(())
}

//! Tensors, tapes, functions and files of graphs.

use ml::core::{
    DType, Error, Persist, Result, Tensor,
    autodiff::{Tape, Variable},
    graph::{Function, Graph},
};

use super::messages::Case;

fn zeros(shape: &[usize]) -> Tensor {
    Tensor::zeros(shape.to_vec(), DType::F32).unwrap()
}

fn refused<T>(result: Result<T>) -> Error {
    result.err().expect("this is refused")
}

pub(super) fn cases() -> Vec<Case> {
    operations()
        .into_iter()
        .chain(gradients())
        .chain(graphs())
        .collect()
}

fn operations() -> Vec<Case> {
    let matrix = zeros(&[2, 3]);
    let of = |op: fn(&Tensor) -> Result<Tensor>| refused(op(&zeros(&[2, 3])));
    let wide = Tensor::from([1.0f64]);
    vec![
        (
            "shapes that do not broadcast",
            "add",
            refused(matrix.add(&zeros(&[4]))),
        ),
        ("two element types", "add", refused(matrix.add(&wide))),
        (
            "inner lengths that differ",
            "multiply matrices",
            refused(matrix.matmul(&zeros(&[2, 3]))),
        ),
        (
            "a scalar for a matrix",
            "multiply matrices",
            refused(matrix.matmul(&zeros(&[]))),
        ),
        (
            "whole numbers where fractions are needed",
            "exp",
            refused(Tensor::from([1, 2]).exp()),
        ),
        ("an axis that does not exist", "sum", of(|x| x.sum(&[2]))),
        ("an axis named twice", "sum", of(|x| x.sum(&[1, -1]))),
        ("an axis of length 0", "max", refused(zeros(&[2, 0]).max(&[1]))),
        (
            "another number of elements",
            "reshape",
            of(|x| x.reshape(&[4, 2])),
        ),
        ("a negative length", "reshape", of(|x| x.reshape(&[-2, 3]))),
        (
            "more elements than memory can hold",
            "create",
            refused(Tensor::zeros(vec![usize::MAX / 2, 3], DType::F32)),
        ),
        (
            "an index outside",
            "gather",
            of(|x| x.take(&Tensor::from([0i64, 5]), 0)),
        ),
        ("several elements", "item", refused(matrix.item::<f32>())),
        (
            "an equation that does not fit",
            "einsum",
            refused(Tensor::einsum("ij,jk->ik", &[&matrix, &zeros(&[2, 2])])),
        ),
        ("a singular matrix", "invert", refused(zeros(&[2, 2]).inverse())),
    ]
}

fn gradients() -> Vec<Case> {
    let tape = Tape::new();
    let x = tape.watch(&Tensor::from(3.0)).unwrap();
    let y = x.square().unwrap();
    tape.gradient(&y, &[&x]).unwrap();
    let watching = Tape::new();
    let variable = Variable::named("w", Tensor::from(1.0));
    watching.watch_variables([&variable]).unwrap();
    let recorded = variable.read().square().unwrap();
    vec![
        (
            "a one-shot tape",
            "take a second gradient",
            refused(tape.gradient(&y, &[&x])),
        ),
        (
            "whole numbers",
            "watch",
            refused(Tape::new().watch(&Tensor::from([1, 2]))),
        ),
        (
            "a value that a tape follows",
            "assign it to a variable",
            refused(variable.assign(&recorded)),
        ),
        (
            "another shape",
            "assign it to a variable",
            refused(variable.assign(&Tensor::from([1.0, 2.0]))),
        ),
    ]
}

fn graphs() -> Vec<Case> {
    let asks = Function::unary("asks", |x| x.add_scalar(x.item::<f32>()?.into()));
    let square = Function::unary("square", Tensor::square);
    let bytes = square
        .concrete(&[zeros(&[2]).spec()])
        .and_then(|concrete| concrete.graph().to_bytes())
        .unwrap();
    let mut damaged = bytes.clone();
    damaged[bytes.len() / 2] ^= 1;
    vec![
        (
            "a value while tracing",
            "call a function",
            refused(asks.call(&[&zeros(&[])])),
        ),
        ("no argument", "call a function", refused(square.call(&[]))),
        (
            "a graph cut off",
            "load",
            refused(Graph::from_bytes(&bytes[..bytes.len() / 2])),
        ),
        ("a damaged graph", "load", refused(Graph::from_bytes(&damaged))),
    ]
}

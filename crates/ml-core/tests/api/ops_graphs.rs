//! The rows of `ops_table` inside traced functions: with known and unknown lengths, one operation after another and
//! fused.

use ml_core::{DType, Result, Rng, Shape, Tensor, autodiff, graph::Function, ops::Spec};

use crate::ops_table::{Op, Row, Shapes, random, table};

/// Rows that cannot be traced while all lengths are unknown, and why.
const NEED_LENGTHS: &[(&str, &str)] = &[
    (
        "stack_rows: a jacobian",
        "a sweep for each element, whose number must be known",
    ),
    (
        "row: the gradient of a jacobian",
        "a sweep for each element, whose number must be known",
    ),
    ("eigh: values", "the row itself asks for a length"),
    ("eigh: vectors", "the row itself asks for a length"),
    (
        "composed: a quantile",
        "which elements it lies between follows from their number",
    ),
    ("place_rows", "the width of what rows are filled up with"),
    ("composed: kron", "lengths are multiplied"),
    ("composed: a cross product", "there must be three"),
];

/// The value of `op`, after its gradients.
fn value_and_gradients(op: Op, x: &[Tensor]) -> Result<Vec<Tensor>> {
    let (value, mut results) = autodiff::value_and_gradient(op, &x.iter().collect::<Vec<_>>())?;
    results.push(value);
    Ok(results)
}

fn function(row: &Row) -> Function {
    let op = row.op;
    Function::new(row.name, move |x| value_and_gradients(op, x))
}

fn draw(row: &Row, rng: &mut Rng) -> Vec<Tensor> {
    let shapes = row.shapes(rng);
    let inputs = shapes.iter().enumerate();
    inputs
        .map(|(input, shape)| random(shape, row.domain(input), rng))
        .collect()
}

/// What is wrong with the results of `f`, if anything is.
fn differs(row: &Row, f: &Function, inputs: &[Tensor]) -> Option<String> {
    let traced = match f.call(&inputs.iter().collect::<Vec<_>>()) {
        Ok(traced) => traced,
        Err(error) => return Some(format!("{}: {error}", row.name)),
    };
    let eager = value_and_gradients(row.op, inputs).unwrap();
    let close = |(a, b): (&f64, &f64)| (a - b).abs() <= 1e-12 * b.abs().max(1.0);
    let same = |(traced, eager): (&Tensor, &Tensor)| {
        let (a, b) = (traced.to_vec::<f64>().unwrap(), eager.to_vec::<f64>().unwrap());
        traced.shape() == eager.shape() && a.iter().zip(&b).all(close)
    };
    let all = traced.len() == eager.len() && traced.iter().zip(&eager).all(same);
    (!all).then(|| format!("{}: {traced:?} traced, {eager:?} eager", row.name))
}

#[test]
fn a_traced_function_has_the_same_values_and_gradients() {
    let table = table();
    let wrong = table.iter().filter_map(|row| {
        let inputs = draw(row, &mut Rng::new(7));
        differs(row, &function(row), &inputs)
    });
    let wrong: Vec<String> = wrong.collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_function_declared_for_any_lengths_has_them_too() {
    let mut wrong = Vec::new();
    for row in table() {
        let inputs = draw(&row, &mut Rng::new(11));
        let open = |x: &Tensor| Spec::new(DType::F64, vec![Shape::UNKNOWN; x.rank()]);
        let f = function(&row).input_signature(inputs.iter().map(open));
        let found = differs(&row, &f, &inputs);
        let refuses = NEED_LENGTHS.iter().any(|(name, _)| *name == row.name);
        match found {
            Some(problem) if !refuses => wrong.push(problem),
            None if refuses => wrong.push(format!("{} does without lengths", row.name)),
            _ => {}
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_second_and_third_shape_give_their_own_values_and_gradients() {
    let mut wrong = Vec::new();
    let (mut drawn, mut relaxed) = (0, 0);
    for row in table() {
        if matches!(row.shapes, Shapes::Fixed(_)) {
            continue;
        }
        let f = function(&row);
        let mut rng = Rng::new(13);
        let mut first: Option<Vec<usize>> = None;
        // Of the same numbers of axes, so that lengths alone differ.
        for _ in 0..60 {
            let inputs = draw(&row, &mut rng);
            let ranks: Vec<usize> = inputs.iter().map(Tensor::rank).collect();
            if ranks[0] == 0 {
                continue;
            }
            if *first.get_or_insert_with(|| ranks.clone()) == ranks {
                wrong.extend(differs(&row, &f, &inputs));
            }
        }
        drawn += 1;
        let open = |x: &ml_core::graph::Parameter| format!("{x}").contains('?');
        relaxed += usize::from(f.traced().iter().any(|graph| graph.signature().iter().any(open)));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(
        relaxed * 10 >= drawn * 8,
        "{relaxed} of {drawn} rows were relaxed"
    );
}

/// The bits of a tensor, where all NaN are one.
fn bits(x: &Tensor) -> Vec<u64> {
    let of = |v: f64| if v.is_nan() { u64::MAX } else { v.to_bits() };
    match x.dtype() {
        DType::F32 => x
            .to_vec::<f32>()
            .unwrap()
            .into_iter()
            .map(|v| of(f64::from(v)))
            .collect(),
        _ => x.to_vec::<f64>().unwrap().into_iter().map(of).collect(),
    }
}

/// Elementwise operations whose numbers a row of small ones does not tell: enough elements for every path of the
/// kernels, in both types, and whether fused or not the bits are the same.
#[test]
fn elementwise_rows_fuse_to_the_same_bits() {
    const SHAPES: [&[usize]; 2] = [&[70, 75], &[75]];
    let mut rng = Rng::new(17);
    let (mut wrong, mut fused) = (Vec::new(), Vec::new());
    for row in table()
        .iter()
        .filter(|row| matches!(row.shapes, Shapes::Elementwise))
    {
        for dtype in [DType::F32, DType::F64] {
            let inputs =
                (0..row.domains.len()).map(|input| random(SHAPES[input], row.domain(input), &mut rng));
            let inputs = inputs.map(|x| x.cast(dtype)).collect::<Result<Vec<_>>>().unwrap();
            let op = row.op;
            // With a neighbour on either side, so that there is something to fuse with.
            let body = move |x: &[Tensor]| {
                let mut near = x.to_vec();
                near[0] = near[0].neg()?.neg()?.mul_scalar(1.0)?.abs()?.mul(&x[0].sign()?)?;
                Ok(vec![op(&near)?.neg()?.add(&x[0])?])
            };
            let f = Function::new(row.name, body);
            let references: Vec<&Tensor> = inputs.iter().collect();
            let (traced, eager) = match (f.call(&references), body(&inputs)) {
                (Ok(traced), Ok(eager)) => (traced, eager),
                (Err(error), _) | (_, Err(error)) => {
                    wrong.push(format!("{} of {dtype}: {error}", row.name));
                    continue;
                }
            };
            if bits(&traced[0]) != bits(&eager[0]) {
                wrong.push(format!("{} of {dtype}: other bits", row.name));
            }
            let graph = f.traced().remove(0);
            if graph.optimised().count("fused") == 1 && graph.optimised().nodes().len() == inputs.len() + 1 {
                fused.push(row.name);
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(fused.len() >= 80, "only {fused:?} became one operation");
}

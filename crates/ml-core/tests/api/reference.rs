//! What the tests of tensors compare with: NumPy's answers, graphs, and finite differences.

use std::{fs, path::PathBuf};

use ml_core::{DType, Result, Tensor, autodiff::Tape, graph::Function};
use serde_json::Value;

pub(crate) fn fixture(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("tests/fixtures/tensors")
        .join(name)
}

pub(crate) fn numpy(part: &str) -> Vec<Value> {
    let text = fs::read_to_string(fixture("tensors.json")).unwrap();
    let all: Value = serde_json::from_str(&text).unwrap();
    all[part].as_array().unwrap().clone()
}

/// The array in a fixture, of type f64; without values it holds 0, 1, 2, ...
pub(crate) fn tensor(value: &Value) -> Tensor {
    let number = |value: &Value| match value.as_str() {
        Some(text) => text.parse().unwrap(),
        None => value.as_f64().unwrap(),
    };
    let lengths = value["shape"].as_array().unwrap();
    let shape: Vec<usize> = lengths.iter().map(|n| n.as_u64().unwrap() as usize).collect();
    let values: Vec<f64> = match value["values"].as_array() {
        Some(values) => values.iter().map(number).collect(),
        None => (0..shape.iter().product::<usize>()).map(|i| i as f64).collect(),
    };
    Tensor::from_vec(values, shape).unwrap()
}

/// Equal shapes and elements, NaN equal to itself; whole numbers are compared as f64.
#[track_caller]
pub(crate) fn assert_same(found: &Tensor, expected: &Tensor, what: &str) {
    assert_eq!(found.shape(), expected.shape(), "{what}");
    let numbers = |tensor: &Tensor| tensor.cast(DType::F64).unwrap().to_vec::<f64>().unwrap();
    let (found, expected) = (numbers(found), numbers(expected));
    let same = |(a, b): (&f64, &f64)| a == b || (a.is_nan() && b.is_nan());
    assert!(
        found.iter().zip(&expected).all(same),
        "{what}: {found:?} instead of {expected:?}"
    );
}

/// The results, which are the same when the closure is traced first and run as a graph.
#[track_caller]
pub(crate) fn both(
    inputs: &[&Tensor],
    f: impl Fn(&[Tensor]) -> Result<Vec<Tensor>> + Send + Sync + Clone + 'static,
) -> Result<Vec<Tensor>> {
    let given: Vec<Tensor> = inputs.iter().map(|&input| input.clone()).collect();
    let eager = f(&given)?;
    let traced = Function::new("traced", f).call(inputs)?;
    assert_eq!(eager.len(), traced.len());
    for (eager, traced) in eager.iter().zip(&traced) {
        assert_eq!(eager.dtype(), traced.dtype());
        if eager.dtype() == DType::Str {
            assert_eq!(eager.array()?, traced.array()?);
        } else {
            assert_same(traced, eager, "as a graph");
        }
    }
    Ok(eager)
}

/// One result, eagerly and as a graph.
#[track_caller]
pub(crate) fn both_one(
    inputs: &[&Tensor],
    f: impl Fn(&[Tensor]) -> Result<Tensor> + Send + Sync + Clone + 'static,
) -> Result<Tensor> {
    Ok(both(inputs, move |x| Ok(vec![f(x)?]))?.remove(0))
}

/// A smooth weight for every element, so that no two gradients are alike.
fn weighted(y: &Tensor) -> Result<Tensor> {
    let weights: Vec<f64> = (0..y.len()).map(|i| (i as f64 * 0.7 + 0.3).cos()).collect();
    y.square()?
        .add(y)?
        .mul(&Tensor::from_vec(weights, y.shape())?)?
        .sum_all()
}

fn gradient(f: &dyn Fn(&[Tensor]) -> Result<Tensor>, inputs: &[Tensor]) -> Result<Vec<Tensor>> {
    let tape = Tape::new();
    let watched: Vec<Tensor> = inputs.iter().map(|x| tape.watch(x)).collect::<Result<_>>()?;
    let target = f(&watched)?;
    let sources: Vec<&dyn ml_core::autodiff::Source> = watched
        .iter()
        .map(|x| x as &dyn ml_core::autodiff::Source)
        .collect();
    let gradients = tape.gradient(&target, &sources)?;
    let or_zeros = |(gradient, x): (Option<Tensor>, &Tensor)| gradient.map_or_else(|| x.zeros_like(), Ok);
    gradients.into_iter().zip(inputs).map(or_zeros).collect()
}

fn compare(f: &dyn Fn(&[Tensor]) -> Result<Tensor>, inputs: &[Tensor], order: &str) {
    const STEP: f64 = 1e-5;
    let gradients = gradient(f, inputs).unwrap();
    for (number, x) in inputs.iter().enumerate() {
        assert_eq!(gradients[number].shape(), x.shape(), "{order}");
        let found = gradients[number].to_vec::<f64>().unwrap();
        let values = x.to_vec::<f64>().unwrap();
        for (place, &found) in found.iter().enumerate() {
            let at = |by: f64| {
                let mut moved = values.clone();
                moved[place] += by;
                let mut inputs = inputs.to_vec();
                inputs[number] = Tensor::from_vec(moved, x.shape()).unwrap();
                f(&inputs).unwrap().item::<f64>().unwrap()
            };
            let expected = (at(STEP) - at(-STEP)) / (2.0 * STEP);
            assert!(
                (found - expected).abs() <= 1e-5 * (1.0 + expected.abs()),
                "{order} derivative by input {number}, element {place}: {found} instead of {expected}"
            );
        }
    }
}

/// First and second derivatives of a weighted sum of `f` against central differences, and the first one
/// computed by a graph.
pub(crate) fn check_gradients(
    inputs: &[&Tensor],
    f: impl Fn(&[Tensor]) -> Result<Tensor> + Send + Sync + Clone + 'static,
) {
    let inputs: Vec<Tensor> = inputs.iter().map(|&x| x.clone()).collect();
    let scalar = |x: &[Tensor]| weighted(&f(x)?);
    compare(&scalar, &inputs, "first");
    let slope = |x: &[Tensor]| {
        let mut sum = Tensor::from(0.0);
        for gradient in gradient(&scalar, x)? {
            sum = sum.add(&weighted(&gradient)?)?;
        }
        Ok(sum)
    };
    compare(&slope, &inputs, "second");
    let references: Vec<&Tensor> = inputs.iter().collect();
    both(&references, move |x| {
        gradient(&|x: &[Tensor]| f(x)?.square()?.sum_all(), x)
    })
    .unwrap();
}

#[track_caller]
pub(crate) fn says<T: std::fmt::Debug>(result: Result<T>, text: &str) {
    let error = result.unwrap_err().to_string();
    assert!(error.contains(text), "{error}");
}

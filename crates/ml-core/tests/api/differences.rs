//! Gradients compared with central differences, of first and second order.

use ml_core::{Result, Rng, Tensor, autodiff::Tape};

/// Step of the differences, and what they may be off by, relative to 1 and the value.
const STEP: f64 = 1e-5;
const TOLERANCE: f64 = 1e-6;

/// Random numbers in `[-1, 1)`.
pub(crate) fn random(rng: &mut Rng, shape: &[usize]) -> Tensor {
    let values: Vec<f64> = (0..shape.iter().product())
        .map(|_| 2.0 * rng.uniform() - 1.0)
        .collect();
    Tensor::from_vec(values, shape).unwrap()
}

/// `Σ f(x) · weight`, so that every element of the result counts differently.
fn weighted(y: &Tensor) -> Result<Tensor> {
    let weights: Vec<f64> = (0..y.len()).map(|i| 0.3 + (i as f64 * 0.7).sin()).collect();
    y.mul(&Tensor::from_vec(weights, y.shape())?)?.sum_all()
}

fn gradient(f: &dyn Fn(&Tensor) -> Result<Tensor>, x: &Tensor) -> Result<Tensor> {
    let tape = Tape::new();
    let x = tape.watch(x)?;
    let y = weighted(&f(&x)?)?;
    // What is linear in x has a gradient that no longer depends on it.
    tape.gradient(&y, &[&x])?
        .remove(0)
        .map_or_else(|| x.stop_gradient().zeros_like(), Ok)
}

fn compare(what: &str, f: &dyn Fn(&Tensor) -> Result<Tensor>, x: &Tensor) {
    let found = gradient(f, x).unwrap().to_vec::<f64>().unwrap();
    let values = x.to_vec::<f64>().unwrap();
    let at = |i: usize, step: f64| {
        let mut moved = values.clone();
        moved[i] += step;
        let moved = Tensor::from_vec(moved, x.shape()).unwrap();
        weighted(&f(&moved).unwrap()).unwrap().item::<f64>().unwrap()
    };
    for (i, &found) in found.iter().enumerate() {
        let expected = (at(i, STEP) - at(i, -STEP)) / (2.0 * STEP);
        assert!(
            (found - expected).abs() <= TOLERANCE * (1.0 + expected.abs()),
            "{what}: gradient at element {i} is {found}, differences give {expected}"
        );
    }
}

/// Compares the gradient of `f` at `x` with central differences, and so the gradient of the gradient.
pub(crate) fn check(what: &str, x: &Tensor, f: impl Fn(&Tensor) -> Result<Tensor>) {
    compare(what, &f, x);
    compare(&format!("second order of {what}"), &|x| gradient(&f, x), x);
}

/// The first order only.
pub(crate) fn check_first(what: &str, x: &Tensor, f: impl Fn(&Tensor) -> Result<Tensor>) {
    compare(what, &f, x);
}

/// Every element of `got` as near to `expected` as `tolerance`, relative to 1 and the value.
pub(crate) fn close(got: &Tensor, expected: &[f64], tolerance: f64, what: &str) {
    let got = got.cast(ml_core::DType::F64).unwrap().to_vec::<f64>().unwrap();
    assert_eq!(got.len(), expected.len(), "{what}");
    for (i, (x, y)) in got.iter().zip(expected).enumerate() {
        assert!(
            (x - y).abs() <= tolerance * (1.0 + y.abs()),
            "{what}: element {i} is {x}, not {y}"
        );
    }
}

//! Rows of the book's companion pages that no other test shows.

use ml_core::{
    DType, Result, Tensor,
    autodiff::{
        self, CheckOptions, Variable,
        lessons::{differences, dual::DualNumber, f},
    },
    graph::Function,
    ops::{Arrays, Call, Gradients, Order, Primitive, Saves, Spec, Specs, apply},
    tensor::Array,
};
use serde::{Deserialize, Serialize};

/// C12-029.
#[test]
fn shapes_change_and_values_stay() -> Result<()> {
    let t = Tensor::from([[1, 2, 3], [4, 5, 6]]);
    let tall = t.reshape(&[3, 1, -1])?;
    assert_eq!(
        (tall.shape().to_vec(), tall.to_vec::<i32>()?),
        (vec![3, 1, 2], vec![1, 2, 3, 4, 5, 6])
    );
    assert_eq!(tall.squeeze(&[1])?.shape().to_vec(), [3, 2]);
    let tiled = Tensor::from([[1, 2]]).tile(&[2, 2])?;
    assert_eq!(
        (tiled.shape().to_vec(), tiled.to_vec::<i32>()?),
        (vec![2, 4], vec![1, 2, 1, 2, 1, 2, 1, 2])
    );
    Ok(())
}

/// C12-036: at once, and as operations of a graph that serves any number of rows.
#[test]
fn zeros_like_size_shape_and_the_sum_of_a_list() -> Result<()> {
    let body = |x: &[Tensor]| -> Result<Vec<Tensor>> {
        let zeros = x[0].zeros_like()?;
        let sum = Tensor::add_n(&[&x[0], &x[0], &zeros])?;
        Ok(vec![zeros, x[0].size_tensor()?, x[0].shape_tensor()?, sum])
    };
    let function = Function::new("f", body);
    for rows in 1..4 {
        let x = Tensor::full([rows, 2], 1.5f32)?;
        for results in [body(std::slice::from_ref(&x))?, function.call(&[&x])?] {
            assert_eq!(results[0].to_vec::<f32>()?, vec![0.0; 2 * rows]);
            assert_eq!(results[1].item::<i64>()?, 2 * rows as i64);
            assert_eq!(results[2].to_vec::<i64>()?, [rows as i64, 2]);
            assert_eq!(results[3].to_vec::<f32>()?, vec![3.0; 2 * rows]);
        }
    }
    assert_eq!(function.trace_count(), 2); // [1, 2], then [?, 2]
    Ok(())
}

/// C12-038, exercise 12: the normalisation of each instance over its features.
#[test]
fn moments_keep_an_axis_to_normalise_with() -> Result<()> {
    let x = Tensor::from([[1.0, 2.0, 3.0], [2.0, 4.0, 6.0]]);
    let (mean, variance) = x.moments(&[-1], true)?;
    assert_eq!(
        (mean.shape().to_vec(), mean.to_vec::<f64>()?),
        (vec![2, 1], vec![2.0, 4.0])
    );
    assert_eq!(variance.to_vec::<f64>()?, [2.0 / 3.0, 8.0 / 3.0]);
    let normal = x.sub(&mean)?.div(&variance.sqrt()?)?.to_vec::<f64>()?;
    let edge = 1.5f64.sqrt(); // 1 / √(2/3)
    for (ours, expected) in normal.iter().zip([-edge, 0.0, edge, -edge, 0.0, edge]) {
        assert!((ours - expected).abs() < 1e-15, "{normal:?}");
    }
    Ok(())
}

/// C12-059 and C12-189: what stands for `sorted()` and `range()` in a graph.
#[test]
fn identity_sort_and_range_are_operations_of_a_graph() -> Result<()> {
    let f = Function::new("f", |x| {
        let places = Tensor::range(0..3)?;
        Ok(vec![
            x[0].identity()?,
            x[0].sort(0, Order::Ascending)?.add(&places)?,
        ])
    });
    for values in [[30, 10, 20], [1, 3, 2]] {
        let results = f.call(&[&Tensor::from(values)])?;
        assert_eq!(results[0].to_vec::<i32>()?, values);
        let mut sorted = values;
        sorted.sort_unstable();
        assert_eq!(
            results[1].to_vec::<i32>()?,
            [sorted[0], sorted[1] + 1, sorted[2] + 2]
        );
    }
    assert_eq!((f.trace_count(), f.traced()[0].graph().count("argsort")), (1, 1));
    Ok(())
}

/// C12-046 and C12-047.
#[test]
fn variables_are_assigned_incremented_and_decremented() -> Result<()> {
    let v = Variable::new([[1.0f32, 2.0, 3.0], [4.0, 5.0, 6.0]]);
    let before = v.read();
    v.assign(&v.read().mul_scalar(2.0)?)?;
    assert_eq!(v.read().to_vec::<f32>()?, [2.0, 4.0, 6.0, 8.0, 10.0, 12.0]);
    v.assign_add(&Tensor::ones([2, 3], DType::F32)?)?;
    v.assign_sub(&before)?;
    assert_eq!(v.read().to_vec::<f32>()?, [2.0, 3.0, 4.0, 5.0, 6.0, 7.0]);
    // What was read before stays what it was.
    assert_eq!(before.to_vec::<f32>()?, [1.0, 2.0, 3.0, 4.0, 5.0, 6.0]);
    let error = v
        .assign(&Tensor::ones([2, 3], DType::F64)?)
        .unwrap_err()
        .to_string();
    assert!(error.contains("f32") && error.contains("f64"), "{error}");
    Ok(())
}

/// C12-153 and XD-022: functions with kinks, at places where they have a derivative.
#[test]
fn functions_with_kinks_have_gradients_elsewhere() -> Result<()> {
    type Kinked = fn(&[Tensor]) -> Result<Tensor>;
    let at = Tensor::from([-2.0, -0.5, 0.5, 3.0]);
    let cases: [(Kinked, [f64; 4]); 4] = [
        (|x| x[0].abs(), [-1.0, -1.0, 1.0, 1.0]),
        (|x| x[0].relu(), [0.0, 0.0, 1.0, 1.0]),
        (|x| x[0].clip(-1.0, 1.0), [0.0, 1.0, 1.0, 0.0]),
        (|x| x[0].maximum(&x[0].square()?), [-4.0, -1.0, 1.0, 6.0]),
    ];
    for (function, expected) in cases {
        let gradient = autodiff::gradient(function, &[&at])?.remove(0);
        assert_eq!(gradient.to_vec::<f64>()?, expected);
        autodiff::check_gradient(function, std::slice::from_ref(&at), &CheckOptions::default())?;
    }
    Ok(())
}

/// XD-004, equation D-2: the quotient comes as near to the slope as ε to 0.
#[test]
fn the_quotient_tends_to_the_slope() {
    let f = |x: f64, y: f64| f(&x, &y);
    for step in [1e-1, 1e-2, 1e-3, 1e-4] {
        // f = x²y + y + 2 at (3, 4): ((3 + ε)² - 9)·4 / ε = 24 + 4ε along x; along y it is linear.
        let along_x = differences::derivative(f, 3.0, 4.0, step, 0.0) - 24.0;
        assert!((along_x - 4.0 * step).abs() < 1e-9, "{along_x} at {step}");
        assert!((differences::derivative(f, 3.0, 4.0, 0.0, step) - 10.0).abs() < 1e-9);
    }
}

/// XD-014, equation D-3; XD-015.
#[test]
fn dual_numbers_follow_their_three_equations() {
    let (a, b) = (DualNumber::new(2.0, 3.0), DualNumber::new(5.0, 7.0));
    assert_eq!(a * 4.0, DualNumber::new(8.0, 12.0));
    assert_eq!(a + b, DualNumber::new(7.0, 10.0));
    assert_eq!(a * b, DualNumber::new(10.0, 2.0 * 7.0 + 3.0 * 5.0));
    let epsilon = DualNumber::new(0.0, 1.0);
    assert_eq!(epsilon * epsilon, DualNumber::new(0.0, 0.0));
    // h(a + bε) = h(a) + b·h'(a)·ε, for h(x) = x³ at 2, where h' is 12.
    assert_eq!(a * a * a, DualNumber::new(8.0, 3.0 * 12.0));
}

/// `x²`, made outside the library.
#[derive(Debug, Serialize, Deserialize)]
struct Squared;

#[ml_core::typetag::serde(name = "test_squared")]
impl Primitive for Squared {
    fn name(&self) -> &'static str {
        "squared"
    }

    fn infer(&self, inputs: &[Spec]) -> Result<Specs> {
        inputs[0]
            .dtype
            .require("squared", inputs[0].dtype == DType::F64, "f64")?;
        Ok(Specs::from_elem(inputs[0].clone(), 1))
    }

    fn forward(&self, inputs: &[&Array]) -> Result<Arrays> {
        let squares = inputs[0].values::<f64>()?.iter().map(|x| x * x).collect();
        Ok(Arrays::from_elem(Array::new(squares, inputs[0].shape())?, 1))
    }

    /// Its derivative is 2x, which the chain rule multiplies by what arrives.
    fn vjp(&self, call: &Call<'_>, gradients: &[Option<Tensor>]) -> Result<Gradients> {
        let Some(gradient) = &gradients[0] else {
            return Ok(Gradients::from_elem(None, 1));
        };
        let slope = call.inputs[0].mul_scalar(2.0)?;
        Ok(Gradients::from_elem(Some(gradient.mul(&slope)?), 1))
    }

    fn saves(&self) -> Saves {
        Saves::INPUTS
    }
}

/// C12-010 and XD-024.
#[test]
fn a_primitive_of_ones_own_brings_its_derivative() -> Result<()> {
    let squared = |x: &[Tensor]| apply(Squared, &[&x[0]]);
    let x = Tensor::from([3.0, -1.5]);
    let gradient = autodiff::gradient(squared, &[&x])?.remove(0);
    assert_eq!(gradient.to_vec::<f64>()?, [6.0, -3.0]);
    // Second order and forward mode follow from the same rule; so do graphs.
    autodiff::check_gradient(squared, std::slice::from_ref(&x), &CheckOptions::default())?;
    let traced = Function::new("f", move |x| Ok(vec![squared(x)?]));
    assert_eq!(traced.call(&[&x])?[0].to_vec::<f64>()?, [9.0, 2.25]);
    let error = squared(&[Tensor::from(1)]).unwrap_err().to_string();
    assert!(
        error.contains("got elements of type i32, but needs f64"),
        "{error}"
    );
    Ok(())
}

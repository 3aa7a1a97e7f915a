//! Tapes: the book's walk-throughs, nesting, memory, mistakes.

use std::sync::{
    Arc, Mutex,
    atomic::{AtomicBool, AtomicUsize, Ordering},
};

use ml_core::{
    DType, Result, Tensor,
    autodiff::{self, CheckOptions, Source, Tape, Variable},
    graph::Function,
    ops::Call,
};

fn f(w1: &Tensor, w2: &Tensor) -> Tensor {
    &(&w1.square().unwrap() * 3.0) + &(&(w1 * w2) * 2.0)
}

fn number(gradient: &Option<Tensor>) -> Option<f32> {
    gradient.as_ref().map(|tensor| tensor.item::<f32>().unwrap())
}

#[test]
fn variables_and_their_gradients_are_the_books() {
    let (w1, w2) = (Variable::new(5.0f32), Variable::new(3.0f32));
    let tape = Tape::persistent();
    tape.watch_variables([&w1, &w2]).unwrap();
    let z = f(&w1.read(), &w2.read());
    for _ in 0..2 {
        let sources: [&dyn Source; 2] = [&w1, &w2];
        let gradients = tape.gradient(&z, &sources).unwrap();
        assert_eq!(
            [number(&gradients[0]), number(&gradients[1])],
            [Some(36.0), Some(10.0)]
        );
    }
}

#[test]
fn a_one_shot_tape_answers_once() {
    let tape = Tape::new();
    let x = tape.watch(&Tensor::from(2.0f32)).unwrap();
    let y = x.square().unwrap();
    assert_eq!(number(&tape.gradient(&y, &[&x]).unwrap()[0]), Some(4.0));
    let error = tape.gradient(&y, &[&x]).unwrap_err();
    assert!(error.to_string().contains("Tape::persistent()"), "{error}");
}

#[test]
fn what_is_not_watched_has_no_gradient() {
    let (w1, w2) = (Tensor::from(5.0f32), Tensor::from(3.0f32));
    let tape = Tape::new();
    assert!(
        tape.gradient(&f(&w1, &w2), &[&w1, &w2])
            .unwrap()
            .iter()
            .all(Option::is_none)
    );
}

#[test]
fn stopped_gradients_count_as_constants() {
    let tape = Tape::new();
    let w1 = tape.watch(&Tensor::from(5.0f32)).unwrap();
    let w2 = tape.watch(&Tensor::from(3.0f32)).unwrap();
    let z = &(&w1.square().unwrap() * 3.0) + &(&(&w1 * &w2) * 2.0).stop_gradient();
    let gradients = tape.gradient(&z, &[&w1, &w2]).unwrap();
    assert_eq!([number(&gradients[0]), number(&gradients[1])], [Some(30.0), None]);
}

#[test]
fn nested_tapes_give_higher_derivatives() -> Result<()> {
    // x⁴ at 3: 108, 108, 72.
    let (outer, middle, inner) = (Tape::new(), Tape::new(), Tape::new());
    let x = outer.watch(&Tensor::from(3.0))?;
    let x2 = middle.watch(&x)?;
    let x1 = inner.watch(&x2)?;
    let y = x1.square()?.square()?;
    let first = inner.gradient(&y, &[&x1])?.remove(0).unwrap();
    let second = middle.gradient(&first, &[&x2])?.remove(0).unwrap();
    let third = outer.gradient(&second, &[&x])?.remove(0).unwrap();
    assert_eq!(
        [first.item::<f64>()?, second.item()?, third.item()?],
        [108.0, 108.0, 72.0]
    );
    Ok(())
}

#[test]
fn broadcast_operands_get_gradients_of_their_own_shape() -> Result<()> {
    let tape = Tape::new();
    let a = tape.watch(&Tensor::from([[1.0], [2.0]]))?;
    let b = tape.watch(&Tensor::from([3.0, 4.0, 5.0]))?;
    let gradients = tape.gradient(&(&a * &b), &[&a, &b])?;
    let [da, db] = [gradients[0].clone().unwrap(), gradients[1].clone().unwrap()];
    assert_eq!(
        (da.shape().to_vec(), da.to_vec::<f64>()?),
        (vec![2, 1], vec![12.0, 12.0])
    );
    assert_eq!(
        (db.shape().to_vec(), db.to_vec::<f64>()?),
        (vec![3], vec![3.0, 3.0, 3.0])
    );
    Ok(())
}

#[test]
fn a_chain_of_a_million_operations_neither_overflows_nor_leaks() -> Result<()> {
    let tape = Tape::new();
    let x = tape.watch(&Tensor::from(1.0))?;
    let mut y = x.clone();
    for _ in 0..1_000_000 {
        y = y.neg()?;
    }
    assert_eq!(tape.gradient(&y, &[&x])?[0].as_ref().unwrap().item::<f64>()?, 1.0);
    let tape = Tape::new();
    let mut y = tape.watch(&Tensor::from(1.0))?;
    for _ in 0..1_000_000 {
        y = y.neg()?;
    }
    drop(y); // without a gradient: the chain is freed here
    Ok(())
}

#[test]
fn assigning_what_the_tape_follows_is_refused() -> Result<()> {
    let v = Variable::named("weight", 2.0f32);
    let tape = Tape::new();
    tape.watch_variables([&v])?;
    let error = v.assign(&v.read().square()?).unwrap_err().to_string();
    assert!(
        error.contains("\"weight\"") && error.contains("stop_gradient"),
        "{error}"
    );
    v.assign(&v.read().square()?.stop_gradient())?;
    assert_eq!(v.value().item::<f32>()?, 4.0);
    Ok(())
}

fn close(a: &[f64], b: &[f64]) {
    assert_eq!(a.len(), b.len());
    for (a, b) in a.iter().zip(b) {
        assert!((a - b).abs() <= 1e-12 * b.abs().max(1.0), "{a} is not {b}");
    }
}

fn values(tensor: &Tensor) -> Vec<f64> {
    tensor.to_vec().unwrap()
}

/// x²y + y + 2, the running example of appendix D.
fn book(n: &[Tensor]) -> Result<Tensor> {
    n[0].square()?.mul(&n[1])?.add(&n[1])?.add_scalar(2.0)
}

/// A function of a vector with a full Hessian: Σ tanh(A·x)² + Σ exp(x)/3.
fn curved(x: &Tensor) -> Result<Tensor> {
    let a = Tensor::from([[0.5, -0.3, 0.2], [0.1, 0.4, -0.6]]);
    let bent = a.matmul(x)?.tanh()?.square()?.sum_all()?;
    bent.add(&x.exp()?.sum_all()?.div_scalar(3.0)?)
}

#[test]
fn targets_sources_and_their_corner_cases() -> Result<()> {
    let tape = Tape::persistent();
    let x = tape.watch(&Tensor::from([2.0, 3.0]))?;
    let middle = x.square()?;
    let (y, z) = (middle.mul_scalar(5.0)?, x.neg()?);
    // Several targets add up: 10x - 1.
    let both = tape.gradient_of(&[&y, &z], &[&x])?;
    close(&values(both[0].as_ref().unwrap()), &[19.0, 29.0]);
    // A target that is listed twice counts twice.
    let twice = tape.gradient_of(&[&y, &y], &[&x])?;
    close(&values(twice[0].as_ref().unwrap()), &[40.0, 60.0]);
    // An intermediate tensor, a source twice, the target itself.
    let sources: [&dyn Source; 4] = [&middle, &x, &x, &y];
    let gradients = tape.gradient(&y, &sources)?;
    let gradients: Vec<_> = gradients.iter().map(|g| values(g.as_ref().unwrap())).collect();
    close(&gradients[0], &[5.0, 5.0]);
    close(&gradients[1], &[20.0, 30.0]);
    assert_eq!(gradients[1], gradients[2]);
    close(&gradients[3], &[1.0, 1.0]);
    // What lies beyond the target has no gradient.
    assert!(tape.gradient(&middle, &[&y])?[0].is_none());
    Ok(())
}

#[test]
fn only_floating_point_numbers_have_gradients() -> Result<()> {
    let tape = Tape::persistent();
    let error = tape.watch(&Tensor::from([1, 2])).unwrap_err().to_string();
    assert_eq!(
        error,
        "watch: got elements of type i32, but needs f32 or f64; convert with x.cast(DType::...)"
    );
    let x = tape.watch(&Tensor::from([1.5, 2.5]))?;
    let whole = x.cast(DType::I32)?;
    assert!(!whole.is_tracked());
    assert!(tape.gradient(&whole, &[&x]).is_err());
    assert!(tape.gradient(&whole.cast(DType::F64)?, &[&x])?[0].is_none());
    Ok(())
}

#[test]
fn empty_tensors_have_empty_gradients() -> Result<()> {
    let tape = Tape::persistent();
    let x = tape.watch(&Tensor::zeros([0, 3], DType::F64)?)?;
    let y = x.square()?.mul(&Tensor::from([1.0, 2.0, 3.0]))?;
    let gradient = tape.gradient(&y, &[&x])?.remove(0).unwrap();
    assert_eq!(gradient.shape().to_vec(), [0, 3]);
    let jacobian = tape.jacobian(&y, &[&x])?.remove(0).unwrap();
    assert_eq!(jacobian.shape().to_vec(), [0, 3, 0, 3]);
    assert_eq!(tape.batch_jacobian(&y, &x)?.unwrap().shape().to_vec(), [0, 3, 3]);
    let sum = tape.jacobian(&y.sum_all()?, &[&x])?.remove(0).unwrap();
    assert_eq!(sum.shape().to_vec(), [0, 3]);
    Ok(())
}

#[test]
fn jacobians_have_the_shape_of_target_and_source() -> Result<()> {
    let tape = Tape::new();
    let x = tape.watch(&Tensor::from([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]))?;
    let apart = tape.watch(&Tensor::from(1.0))?;
    let y = x.matmul(&Tensor::from([[1.0, 0.0], [2.0, 1.0], [0.0, 3.0]]))?;
    let jacobians = tape.jacobian(&y, &[&x, &apart])?;
    let jacobian = jacobians[0].as_ref().unwrap();
    assert_eq!(jacobian.shape().to_vec(), [2, 2, 2, 3]);
    let row = [
        1.0, 2.0, 0.0, 0.0, 0.0, 0.0, 0.0, 1.0, 3.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 1.0, 2.0, 0.0, 0.0, 0.0,
        0.0, 0.0, 1.0, 3.0,
    ];
    close(&values(jacobian), &row);
    assert!(jacobians[1].is_none());
    // One-shot: the jacobian used the tape up.
    assert!(tape.gradient(&y, &[&x]).is_err());
    Ok(())
}

#[test]
fn a_batch_jacobian_is_the_diagonal_of_the_jacobian() -> Result<()> {
    let tape = Tape::persistent();
    let x = tape.watch(&Tensor::from([[0.1, 0.2, 0.3], [0.4, -0.5, 0.6]]))?;
    let y = x
        .matmul(&Tensor::from([[1.0, 0.5], [-2.0, 1.0], [0.3, 3.0]]))?
        .tanh()?;
    let full = values(tape.jacobian(&y, &[&x])?[0].as_ref().unwrap());
    let rows = tape.batch_jacobian(&y, &x)?.unwrap();
    assert_eq!(rows.shape().to_vec(), [2, 2, 3]);
    // full is [2, 2, 2, 3]: row b of the target, its element, row b of the source.
    let diagonal: Vec<f64> = (0..12)
        .map(|i| {
            let (b, j, k) = (i / 6, i / 3 % 2, i % 3);
            full[((b * 2 + j) * 2 + b) * 3 + k]
        })
        .collect();
    close(&values(&rows), &diagonal);
    let error = tape
        .batch_jacobian(&y, &tape.watch(&Tensor::from(1.0))?)
        .unwrap_err()
        .to_string();
    assert!(
        error.contains("must have the batch as their first axis"),
        "{error}"
    );
    Ok(())
}

#[test]
fn a_jacobian_is_part_of_a_traced_function() -> Result<()> {
    let jacobian = Function::new("jacobian", |x| {
        let tape = Tape::new();
        let x = tape.watch(&x[0])?;
        Ok(vec![tape.jacobian(&x.square()?, &[&x])?.remove(0).unwrap()])
    });
    let traced = jacobian.call(&[&Tensor::from([1.0, 2.0])])?;
    close(&values(&traced[0]), &[2.0, 0.0, 0.0, 4.0]);
    Ok(())
}

#[test]
fn hessians_by_three_routes_agree() -> Result<()> {
    let x = Tensor::from([0.3, -0.7, 1.1]);
    let matrix = autodiff::hessian(curved, &x)?;
    let vector = Tensor::from([1.0, -2.0, 0.5]);
    let product = autodiff::hvp(curved, &x, &vector)?;
    close(&values(&matrix.matmul(&vector)?), &values(&product));
    // Reverse over reverse.
    let slope = |x: &[Tensor]| {
        let gradient = autodiff::gradient(|x| curved(&x[0]), &[&x[0]])?.remove(0);
        gradient.mul(&vector)?.sum_all()
    };
    close(&values(&autodiff::gradient(slope, &[&x])?[0]), &values(&product));
    // Reverse over forward.
    let slope = |x: &[Tensor]| Ok(autodiff::jvp(|x| curved(&x[0]), &[&x[0]], &[&vector])?.tangent);
    close(&values(&autodiff::gradient(slope, &[&x])?[0]), &values(&product));
    // Forward over forward: the curvature along the vector.
    let bent = autodiff::jvp(slope, &[&x], &[&vector])?.tangent;
    close(&[bent.item()?], &[product.mul(&vector)?.sum_all()?.item()?]);
    let error = autodiff::hessian(|x| x.square(), &x).unwrap_err().to_string();
    assert!(error.starts_with("hessian: shape [3] does not fit"), "{error}");
    Ok(())
}

#[test]
fn third_derivatives_in_any_mixture_of_modes() -> Result<()> {
    // x⁴ at 3: the third derivative is 24x = 72.
    let quartic = |x: &[Tensor]| x[0].square()?.square();
    let forward = |f: &dyn Fn(&[Tensor]) -> Result<Tensor>, x: &Tensor| {
        Ok(autodiff::jvp(f, &[x], &[&x.ones_like()?])?.tangent)
    };
    let reverse =
        |f: &dyn Fn(&[Tensor]) -> Result<Tensor>, x: &Tensor| Ok(autodiff::gradient(f, &[x])?.remove(0));
    type Mode<'m> = &'m dyn Fn(&dyn Fn(&[Tensor]) -> Result<Tensor>, &Tensor) -> Result<Tensor>;
    let modes: [Mode<'_>; 2] = [&forward, &reverse];
    for number in 0..8 {
        let [a, b, c] = [modes[number & 1], modes[number >> 1 & 1], modes[number >> 2]];
        let third = a(&|x| b(&|x| c(&quartic, &x[0]), &x[0]), &Tensor::from(3.0))?;
        assert_eq!(third.item::<f64>()?, 72.0, "order {number:03b}");
    }
    Ok(())
}

#[test]
fn dual_numbers_are_the_books() -> Result<()> {
    let (x, y) = (Tensor::from(3.0), Tensor::from(4.0));
    let (one, zero) = (Tensor::from(1.0), Tensor::from(0.0));
    let along_x = autodiff::jvp(book, &[&x, &y], &[&one, &zero])?;
    let along_y = autodiff::jvp(book, &[&x, &y], &[&zero, &one])?;
    assert_eq!(
        [along_x.to_string(), along_y.to_string()],
        ["42 + 24ε", "42 + 10ε"]
    );
    let error = autodiff::jvp(book, &[&x, &y], &[&one]).unwrap_err().to_string();
    assert_eq!(error, "jvp: tangents = 1: must be one for each of the 2 inputs");
    let error = autodiff::jvp(book, &[&x, &y], &[&one, &Tensor::from([1.0])]);
    assert!(error.unwrap_err().to_string().contains("shape [] with [1]"));
    Ok(())
}

#[test]
fn pushing_forward_through_a_tape_reaches_every_target() -> Result<()> {
    let tape = Tape::persistent();
    let x = tape.watch(&Tensor::from([1.0, 2.0]))?;
    let (y, z, apart) = (x.square()?, x.sum_all()?, Tensor::from(1.0));
    let velocity = Tensor::from([10.0, 1.0]);
    let moved = tape.jacobian_vector(&[&y, &z, &apart], &[(&x, &velocity)])?;
    close(&values(moved[0].as_ref().unwrap()), &[20.0, 4.0]);
    close(&values(moved[1].as_ref().unwrap()), &[11.0]);
    assert!(moved[2].is_none());
    // A velocity given to an intermediate tensor adds to the one that arrives there.
    let w = y.mul_scalar(3.0)?;
    let moved = tape.jacobian_vector(&[&w], &[(&x, &velocity), (&y, &Tensor::from([1.0, 1.0]))])?;
    close(&values(moved[0].as_ref().unwrap()), &[63.0, 15.0]);
    Ok(())
}

#[test]
fn a_pullback_answers_any_number_of_times() -> Result<()> {
    let x = Tensor::from([1.0, 2.0, 3.0]);
    let (value, pull) = autodiff::vjp(|x| x[0].square(), &[&x])?;
    assert!(!value.is_tracked());
    for weight in [1.0, 2.0] {
        let pulled = pull.apply(&Tensor::full([3], weight)?)?;
        close(&values(&pulled[0]), &[2.0 * weight, 4.0 * weight, 6.0 * weight]);
    }
    assert!(pull.apply(&Tensor::from(1.0)).is_err());
    Ok(())
}

/// log(1 + exp(z)), with the stable derivative 1 / (1 + exp(-z)).
fn softplus(z: &Tensor) -> Result<Tensor> {
    let forward = |z: &[Tensor]| z[0].exp()?.add_scalar(1.0)?.log();
    autodiff::custom_gradient(&[z], forward, |call, d| {
        let slope = call.inputs[0].neg()?.exp()?.add_scalar(1.0)?.rdiv_scalar(1.0)?;
        Ok(vec![Some(d.mul(&slope)?)])
    })
}

/// Reproduces N12-06.
#[test]
fn a_custom_gradient_avoids_the_trap_of_softplus() -> Result<()> {
    let naive = |z: &[Tensor]| z[0].exp()?.add_scalar(1.0)?.log();
    let at = Tensor::from(100.0f32);
    assert!(autodiff::gradient(naive, &[&at])?[0].item::<f32>()?.is_nan());
    let stable = |z: &[Tensor]| softplus(&z[0]);
    assert_eq!(autodiff::gradient(stable, &[&at])?[0].item::<f32>()?, 1.0);
    // The output still explodes, as the book says.
    assert!(stable(std::slice::from_ref(&at))?.item::<f32>()?.is_infinite());
    // Its derivatives of first and second order, and forward mode, are right.
    let inputs = [Tensor::from([-2.0, 0.0, 0.5, 3.0])];
    let worst = autodiff::check_gradient(stable, &inputs, &CheckOptions::default())?;
    assert!(worst.error() < 1e-8, "{worst}");
    Ok(())
}

#[test]
fn a_custom_gradient_works_inside_a_traced_function() -> Result<()> {
    let slope = Function::new("slope", |z| {
        let tape = Tape::new();
        let z = tape.watch(&z[0])?;
        Ok(vec![tape.gradient(&softplus(&z)?, &[&z])?.remove(0).unwrap()])
    });
    assert_eq!(slope.call(&[&Tensor::from(100.0f32)])?[0].item::<f32>()?, 1.0);
    assert_eq!(slope.call(&[&Tensor::from(0.0f32)])?[0].item::<f32>()?, 0.5);
    Ok(())
}

#[test]
fn mistakes_in_custom_gradients_are_named() -> Result<()> {
    let tape = Tape::persistent();
    let x = tape.watch(&Tensor::from([1.0, 2.0]))?;
    let hidden = autodiff::custom_gradient(&[&x], |z| z[0].mul(&x), |_, d| Ok(vec![Some(d.clone())]));
    let error = hidden.unwrap_err().to_string();
    assert!(error.contains("pass it among the inputs"), "{error}");
    let y = autodiff::custom_gradient(&[&x], |z| z[0].square(), |_, _| Ok(vec![]))?;
    let error = tape.gradient(&y, &[&x]).unwrap_err().to_string();
    assert!(error.contains("returned 0 gradients for 1 inputs"), "{error}");
    let y = autodiff::custom_gradient(&[&x], |z| z[0].square(), |_, d| Ok(vec![Some(d.sum_all()?)]))?;
    let error = tape.gradient(&y, &[&x]).unwrap_err().to_string();
    assert!(error.contains("cannot combine shape [2] with []"), "{error}");
    Ok(())
}

#[test]
fn a_checkpoint_computes_its_segment_again() -> Result<()> {
    let runs = Arc::new(AtomicUsize::new(0));
    let w = Variable::new([[0.5, -1.0], [2.0, 0.25]]);
    let layer = {
        let (w, runs) = (w.clone(), Arc::clone(&runs));
        move |x: &[Tensor]| {
            runs.fetch_add(1, Ordering::Relaxed);
            Ok(vec![x[0].matmul(&w.read())?.tanh()?])
        }
    };
    let x = Tensor::from([[1.0, 2.0], [3.0, -1.0]]);
    let plain = {
        let tape = Tape::new();
        tape.watch_variables([&w])?;
        let x = tape.watch(&x)?;
        let y = layer(&[layer(std::slice::from_ref(&x))?.remove(0)])?.remove(0);
        tape.gradient_or_zeros(&y, &[&x, &w])?
    };
    runs.store(0, Ordering::Relaxed);
    let tape = Tape::new();
    tape.watch_variables([&w])?;
    let watched = tape.watch(&x)?;
    let middle = autodiff::checkpoint(layer.clone(), &[&watched], &[&w])?.remove(0);
    let y = autodiff::checkpoint(layer.clone(), &[&middle], &[&w])?.remove(0);
    assert_eq!(runs.load(Ordering::Relaxed), 2);
    let again = tape.gradient_or_zeros(&y, &[&watched, &w])?;
    assert_eq!(runs.load(Ordering::Relaxed), 4);
    for (again, plain) in again.iter().zip(&plain) {
        close(&values(again), &values(plain));
    }
    Ok(())
}

#[test]
fn a_checkpoint_has_derivatives_of_any_order() -> Result<()> {
    let inputs = [Tensor::from([0.3, -0.8]), Tensor::from([[1.0, 0.5], [-0.5, 2.0]])];
    let segment = |x: &[Tensor]| Ok(vec![x[1].matmul(&x[0])?.tanh()?, x[0].exp()?]);
    let f = |x: &[Tensor]| {
        let parts = autodiff::checkpoint(segment, &[&x[0], &x[1]], &[])?;
        parts[0].mul(&parts[1])?.square()
    };
    let worst = autodiff::check_gradient(f, &inputs, &CheckOptions::default())?;
    assert!(worst.error() < 1e-7, "{worst}");
    Ok(())
}

#[test]
fn a_checkpoint_refuses_what_it_cannot_see() -> Result<()> {
    let w = Variable::named("w", 3.0);
    let tape = Tape::persistent();
    tape.watch_variables([&w])?;
    let x = tape.watch(&Tensor::from(2.0))?;
    let inside = w.clone();
    let segment = move |x: &[Tensor]| Ok(vec![x[0].mul(&inside.read())?]);
    let error = autodiff::checkpoint(segment.clone(), &[&x], &[])
        .unwrap_err()
        .to_string();
    assert!(error.contains("variables in the list"), "{error}");
    let captured = x.clone();
    let error = autodiff::checkpoint(move |_| Ok(vec![captured.square()?]), &[&x], &[]);
    assert!(error.unwrap_err().to_string().contains("among the inputs"));
    Ok(())
}

/// The gradients of `sin(w·x)²` by x and w through a checkpoint, where w is assigned before they are taken.
fn checkpointed_then_assigned(w: &Variable, x: &Tensor) -> Result<Vec<Tensor>> {
    let inside = w.clone();
    let segment = move |x: &[Tensor]| Ok(vec![x[0].mul(&inside.read())?.sin()?.mul(&inside.read())?]);
    let tape = Tape::new();
    tape.watch_variables([w])?;
    let x = tape.watch(x)?;
    let y = autodiff::checkpoint(segment, &[&x], &[w])?.remove(0);
    w.assign_add(&Tensor::from(1.0))?;
    tape.gradient_or_zeros(&y, &[&x, w])
}

#[test]
fn a_checkpoint_computes_again_with_what_variables_held() -> Result<()> {
    let x = Tensor::from(2.0);
    // y = w·sin(w·x): w²·cos(w·x), and sin(w·x) + w·x·cos(w·x).
    let expected = |w: f64| {
        [
            w * w * (2.0 * w).cos(),
            (2.0 * w).sin() + 2.0 * w * (2.0 * w).cos(),
        ]
    };
    let w = Variable::new(3.0);
    let numbers = |gradients: &[Tensor]| -> Result<Vec<f64>> { gradients.iter().map(Tensor::item).collect() };
    close(&numbers(&checkpointed_then_assigned(&w, &x)?)?, &expected(3.0));
    let handle = w.clone();
    let f = Function::new("f", move |x| checkpointed_then_assigned(&handle, &x[0]));
    for start in [4.0, 5.0] {
        assert_eq!(w.value().item::<f64>()?, start);
        close(&numbers(&f.call(&[&x])?)?, &expected(start));
    }
    Ok(())
}

#[test]
fn a_checkpoint_keeps_nothing_of_its_segment() -> Result<()> {
    let between: Arc<Mutex<Option<Tensor>>> = Arc::default();
    let seen = Arc::clone(&between);
    let segment = move |x: &[Tensor]| {
        let middle = x[0].exp()?;
        seen.lock().unwrap().get_or_insert_with(|| middle.clone());
        Ok(vec![middle.square()?])
    };
    let tape = Tape::new();
    let x = tape.watch(&Tensor::full([10_000], 0.5)?)?;
    // Memory that nobody else holds is handed over, and copied otherwise.
    let is_free = |tensor: Tensor| -> Result<bool> {
        let before = tensor.to_ndarray::<f64>()?.as_ptr();
        Ok(tensor.into_ndarray::<f64>()?.as_ptr() == before)
    };
    let plain = segment(std::slice::from_ref(&x))?;
    assert!(!is_free(between.lock().unwrap().take().unwrap())?);
    drop(plain);
    let y = autodiff::checkpoint(segment, &[&x], &[])?.remove(0);
    assert!(is_free(between.lock().unwrap().take().unwrap())?);
    let gradient = tape.gradient(&y, &[&x])?.remove(0).unwrap(); // exp(x)²: 2·exp(2x)
    assert!((values(&gradient)[7] - 2.0 * 1f64.exp()).abs() < 1e-12);
    Ok(())
}

#[test]
fn a_checkpoint_in_a_graph_computes_again_after_the_gradient_has_come() -> Result<()> {
    let loss = |x: &[Tensor], again: bool| {
        let segment = |x: &[Tensor]| Ok(vec![x[0].matmul(&x[1])?.sin()?.matmul(&x[1])?.cos()?]);
        let tape = Tape::new();
        let x = [tape.watch(&x[0])?, tape.watch(&x[1])?];
        let y = match again {
            true => autodiff::checkpoint(segment, &[&x[0], &x[1]], &[])?,
            false => segment(&x)?,
        };
        tape.gradient_or_zeros(&y[0].exp()?.sum_all()?, &[&x[0], &x[1]])
    };
    let x = [Tensor::full([40, 40], 0.01)?, Tensor::full([40, 40], 0.02)?];
    let specs = x.each_ref().map(Tensor::spec);
    let [plain, again] = [false, true].map(|again| Function::new("loss", move |x| loss(x, again)));
    let x = x.each_ref();
    for (plain, again) in plain.call(&x)?.iter().zip(&again.call(&x)?) {
        assert_eq!(values(plain), values(again));
    }
    // Two products forward and four backward; two again.
    let products = |graph: &ml_core::graph::Graph| {
        graph.count("matmul") + graph.count("matmul_bias") + graph.count("epilogue")
    };
    assert_eq!(products(plain.concrete(&specs)?.optimised()), 6);
    let concrete = again.concrete(&specs)?;
    let graph = concrete.optimised();
    assert_eq!((products(graph), graph.count("barrier")), (8, 1));
    // Nothing that is computed from it looks at what was computed inside the segment the first time, but for the
    // segment's result, which the gradient comes from.
    let at = graph
        .nodes()
        .iter()
        .position(|n| n.kind.name() == "barrier")
        .unwrap();
    let early: std::collections::BTreeSet<usize> = graph.nodes()[at + 1..]
        .iter()
        .flat_map(|node| &node.inputs)
        .map(|edge| edge.node)
        .filter(|&node| node < at && !graph.nodes()[node].inputs.is_empty())
        .collect();
    let gradient = graph.nodes()[at].inputs[2].node;
    assert!(early.iter().all(|&node| node == gradient), "{early:?}");
    Ok(())
}

#[test]
fn a_variable_is_followed_by_every_tape_that_watches_it_in_any_order() -> Result<()> {
    let v = Variable::new(3.0);
    let (outer, inner) = (Tape::new(), Tape::new());
    // The inner tape watches first, while the outer one is paused, too: both must see the reads.
    inner.watch_variables([&v])?;
    outer.stop_recording(|| outer.watch_variables([&v]))?;
    let y = v.read().square()?.mul(&v.read())?;
    let first = inner.gradient(&y, &[&v])?.remove(0).unwrap();
    let second = outer.gradient(&first, &[&v])?.remove(0).unwrap();
    assert_eq!([first.item::<f64>()?, second.item::<f64>()?], [27.0, 18.0]);
    Ok(())
}

#[test]
fn a_variable_forgets_dropped_tapes() -> Result<()> {
    let v = Variable::new(2.0);
    for _ in 0..1000 {
        let tape = Tape::new();
        tape.watch_variables([&v, &v])?;
        let gradient = tape.gradient(&v.read().square()?, &[&v])?.remove(0).unwrap();
        assert_eq!(gradient.item::<f64>()?, 4.0);
    }
    assert!(!v.read().is_tracked());
    Ok(())
}

#[test]
fn reads_keep_their_values_and_gradients_count_them_all() -> Result<()> {
    let v = Variable::new(2.0);
    let tape = Tape::new();
    tape.watch_variables([&v])?;
    let before = v.read();
    v.assign_add(&Tensor::from(3.0))?;
    let after = v.read();
    assert_eq!([before.item::<f64>()?, after.item()?], [2.0, 5.0]);
    // d(before · after)/dv counts both reads: 5 + 2.
    let gradient = tape.gradient(&before.mul(&after)?, &[&v])?.remove(0).unwrap();
    assert_eq!(gradient.item::<f64>()?, 7.0);
    Ok(())
}

#[test]
fn threads_record_on_one_tape() -> Result<()> {
    let tape = Tape::new();
    let x = tape.watch(&Tensor::from([1.0, 2.0, 3.0]))?;
    let parts: Vec<Tensor> = std::thread::scope(|scope| {
        let threads: Vec<_> = (1..=4)
            .map(|factor| {
                let x = &x;
                scope.spawn(move || x.mul_scalar(f64::from(factor)).unwrap().square().unwrap())
            })
            .collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    let targets: Vec<&Tensor> = parts.iter().collect();
    // Σ (kx)² has the gradient 2x·(1 + 4 + 9 + 16).
    let gradient = tape.gradient_of(&targets, &[&x])?.remove(0).unwrap();
    close(&values(&gradient), &[60.0, 120.0, 180.0]);
    Ok(())
}

#[test]
fn tapes_on_several_threads_share_variables() {
    let v = Variable::new([1.0, 2.0]);
    std::thread::scope(|scope| {
        for factor in 1..=4 {
            let v = &v;
            scope.spawn(move || {
                for _ in 0..200 {
                    let tape = Tape::new();
                    tape.watch_variables([v]).unwrap();
                    let y = v.read().mul_scalar(f64::from(factor)).unwrap().square().unwrap();
                    let gradient = tape.gradient(&y, &[v]).unwrap().remove(0).unwrap();
                    let k = f64::from(factor * factor);
                    assert_eq!(values(&gradient), [2.0 * k, 4.0 * k]);
                }
            });
        }
    });
}

#[test]
fn persistent_tapes_do_not_record_their_own_gradients() -> Result<()> {
    // Alone or inside an outer tape: the derivative's computation belongs to the outer one only.
    let (outer, inner) = (Tape::persistent(), Tape::persistent());
    let x = outer.watch(&Tensor::from(3.0))?;
    let x1 = inner.watch(&x)?;
    let first = inner
        .gradient(&x1.square()?.mul(&x1)?, &[&x1])?
        .remove(0)
        .unwrap();
    assert!(inner.gradient(&first, &[&x1])?[0].is_none());
    let second = outer.gradient(&first, &[&x])?.remove(0).unwrap();
    assert_eq!(second.item::<f64>()?, 18.0);
    // To both it is a constant: the inner one would see a part of its dependence on x only.
    assert!(!second.is_tracked());
    Ok(())
}

#[test]
fn jacobians_of_jacobians_are_the_same_on_any_number_of_threads() -> Result<()> {
    let jacobian = |x: &Tensor| autodiff::jacobian(|x| x.square()?.mul(&x.exp()?), x);
    let second = || values(&autodiff::jacobian(jacobian, &Tensor::from([0.1, 0.2, 0.3, 0.4])).unwrap());
    let one = rayon::ThreadPoolBuilder::new()
        .num_threads(1)
        .build()
        .unwrap()
        .install(second);
    let four = rayon::ThreadPoolBuilder::new()
        .num_threads(4)
        .build()
        .unwrap()
        .install(second);
    assert_eq!(one, four);
    assert_eq!(one.len(), 64);
    // Only the diagonal is there: (x²eˣ)'' = (x² + 4x + 2)·eˣ.
    let x = 0.3f64;
    close(&[one[(2 * 4 + 2) * 4 + 2]], &[(x * x + 4.0 * x + 2.0) * x.exp()]);
    Ok(())
}

#[test]
fn a_failed_check_names_input_element_and_both_numbers() {
    // The rule forgets the factor of the second input.
    let wrong = |x: &[Tensor]| {
        let backward = |call: &Call<'_>, d: &Tensor| {
            Ok(vec![
                Some(d.mul(&call.inputs[1])?),
                Some(d.mul(&call.inputs[0])?.mul_scalar(2.0)?),
            ])
        };
        autodiff::custom_gradient(&[&x[0], &x[1]], |x| x[0].mul(&x[1]), backward)
    };
    let inputs = [Tensor::from([[1.0, 2.0]]), Tensor::from([[3.0, 4.0]])];
    let error = autodiff::check_gradient(wrong, &inputs, &CheckOptions::default()).unwrap_err();
    let text = error.to_string();
    assert!(
        text.contains("gradient of input 1 at element [0, 0]: computed "),
        "{text}"
    );
    let single = [Tensor::from([1.0f32])];
    let error = autodiff::check_gradient(|x| x[0].square(), &single, &CheckOptions::default()).unwrap_err();
    assert!(error.to_string().contains("but needs f64"));
}

/// Whether, when the gradient of exp(x)² reaches x, nobody holds exp(x) any more but the one who asks.
fn is_freed_on_the_way(tape: &Tape, x: &Tensor) -> Result<bool> {
    let handle: Arc<Mutex<Option<Tensor>>> = Arc::default();
    let freed = Arc::new(AtomicBool::new(false));
    let (handle_in_rule, freed_in_rule) = (Arc::clone(&handle), Arc::clone(&freed));
    let probe = autodiff::custom_gradient(
        &[x],
        |x| x[0].neg(),
        move |_, d| {
            let asked = handle_in_rule.lock().unwrap().take().unwrap();
            let before = asked.to_ndarray::<f64>()?.as_ptr();
            // Memory that somebody else holds would be copied.
            freed_in_rule.store(asked.into_ndarray::<f64>()?.as_ptr() == before, Ordering::Relaxed);
            Ok(vec![Some(d.neg()?)])
        },
    )?;
    let y = probe.exp()?;
    *handle.lock().unwrap() = Some(y.clone());
    let z = y.square()?.sum_all()?;
    drop((y, probe));
    tape.gradient(&z, &[x])?;
    Ok(freed.load(Ordering::Relaxed))
}

#[test]
fn memory_is_freed_as_the_sweep_goes() -> Result<()> {
    let x = Tensor::full([10_000], 0.5)?;
    let tape = Tape::new();
    assert!(is_freed_on_the_way(&tape, &tape.watch(&x)?)?);
    // A persistent tape keeps it, and so does an outer one that will ask for it ...
    let tape = Tape::persistent();
    assert!(!is_freed_on_the_way(&tape, &tape.watch(&x)?)?);
    let (outer, inner) = (Tape::new(), Tape::new());
    assert!(!is_freed_on_the_way(&inner, &inner.watch(&outer.watch(&x)?)?)?);
    // ... but not one that is dropped or used up.
    let inner = Tape::new();
    let watched = {
        let outer = Tape::new();
        inner.watch(&outer.watch(&x)?)?
    };
    assert!(is_freed_on_the_way(&inner, &watched)?);
    Ok(())
}

#[test]
fn gradients_add_up_in_place_without_touching_what_others_hold() -> Result<()> {
    // x goes into three products, so three gradients meet at it; the first is the seed itself.
    let tape = Tape::persistent();
    let x = tape.watch(&Tensor::full([10_000], 1.0)?)?;
    let seed = Tensor::full([10_000], 2.0)?;
    let y = x.add(&x)?.add(&x)?.add(&x.square()?)?;
    for _ in 0..2 {
        let gradient = tape.vector_jacobian(&y, &seed, &[&x])?.remove(0).unwrap();
        assert!(values(&gradient).iter().all(|&g| g == 10.0));
        assert!(values(&seed).iter().all(|&s| s == 2.0));
    }
    Ok(())
}

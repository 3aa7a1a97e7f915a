//! Tapes: the book's walk-throughs, nesting, memory, mistakes.

use ml_core::{
    Result, Tensor,
    autodiff::{Source, Tape, Variable},
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

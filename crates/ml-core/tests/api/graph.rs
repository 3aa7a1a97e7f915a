//! Traced functions.

use ml_core::{
    Result, Tensor,
    autodiff::{Tape, Variable},
    graph::Function,
};

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
    Ok(())
}

//! Derivatives of closures, with the tapes inside.

use super::{Source, Tape, tape::same_spec};
use crate::{Error, Result, Tensor};

/// Partial derivatives of the sum of `f`'s elements with respect to every input.
///
/// # Errors
/// Those of `f`; [`Error::DType`] for inputs or results that are not `f32` or `f64`.
///
/// # Examples
/// ```
/// use ml_core::{Tensor, autodiff::gradient};
///
/// let f = |w: &[Tensor]| w[0].square()?.mul_scalar(3.0)?.add(&w[0].mul(&w[1])?.mul_scalar(2.0)?);
/// let partial = gradient(f, &[&Tensor::from(5.0), &Tensor::from(3.0)])?;
/// assert_eq!((partial[0].item::<f64>()?, partial[1].item::<f64>()?), (36.0, 10.0));
/// # Ok::<(), ml_core::Error>(())
/// ```
pub fn gradient(f: impl FnOnce(&[Tensor]) -> Result<Tensor>, inputs: &[&Tensor]) -> Result<Vec<Tensor>> {
    Ok(value_and_gradient(f, inputs)?.1)
}

/// As [`gradient`], with the value of `f`.
///
/// # Errors
/// As [`gradient`].
pub fn value_and_gradient(
    f: impl FnOnce(&[Tensor]) -> Result<Tensor>,
    inputs: &[&Tensor],
) -> Result<(Tensor, Vec<Tensor>)> {
    let tape = Tape::new();
    let watched = watch(&tape, inputs)?;
    let value = f(&watched)?;
    let gradients = tape.gradient_or_zeros(&value, &as_sources(&watched))?;
    Ok((tape.hidden_from(value), gradients))
}

/// What [`vjp`] returns beside the value: pulls vectors back through the function, as often as asked.
#[derive(Debug)]
pub struct Pullback {
    tape: Tape,
    inputs: Vec<Tensor>,
    value: Tensor,
}

impl Pullback {
    /// `vector` times the Jacobian, for every input of the function.
    ///
    /// # Errors
    /// [`Error::Shape`] or [`Error::MixedDTypes`] unless `vector` has shape and element type of the value.
    pub fn apply(&self, vector: &Tensor) -> Result<Vec<Tensor>> {
        let gradients = self
            .tape
            .vector_jacobian(&self.value, vector, &as_sources(&self.inputs))?;
        let or_zeros = |(gradient, input): (Option<Tensor>, &Tensor)| match gradient {
            Some(gradient) => Ok(gradient),
            None => input.stop_gradient().zeros_like(),
        };
        gradients.into_iter().zip(&self.inputs).map(or_zeros).collect()
    }
}

/// Value of `f` at `inputs`, and a [`Pullback`] from vectors of the value's shape to gradients of the inputs.
///
/// Everything that `f` recorded stays in memory as long as the pullback.
///
/// # Errors
/// As [`gradient`].
///
/// # Examples
/// ```
/// use ml_core::{Tensor, autodiff::vjp};
///
/// let (value, pull) = vjp(|x| x[0].square(), &[&Tensor::from([1.0, 2.0])])?;
/// assert_eq!(value.to_vec::<f64>()?, [1.0, 4.0]);
/// assert_eq!(pull.apply(&Tensor::from([1.0, 0.0]))?[0].to_vec::<f64>()?, [2.0, 0.0]);
/// assert_eq!(pull.apply(&Tensor::from([0.0, 1.0]))?[0].to_vec::<f64>()?, [0.0, 4.0]);
/// # Ok::<(), ml_core::Error>(())
/// ```
pub fn vjp(f: impl FnOnce(&[Tensor]) -> Result<Tensor>, inputs: &[&Tensor]) -> Result<(Tensor, Pullback)> {
    let tape = Tape::persistent();
    let inputs = watch(&tape, inputs)?;
    let value = f(&inputs)?;
    value.dtype().require_float("vjp")?;
    let seen_by_others = tape.hidden_from(value.clone());
    Ok((seen_by_others, Pullback { tape, inputs, value }))
}

/// Partial derivatives of every element of `f(x)` with respect to every element of `x`: the shape of the value
/// followed by that of `x`. See [`Tape::jacobian`].
///
/// # Errors
/// Those of `f` and of [`Tape::jacobian`].
///
/// # Examples
/// ```
/// use ml_core::{Tensor, autodiff::jacobian};
///
/// // (x·y, y) at (2, 3).
/// let a = Tensor::from([[0.0, 1.0], [1.0, 0.0]]);
/// let f = |x: &Tensor| x.mul(&a.matmul(x)?);
/// assert_eq!(jacobian(f, &Tensor::from([2.0, 3.0]))?.to_vec::<f64>()?, [3.0, 2.0, 3.0, 2.0]);
/// # Ok::<(), ml_core::Error>(())
/// ```
pub fn jacobian(f: impl FnOnce(&Tensor) -> Result<Tensor>, x: &Tensor) -> Result<Tensor> {
    let tape = Tape::new();
    let watched = tape.watch(x)?;
    let value = f(&watched)?;
    match tape.jacobian(&value, &[&watched])?.remove(0) {
        Some(jacobian) => Ok(jacobian),
        None => {
            let lengths = value.shape().iter().chain(x.shape().iter());
            Tensor::zeros(lengths.copied().collect::<crate::Shape>(), x.dtype())
        }
    }
}

/// Second partial derivatives of a function with one number as its value: the shape of `x` twice.
///
/// The Jacobian of the gradient: **cost** `x.len()` gradients. [`hvp`] multiplies with it for that of about two.
///
/// # Errors
/// Those of `f`; [`Error::BadShape`] unless its value has a single element; as [`Tape::jacobian`].
///
/// # Examples
/// ```
/// use ml_core::{Tensor, autodiff::hessian};
///
/// // Σ x³ has the Hessian diag(6x).
/// let f = |x: &Tensor| x.square()?.mul(x)?.sum_all();
/// assert_eq!(hessian(f, &Tensor::from([1.0, 2.0]))?.to_vec::<f64>()?, [6.0, 0.0, 0.0, 12.0]);
/// # Ok::<(), ml_core::Error>(())
/// ```
pub fn hessian(f: impl FnOnce(&Tensor) -> Result<Tensor>, x: &Tensor) -> Result<Tensor> {
    jacobian(|x| slope("hessian", f, x), x)
}

/// The Hessian of a function with one number as its value, times `vector`: forward mode over reverse mode.
///
/// # Errors
/// As [`hessian`]; [`Error::Shape`] unless `vector` has the shape of `x`.
///
/// # Examples
/// ```
/// use ml_core::{Tensor, autodiff::hvp};
///
/// let f = |x: &Tensor| x.square()?.mul(x)?.sum_all();
/// let product = hvp(f, &Tensor::from([1.0, 2.0]), &Tensor::from([10.0, 100.0]))?;
/// assert_eq!(product.to_vec::<f64>()?, [60.0, 1200.0]);
/// # Ok::<(), ml_core::Error>(())
/// ```
pub fn hvp(f: impl FnOnce(&Tensor) -> Result<Tensor>, x: &Tensor, vector: &Tensor) -> Result<Tensor> {
    same_spec("hvp", x, vector)?;
    Ok(super::jvp(|x| slope("hvp", f, &x[0]), &[x], &[vector])?.tangent)
}

/// The gradient of a function with one number as its value.
fn slope(op: &'static str, f: impl FnOnce(&Tensor) -> Result<Tensor>, x: &Tensor) -> Result<Tensor> {
    let single = |x: &[Tensor]| {
        let value = f(&x[0])?;
        match value.shape().iter().all(|&length| length == 1) {
            true => Ok(value),
            false => Err(Error::BadShape {
                op,
                shape: value.shape().to_vec(),
                rule: "the function must return a single number: sum it, or take a jacobian".to_owned(),
            }),
        }
    };
    Ok(gradient(single, &[x])?.remove(0))
}

fn watch(tape: &Tape, inputs: &[&Tensor]) -> Result<Vec<Tensor>> {
    inputs.iter().map(|input| tape.watch(input)).collect()
}

fn as_sources(tensors: &[Tensor]) -> Vec<&dyn Source> {
    tensors.iter().map(|tensor| tensor as &dyn Source).collect()
}

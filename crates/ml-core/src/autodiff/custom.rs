//! Gradients by a rule that the user brings (book section 12.3.8).

use std::sync::Arc;

use smallvec::SmallVec;

use super::{
    node::{Rule, record, tapes_of},
    tape::same_spec,
};
use crate::{
    Error, Result, Tensor,
    ops::{Call, Gradients},
};

/// A tensor computed by `forward`, whose gradient is what `backward` says.
///
/// `forward` gets the inputs, followed by no tape. `backward` gets a [`Call`] with the inputs, the output and
/// for which inputs a gradient is wanted, and the gradient `d` of the output; it returns the gradient of each
/// input, which is `d` times its own derivative (the chain rule), or `None` for zero. Written with tensor
/// operations it has derivatives itself, so the result can be differentiated any number of times, in forward
/// mode, too; inside a traced function it becomes part of the graph.
///
/// # Errors
/// Those of `forward`, and of `backward` when a gradient is asked for; [`Error::Gradient`] if `forward` uses
/// a tensor or variable that a tape follows and that is not among `inputs`, since its gradient would be lost.
///
/// # Examples
/// ```
/// use ml_core::{Tensor, autodiff::{Tape, custom_gradient}};
///
/// // log(1 + exp(z)): at z = 100 its derivative exp(z) / (1 + exp(z)) is inf / inf in f32.
/// let softplus = |z: &Tensor| {
///     let forward = |z: &[Tensor]| z[0].exp()?.add_scalar(1.0)?.log();
///     custom_gradient(&[z], forward, |call, d| {
///         // 1 / (1 + 1/exp(z)) does not overflow.
///         let slope = call.inputs[0].neg()?.exp()?.add_scalar(1.0)?.rdiv_scalar(1.0)?;
///         Ok(vec![Some(d.mul(&slope)?)])
///     })
/// };
/// let tape = Tape::new();
/// let z = tape.watch(&Tensor::from(100.0f32))?;
/// let slope = tape.gradient(&softplus(&z)?, &[&z])?.remove(0);
/// assert_eq!(slope.map(|s| s.item::<f32>()).transpose()?, Some(1.0));
/// # Ok::<(), ml_core::Error>(())
/// ```
pub fn custom_gradient(
    inputs: &[&Tensor],
    forward: impl FnOnce(&[Tensor]) -> Result<Tensor>,
    backward: impl Fn(&Call<'_>, &Tensor) -> Result<Vec<Option<Tensor>>> + Send + Sync + 'static,
) -> Result<Tensor> {
    const OP: &str = "custom_gradient";
    let constants: Vec<Tensor> = inputs.iter().map(|input| input.stop_gradient()).collect();
    let output = forward(&constants)?;
    if output.is_tracked() && !tapes_of(&[&output]).is_empty() {
        return Err(Error::Gradient {
            op: OP,
            problem: "the forward closure uses a tensor or variable that a tape follows".to_owned(),
            remedy: "pass it among the inputs, and return its gradient from the backward closure",
        });
    }
    let tapes = tapes_of(inputs);
    if tapes.is_empty() || !output.dtype().is_float() {
        return Ok(output.stop_gradient());
    }
    let rule = move |call: &Call<'_>, gradients: &[Option<Tensor>]| {
        let Some(d) = &gradients[0] else {
            return Ok(Gradients::from_elem(None, call.inputs.len()));
        };
        let returned = backward(call, d)?;
        check(call.inputs, &returned)?;
        Ok(returned.into())
    };
    let mut outputs = [output];
    let kept: SmallVec<[Tensor; 2]> = inputs.iter().map(|&input| input.clone()).collect();
    record(tapes, || Rule::Custom(Arc::new(rule)), kept, &mut outputs, true);
    let [output] = outputs;
    Ok(output)
}

/// Refuses what cannot be gradients of `inputs`.
fn check(inputs: &[Tensor], gradients: &[Option<Tensor>]) -> Result<()> {
    if inputs.len() != gradients.len() {
        return Err(Error::Gradient {
            op: "custom_gradient",
            problem: format!(
                "the backward closure returned {} gradients for {} inputs",
                gradients.len(),
                inputs.len()
            ),
            remedy: "return one for each input, None where there is none",
        });
    }
    inputs
        .iter()
        .zip(gradients)
        .filter_map(|(input, gradient)| Some((input, gradient.as_ref()?)))
        .try_for_each(|(input, gradient)| same_spec("custom_gradient", input, gradient))
}

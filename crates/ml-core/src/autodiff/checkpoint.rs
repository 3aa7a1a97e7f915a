//! Computing a segment twice instead of keeping what happens in it.

use std::{cell::RefCell, sync::Arc};

use smallvec::SmallVec;

use super::{
    Source, Tape, Variable,
    barrier::barrier,
    node::{Rule, SharedNode, now, record, tapes_of},
};
use crate::{
    Error, Result, Tensor,
    ops::{Call, Gradients},
    tensor::Value,
};

/// `segment(inputs)`, of which a tape keeps the inputs only; everything between is computed again when the
/// gradient passes.
///
/// Trades about one more forward computation for the memory of the intermediate values, in a traced function, too.
/// `variables` lists those that the segment reads: they get their gradients as always, and the second time give what
/// they held the first time, whatever was assigned since. The segment must give the same values both times, so no
/// random numbers without a fixed seed, and no assignments. Derivatives of any order are right, in forward mode,
/// too; what a second derivative needs of the segment is kept while the first one is computed.
///
/// # Errors
/// Those of `segment`; [`Error::Gradient`] if it uses a followed tensor that is not among `inputs` or a watched
/// variable that is not among `variables`.
///
/// # Examples
/// ```
/// use ml_core::{Tensor, autodiff::{Tape, Variable, checkpoint}};
///
/// let w = Variable::new(3.0);
/// let tape = Tape::new();
/// tape.watch_variables([&w])?;
/// let x = tape.watch(&Tensor::from(2.0))?;
/// let inside = w.clone();
/// let y = checkpoint(move |x| Ok(vec![x[0].mul(&inside.read())?.square()?]), &[&x], &[&w])?.remove(0);
/// let gradients = tape.gradient_or_zeros(&y, &[&x, &w])?; // (w·x)²: 2·w²·x and 2·w·x²
/// assert_eq!((gradients[0].item::<f64>()?, gradients[1].item::<f64>()?), (36.0, 24.0));
/// # Ok::<(), ml_core::Error>(())
/// ```
pub fn checkpoint(
    segment: impl Fn(&[Tensor]) -> Result<Vec<Tensor>> + Send + Sync + 'static,
    inputs: &[&Tensor],
    variables: &[&Variable],
) -> Result<Vec<Tensor>> {
    let start = now();
    let constants: Vec<Tensor> = inputs.iter().map(|input| input.stop_gradient()).collect();
    let mut outputs = segment(&constants)?;
    let reads: Vec<Tensor> = variables.iter().map(|variable| variable.read()).collect();
    refuse_hidden(&outputs, start, variables)?;
    outputs.iter_mut().for_each(|output| output.origin = None);

    let all: SmallVec<[&Tensor; 4]> = inputs.iter().copied().chain(&reads).collect();
    let tapes = tapes_of(&all);
    if tapes.is_empty() || outputs.iter().all(|output| !output.dtype().is_float()) {
        return Ok(outputs);
    }
    let kept = all.into_iter().cloned().collect();
    let variables: Vec<Variable> = variables.iter().map(|&variable| variable.clone()).collect();
    let rule =
        move |call: &Call<'_>, gradients: &[Option<Tensor>]| again(&segment, &variables, call, gradients);
    record(tapes, || Rule::Custom(Arc::new(rule)), kept, &mut outputs, false);
    Ok(outputs)
}

/// Computes the segment again, recorded this time, and its gradients.
fn again(
    segment: &dyn Fn(&[Tensor]) -> Result<Vec<Tensor>>,
    variables: &[Variable],
    call: &Call<'_>,
    gradients: &[Option<Tensor>],
) -> Result<Gradients> {
    let all = apart(call.inputs, gradients)?;
    let (inputs, reads) = all.split_at(all.len() - variables.len());
    let _held = Held::new(variables, reads);
    let tape = Tape::new();
    tape.watch_variables(variables.iter().filter(|variable| variable.dtype().is_float()))?;
    let watched = inputs
        .iter()
        .map(|input| match input.dtype().is_float() {
            true => tape.watch(input),
            false => Ok(input.clone()),
        })
        .collect::<Result<Vec<_>>>()?;
    let outputs = segment(&watched)?;
    // The sum of every output times its gradient has the gradients that are asked for.
    let mut seeds = Vec::new();
    for (output, gradient) in outputs.iter().zip(gradients) {
        if let Some(gradient) = gradient {
            super::tape::same_spec("checkpoint", output, gradient)?;
            seeds.push((output.clone(), gradient.clone()));
        }
    }
    let sources: Vec<&dyn Source> = watched
        .iter()
        .map(|input| input as &dyn Source)
        .chain(variables.iter().map(|variable| variable as &dyn Source))
        .collect();
    Ok(tape.sweep(&seeds, &sources)?.into())
}

/// What the segment starts from. In a graph, where equal operations are computed once, a barrier keeps those of the
/// second time apart from the first and lets them wait for the gradient: nothing is kept until then.
fn apart(inputs: &[Tensor], gradients: &[Option<Tensor>]) -> Result<Vec<Tensor>> {
    let symbolic = |tensor: &Tensor| matches!(tensor.value, Value::Symbol(_));
    let after: Vec<&Tensor> = gradients.iter().flatten().collect();
    if !inputs.iter().any(symbolic) {
        return Ok(inputs.to_vec());
    }
    barrier(&inputs.iter().collect::<Vec<_>>(), &after)
}

thread_local! {
    /// Values that variables give on this thread, the latest last.
    static HELD: RefCell<Vec<(Variable, Value)>> = const { RefCell::new(Vec::new()) };
}

/// While it lives, variables read on this thread give what they once held.
struct Held(usize);

impl Held {
    fn new(variables: &[Variable], reads: &[Tensor]) -> Self {
        HELD.with_borrow_mut(|held| {
            let before = held.len();
            held.extend(
                variables
                    .iter()
                    .zip(reads)
                    .map(|(v, read)| (v.clone(), read.value.clone())),
            );
            Self(before)
        })
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        let gone = HELD.with_borrow_mut(|held| held.split_off(self.0));
        // Outside the borrow: a variable that goes may hold more than a number.
        drop(gone);
    }
}

/// What `variable` gives on this thread in place of its present value.
pub(super) fn held(variable: &Variable) -> Option<Value> {
    HELD.with_borrow(|held| {
        let found = held.iter().rev().find(|(other, _)| other.same(variable));
        found.map(|(_, value)| value.clone())
    })
}

/// Refuses outputs that depend on something recorded before `start` other than the leaves of `variables`.
fn refuse_hidden(outputs: &[Tensor], start: u64, variables: &[&Variable]) -> Result<()> {
    let mut seen = std::collections::HashSet::new();
    let mut waiting: Vec<SharedNode> = Vec::new();
    let mut meet = |node: &SharedNode, waiting: &mut Vec<SharedNode>| {
        if node.id > start && seen.insert(node.id) {
            waiting.push(SharedNode::clone(node));
        }
        node.id > start || variables.iter().any(|variable| variable.owns(node))
    };
    let mut allowed = true;
    for origin in outputs.iter().filter_map(|output| output.origin.as_ref()) {
        allowed &= meet(&origin.node, &mut waiting);
    }
    while let Some(node) = waiting.pop() {
        node.origins(|origin| {
            if let Some(origin) = origin {
                allowed &= meet(&origin.node, &mut waiting);
            }
        });
    }
    if allowed {
        return Ok(());
    }
    Err(Error::Gradient {
        op: "checkpoint",
        problem: "the segment uses a tensor or variable that a tape follows and that it was not given"
            .to_owned(),
        remedy: "pass tensors among the inputs and variables in the list, or stop_gradient() them",
    })
}

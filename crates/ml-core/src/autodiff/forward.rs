//! Forward mode: values and their derivatives side by side, as dual numbers (book appendix D, figure D-2).

use std::{fmt, sync::Arc};

use smallvec::SmallVec;

use super::{
    Source, Tape,
    backward::accumulate,
    node::{Origin, TapeState},
    plan::{Plan, StandIns},
};
use crate::{Error, Result, Tensor, ops::Call};

/// A value and how fast it changes: the dual number `value + tangent·ε`, where `ε² = 0`.
///
/// What [`jvp`] returns. Of two scalars it prints as the book writes it, `42 + 24ε`.
#[derive(Clone, Debug)]
pub struct Dual {
    /// `a` in `a + b·ε`.
    pub value: Tensor,
    /// `b`, of the shape and element type of `a`.
    pub tangent: Tensor,
}

impl fmt::Display for Dual {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let number = |tensor: &Tensor| {
            tensor
                .item::<f64>()
                .or_else(|_| Ok(f64::from(tensor.item::<f32>()?)))
        };
        match (number(&self.value), number(&self.tangent)) {
            (Ok::<f64, Error>(value), Ok::<f64, Error>(tangent)) => write!(f, "{value} + {tangent}ε"),
            _ => write!(f, "{:?} + {:?}ε", self.value, self.tangent),
        }
    }
}

/// Value of `f` at `inputs`, and its derivative along `tangents`: one pass, whatever `f` returns.
///
/// The product of the Jacobian of `f` with a vector, from the primitives' forward rules. To get all partial
/// derivatives takes a call for each element of the inputs; use reverse mode
/// ([`gradient`](super::gradient)) when there are many. May be nested with itself and with tapes.
///
/// # Errors
/// Those of `f`; [`Error::Parameter`] unless there is a tangent for each input, [`Error::Shape`] or
/// [`Error::MixedDTypes`] unless it has its shape and element type, [`Error::DType`] for inputs or results
/// that are not `f32` or `f64`.
///
/// # Examples
/// ```
/// use ml_core::{Tensor, autodiff::jvp};
///
/// // x²y + y + 2 at x = 3 + ε, y = 4 (book appendix D).
/// let f = |n: &[Tensor]| n[0].square()?.mul(&n[1])?.add(&n[1])?.add_scalar(2.0);
/// let (x, y) = (Tensor::from(3.0), Tensor::from(4.0));
/// let dual = jvp(f, &[&x, &y], &[&Tensor::from(1.0), &Tensor::from(0.0)])?;
/// assert_eq!(dual.to_string(), "42 + 24ε");
/// # Ok::<(), ml_core::Error>(())
/// ```
pub fn jvp(
    f: impl FnOnce(&[Tensor]) -> Result<Tensor>,
    inputs: &[&Tensor],
    tangents: &[&Tensor],
) -> Result<Dual> {
    if inputs.len() != tangents.len() {
        return Err(Error::Parameter {
            name: "jvp: tangents".to_owned(),
            value: tangents.len().to_string(),
            domain: format!("one for each of the {} inputs", inputs.len()),
        });
    }
    let tape = Tape::new();
    let watched = inputs
        .iter()
        .map(|input| tape.watch(input))
        .collect::<Result<Vec<_>>>()?;
    let value = f(&watched)?;
    let moving: Vec<(&dyn Source, &Tensor)> = watched
        .iter()
        .map(|input| input as &dyn Source)
        .zip(tangents.iter().copied())
        .collect();
    let tangent = tape.jacobian_vector(&[&value], &moving)?.remove(0);
    // Outer tapes see the value through the leaf that this tape put in between.
    Ok(Dual {
        tangent: tangent.map_or_else(|| value.zeros_like(), Ok)?,
        value: tape.hidden_from(value),
    })
}

/// The tangents that have arrived at the outputs of a node.
type Arrived = SmallVec<[Option<Tensor>; 1]>;

/// How fast every target changes when the tensors at `seeds` move as given: every node once, inputs first.
pub(super) fn sweep(
    tape: &Arc<TapeState>,
    targets: &[&Tensor],
    seeds: &[(Origin, Tensor)],
    consume: bool,
) -> Result<Vec<Option<Tensor>>> {
    for target in targets {
        target.dtype().require_float("jacobian_vector")?;
    }
    let plan = Plan::new(tape, targets.iter().copied())?;
    let mut arrived: Vec<Arrived> = vec![Arrived::new(); plan.nodes.len()];
    for (origin, tangent) in seeds {
        if let Some((position, output)) = plan.place(origin) {
            add(&mut arrived[position], output, plan.seen(tangent.clone()))?;
        }
    }
    let mut stand_ins = StandIns::default();
    for position in (0..plan.nodes.len()).rev() {
        let tangents: SmallVec<[Option<Tensor>; 4]> = plan
            .inputs(position)
            .iter()
            .map(|place| arrived[place.as_ref()?.0].get(place.as_ref()?.1)?.clone())
            .collect();
        let wanted: SmallVec<[bool; 4]> = tangents.iter().map(Option::is_some).collect();
        let Some(like) = tangents.iter().flatten().next() else {
            if consume {
                plan.release(position);
            }
            continue;
        };
        let saved = plan.saved(position, consume)?;
        let passed = plan.with_operands(position, saved, like, &mut stand_ins, |inputs, outputs| {
            let call = Call {
                inputs,
                outputs,
                wanted: &wanted,
            };
            plan.nodes[position].rule.jvp(&call, &tangents)
        })?;
        for (output, tangent) in passed.into_iter().enumerate() {
            if let Some(tangent) = tangent {
                add(&mut arrived[position], output, tangent)?;
            }
        }
    }
    let tangent_of = |target: &&Tensor| {
        let (position, output) = plan.place(target.origin.as_ref()?)?;
        Some(plan.seen(arrived[position].get(output)?.clone()?))
    };
    Ok(targets.iter().map(tangent_of).collect())
}

fn add(slots: &mut Arrived, output: usize, tangent: Tensor) -> Result<()> {
    if slots.len() <= output {
        slots.resize(output + 1, None);
    }
    slots[output] = Some(match slots[output].take() {
        None => tangent,
        Some(sum) => accumulate(sum, &tangent)?,
    });
    Ok(())
}

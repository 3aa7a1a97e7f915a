//! The reverse sweep: from the target back to the sources, every node once (book appendix D, figure D-3).

use std::sync::Arc;

use smallvec::SmallVec;

use super::{
    node::{Origin, TapeState},
    plan::{Place, Plan, StandIns},
};
use crate::{
    Result, Tensor, kernels,
    ops::{Call, Gradients},
    tensor::{Array, Value},
};

/// The gradients that have arrived at the outputs of a node.
type Arrived = SmallVec<[Option<Tensor>; 1]>;

/// A reverse sweep that can be made with any seeds.
pub(super) struct Reverse {
    plan: Plan,
    sources: Vec<Option<Place>>,
    /// Whether a gradient must flow through the node to reach a source.
    needed: Vec<bool>,
    is_source: Vec<bool>,
}

impl Reverse {
    /// From `targets` to `sources`.
    pub(super) fn new<'t>(
        tape: &Arc<TapeState>,
        targets: impl IntoIterator<Item = &'t Tensor>,
        sources: &[Option<Origin>],
    ) -> Result<Self> {
        let plan = Plan::new(tape, targets)?;
        let sources: Vec<Option<Place>> = sources
            .iter()
            .map(|source| plan.place(source.as_ref()?))
            .collect();
        let mut is_source = vec![false; plan.nodes.len()];
        for &(position, _) in sources.iter().flatten() {
            is_source[position] = true;
        }
        let mut needed = is_source.clone();
        for position in (0..needed.len()).rev() {
            needed[position] |= plan.inputs(position).iter().flatten().any(|&(p, _)| needed[p]);
        }
        Ok(Self {
            plan,
            sources,
            needed,
            is_source,
        })
    }

    /// Whether the targets depend on source number `source`.
    pub(super) fn reaches(&self, source: usize) -> bool {
        self.sources[source].is_some()
    }

    /// Whether another tape records the sweeps.
    pub(super) fn is_followed(&self) -> bool {
        self.plan.is_followed()
    }

    /// The sum over `seeds` of the gradient of target times seed, for every source.
    ///
    /// With `consume`, what the nodes saved is freed as the sweep goes.
    pub(super) fn sweep(&self, seeds: &[(Tensor, Tensor)], consume: bool) -> Result<Vec<Option<Tensor>>> {
        let plan = &self.plan;
        let mut arrived: Vec<Arrived> = Vec::new();
        arrived.resize_with(plan.nodes.len(), Arrived::new);
        for (target, seed) in seeds {
            if let Some(place) = target.origin.as_ref().and_then(|origin| plan.place(origin)) {
                arrive(&mut arrived, place, plan.seen(seed.clone()))?;
            }
        }
        let mut stand_ins = StandIns::default();
        for position in 0..plan.nodes.len() {
            let gradients = match self.is_source[position] {
                true => arrived[position].clone(),
                false => std::mem::take(&mut arrived[position]),
            };
            let flows = |place: &Option<Place>| place.is_some_and(|(parent, _)| self.needed[parent]);
            if gradients.iter().all(Option::is_none) || !plan.inputs(position).iter().any(flows) {
                if consume {
                    plan.release(position);
                }
                continue;
            }
            let passed = self.pass(position, gradients, consume, &mut stand_ins)?;
            for (place, gradient) in plan.inputs(position).iter().zip(passed) {
                if let (true, Some(place), Some(gradient)) = (flows(place), place, gradient) {
                    arrive(&mut arrived, *place, gradient)?;
                }
            }
        }
        let found = |place: Option<Place>| {
            let (position, output) = place?;
            Some(plan.seen(arrived[position].get(output)?.clone()?))
        };
        Ok(self.sources.iter().map(|&place| found(place)).collect())
    }

    /// From the gradients of a node's outputs, one at least, to those of its inputs.
    #[inline(always)]
    fn pass(
        &self,
        position: usize,
        mut gradients: Arrived,
        consume: bool,
        stand_ins: &mut StandIns,
    ) -> Result<Gradients> {
        let plan = &self.plan;
        let mut wanted: SmallVec<[bool; 4]> = SmallVec::new();
        let flows = |place: &Option<Place>| place.is_some_and(|(parent, _)| self.needed[parent]);
        plan.inputs(position)
            .iter()
            .for_each(|place| wanted.push(flows(place)));
        let saved = plan.saved(position, consume)?;
        while gradients.len() < saved.outputs() {
            gradients.push(None);
        }
        let like = gradients.iter().flatten().next();
        let like = like.expect("the caller passes on what has arrived");
        plan.with_operands(position, saved, like, stand_ins, |inputs, outputs| {
            let call = Call {
                inputs,
                outputs,
                wanted: &wanted,
            };
            plan.nodes[position].rule.vjp(&call, &gradients)
        })
    }
}

#[inline(always)]
fn arrive(arrived: &mut [Arrived], (position, output): Place, gradient: Tensor) -> Result<()> {
    let slots = &mut arrived[position];
    while slots.len() <= output {
        slots.push(None);
    }
    slots[output] = Some(match slots[output].take() {
        None => gradient,
        Some(sum) => accumulate(sum, &gradient)?,
    });
    Ok(())
}

/// `sum + term`, in the memory of `sum` if nobody else holds it and no tape follows.
pub(super) fn accumulate(mut sum: Tensor, term: &Tensor) -> Result<Tensor> {
    if sum.is_tracked() || term.is_tracked() || sum.shape() != term.shape() || sum.dtype() != term.dtype() {
        return sum.add(term);
    }
    if let (Value::Array(array), Value::Array(term)) = (&mut sum.value, &term.value)
        && (add_to::<f32>(array, term) || add_to::<f64>(array, term))
    {
        return Ok(sum);
    }
    sum.add(term)
}

/// Adds in place; false if the memory is shared, not row by row, or of another type.
fn add_to<T: crate::dtype::Element + Copy + std::ops::AddAssign>(sum: &mut Array, term: &Array) -> bool {
    let Some(term) = term.as_slice::<T>() else {
        return false;
    };
    let Some(sum) = sum.unique_slice_mut::<T>() else {
        return false;
    };
    kernels::accumulate::add_to(sum, term);
    true
}

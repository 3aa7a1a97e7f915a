//! The reverse sweep: from the target back to the sources, every node once (book appendix D, figure D-3).

use std::sync::Arc;

use smallvec::SmallVec;

use super::{
    node::{Origin, TapeState},
    plan::{Place, Plan},
};
use crate::{
    Result, Tensor, kernels,
    ops::Call,
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
        for position in 0..plan.nodes.len() {
            let gradients = match self.is_source[position] {
                true => arrived[position].clone(),
                false => std::mem::take(&mut arrived[position]),
            };
            let flows = |place: &Option<Place>| place.is_some_and(|(parent, _)| self.needed[parent]);
            if gradients.is_empty() || !plan.inputs(position).iter().any(flows) {
                if consume {
                    plan.release(position);
                }
                continue;
            }
            self.pass(position, gradients, consume, &mut arrived)?;
        }
        let found = |place: Option<Place>| {
            let (position, output) = place?;
            Some(plan.seen(arrived[position].get(output)?.clone()?))
        };
        Ok(self.sources.iter().map(|&place| found(place)).collect())
    }

    /// Sends the gradients of a node's outputs on to its inputs.
    fn pass(
        &self,
        position: usize,
        mut gradients: Arrived,
        consume: bool,
        arrived: &mut [Arrived],
    ) -> Result<()> {
        let plan = &self.plan;
        let places = plan.inputs(position);
        let flows = |place: &Option<Place>| place.is_some_and(|(parent, _)| self.needed[parent]);
        let mut wanted: SmallVec<[bool; 4]> = SmallVec::new();
        places.iter().for_each(|place| wanted.push(flows(place)));
        let (inputs, outputs) = plan.operands(position, plan.saved(position, consume)?);
        while gradients.len() < outputs.len().max(1) {
            gradients.push(None);
        }
        let call = Call {
            inputs: &inputs,
            outputs: &outputs,
            wanted: &wanted,
        };
        let passed = plan.nodes[position].rule.vjp(&call, &gradients)?;
        drop((inputs, outputs, gradients));
        for ((place, wanted), gradient) in places.iter().zip(wanted).zip(passed) {
            if let (true, Some(place), Some(gradient)) = (wanted, place, gradient) {
                arrive(arrived, *place, gradient)?;
            }
        }
        Ok(())
    }
}

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

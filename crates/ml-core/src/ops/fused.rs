//! Several elementwise primitives as one, which the optimiser of graphs puts together.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use smallvec::SmallVec;

use super::{Arrays, Call, Gradients, Primitive, Saves, Spec, Specs, apply_dyn};
use crate::{
    Result, Tensor,
    autodiff::{Source, Tape},
    kernels::fused::{Program, Slot},
    tensor::Array,
};

/// A [`Program`] as a primitive: same results, bit by bit, as its steps one after the other.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Fused {
    pub(crate) program: Arc<Program>,
}

impl Fused {
    /// The results, with every step an operation of its own.
    fn step_by_step(&self, inputs: &[Tensor]) -> Result<Vec<Tensor>> {
        self.program.check(inputs.len())?;
        let mut values: Vec<Tensor> = Vec::with_capacity(self.program.steps.len());
        for step in &self.program.steps {
            let operands: SmallVec<[&Tensor; 3]> = step
                .operands
                .iter()
                .map(|slot| match *slot {
                    Slot::Input(input) => &inputs[input],
                    Slot::Step(step) => &values[step],
                })
                .collect();
            let output = apply_dyn(&step.primitive, &operands)?;
            drop(operands);
            values.extend(output.into_iter().take(1));
        }
        Ok(self.program.results.iter().map(|&result| values[result].clone()).collect())
    }
}

#[typetag::serde(name = "fused")]
impl Primitive for Fused {
    fn name(&self) -> &'static str {
        "fused"
    }

    fn infer(&self, inputs: &[Spec]) -> Result<Specs> {
        self.program.infer(inputs)
    }

    fn forward(&self, inputs: &[&Array]) -> Result<Arrays> {
        self.program.run(inputs)
    }

    fn vjp(&self, call: &Call<'_>, gradients: &[Option<Tensor>]) -> Result<Gradients> {
        let tape = Tape::persistent();
        let watched = call.inputs.iter().map(|input| tape.watch(input)).collect::<Result<Vec<_>>>()?;
        let outputs = self.step_by_step(&watched)?;
        let sources: Vec<&dyn Source> = watched.iter().map(|input| input as &dyn Source).collect();
        let mut sums: Gradients = call.inputs.iter().map(|_| None).collect();
        for (output, gradient) in outputs.iter().zip(gradients) {
            let Some(gradient) = gradient else { continue };
            for (sum, part) in sums.iter_mut().zip(tape.vector_jacobian(output, gradient, &sources)?) {
                *sum = match (sum.take(), part) {
                    (Some(sum), Some(part)) => Some(sum.add(&part)?),
                    (sum, part) => sum.or(part),
                };
            }
        }
        Ok(sums)
    }

    fn saves(&self) -> Saves {
        Saves::INPUTS
    }
}

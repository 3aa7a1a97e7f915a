//! What keeps a computation that is to happen twice from being shared, and from happening too early.

use std::ops::RangeInclusive;

use serde::{Deserialize, Serialize};

use crate::{
    Error, Result, Tensor,
    ops::{Arrays, Call, Gradients, Primitive, Saves, Spec, Specs, apply_many},
    tensor::Array,
};

/// The first so many of its operands, unchanged, once all of them are there.
///
/// To the optimiser of graphs its results are others than its operands: what is computed from them is not what was
/// computed from the operands before.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Barrier {
    passed: usize,
}

/// `tensors`, unchanged, in a graph not before `after` is there.
pub(super) fn barrier(tensors: &[&Tensor], after: &[&Tensor]) -> Result<Vec<Tensor>> {
    let operands: Vec<&Tensor> = tensors.iter().chain(after).copied().collect();
    let passed = tensors.len();
    Ok(apply_many(Barrier { passed }, &operands)?.into_vec())
}

#[typetag::serde(name = "barrier")]
impl Primitive for Barrier {
    fn name(&self) -> &'static str {
        "barrier"
    }

    fn arity(&self) -> RangeInclusive<usize> {
        self.passed..=usize::MAX
    }

    fn infer(&self, inputs: &[Spec]) -> Result<Specs> {
        Ok(self.first(inputs)?.iter().cloned().collect())
    }

    fn forward(&self, inputs: &[&Array]) -> Result<Arrays> {
        Ok(self.first(inputs)?.iter().map(|&array| array.clone()).collect())
    }

    fn vjp(&self, call: &Call<'_>, gradients: &[Option<Tensor>]) -> Result<Gradients> {
        let mut back: Gradients = gradients.iter().cloned().collect();
        back.resize(call.inputs.len(), None);
        Ok(back)
    }

    fn jvp(&self, _: &Call<'_>, tangents: &[Option<Tensor>]) -> Result<Gradients> {
        Ok(self.first(tangents)?.iter().cloned().collect())
    }

    fn saves(&self) -> Saves {
        Saves::NOTHING
    }
}

impl Barrier {
    fn first<'o, T>(&self, operands: &'o [T]) -> Result<&'o [T]> {
        operands.get(..self.passed).ok_or_else(|| Error::Parameter {
            name: "barrier: number of operands".to_owned(),
            value: operands.len().to_string(),
            domain: format!("at least {}", self.passed),
        })
    }
}

//! Several elementwise primitives in one pass over memory.
//!
//! A program's steps run one after the other on blocks of elements that stay in the nearest cache; only its
//! inputs are read from memory and only its results written. Every step runs the same loop as on its own, so
//! the results are the same bits.

mod plan;

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use smallvec::SmallVec;

use super::elementwise::unstretched;
use crate::{
    DType, Error, Result, Shape,
    ops::{Input, Primitive, Results, Spec, Specs},
    tensor::{Array, scratch},
};
use plan::{Elements, Lane, Plan};

/// Where an operand of a step comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Slot {
    /// An input of the program.
    Input(usize),
    /// The output of a step before.
    Step(usize),
}

/// A primitive and its operands.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Step {
    pub(crate) primitive: Arc<dyn Primitive>,
    pub(crate) operands: SmallVec<[Slot; 3]>,
}

/// Elementwise primitives, each after those whose outputs it takes.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Program {
    /// How many inputs there are.
    pub(crate) inputs: usize,
    pub(crate) steps: Vec<Step>,
    /// The steps whose outputs are the program's.
    pub(crate) results: Vec<usize>,
}

impl Program {
    /// Refuses programs that came damaged out of a file, and other numbers of inputs than it has.
    ///
    /// # Errors
    /// [`Error::Graph`].
    pub(crate) fn check(&self, inputs: usize) -> Result<()> {
        let damaged = |problem: String| {
            Err(Error::Graph {
                function: "fused".to_owned(),
                problem,
                remedy: "the graph is damaged: trace the function again",
            })
        };
        if inputs != self.inputs {
            return damaged(format!("{inputs} inputs for a program of {}", self.inputs));
        }
        for (number, step) in self.steps.iter().enumerate() {
            let Some(block) = step.primitive.block() else {
                return damaged(format!(
                    "step {number}, {}, is not elementwise",
                    step.primitive.name()
                ));
            };
            let there = |slot: &Slot| match *slot {
                Slot::Input(input) => input < self.inputs,
                Slot::Step(step) => step < number,
            };
            if step.operands.len() != block.operands() || !step.operands.iter().all(there) {
                return damaged(format!(
                    "step {number}, {}, takes what is not there",
                    step.primitive.name()
                ));
            }
        }
        match self.results.iter().find(|&&result| result >= self.steps.len()) {
            Some(result) => damaged(format!("result {result} of {} steps", self.steps.len())),
            None if self.results.is_empty() => damaged("a program without results".to_owned()),
            None => Ok(()),
        }
    }

    /// Types and shapes of the outputs of all steps.
    ///
    /// # Errors
    /// [`Error::Graph`] for a damaged program, and those of the primitives.
    pub(crate) fn infer_steps(&self, inputs: &[Spec]) -> Result<Vec<Spec>> {
        self.check(inputs.len())?;
        let mut specs: Vec<Spec> = Vec::with_capacity(self.steps.len());
        for step in &self.steps {
            let operands: SmallVec<[Spec; 3]> = step
                .operands
                .iter()
                .map(|slot| match *slot {
                    Slot::Input(input) => inputs[input].clone(),
                    Slot::Step(step) => specs[step].clone(),
                })
                .collect();
            specs.extend(step.primitive.infer(&operands)?.into_iter().take(1));
        }
        Ok(specs)
    }

    /// Types and shapes of the results.
    ///
    /// # Errors
    /// As [`infer_steps`](Self::infer_steps).
    pub(crate) fn infer(&self, inputs: &[Spec]) -> Result<Specs> {
        let specs = self.infer_steps(inputs)?;
        Ok(self.results.iter().map(|&result| specs[result].clone()).collect())
    }

    /// The results for these inputs; `None` stands for one that an input it was offered to holds now.
    ///
    /// # Errors
    /// As [`infer_steps`](Self::infer_steps): then every input is as it was.
    pub(crate) fn run(&self, inputs: &mut [Input<'_>]) -> Result<Results> {
        let given: SmallVec<[Spec; 4]> = inputs
            .iter()
            .map(|input| Spec::new(input.array().dtype(), input.array().shape()))
            .collect();
        let specs = self.infer_steps(&given)?;
        let first = &specs[self.results[0]];
        let shape = first.shape.clone();
        let together = self.results.iter().all(|&result| specs[result] == *first)
            && given.iter().all(|input| stretches(&input.shape, &shape));
        match first.dtype {
            DType::F32 if together => Ok(self.run_as::<f32>(inputs, &shape)),
            DType::F64 if together => Ok(self.run_as::<f64>(inputs, &shape)),
            // Results of different shapes, or of integers: no single pass computes them.
            _ => self.run_step_by_step(inputs),
        }
    }

    fn run_step_by_step(&self, inputs: &[Input<'_>]) -> Result<Results> {
        let mut values: Vec<Array> = Vec::with_capacity(self.steps.len());
        for step in &self.steps {
            let operands: SmallVec<[&Array; 3]> = step
                .operands
                .iter()
                .map(|slot| match *slot {
                    Slot::Input(input) => inputs[input].array(),
                    Slot::Step(step) => &values[step],
                })
                .collect();
            let output = step.primitive.forward(&operands)?;
            drop(operands);
            values.extend(output.into_iter().take(1));
        }
        Ok(self
            .results
            .iter()
            .map(|&result| Some(values[result].clone()))
            .collect())
    }

    fn run_as<T: Lane>(&self, inputs: &mut [Input<'_>], shape: &Shape) -> Results {
        let small: SmallVec<[Option<Array>; 4]> =
            inputs.iter().map(|input| unstretched(input.array())).collect();
        let mut over: SmallVec<[Option<&mut [T]>; 3]> = self.results.iter().map(|_| None).collect();
        let mut given: SmallVec<[(Shape, Elements<'_, T>); 6]> = SmallVec::new();
        for (input, small) in inputs.iter_mut().zip(&small) {
            given.push(match (input, small) {
                (Input::Kept(array), None) => (array.shape().clone(), Elements::of(array)),
                (Input::Spent(array, result), None) => {
                    let free = over.get(*result).is_some_and(Option::is_none);
                    let (own, fits) = (array.shape().clone(), array.shape() == shape && free);
                    match fits && array.is_unique::<T>() {
                        true => {
                            over[*result] = array.unique_slice_mut();
                            (own, Elements::Over(*result))
                        }
                        false => (own, Elements::of(array)),
                    }
                }
                (_, Some(small)) => (small.shape().clone(), Elements::of(small)),
            });
        }
        // The other results go into memory of their own.
        let fresh = over
            .iter()
            .map(|over| over.is_none().then(|| scratch::<T>(shape.len())));
        let mut fresh: SmallVec<[Option<Vec<T>>; 3]> = fresh.collect();
        let places = over.into_iter().zip(&mut fresh);
        let places = places.filter_map(|(over, fresh)| over.or(fresh.as_deref_mut()));
        if !shape.is_empty() {
            Plan::new(self, given, shape).run(places.collect());
        }
        let array = |values| Array::dense(values, shape.clone());
        fresh.into_iter().map(|values| values.map(array)).collect()
    }
}

/// Whether an operand of shape `own` stretches to `shape`.
fn stretches(own: &Shape, shape: &Shape) -> bool {
    own.broadcast("fused", shape).is_ok_and(|joined| joined == *shape)
}

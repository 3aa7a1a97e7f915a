//! Several elementwise primitives in one pass over memory.
//!
//! A program's steps run one after the other on blocks of elements that stay in the nearest cache; only its
//! inputs are read from memory and only its results written. Every step runs the same loop as on its own, so
//! the results are the same bits.

mod in_place;

use std::{borrow::Cow, ops::Range, sync::Arc};

use serde::{Deserialize, Serialize};
use smallvec::{SmallVec, smallvec};

use super::{
    aligned::Aligned,
    broadcast::{Cut, LaidOut, RUN, Reader},
    elementwise::{Operand, unstretched},
    parallel,
};
use crate::{
    DType, Error, Result, Shape,
    dtype::Element,
    ops::{Arrays, Block, Primitive, Spec, Specs},
    tensor::{Array, scratch},
};

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

    /// The results for these inputs.
    ///
    /// # Errors
    /// As [`infer_steps`](Self::infer_steps).
    pub(crate) fn run(&self, inputs: &[&Array]) -> Result<Arrays> {
        let given: SmallVec<[Spec; 4]> = inputs
            .iter()
            .map(|input| Spec::new(input.dtype(), input.shape()))
            .collect();
        let specs = self.infer_steps(&given)?;
        let first = &specs[self.results[0]];
        let shape = first.shape.clone();
        let together = self.results.iter().all(|&result| specs[result].shape == shape)
            && given.iter().all(|input| stretches(&input.shape, &shape));
        match first.dtype {
            DType::F32 if together => Ok(self.run_as::<f32>(inputs, &shape)),
            DType::F64 if together => Ok(self.run_as::<f64>(inputs, &shape)),
            // Results of different shapes, or of integers: no single pass computes them.
            _ => self.run_step_by_step(inputs),
        }
    }

    fn run_step_by_step(&self, inputs: &[&Array]) -> Result<Arrays> {
        let mut values: Vec<Array> = Vec::with_capacity(self.steps.len());
        for step in &self.steps {
            let operands: SmallVec<[&Array; 3]> = step
                .operands
                .iter()
                .map(|slot| match *slot {
                    Slot::Input(input) => inputs[input],
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
            .map(|&result| values[result].clone())
            .collect())
    }

    fn run_as<T: Lane>(&self, inputs: &[&Array], shape: &Shape) -> Arrays {
        let small: SmallVec<[Option<Array>; 4]> = inputs.iter().map(|input| unstretched(input)).collect();
        let inputs: SmallVec<[&Array; 4]> = small
            .iter()
            .zip(inputs)
            .map(|(small, &input)| small.as_ref().unwrap_or(input))
            .collect();
        let mut outs: Vec<Vec<T>> = self.results.iter().map(|_| scratch::<T>(shape.len())).collect();
        if !shape.is_empty() {
            let shapes: SmallVec<[&Shape; 4]> = inputs.iter().map(|input| input.shape()).collect();
            let values = inputs.iter().map(|input| input.elements::<T>()).collect();
            let plan = Plan::<T>::new(self, &shapes, values, shape);
            let mut pieces: Vec<SmallVec<[&mut [T]; 1]>> = Vec::new();
            let size = plan.cut.whole(parallel::even_piece(shape.len()));
            for out in &mut outs {
                for (number, piece) in out.chunks_mut(size).enumerate() {
                    match pieces.get_mut(number) {
                        Some(pieces) => pieces.push(piece),
                        None => pieces.push(smallvec![piece]),
                    }
                }
            }
            let cost = self.steps.iter().map(|step| block_of(step).cost()).sum();
            let run = |number: usize, outs| plan.run(number * size, outs);
            if parallel::worth_threads(shape.len(), cost) {
                parallel::each(pieces, run);
            } else {
                pieces
                    .into_iter()
                    .enumerate()
                    .for_each(|(number, outs)| run(number, outs));
            }
        }
        outs.into_iter()
            .map(|out| Array::dense(out, shape.clone()))
            .collect()
    }
}

/// Whether an operand of shape `own` stretches to `shape`.
fn stretches(own: &Shape, shape: &Shape) -> bool {
    own.broadcast("fused", shape).is_ok_and(|joined| joined == *shape)
}

fn block_of(step: &Step) -> &dyn Block {
    step.primitive
        .block()
        .expect("check() refuses steps that have none")
}

/// The element types that blocks compute in.
trait Lane: Element + Copy {
    fn run(block: &dyn Block, operands: &[Operand<'_, Self>], out: &mut [Self]);
}

impl Lane for f32 {
    fn run(block: &dyn Block, operands: &[Operand<'_, f32>], out: &mut [f32]) {
        block.run_f32(operands, out);
    }
}

impl Lane for f64 {
    fn run(block: &dyn Block, operands: &[Operand<'_, f64>], out: &mut [f64]) {
        block.run_f64(operands, out);
    }
}

/// A program made ready for inputs of these shapes.
struct Plan<'a, T: Clone> {
    steps: Vec<Planned<'a>>,
    /// Results to be copied: their number, the buffer that holds them, whether they are a single value.
    copied: Vec<(usize, usize, bool)>,
    values: Values<'a, T>,
    readers: SmallVec<[Reader; 4]>,
    cut: Cut,
    buffers: usize,
}

/// The elements of every input.
type Values<'a, T> = SmallVec<[Cow<'a, [T]>; 4]>;

/// A step that knows where its output goes.
struct Planned<'a> {
    block: &'a dyn Block,
    operands: SmallVec<[Source; 3]>,
    buffer: usize,
    /// The result that it computes where that lies: no step reads it.
    result: Option<usize>,
    /// Whether its operands, hence its output, are single values.
    single: bool,
}

/// Where an operand stands while a block is computed.
#[derive(Clone, Copy)]
enum Source {
    Input(usize),
    Buffer { number: usize, single: bool },
}

impl<'a, T: Lane> Plan<'a, T> {
    fn new(program: &'a Program, inputs: &[&Shape], values: Values<'a, T>, shape: &Shape) -> Self {
        let readers: SmallVec<[Reader; 4]> = inputs.iter().map(|own| Reader::new(own, shape)).collect();
        // A buffer is free again after the last step that reads it; results keep theirs.
        let mut last_use: Vec<usize> = (0..program.steps.len()).collect();
        for (number, step) in program.steps.iter().enumerate() {
            for slot in &step.operands {
                if let Slot::Step(source) = *slot {
                    last_use[source] = number;
                }
            }
        }
        program
            .results
            .iter()
            .for_each(|&result| last_use[result] = usize::MAX);
        let is_read = |step: usize| {
            let mut operands = program.steps.iter().flat_map(|step| &step.operands);
            operands.any(|slot| matches!(*slot, Slot::Step(source) if source == step))
        };
        let in_place = |step: usize, single: bool| {
            let mut results = (0..program.results.len()).filter(|&result| program.results[result] == step);
            let result = results.next().filter(|_| !single && !is_read(step));
            result.filter(|_| results.next().is_none())
        };
        let (mut free, mut buffers) = (Vec::new(), 0);
        let mut steps: Vec<Planned<'a>> = Vec::with_capacity(program.steps.len());
        for (number, step) in program.steps.iter().enumerate() {
            let operands: SmallVec<[Source; 3]> = step
                .operands
                .iter()
                .map(|slot| match *slot {
                    Slot::Input(input) => Source::Input(input),
                    Slot::Step(source) => Source::Buffer {
                        number: steps[source].buffer,
                        single: steps[source].single,
                    },
                })
                .collect();
            let single = operands.iter().all(|operand| match *operand {
                Source::Input(input) => readers[input].is_single(),
                Source::Buffer { single, .. } => single,
            });
            let buffer = free.pop().unwrap_or_else(|| {
                buffers += 1;
                buffers - 1
            });
            steps.push(Planned {
                block: block_of(step),
                operands,
                buffer,
                result: in_place(number, single),
                single,
            });
            let done = (0..=number).filter(|&source| last_use[source] == number);
            free.extend(done.map(|source| steps[source].buffer));
        }
        let copied = program.results.iter().enumerate();
        let copied = copied
            .filter(|&(_, &step)| steps[step].result.is_none())
            .map(|(result, &step)| (result, steps[step].buffer, steps[step].single))
            .collect();
        Self {
            cut: Cut::new(readers.iter()),
            values,
            readers,
            steps,
            copied,
            buffers,
        }
    }

    /// Computes the piece of every result that starts at element `first`.
    fn run(&self, first: usize, mut outs: SmallVec<[&mut [T]; 1]>) {
        let len = outs[0].len();
        let mut buffers = self.buffers(RUN.min(len));
        let mut rows: Vec<LaidOut<T>> = self.readers.iter().map(|_| LaidOut::default()).collect();
        let mut done = 0;
        while done < len {
            let run = self.cut.run(first + done, len - done, RUN);
            // Pushed, not collected: a run is short, and there are many.
            let mut inputs: SmallVec<[Operand<'_, T>; 6]> = SmallVec::new();
            for ((reader, values), rows) in self.readers.iter().zip(&self.values).zip(&mut rows) {
                inputs.push(reader.read(values, first + done, run, rows));
            }
            self.compute(&inputs, &mut buffers, &mut outs, done..done + run);
            done += run;
        }
    }

    fn buffers(&self, len: usize) -> Vec<Aligned<T>> {
        (0..self.buffers).map(|_| Aligned::new(len)).collect()
    }

    /// All steps on one run, whose results lie `at` this place of `outs`.
    fn compute(
        &self,
        inputs: &[Operand<'_, T>],
        buffers: &mut [Aligned<T>],
        outs: &mut [&mut [T]],
        at: Range<usize>,
    ) {
        for step in &self.steps {
            match step.result {
                Some(result) => step.run(inputs, buffers, at.len(), &mut outs[result][at.clone()]),
                None => step.run_buffered(inputs, buffers, at.len()),
            }
        }
        for &(result, buffer, single) in &self.copied {
            let out = &mut outs[result][at.clone()];
            match single {
                true => out.fill(buffers[buffer][0]),
                false => out.copy_from_slice(&buffers[buffer][..at.len()]),
            }
        }
    }
}

impl Planned<'_> {
    /// Into its buffer.
    fn run_buffered<T: Lane>(&self, inputs: &[Operand<'_, T>], buffers: &mut [Aligned<T>], len: usize) {
        // Its own buffer is none of its operands': those are freed after it only.
        let mut out = std::mem::take(&mut buffers[self.buffer]);
        let own = &mut out[..if self.single { 1 } else { len }];
        self.run(inputs, buffers, len, own);
        buffers[self.buffer] = out;
    }

    fn run<T: Lane>(&self, inputs: &[Operand<'_, T>], buffers: &[Aligned<T>], len: usize, out: &mut [T]) {
        let mut operands: SmallVec<[Operand<'_, T>; 3]> = SmallVec::new();
        for source in &self.operands {
            operands.push(match *source {
                Source::Input(input) => inputs[input],
                Source::Buffer { number, single: true } => Operand::Scalar(buffers[number][0]),
                Source::Buffer {
                    number,
                    single: false,
                } => Operand::Slice(&buffers[number][..len]),
            });
        }
        T::run(self.block, &operands, out);
    }
}

//! A program made ready for inputs of certain shapes, and run over all their elements.

use std::{borrow::Cow, ops::Range};

use smallvec::SmallVec;

use super::{
    super::{
        aligned::Aligned,
        broadcast::{Cut, LaidOut, RUN, Reader},
        elementwise::Operand,
        parallel,
    },
    Program, Slot, Step,
};
use crate::{Shape, dtype::Element, ops::Block, tensor::Array};

/// The element types that blocks compute in.
pub(super) trait Lane: Element + Copy {
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

/// The elements of an input.
pub(super) enum Elements<'a, T: Clone> {
    Read(Cow<'a, [T]>),
    /// They are where the result of this number is to be.
    Over(usize),
}

impl<'a, T: Element> Elements<'a, T> {
    pub(super) fn of(array: &'a Array) -> Self {
        Self::Read(array.elements::<T>())
    }
}

/// Places of results, or of their pieces.
pub(super) type Outs<'o, T> = SmallVec<[&'o mut [T]; 3]>;

/// A program made ready for inputs of these shapes.
pub(super) struct Plan<'a, T: Clone> {
    steps: Vec<Planned<'a>>,
    /// Results to be copied: their number, the buffer that holds them, whether they are a single value.
    copied: Vec<(usize, usize, bool)>,
    inputs: SmallVec<[(Reader, Elements<'a, T>); 6]>,
    /// Of every result, whether an input is where it is to be.
    over: SmallVec<[bool; 3]>,
    cut: Cut,
    buffers: usize,
}

/// A step that knows where its output goes.
struct Planned<'a> {
    block: &'a dyn Block,
    operands: SmallVec<[Source; 3]>,
    buffer: usize,
    /// The result that it computes where that lies: no step reads it, and no input is there.
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

/// Memory that one thread works in.
struct Desk<T> {
    buffers: Vec<Aligned<T>>,
    /// Of every input.
    rows: Vec<LaidOut<T>>,
}

fn block_of(step: &Step) -> &dyn Block {
    step.primitive
        .block()
        .expect("check() refuses steps that have none")
}

impl<'a, T: Lane> Plan<'a, T> {
    pub(super) fn new(
        program: &'a Program,
        inputs: impl IntoIterator<Item = (Shape, Elements<'a, T>)>,
        shape: &Shape,
    ) -> Self {
        let inputs: SmallVec<[(Reader, Elements<'a, T>); 6]> = inputs
            .into_iter()
            .map(|(own, elements)| (Reader::new(&own, shape), elements))
            .collect();
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
        let over = |result: usize| {
            let mut elements = inputs.iter().map(|(_, elements)| elements);
            elements.any(|elements| matches!(*elements, Elements::Over(over) if over == result))
        };
        let over: SmallVec<[bool; 3]> = (0..program.results.len()).map(over).collect();
        let in_place = |step: usize, single: bool| {
            let mut results = (0..program.results.len()).filter(|&result| program.results[result] == step);
            let result = results
                .next()
                .filter(|&result| !single && !over[result] && !is_read(step));
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
                Source::Input(input) => inputs[input].0.is_single(),
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
        let copied: Vec<(usize, usize, bool)> = copied
            .filter(|&(_, &step)| steps[step].result.is_none())
            .map(|(result, &step)| (result, steps[step].buffer, steps[step].single))
            .collect();
        Self {
            cut: Cut::new(inputs.iter().map(|(reader, _)| reader)),
            inputs,
            over,
            steps,
            copied,
            buffers,
        }
    }

    /// Computes the results where they are to be, on as many threads as it is worth.
    pub(super) fn run(&self, outs: Outs<'_, T>) {
        let len = outs[0].len();
        let cost = self.steps.iter().map(|step| step.block.cost()).sum();
        if !parallel::worth_threads(len, cost) {
            return self.run_piece(0, outs, &mut self.desk(len));
        }
        let size = self.cut.whole(parallel::even_piece(len));
        let mut pieces: Vec<Outs<'_, T>> = (0..len.div_ceil(size)).map(|_| Outs::new()).collect();
        for out in outs {
            pieces
                .iter_mut()
                .zip(out.chunks_mut(size))
                .for_each(|(piece, out)| piece.push(out));
        }
        let run = |number: usize, outs, desk: &mut Desk<T>| self.run_piece(number * size, outs, desk);
        parallel::each_with(pieces, || self.desk(size), run);
    }

    /// Memory to compute pieces of `len` elements in.
    fn desk(&self, len: usize) -> Desk<T> {
        Desk {
            buffers: (0..self.buffers).map(|_| Aligned::new(RUN.min(len))).collect(),
            rows: self.inputs.iter().map(|_| LaidOut::default()).collect(),
        }
    }

    /// Computes the piece of every result that starts at element `first`.
    fn run_piece(&self, first: usize, mut outs: Outs<'_, T>, desk: &mut Desk<T>) {
        let len = outs[0].len();
        let mut done = 0;
        while done < len {
            let run = self.cut.run(first + done, len - done, RUN);
            self.compute(first + done, &mut outs, done..done + run, desk);
            done += run;
        }
    }

    /// All steps on the run from element `first` on, whose results lie `at` this place of `outs`.
    fn compute(&self, first: usize, outs: &mut [&mut [T]], at: Range<usize>, desk: &mut Desk<T>) {
        // Results over inputs are written when all steps have read those.
        let mut before: SmallVec<[&[T]; 3]> = SmallVec::new();
        let mut direct: Outs<'_, T> = SmallVec::new();
        for (out, &over) in outs.iter_mut().zip(&self.over) {
            let out = &mut out[at.clone()];
            let (read, written) = if over {
                (&*out, &mut [][..])
            } else {
                (&[][..], out)
            };
            before.push(read);
            direct.push(written);
        }
        // Pushed, not collected: a run is short, and there are many.
        let mut inputs: SmallVec<[Operand<'_, T>; 6]> = SmallVec::new();
        for ((reader, elements), rows) in self.inputs.iter().zip(&mut desk.rows) {
            inputs.push(match elements {
                Elements::Read(values) => reader.read(values, first, at.len(), rows),
                Elements::Over(result) => Operand::Slice(before[*result]),
            });
        }
        for step in &self.steps {
            match step.result {
                Some(result) => step.run(&inputs, &desk.buffers, at.len(), direct[result]),
                None => step.run_buffered(&inputs, &mut desk.buffers, at.len()),
            }
        }
        drop((inputs, before, direct));
        for &(result, buffer, single) in &self.copied {
            let out = &mut outs[result][at.clone()];
            match single {
                true => out.fill(desk.buffers[buffer][0]),
                false => out.copy_from_slice(&desk.buffers[buffer][..at.len()]),
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

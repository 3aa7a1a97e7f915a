//! A program in the memory of one of its inputs: nothing is asked for, and less goes through the caches.

use smallvec::SmallVec;

use super::{
    super::{
        aligned::Aligned,
        broadcast::{LaidOut, RUN},
        elementwise::{Operand, unstretched},
        parallel,
    },
    Lane, Plan, Program, Values, block_of, stretches,
};
use crate::{DType, Result, Shape, ops::Spec, tensor::Array};

impl Program {
    /// Makes `own`, which is input number `reused`, the result; the `others` are the inputs beside it, in order.
    ///
    /// False, and nothing is changed, if that cannot be: somebody else holds that memory, there are several
    /// results, or they have another type or shape.
    ///
    /// # Errors
    /// As [`infer_steps`](Self::infer_steps).
    pub(crate) fn run_in_place(&self, own: &mut Array, reused: usize, others: &[&Array]) -> Result<bool> {
        let spec = |array: &Array| Spec::new(array.dtype(), array.shape());
        let mut given: SmallVec<[Spec; 4]> = others.iter().map(|other| spec(other)).collect();
        if reused > given.len() {
            return Ok(false);
        }
        given.insert(reused, spec(own));
        let specs = self.infer_steps(&given)?;
        let fits = match self.results[..] {
            [result] => specs[result] == given[reused],
            _ => false,
        };
        if !fits
            || !given
                .iter()
                .all(|input| stretches(&input.shape, &given[reused].shape))
        {
            return Ok(false);
        }
        Ok(match own.dtype() {
            DType::F32 => self.run_in_place_as::<f32>(own, reused, others),
            DType::F64 => self.run_in_place_as::<f64>(own, reused, others),
            _ => false,
        })
    }

    fn run_in_place_as<T: Lane>(&self, own: &mut Array, reused: usize, others: &[&Array]) -> bool {
        let shape = own.shape().clone();
        let Some(out) = own.unique_slice_mut::<T>() else {
            return false;
        };
        if out.is_empty() {
            return true;
        }
        let small: SmallVec<[Option<Array>; 4]> = others.iter().map(|other| unstretched(other)).collect();
        let others = small
            .iter()
            .zip(others)
            .map(|(small, &other)| small.as_ref().unwrap_or(other));
        let others: SmallVec<[&Array; 4]> = others.collect();
        let mut shapes: SmallVec<[&Shape; 4]> = others.iter().map(|other| other.shape()).collect();
        let mut values: Values<'_, T> = others.iter().map(|other| other.elements::<T>()).collect();
        shapes.insert(reused, &shape);
        // What is written over is read from where it is written.
        values.insert(reused, (&[][..]).into());
        let plan = Plan::<T>::new(self, &shapes, values, &shape);
        let cost = self.steps.iter().map(|step| block_of(step).cost()).sum();
        let size = plan.cut.whole(parallel::even_piece(out.len()));
        let run = |number: usize, out: &mut [T]| plan.run_in_place(number * size, out, reused);
        if parallel::worth_threads(out.len(), cost) {
            parallel::each(out.chunks_mut(size).collect(), run);
        } else {
            out.chunks_mut(size)
                .enumerate()
                .for_each(|(number, out)| run(number, out));
        }
        true
    }
}

impl<T: Lane> Plan<'_, T> {
    /// Replaces the elements of input `reused` from `first` on, which are in `out`, by those of the result.
    fn run_in_place(&self, first: usize, out: &mut [T], reused: usize) {
        let len = RUN.min(out.len());
        let mut own = Aligned::new(len);
        let mut buffers = self.buffers(len);
        let mut rows: Vec<LaidOut<T>> = self.readers.iter().map(|_| LaidOut::default()).collect();
        let mut done = 0;
        while done < out.len() {
            let run = self.cut.run(first + done, out.len() - done, RUN);
            own[..run].copy_from_slice(&out[done..done + run]);
            let sources = self.readers.iter().zip(&self.values).zip(&mut rows).enumerate();
            let inputs: SmallVec<[Operand<'_, T>; 4]> = sources
                .map(|(number, ((reader, values), rows))| match number == reused {
                    true => Operand::Slice(&own[..run]),
                    false => reader.read(values, first + done, run, rows),
                })
                .collect();
            self.compute(&inputs, &mut buffers, &mut [&mut *out], done..done + run);
            done += run;
        }
    }
}

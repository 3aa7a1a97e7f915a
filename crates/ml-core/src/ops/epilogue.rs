//! A primitive and the elementwise operations on its result as one, which the optimiser of graphs puts together.

use std::{ops::RangeInclusive, sync::Arc};

use serde::{Deserialize, Serialize};
use smallvec::SmallVec;

use super::{
    Arrays, Call, Gradients, Input, Primitive, Saves, Spec, Specs, apply_dyn, check_arity,
    fused::{Fused, vjp_of_steps},
};
use crate::{Error, Result, Tensor, kernels::fused::Program, tensor::Array};

/// A product, say, whose bias and activation are computed where the product lies: no memory is asked for beside
/// it, and the same bits come out as from the operations one after the other.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Epilogue {
    /// What comes first; it takes the first operands and has one result.
    pub(crate) first: Arc<dyn Primitive>,
    /// How many operands that are; the others are the program's.
    pub(crate) operands: usize,
    pub(crate) program: Arc<Program>,
    /// Which input of the program the result of `first` is.
    pub(crate) position: usize,
}

impl Epilogue {
    fn check(&self, operands: usize) -> Result<()> {
        let fits = self.position < self.program.inputs && self.program.results.len() == 1;
        if !fits || operands < self.operands {
            return Err(damaged(format!(
                "result {} of {} is no input of its program",
                self.position,
                self.first.name()
            )));
        }
        check_arity(&*self.first, self.operands)
    }

    /// The inputs of the program: what `first` gave in its place among the other operands.
    fn placed<'i, T>(&self, first: T, others: impl Iterator<Item = T> + 'i) -> SmallVec<[T; 4]> {
        let mut inputs: SmallVec<[T; 4]> = others.collect();
        inputs.insert(self.position.min(inputs.len()), first);
        inputs
    }

    fn step_by_step(&self, inputs: &[Tensor]) -> Result<Vec<Tensor>> {
        let operands: SmallVec<[&Tensor; 3]> = inputs[..self.operands].iter().collect();
        let first = apply_dyn(&self.first, &operands)?.swap_remove(0);
        let inputs = self.placed(first, inputs[self.operands..].iter().cloned());
        let fused = Fused {
            program: Arc::clone(&self.program),
        };
        fused.step_by_step(&inputs)
    }
}

fn damaged(problem: String) -> Error {
    Error::Graph {
        function: "epilogue".to_owned(),
        problem,
        remedy: "the graph is damaged: trace the function again",
    }
}

#[typetag::serde(name = "epilogue")]
impl Primitive for Epilogue {
    fn name(&self) -> &'static str {
        "epilogue"
    }

    fn arity(&self) -> RangeInclusive<usize> {
        let operands = self
            .operands
            .saturating_add(self.program.inputs.saturating_sub(1));
        operands..=operands
    }

    fn infer(&self, inputs: &[Spec]) -> Result<Specs> {
        self.check(inputs.len())?;
        let mut first = self.first.infer(&inputs[..self.operands])?;
        if first.len() != 1 {
            return Err(damaged(format!(
                "{} has {} results",
                self.first.name(),
                first.len()
            )));
        }
        self.program
            .infer(&self.placed(first.remove(0), inputs[self.operands..].iter().cloned()))
    }

    fn forward(&self, inputs: &[&Array]) -> Result<Arrays> {
        self.check(inputs.len())?;
        let (operands, others) = inputs.split_at(self.operands);
        let mut first = self.first.forward(operands)?;
        if first.len() != 1 {
            return Err(damaged(format!(
                "{} has {} results",
                self.first.name(),
                first.len()
            )));
        }
        let others = others.iter().map(|&other| Input::Kept(other));
        let mut inputs = self.placed(Input::Spent(&mut first[0], 0), others);
        let result = self.program.run(&mut inputs)?.pop().flatten();
        drop(inputs);
        Ok(result.map_or(first, |result| Arrays::from_elem(result, 1)))
    }

    fn vjp(&self, call: &Call<'_>, gradients: &[Option<Tensor>]) -> Result<Gradients> {
        vjp_of_steps(call, gradients, |inputs| self.step_by_step(inputs))
    }

    fn saves(&self) -> Saves {
        Saves::INPUTS
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        DType,
        autodiff::{Source, Tape},
        kernels::fused::{Slot, Step},
        ops::{MatMul, apply},
    };

    fn step(primitive: &str, operands: &[Slot]) -> Step {
        let primitive: Box<dyn Primitive> = serde_json::from_str(primitive).expect("a primitive of ours");
        Step {
            primitive: primitive.into(),
            operands: operands.into(),
        }
    }

    /// `tanh(b + x·w)·x·w` with the product as the second input of the program.
    fn layer() -> Epilogue {
        let program = Program {
            inputs: 2,
            steps: vec![
                step(r#"{"add":null}"#, &[Slot::Input(0), Slot::Input(1)]),
                step(r#"{"tanh":null}"#, &[Slot::Step(0)]),
                step(r#"{"mul":null}"#, &[Slot::Step(1), Slot::Input(1)]),
            ],
            results: vec![2],
        };
        Epilogue {
            first: Arc::new(MatMul {
                transpose_a: false,
                transpose_b: false,
            }),
            operands: 2,
            program: Arc::new(program),
            position: 1,
        }
    }

    fn numbers(shape: &[usize], seed: usize) -> Tensor {
        let len: usize = shape.iter().product();
        let values: Vec<f64> = (0..len)
            .map(|n| ((n * 37 + seed) % 101) as f64 / 50.0 - 1.0)
            .collect();
        Tensor::from_vec(values, shape).expect("as many values as elements")
    }

    #[test]
    fn the_bits_are_those_of_the_operations_one_after_the_other() -> Result<()> {
        // The last bias has another shape than the product: the program then runs on its own.
        let shapes: [[&[usize]; 3]; 5] = [
            [&[3, 4], &[4, 5], &[5]],
            [&[70, 40], &[40, 300], &[300]],
            [&[2, 3, 4], &[4, 5], &[3, 1]],
            [&[0, 4], &[4, 5], &[5]],
            [&[3, 4], &[4, 5], &[2, 3, 5]],
        ];
        for shapes in shapes {
            for dtype in [DType::F32, DType::F64] {
                let inputs = [0, 1, 2].map(|n| numbers(shapes[n], n).cast(dtype));
                let inputs: Vec<Tensor> = inputs.into_iter().collect::<Result<_>>()?;
                let together = apply(layer(), &inputs.iter().collect::<Vec<_>>())?;
                let apart = &layer().step_by_step(&inputs)?[0];
                assert_eq!(together.array()?, apart.array()?, "{shapes:?} {dtype}");
            }
        }
        Ok(())
    }

    #[test]
    fn gradients_are_those_of_the_operations() -> Result<()> {
        let inputs = [numbers(&[3, 4], 5), numbers(&[4, 2], 6), numbers(&[2], 7)];
        let gradients = |together: bool| -> Result<Vec<Tensor>> {
            let tape = Tape::new();
            let watched = inputs.iter().map(|x| tape.watch(x)).collect::<Result<Vec<_>>>()?;
            let y = match together {
                true => apply(layer(), &watched.iter().collect::<Vec<_>>())?,
                false => layer().step_by_step(&watched)?.remove(0),
            };
            let sources: Vec<&dyn Source> = watched.iter().map(|x| x as &dyn Source).collect();
            let found = tape.gradient_of(&[&y], &sources)?.into_iter();
            Ok(found
                .map(|gradient| gradient.expect("it depends on all"))
                .collect())
        };
        for (got, expected) in gradients(true)?.iter().zip(gradients(false)?) {
            let pairs = got.to_vec::<f64>()?.into_iter().zip(expected.to_vec::<f64>()?);
            for (got, expected) in pairs {
                assert!((got - expected).abs() < 1e-13, "{got} {expected}");
            }
        }
        Ok(())
    }

    #[test]
    fn damaged_ones_are_refused() {
        let x = numbers(&[2, 2], 0);
        let refused = |change: &dyn Fn(&mut Epilogue)| {
            let mut damaged = layer();
            change(&mut damaged);
            apply(damaged, &[&x, &x, &x]).map(|_| ()).unwrap_err().to_string()
        };
        assert_eq!(
            refused(&|epilogue| epilogue.position = 2),
            "epilogue: result 2 of matmul is no input of its program; the graph is damaged: trace the function again"
        );
        assert_eq!(
            refused(&|epilogue| epilogue.operands = 1),
            "epilogue: number of operands = 3: must be 2"
        );
    }
}

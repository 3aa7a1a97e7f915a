//! Several elementwise primitives as one, which the optimiser of graphs puts together.

use std::{ops::RangeInclusive, sync::Arc};

use serde::{Deserialize, Serialize};
use smallvec::SmallVec;

use super::{Arrays, Call, Gradients, Input, Primitive, Results, Saves, Spec, Specs, apply_dyn};
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
    pub(super) fn step_by_step(&self, inputs: &[Tensor]) -> Result<Vec<Tensor>> {
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
        Ok(self
            .program
            .results
            .iter()
            .map(|&result| values[result].clone())
            .collect())
    }
}

#[typetag::serde(name = "fused")]
impl Primitive for Fused {
    fn name(&self) -> &'static str {
        "fused"
    }

    fn arity(&self) -> RangeInclusive<usize> {
        self.program.inputs..=self.program.inputs
    }

    fn infer(&self, inputs: &[Spec]) -> Result<Specs> {
        self.program.infer(inputs)
    }

    fn forward(&self, inputs: &[&Array]) -> Result<Arrays> {
        let mut inputs: SmallVec<[Input<'_>; 6]> = inputs.iter().map(|&input| Input::Kept(input)).collect();
        // Nothing was offered to be computed over.
        Ok(self.program.run(&mut inputs)?.into_iter().flatten().collect())
    }

    fn forward_over(&self, inputs: &mut [Input<'_>]) -> Result<Results> {
        self.program.run(inputs)
    }

    fn vjp(&self, call: &Call<'_>, gradients: &[Option<Tensor>]) -> Result<Gradients> {
        vjp_of_steps(call, gradients, |inputs| self.step_by_step(inputs))
    }

    fn saves(&self) -> Saves {
        Saves::INPUTS
    }
}

/// The reverse rule of operations done one after the other by `steps`.
pub(super) fn vjp_of_steps(
    call: &Call<'_>,
    gradients: &[Option<Tensor>],
    steps: impl FnOnce(&[Tensor]) -> Result<Vec<Tensor>>,
) -> Result<Gradients> {
    let tape = Tape::persistent();
    let watch = |input: &Tensor| match input.dtype().is_float() {
        true => tape.watch(input),
        false => Ok(input.clone()),
    };
    let watched = call.inputs.iter().map(watch).collect::<Result<Vec<_>>>()?;
    let outputs = steps(&watched)?;
    let sources: Vec<&dyn Source> = watched.iter().map(|input| input as &dyn Source).collect();
    let mut sums: Gradients = call.inputs.iter().map(|_| None).collect();
    for (output, gradient) in outputs.iter().zip(gradients) {
        let Some(gradient) = gradient else { continue };
        let parts = tape.vector_jacobian(output, gradient, &sources)?;
        for (sum, part) in sums.iter_mut().zip(parts) {
            *sum = match (sum.take(), part) {
                (Some(sum), Some(part)) => Some(sum.add(&part)?),
                (sum, part) => sum.or(part),
            };
        }
    }
    Ok(sums)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        DType,
        kernels::fused::Step,
        ops::{apply, apply_many},
    };

    fn step(primitive: &str, operands: &[Slot]) -> Step {
        let primitive: Box<dyn Primitive> = serde_json::from_str(primitive).expect("a primitive of ours");
        Step {
            primitive: primitive.into(),
            operands: operands.into(),
        }
    }

    /// `y = tanh(x·a + b)²` and `z = max(y, b) · 1.5 · b`, where the last product is of single values if `b` is.
    fn program() -> Fused {
        use Slot::{Input, Step as Of};
        let steps = vec![
            step(r#"{"mul":null}"#, &[Input(0), Input(1)]),
            step(r#"{"add":null}"#, &[Of(0), Input(2)]),
            step(r#"{"tanh":null}"#, &[Of(1)]),
            step(r#"{"square":null}"#, &[Of(2)]),
            step(r#"{"maximum":null}"#, &[Of(3), Input(2)]),
            step(r#"{"mul":null}"#, &[Input(2), Input(2)]),
            step(r#"{"mul":null}"#, &[Of(4), Of(5)]),
        ];
        let program = Program {
            inputs: 3,
            steps,
            results: vec![3, 6],
        };
        Fused {
            program: Arc::new(program),
        }
    }

    fn numbers(shape: &[usize], seed: usize) -> Tensor {
        let len: usize = shape.iter().product();
        let values: Vec<f64> = (0..len)
            .map(|n| ((n * 31 + seed) % 113) as f64 / 40.0 - 1.3)
            .collect();
        Tensor::from_vec(values, shape).expect("as many values as elements")
    }

    #[test]
    fn one_pass_gives_the_bits_of_step_by_step() -> Result<()> {
        let shapes: [[&[usize]; 3]; 6] = [
            [&[150, 300], &[300], &[]],
            [&[150, 300], &[150, 1], &[1, 1]],
            [&[9000, 5], &[5], &[9000, 1]],
            [&[3, 20_000], &[3, 1], &[3, 20_000]],
            [&[7], &[7], &[7]],
            [&[0, 3], &[3], &[]],
        ];
        for shapes in shapes {
            for dtype in [DType::F32, DType::F64] {
                let inputs = [0, 1, 2].map(|n| numbers(shapes[n], n).cast(dtype));
                let inputs: Vec<Tensor> = inputs.into_iter().collect::<Result<_>>()?;
                let fused = apply_many(program(), &inputs.iter().collect::<Vec<_>>())?;
                for (fused, one_by_one) in fused.iter().zip(program().step_by_step(&inputs)?) {
                    assert_eq!(fused.array()?, one_by_one.array()?, "{shapes:?} {dtype}");
                }
            }
        }
        // A transposed input, and results smaller than an input that only one of them needs.
        let inputs = [
            numbers(&[40, 30], 1).transpose()?,
            numbers(&[30, 40], 2),
            numbers(&[2, 30, 40], 3),
        ];
        let fused = apply_many(program(), &inputs.iter().collect::<Vec<_>>())?;
        for (fused, one_by_one) in fused.iter().zip(program().step_by_step(&inputs)?) {
            assert_eq!(fused.array()?, one_by_one.array()?);
        }
        Ok(())
    }

    #[test]
    fn gradients_are_those_of_the_steps() -> Result<()> {
        let inputs = [numbers(&[4, 3], 5), numbers(&[3], 6), numbers(&[], 7)];
        let gradients = |fused: bool| -> Result<Vec<Tensor>> {
            let tape = Tape::new();
            let watched = inputs.iter().map(|x| tape.watch(x)).collect::<Result<Vec<_>>>()?;
            let outputs = match fused {
                true => apply_many(program(), &watched.iter().collect::<Vec<_>>())?.into_vec(),
                false => program().step_by_step(&watched)?,
            };
            let sources: Vec<&dyn Source> = watched.iter().map(|x| x as &dyn Source).collect();
            let targets: Vec<&Tensor> = outputs.iter().collect();
            let gradients = tape.gradient_of(&targets, &sources)?.into_iter();
            Ok(gradients
                .map(|gradient| gradient.expect("it depends on all"))
                .collect())
        };
        for (fused, expected) in gradients(true)?.iter().zip(gradients(false)?) {
            let pairs = fused.to_vec::<f64>()?.into_iter().zip(expected.to_vec::<f64>()?);
            for (got, expected) in pairs {
                assert!((got - expected).abs() < 1e-13, "{got} {expected}");
            }
        }
        Ok(())
    }

    #[test]
    fn programs_survive_files_and_damaged_ones_are_refused() -> Result<()> {
        let stored = serde_json::to_string(&program()).expect("programs are data");
        let loaded: Fused = serde_json::from_str(&stored).expect("as it was stored");
        let x = numbers(&[5], 1);
        assert_eq!(
            apply_many(loaded, &[&x, &x, &x])?[1].array()?,
            apply_many(program(), &[&x, &x, &x])?[1].array()?
        );
        let refused = |change: &dyn Fn(&mut Program)| {
            let mut damaged = (*program().program).clone();
            change(&mut damaged);
            let fused = Fused {
                program: Arc::new(damaged),
            };
            apply(fused, &[&x, &x, &x]).map(|_| ()).unwrap_err().to_string()
        };
        let end = "; the graph is damaged: trace the function again";
        assert_eq!(
            refused(&|program| program.steps[1].operands[0] = Slot::Step(1)),
            format!("fused: step 1, add, takes what is not there{end}")
        );
        assert_eq!(
            refused(&|program| program.steps[1].operands.truncate(1)),
            format!("fused: step 1, add, takes what is not there{end}")
        );
        assert_eq!(
            refused(&|program| program.steps[0] = step(r#"{"sum":{"axes":[0]}}"#, &[Slot::Input(0)])),
            format!("fused: step 0, sum, is not elementwise{end}")
        );
        assert_eq!(
            refused(&|program| program.results = vec![7]),
            format!("fused: result 7 of 7 steps{end}")
        );
        assert_eq!(
            refused(&|program| program.inputs = 2),
            "fused: number of operands = 3: must be 2"
        );
        Ok(())
    }
}

//! Running one operation of a graph, in memory that nobody needs any more where that can be: of operands that die
//! there, and of variables that are assigned what comes out.

use smallvec::SmallVec;

use super::{
    plan::{Assigned, Step},
    run::{assign, missing},
};
use crate::{
    Result,
    autodiff::Held,
    ops::{Arrays, Input, Primitive},
    tensor::Array,
};

/// An operand as an executor has it.
pub(super) enum Operand<'v> {
    /// A value that stays as it is.
    Kept(&'v Array),
    /// A handle that the executor needs no more.
    Own(Array),
    /// What a variable holds that is locked.
    Locked,
}

/// A locked variable: the number of the operand that it holds, and of the result that it will hold.
struct Update<'v> {
    held: Held<'v>,
    operand: usize,
    result: usize,
}

impl Step {
    /// Whether the step does more than an operation on operands that stay.
    pub(super) fn writes_over(&self) -> bool {
        !self.reuses.is_empty() || !self.assigns.is_empty()
    }

    /// Whether the memory of the operand of this number may be written over.
    pub(super) fn may_write_over(&self, operand: usize) -> bool {
        let assigned = self.assigns.iter().filter_map(|assigned| assigned.over);
        let reused = self.reuses.iter().map(|&(operand, _)| operand);
        assigned.chain(reused).any(|over| over == operand)
    }

    /// The results; variables hold those that the step assigns.
    pub(super) fn compute(
        &self,
        primitive: &dyn Primitive,
        mut operands: SmallVec<[Operand<'_>; 4]>,
    ) -> Result<Arrays> {
        let mut updates: SmallVec<[Update<'_>; 3]> = SmallVec::new();
        for assigned in &self.assigns {
            if updates.iter().all(|update| update.result != assigned.result) {
                updates.extend(lock(assigned, &mut operands));
            }
        }
        let mut results = primitive.forward_over(&mut self.inputs_of(&mut operands, &mut updates)?)?;
        let mut arrays = Arrays::new();
        // The operands whose variables hold their results already.
        let mut done: SmallVec<[usize; 3]> = SmallVec::new();
        for (number, result) in results.drain(..).enumerate() {
            let update = updates.iter_mut().find(|update| update.result == number);
            let array = match (result, update) {
                (Some(array), _) => Some(array),
                (None, Some(update)) => {
                    done.push(update.operand);
                    Some(update.held.array().clone())
                }
                (None, None) => self.reused(number, &mut operands),
            };
            arrays.push(array.ok_or_else(missing)?);
        }
        // Who holds one variable never waits for another.
        drop(updates);
        for assigned in &self.assigns {
            if assigned.over.is_none_or(|operand| !done.contains(&operand)) {
                let array = arrays.get(assigned.result).ok_or_else(missing)?;
                assign(&assigned.variable, array)?;
            }
        }
        Ok(arrays)
    }

    fn inputs_of<'i>(
        &self,
        operands: &'i mut [Operand<'_>],
        updates: &'i mut [Update<'_>],
    ) -> Result<SmallVec<[Input<'i>; 6]>> {
        let mut inputs: SmallVec<[Option<Input<'i>>; 6]> = SmallVec::new();
        for (number, operand) in operands.iter_mut().enumerate() {
            let reused = self.reuses.iter().find(|&&(reused, _)| reused == number);
            inputs.push(match (operand, reused) {
                (Operand::Own(array), Some(&(_, result))) => Some(Input::Spent(array, result)),
                (Operand::Own(array), None) => Some(Input::Kept(array)),
                (Operand::Kept(array), _) => Some(Input::Kept(array)),
                (Operand::Locked, _) => None,
            });
        }
        for update in updates {
            inputs[update.operand] = Some(Input::Spent(update.held.array(), update.result));
        }
        inputs.into_iter().collect::<Option<_>>().ok_or_else(missing)
    }

    /// The operand that a result was computed over.
    fn reused(&self, result: usize, operands: &mut [Operand<'_>]) -> Option<Array> {
        let &(operand, _) = self.reuses.iter().find(|&&(_, over)| over == result)?;
        match std::mem::replace(&mut operands[operand], Operand::Locked) {
            Operand::Own(array) => Some(array),
            _ => None,
        }
    }
}

/// Locks the variable, if it still holds the operand that it may be computed over, and drops that handle.
fn lock<'v>(assigned: &'v Assigned, operands: &mut [Operand<'_>]) -> Option<Update<'v>> {
    let operand = assigned.over?;
    let Operand::Own(read) = &operands[operand] else {
        return None;
    };
    let held = assigned.variable.hold(read)?;
    operands[operand] = Operand::Locked;
    Some(Update {
        held,
        operand,
        result: assigned.result,
    })
}

#[cfg(test)]
mod tests {
    use crate::{
        DType, Result, Shape, Tensor,
        autodiff::Variable,
        graph::{Function, RunOptions},
        ops::Spec,
    };

    /// Variables of a momentum and a weight, and a step that moves both, one-by-one the same in every number.
    struct Momentum {
        variables: [Variable; 2],
        step: Function,
    }

    fn step(variables: &[Variable; 2], x: &Tensor) -> Result<()> {
        let [speed, weight] = variables;
        let faster = speed.read().lerp(x, 0.1)?;
        speed.assign(&faster)?;
        weight.assign(&weight.read().sub(&faster.mul_scalar(0.5)?)?)
    }

    fn numbers(seed: usize) -> Tensor {
        let values = (0..40_000).map(|n| ((n * 7 + seed) % 97) as f32 / 48.0 - 1.0);
        Tensor::from_vec(values.collect(), [200, 200]).expect("as many values as elements")
    }

    fn momentum(options: RunOptions) -> Momentum {
        let variables = [1, 2].map(|seed| Variable::new(numbers(seed)));
        let own = variables.clone();
        let step = Function::new("step", move |x: &[Tensor]| {
            step(&own, &x[0])?;
            Ok(vec![])
        });
        Momentum {
            variables,
            step: step.options(options),
        }
    }

    fn addresses(variables: &[Variable; 2]) -> Result<[usize; 2]> {
        let address = |variable: &Variable| Ok(variable.value().array()?.address());
        Ok([address(&variables[0])?, address(&variables[1])?])
    }

    #[test]
    fn variables_are_computed_where_they_lie() -> Result<()> {
        for options in [RunOptions::default(), RunOptions::default().inter_op(2)] {
            let moved = momentum(options);
            let expected = [1, 2].map(|seed| Variable::new(numbers(seed)));
            let before = addresses(&moved.variables)?;
            for round in 0..3 {
                moved.step.call(&[&numbers(round)])?;
                step(&expected, &numbers(round))?;
                assert_eq!(addresses(&moved.variables)?, before);
                for (got, expected) in moved.variables.iter().zip(&expected) {
                    assert_eq!(got.value().array()?, expected.value().array()?);
                }
            }
        }
        Ok(())
    }

    #[test]
    fn what_was_read_before_keeps_its_value() -> Result<()> {
        for options in [RunOptions::default(), RunOptions::default().inter_op(2)] {
            let moved = momentum(options);
            let read = moved.variables[1].read();
            let before = addresses(&moved.variables)?;
            moved.step.call(&[&numbers(5)])?;
            assert_eq!(read.array()?, numbers(2).array()?);
            let after = addresses(&moved.variables)?;
            assert!(after[0] == before[0] && after[1] != before[1]);
            // Two variables of one value: neither may be written over while the other holds it.
            let shared = [Variable::new(read.clone()), Variable::new(read.clone())];
            drop(read);
            let own = shared.clone();
            let both = Function::new("both", move |x: &[Tensor]| {
                step(&own, &x[0])?;
                Ok(vec![])
            });
            let expected = shared.clone().map(|variable| Variable::new(variable.value()));
            for round in 0..2 {
                both.call(&[&numbers(round)])?;
                step(&expected, &numbers(round))?;
                for (got, expected) in shared.iter().zip(&expected) {
                    assert_eq!(got.value().array()?, expected.value().array()?);
                }
            }
        }
        Ok(())
    }

    #[test]
    fn steps_of_several_threads_lose_no_memory() -> Result<()> {
        let moved = momentum(RunOptions::default());
        std::thread::scope(|scope| {
            for seed in 0..4 {
                let (step, variables) = (&moved.step, &moved.variables);
                scope.spawn(move || {
                    for round in 0..20 {
                        step.call(&[&numbers(seed * 20 + round)]).expect("it runs");
                        // Whole values only, whoever else is at them.
                        let value = variables[1].value().to_vec::<f32>().expect("f32");
                        assert!(value.iter().all(|value| value.is_finite()));
                    }
                });
            }
        });
        Ok(())
    }

    #[test]
    fn a_value_of_another_shape_is_refused_and_the_variable_keeps_its_own() -> Result<()> {
        let row = Tensor::ones([1, 200], DType::F32)?;
        let variable = Variable::new(row.clone());
        let own = variable.clone();
        let grow = Function::new("grow", move |x: &[Tensor]| {
            own.assign(&own.read().add(&x[0])?.tanh()?)?;
            Ok(vec![])
        });
        // With rows that are not counted beforehand it may fit.
        let grow = grow.concrete(&[Spec::new(DType::F32, [Shape::UNKNOWN, 200])])?;
        let error = grow.call(&[&Tensor::zeros([3, 200], DType::F32)?]).unwrap_err();
        assert!(
            error
                .to_string()
                .contains("the new value must have the variable's shape")
        );
        assert_eq!(variable.value().array()?, row.array()?);
        grow.call(&[&Tensor::zeros([1, 200], DType::F32)?])?;
        assert_eq!(variable.value().array()?, row.tanh()?.array()?);
        Ok(())
    }

    #[test]
    fn threads_that_take_variables_in_opposite_orders_do_not_wait_for_each_other() {
        let [first, second] = momentum(RunOptions::default()).variables;
        let orders = [[first.clone(), second.clone()], [second, first]];
        std::thread::scope(|scope| {
            for own in orders {
                scope.spawn(move || {
                    let both = Function::new("both", move |x: &[Tensor]| {
                        step(&own, &x[0])?;
                        Ok(vec![])
                    });
                    for round in 0..300 {
                        both.call(&[&numbers(round)]).expect("it runs");
                    }
                });
            }
        });
    }
}

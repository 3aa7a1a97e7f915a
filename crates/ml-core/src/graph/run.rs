//! The executor on one thread: a loop over the steps.

use smallvec::SmallVec;

use super::{
    over::Operand,
    plan::{Action, Plan, Step},
};
use crate::{
    Error, Result,
    autodiff::Variable,
    ops::Primitive,
    tensor::{Array, Value},
};

/// A value on its way through the graph.
enum Place<'a> {
    Empty,
    /// An argument or a constant.
    Borrowed(&'a Array),
    /// What a variable held when it was read.
    Shared(Array),
    Owned(Array),
}

impl Place<'_> {
    #[inline]
    fn get(&self) -> Option<&Array> {
        match self {
            Self::Empty => None,
            Self::Borrowed(array) => Some(array),
            Self::Shared(array) => Some(array),
            Self::Owned(array) => Some(array),
        }
    }
}

/// Values of so many places need no memory of their own.
const FEW: usize = 12;

impl Plan {
    /// The results for these arguments, step by step on this thread.
    pub(super) fn run_here(&self, arguments: &[&Array]) -> Result<Vec<Array>> {
        let mut values: SmallVec<[Place<'_>; FEW]> = SmallVec::with_capacity(self.places);
        values.resize_with(self.places, || Place::Empty);
        for (place, constant) in &self.constants {
            values[*place] = Place::Borrowed(constant);
        }
        for (&place, &argument) in self.arguments.iter().zip(arguments) {
            values[place] = Place::Borrowed(argument);
        }
        for step in &self.steps {
            self.take(step, &mut values)
                .map_err(|error| self.failed(step, &error))?;
            for &place in &step.dead {
                values[place] = Place::Empty;
            }
        }
        let results = self.results.iter().enumerate();
        results
            .map(|(number, &place)| {
                let again = self.results[number + 1..].contains(&place);
                match std::mem::replace(&mut values[place], Place::Empty) {
                    Place::Owned(array) if !again => Ok(array),
                    value => {
                        let array = value.get().cloned().ok_or_else(missing);
                        values[place] = value;
                        array
                    }
                }
            })
            .collect()
    }

    #[inline]
    fn take(&self, step: &Step, values: &mut [Place<'_>]) -> Result<()> {
        match &step.action {
            Action::Run(primitive) if step.writes_over() => self.take_over(step, &**primitive, values)?,
            Action::Run(primitive) => {
                let inputs = step.inputs.iter().map(|&place| values[place].get());
                let inputs: Option<SmallVec<[&Array; 4]>> = inputs.collect();
                let outputs = primitive.forward(&inputs.ok_or_else(missing)?)?;
                for (place, array) in (step.output..step.output + step.outputs).zip(outputs) {
                    values[place] = Place::Owned(array);
                }
            }
            Action::Read(variable) => values[step.output] = Place::Shared(read(variable)),
            Action::Assign(variable) => {
                let value = values[step.inputs[0]].get().ok_or_else(missing)?;
                assign(variable, value)?;
            }
        }
        Ok(())
    }
}

impl Plan {
    /// Runs a step that may write over operands.
    fn take_over(&self, step: &Step, primitive: &dyn Primitive, values: &mut [Place<'_>]) -> Result<()> {
        let mut own: SmallVec<[(usize, Array); 4]> = SmallVec::new();
        for (number, &place) in step.inputs.iter().enumerate() {
            if step.may_write_over(number) {
                match std::mem::replace(&mut values[place], Place::Empty) {
                    Place::Owned(array) | Place::Shared(array) => own.push((number, array)),
                    other => values[place] = other,
                }
            }
        }
        let mut own = own.into_iter().peekable();
        let mut operands: SmallVec<[Operand<'_>; 4]> = SmallVec::new();
        for (number, &place) in step.inputs.iter().enumerate() {
            operands.push(match own.next_if(|&(of, _)| of == number) {
                Some((_, array)) => Operand::Own(array),
                None => Operand::Kept(values[place].get().ok_or_else(missing)?),
            });
        }
        let outputs = step.compute(primitive, operands)?;
        for (place, array) in (step.output..step.output + step.outputs).zip(outputs) {
            values[place] = Place::Owned(array);
        }
        Ok(())
    }
}

/// What `variable` holds.
pub(super) fn read(variable: &Variable) -> Array {
    match variable.value().value {
        Value::Array(array) => array,
        Value::Symbol(_) => unreachable!("a variable never holds a symbol"),
    }
}

/// Makes `variable` hold `value`.
pub(super) fn assign(variable: &Variable, value: &Array) -> Result<()> {
    if value.shape() != variable.shape() {
        return Err(Error::Shape {
            op: "assign",
            left: variable.shape().to_vec(),
            right: value.shape().to_vec(),
            rule: "the new value must have the variable's shape",
        });
    }
    variable.store(Value::Array(value.contiguous()));
    Ok(())
}

/// An operation gave fewer values than it announced: only a primitive with a mistake does.
pub(super) fn missing() -> Error {
    Error::Graph {
        function: "graph".to_owned(),
        problem: "an operand was never computed".to_owned(),
        remedy: "infer and forward of a primitive must agree on the number of its outputs",
    }
}

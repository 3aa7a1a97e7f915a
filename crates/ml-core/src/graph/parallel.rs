//! The executor on many threads (book section 19.5.2): every step counts what it waits for; at zero it is
//! queued; what finishes counts down those that wait for it. Every step runs once.

use std::{
    ops::Deref,
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU32, Ordering},
    },
};

use rayon::Scope;
use smallvec::SmallVec;

use super::{
    over::Operand,
    plan::{Action, Plan, Step},
    run::{assign, missing, read},
};
use crate::{Error, Result, tensor::Array};

/// Numbers of steps: seldom more than a few become ready at once.
pub(super) type Steps = SmallVec<[usize; 4]>;

/// A graph on its way, whoever takes its steps.
pub(super) struct Run<P> {
    plan: P,
    values: Vec<Mutex<Option<Array>>>,
    /// Of every step: how many others it still waits for.
    waiting: Vec<AtomicU32>,
    /// Of every place: how often it will still be looked at.
    uses: Vec<AtomicU32>,
    /// What went wrong first, in the order of the program.
    failed: Mutex<Option<(usize, Error)>>,
}

impl Plan {
    /// The results for these arguments; steps whose operands are ready run side by side in the pool of the caller,
    /// over whose threads each is spread.
    pub(super) fn run_parallel(&self, arguments: &[&Array]) -> Result<Vec<Array>> {
        let run = Run::new(self, arguments);
        rayon::in_place_scope(|scope| {
            for number in run.first_steps() {
                let run = &run;
                scope.spawn(move |scope| run.from(scope, number));
            }
        });
        run.results()
    }
}

impl<P: Deref<Target = Plan>> Run<P> {
    /// Before the first step.
    pub(super) fn new(plan: P, arguments: &[&Array]) -> Self {
        let mut values: Vec<Option<Array>> = vec![None; plan.places];
        for (place, constant) in &plan.constants {
            values[*place] = Some(constant.clone());
        }
        for (&place, &argument) in plan.arguments.iter().zip(arguments) {
            values[place] = Some(argument.clone());
        }
        Self {
            values: values.into_iter().map(Mutex::new).collect(),
            waiting: plan
                .steps
                .iter()
                .map(|step| AtomicU32::new(step.waits_for))
                .collect(),
            uses: plan.uses.iter().map(|&uses| AtomicU32::new(uses)).collect(),
            failed: Mutex::new(None),
            plan,
        }
    }

    /// The steps that wait for no other.
    pub(super) fn first_steps(&self) -> Steps {
        let steps = self.plan.steps.iter().enumerate();
        steps
            .filter(|(_, step)| step.waits_for == 0)
            .map(|(number, _)| number)
            .collect()
    }

    /// Runs step `number` and gives those that waited for nothing else any more; none after a failure.
    pub(super) fn advance(&self, number: usize) -> Steps {
        let step = &self.plan.steps[number];
        if let Err(error) = self.take(step) {
            let mut failed = self.failed.lock().unwrap_or_else(PoisonError::into_inner);
            if failed.as_ref().is_none_or(|(first, _)| number < *first) {
                *failed = Some((number, self.plan.failed(step, &error)));
            }
            // Whatever waits for this step never runs.
            return Steps::new();
        }
        let ready = |&next: &usize| self.waiting[next].fetch_sub(1, Ordering::AcqRel) == 1;
        step.dependents.iter().copied().filter(ready).collect()
    }

    /// What came out, after the last step.
    pub(super) fn results(&self) -> Result<Vec<Array>> {
        if let Some((_, error)) = self.failed.lock().unwrap_or_else(PoisonError::into_inner).take() {
            return Err(error);
        }
        let results = self.plan.results.iter().enumerate();
        let result = |(number, &place): (usize, &usize)| {
            let again = self.plan.results[number + 1..].contains(&place);
            let mut value = self.value(place);
            let array = if again { value.clone() } else { value.take() };
            array.ok_or_else(missing)
        };
        results.map(result).collect()
    }

    fn value(&self, place: usize) -> MutexGuard<'_, Option<Array>> {
        self.values[place].lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn take(&self, step: &Step) -> Result<()> {
        let inputs = step.inputs.iter().map(|&place| self.value(place).clone());
        let inputs = inputs
            .collect::<Option<SmallVec<[Array; 4]>>>()
            .ok_or_else(missing)?;
        for &place in &step.inputs {
            if self.uses[place].fetch_sub(1, Ordering::AcqRel) == 1 {
                *self.value(place) = None;
            }
        }
        match &step.action {
            Action::Run(primitive) => {
                let outputs = if step.writes_over() {
                    step.compute(&**primitive, inputs.into_iter().map(Operand::Own).collect())?
                } else {
                    primitive.forward(&inputs.iter().collect::<SmallVec<[&Array; 4]>>())?
                };
                for (place, array) in (step.output..step.output + step.outputs).zip(outputs) {
                    if self.uses[place].load(Ordering::Acquire) > 0 {
                        *self.value(place) = Some(array);
                    }
                }
            }
            Action::Read(variable) => *self.value(step.output) = Some(read(variable)),
            Action::Assign(variable) => assign(variable, &inputs[0])?,
        }
        Ok(())
    }
}

impl Run<&Plan> {
    /// Runs step `number`, then what it makes ready: the first here, the others wherever a thread is free.
    fn from<'s>(&'s self, scope: &Scope<'s>, mut number: usize) {
        loop {
            let mut ready = self.advance(number).into_iter();
            let Some(next) = ready.next() else { return };
            for other in ready {
                scope.spawn(move |scope| self.from(scope, other));
            }
            number = next;
        }
    }
}

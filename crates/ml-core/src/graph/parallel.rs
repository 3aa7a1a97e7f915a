//! The executor on many threads (book section 19.5.2): every step counts what it waits for; at zero it is
//! queued; what finishes counts down those that wait for it. Every step runs once.

use std::sync::{
    Mutex, MutexGuard, PoisonError,
    atomic::{AtomicU32, Ordering},
};

use rayon::{Scope, ThreadPool};
use smallvec::SmallVec;

use super::{
    plan::{Action, Plan, Step},
    run::{assign, missing, read},
};
use crate::{
    Error, Result,
    ops::{Arrays, Primitive},
    tensor::Array,
};

/// A graph on its way.
struct Run<'r> {
    plan: &'r Plan,
    values: Vec<Mutex<Option<Array>>>,
    /// Of every step: how many others it still waits for.
    waiting: Vec<AtomicU32>,
    /// Of every place: how often it will still be looked at.
    uses: Vec<AtomicU32>,
    /// What went wrong first, in the order of the program.
    failed: Mutex<Option<(usize, Error)>>,
    /// Where the work within one operation is spread, if not here.
    intra: Option<&'r ThreadPool>,
}

impl Plan {
    /// The results for these arguments; steps whose operands are ready run side by side in the pool of the
    /// caller, each spread over the threads of `intra`.
    pub(super) fn run_parallel(
        &self,
        arguments: &[&Array],
        intra: Option<&ThreadPool>,
    ) -> Result<Vec<Array>> {
        let run = Run {
            plan: self,
            values: (0..self.places).map(|_| Mutex::new(None)).collect(),
            waiting: self
                .steps
                .iter()
                .map(|step| AtomicU32::new(step.waits_for))
                .collect(),
            uses: self.uses.iter().map(|&uses| AtomicU32::new(uses)).collect(),
            failed: Mutex::new(None),
            intra,
        };
        for (place, constant) in &self.constants {
            *run.value(*place) = Some(constant.clone());
        }
        for (&place, &argument) in self.arguments.iter().zip(arguments) {
            *run.value(place) = Some(argument.clone());
        }
        rayon::in_place_scope(|scope| {
            for (number, step) in self
                .steps
                .iter()
                .enumerate()
                .filter(|(_, step)| step.waits_for == 0)
            {
                debug_assert_eq!(step.waits_for, 0);
                let run = &run;
                scope.spawn(move |scope| run.from(scope, number));
            }
        });
        if let Some((_, error)) = run.failed.lock().unwrap_or_else(PoisonError::into_inner).take() {
            return Err(error);
        }
        let result = |&place: &usize| run.value(place).clone().ok_or_else(missing);
        self.results.iter().map(result).collect()
    }
}

impl<'r> Run<'r> {
    fn value(&self, place: usize) -> MutexGuard<'_, Option<Array>> {
        self.values[place].lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Runs step `number`, then what it makes ready: the first here, the others wherever a thread is free.
    fn from<'s>(&'s self, scope: &Scope<'s>, mut number: usize) {
        loop {
            let step = &self.plan.steps[number];
            if let Err(error) = self.take(step) {
                let mut failed = self.failed.lock().unwrap_or_else(PoisonError::into_inner);
                if failed.as_ref().is_none_or(|(first, _)| number < *first) {
                    *failed = Some((number, self.plan.failed(step, &error)));
                }
                // Whatever waits for this step never runs.
                return;
            }
            let ready = |&&next: &&usize| self.waiting[next].fetch_sub(1, Ordering::AcqRel) == 1;
            let mut ready = step.dependents.iter().filter(ready);
            let Some(&next) = ready.next() else { return };
            for &other in ready {
                scope.spawn(move |scope| self.from(scope, other));
            }
            number = next;
        }
    }

    fn take(&self, step: &Step) -> Result<()> {
        let inputs = step.inputs.iter().map(|&place| self.value(place).clone());
        let mut inputs = inputs
            .collect::<Option<SmallVec<[Array; 4]>>>()
            .ok_or_else(missing)?;
        for &place in &step.inputs {
            if self.uses[place].fetch_sub(1, Ordering::AcqRel) == 1 {
                *self.value(place) = None;
            }
        }
        match &step.action {
            Action::Run(primitive) => {
                let mut run = || run(&**primitive, step.reuses, &mut inputs);
                let outputs = match self.intra {
                    Some(pool) => pool.install(run),
                    None => run(),
                }?;
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

/// The results of `primitive`, in the memory of operand `reuses` if nobody else holds that any more.
fn run(
    primitive: &dyn Primitive,
    reuses: Option<usize>,
    inputs: &mut SmallVec<[Array; 4]>,
) -> Result<Arrays> {
    if let Some(reused) = reuses {
        let mut own = inputs.remove(reused);
        let others: SmallVec<[&Array; 4]> = inputs.iter().collect();
        let done = primitive.forward_in_place(&mut own, reused, &others);
        drop(others);
        if done? {
            return Ok(Arrays::from_elem(own, 1));
        }
        inputs.insert(reused, own);
    }
    primitive.forward(&inputs.iter().collect::<SmallVec<[&Array; 4]>>())
}

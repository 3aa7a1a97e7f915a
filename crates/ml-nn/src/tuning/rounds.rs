//! The trials of a round, on threads.

use std::{
    panic::resume_unwind,
    sync::atomic::{AtomicBool, AtomicUsize, Ordering},
    thread,
    time::Instant,
};

use ml_core::{Result, Rng};

use super::{Outcome, Proposal, Trial, TrialRecord, Tuner, file::StudyFile};

impl Tuner {
    /// Runs the trials of a round that the file does not have; all of them, in order.
    pub(super) fn round(
        &self,
        earlier: &[TrialRecord],
        round: &[Proposal],
        file: &StudyFile,
        objective: &(impl Fn(&mut Trial<'_>) -> Result<f64> + Sync),
        advance: &(dyn Fn() + Sync),
    ) -> Result<Vec<TrialRecord>> {
        let failed = AtomicBool::new(false);
        let one = |place: usize| {
            let (number, proposal) = (earlier.len() + place, &round[place]);
            if let Some(known) = file.known(number, proposal)? {
                advance();
                return Ok(Some(known));
            }
            if failed.load(Ordering::Relaxed) {
                // The search ends with the error of another trial: nothing more is begun.
                return Ok(None);
            }
            let record = self.one(number, proposal.clone(), earlier, objective);
            let record = record.and_then(|record| file.add(&record).map(|()| record));
            failed.fetch_or(record.is_err(), Ordering::Relaxed);
            advance();
            record.map(Some)
        };
        let done: Vec<Result<Option<TrialRecord>>> = spread(round.len(), one);
        let done: Result<Vec<Option<TrialRecord>>> = done.into_iter().collect();
        Ok(done?.into_iter().flatten().collect())
    }

    fn one(
        &self,
        number: usize,
        proposal: Proposal,
        earlier: &[TrialRecord],
        objective: &(impl Fn(&mut Trial<'_>) -> Result<f64> + Sync),
    ) -> Result<TrialRecord> {
        let configuration = proposal.again.unwrap_or(number);
        let mut trial = Trial {
            number,
            values: proposal.values,
            budget: proposal.budget,
            seed: trial_seed(self.seed, configuration),
            goal: self.goal,
            pruner: self.pruner.as_deref(),
            earlier,
            reports: Vec::new(),
            stopped: false,
        };
        let start = Instant::now();
        let outcome = match (objective(&mut trial), trial.stopped) {
            (Err(error), _) if self.keep_failures => Outcome::Failed {
                problem: error.to_string(),
            },
            (Err(error), _) => return Err(trial.failed(error)),
            (Ok(_), true) => {
                let (step, value) = trial.reports.last().copied().unwrap_or_default();
                Outcome::Pruned { step, value }
            }
            (Ok(value), false) if value.is_finite() => Outcome::Complete { value },
            (Ok(value), false) => Outcome::Failed {
                problem: format!("the value is {value}"),
            },
        };
        Ok(TrialRecord {
            number,
            configuration,
            values: trial.values,
            budget: trial.budget,
            reports: trial.reports,
            outcome,
            seconds: start.elapsed().as_secs_f64(),
        })
    }
}

/// The stream of a search's seed from which points are drawn.
pub(super) fn proposals(seed: u64) -> Rng {
    Rng::new(seed).stream(0)
}

/// The seed of what happens in a trial.
fn trial_seed(seed: u64, configuration: usize) -> u64 {
    Rng::new(seed).stream(1).stream(configuration as u64).next_u64()
}

/// Results of `run` for `0..count`, in order, on as many threads as rayon's pool has.
///
/// On threads of their own: one of the pool's, while it waits for a part of a training, would begin another trial on top of
/// it, and there another one, until its stack is full.
fn spread<R: Send>(count: usize, run: impl Fn(usize) -> R + Sync) -> Vec<R> {
    let threads = rayon::current_num_threads().min(count);
    if threads <= 1 {
        return (0..count).map(run).collect();
    }
    let next = AtomicUsize::new(0);
    let take = || Some(next.fetch_add(1, Ordering::Relaxed)).filter(|&number| number < count);
    let work = || -> Vec<(usize, R)> {
        std::iter::from_fn(take)
            .map(|number| (number, run(number)))
            .collect()
    };
    let mut done: Vec<(usize, R)> = thread::scope(|scope| {
        let workers: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
        let results = workers
            .into_iter()
            .map(|worker| worker.join().unwrap_or_else(|panic| resume_unwind(panic)));
        results.flatten().collect()
    });
    done.sort_unstable_by_key(|&(number, _)| number);
    done.into_iter().map(|(_, result)| result).collect()
}

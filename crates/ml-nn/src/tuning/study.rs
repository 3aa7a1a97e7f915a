//! What a search found.

use std::fmt;

use ml_core::{Error, Result};

use super::{Goal, Outcome, TrialRecord};

/// All trials of a search. Displays as a table, the best first.
#[derive(Debug, Clone, PartialEq)]
pub struct Study {
    /// Which values are good.
    pub goal: Goal,
    /// The trials, by number.
    pub trials: Vec<TrialRecord>,
}

impl Study {
    /// The best completed trial: of those with the largest budget the one with the best value, the first of equals.
    ///
    /// # Errors
    /// [`Error::Numerical`] if no trial was completed, with what was wrong with the first.
    pub fn best(&self) -> Result<&TrialRecord> {
        let sorted = self.sorted();
        sorted
            .first()
            .copied()
            .filter(|trial| trial.value().is_some())
            .ok_or_else(|| Error::Numerical {
                op: "tuning",
                problem: match sorted.first().map(|trial| &trial.outcome) {
                    Some(Outcome::Failed { problem }) => {
                        format!("none of {} trials was completed: {problem}", self.trials.len())
                    }
                    _ => format!("none of {} trials was completed", self.trials.len()),
                },
                remedy: "search where training does not diverge, or prune less",
            })
    }

    /// The trials from the best to the worst: completed ones (larger budgets first), pruned ones, failed ones.
    pub fn sorted(&self) -> Vec<&TrialRecord> {
        let mut sorted: Vec<&TrialRecord> = self.trials.iter().collect();
        sorted.sort_by(|a, b| a.compare(b, self.goal));
        sorted
    }

    /// The best value after each trial; `None` before the first that was completed.
    pub fn best_so_far(&self) -> Vec<Option<f64>> {
        let better = |best: &mut Option<f64>, trial: &TrialRecord| {
            if self.goal.cost(trial.value()) < self.goal.cost(*best) {
                *best = trial.value();
            }
            Some(*best)
        };
        self.trials.iter().scan(None, better).collect()
    }
}

impl fmt::Display for Study {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "{:>5}  {:>14}  {:>6}  {:>8}  hyperparameters",
            "trial", "value", "budget", "seconds"
        )?;
        for trial in self.sorted() {
            let value = match &trial.outcome {
                Outcome::Complete { value } => format!("{value:.6}"),
                Outcome::Pruned { step, .. } => format!("pruned at {step}"),
                Outcome::Failed { .. } => "failed".to_owned(),
            };
            let budget = trial.budget.map_or_else(String::new, |budget| budget.to_string());
            writeln!(
                f,
                "{:>5}  {value:>14}  {budget:>6}  {:>8.2}  {}",
                trial.number, trial.seconds, trial.values
            )?;
        }
        Ok(())
    }
}

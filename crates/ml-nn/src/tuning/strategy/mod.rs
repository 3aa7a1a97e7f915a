//! What to try next.
//!
//! *To add one:* a file with the struct and `#[typetag::serde] impl Strategy`, and a line below.

mod bayesian;
mod halving;
mod hyperband;
mod random;

use std::{collections::BTreeSet, fmt::Debug};

use ml_core::{Result, Rng, check};
use serde_json::Value;

use super::{Goal, Space, TrialRecord, Values, rounds::proposals};

pub use bayesian::BayesianSearch;
pub use halving::SuccessiveHalving;
pub use hyperband::Hyperband;
pub use random::RandomSearch;

/// More trials than this are a slip of the keyboard.
const MOST_TRIALS: usize = 1_000_000;
/// How often a point is drawn anew that was there before, until the space counts as tried out.
const REDRAWS: u64 = 100;

/// What to try next, as a function of what is known. One of your own is a type with this trait under `#[typetag::serde]`.
#[typetag::serde(tag = "class_name", content = "config")]
pub trait Strategy: Debug + Send + Sync {
    /// The trials of the next round, which will run at the same time; none when the search is over. It must be a function
    /// of what it is given: then a search can be repeated and gone on with.
    ///
    /// # Errors
    /// [`Error::Numerical`](ml_core::Error::Numerical) if the trials so far allow no decision.
    fn next(&self, search: &Search<'_>) -> Result<Vec<Proposal>>;

    /// Refuses settings outside their domain.
    ///
    /// # Errors
    /// [`Error::Parameter`](ml_core::Error::Parameter).
    fn check(&self) -> Result<()> {
        Ok(())
    }

    /// What must be the same for going on with the trials of a file; by default everything.
    ///
    /// # Errors
    /// What cannot be written as JSON.
    fn identity(&self) -> serde_json::Result<Value>;
}

/// What a strategy knows.
#[derive(Debug)]
pub struct Search<'s> {
    /// What is searched.
    pub space: &'s Space,
    /// Which values are good.
    pub goal: Goal,
    /// Of all draws.
    pub seed: u64,
    /// How many trials make a round, where the strategy does not know better.
    pub parallel: usize,
    /// Whether trials may be given up early, by what others did before.
    pub is_pruned: bool,
    /// The trials of the rounds before, by number.
    pub trials: &'s [TrialRecord],
}

/// A trial to be made.
#[derive(Debug, Clone, PartialEq)]
pub struct Proposal {
    /// The hyperparameters.
    pub values: Values,
    /// For how long to train.
    pub budget: Option<usize>,
    /// The number of the first trial of these values, if they were tried before.
    pub again: Option<usize>,
}

impl Proposal {
    /// A configuration that was not tried before, to be trained for as long as it takes.
    pub fn new(values: Values) -> Self {
        Self {
            values,
            budget: None,
            again: None,
        }
    }
}

impl Search<'_> {
    /// The draws of the trial of this number.
    fn rng(&self, number: usize) -> Rng {
        proposals(self.seed).stream(number as u64)
    }

    /// Random configurations for the next trials, none of which was there before; fewer when the space is tried out.
    fn fresh(&self, count: usize) -> Vec<Values> {
        let mut seen: BTreeSet<String> = self.trials.iter().map(|trial| trial.values.to_string()).collect();
        let mut fresh: Vec<Values> = Vec::with_capacity(count.min(MOST_TRIALS));
        for number in self.trials.len()..self.trials.len() + count {
            let draw = |again| {
                self.space
                    .at(&self.space.draw_places(&mut self.rng(number).stream(again)))
            };
            let Some(values) = (0..REDRAWS)
                .map(draw)
                .find(|values| seen.insert(values.to_string()))
            else {
                break;
            };
            fresh.push(values);
        }
        fresh
    }
}

/// Refuses no trials, and more than there is time for.
fn check_trials(trials: usize) -> Result<()> {
    let valid = (1..=MOST_TRIALS).contains(&trials);
    check::parameter("trials", trials, valid, "from 1 to 1,000,000")
}

//! Several brackets of successive halving.

use ml_core::{Result, check};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{
    Proposal, Search, Strategy,
    halving::{bracket, check_factor},
};

/// Hyperband: brackets of [successive halving](super::SuccessiveHalving), from the one with most configurations and the
/// smallest budget to the one with fewest and the full budget, each of which costs about the same. It need not be known
/// how soon good configurations show.
///
/// The closure must heed [`Trial::budget`](crate::tuning::Trial::budget).
///
/// **Source**: Li et al., "Hyperband: A Novel Bandit-Based Approach to Hyperparameter Optimization", JMLR 18 (2018),
/// algorithm 1.
///
/// # Examples
/// ```
/// use ml_nn::tuning::Hyperband;
///
/// // Table 1 of the source: configurations and budgets of each rung, a bracket a line.
/// let brackets = Hyperband::new(81).brackets();
/// assert_eq!(brackets[0], [(81, 1), (27, 3), (9, 9), (3, 27), (1, 81)]);
/// assert_eq!(brackets[1], [(34, 3), (11, 9), (3, 27), (1, 81)]);
/// assert_eq!(brackets[4], [(5, 81)]);
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Hyperband {
    /// The full budget of a trial, at least 1.
    pub max_budget: usize,
    /// One of so many goes on, with so many times the budget, at least 2. Default 3.
    pub factor: usize,
}

impl Hyperband {
    /// With this full budget.
    pub fn new(max_budget: usize) -> Self {
        Self {
            max_budget,
            factor: 3,
        }
    }

    /// Sets of how many one goes on.
    #[must_use]
    pub fn factor(mut self, factor: usize) -> Self {
        self.factor = factor;
        self
    }

    /// The brackets in order: how many configurations each rung tries, and with what budget. None for settings outside
    /// their domain.
    pub fn brackets(&self) -> Vec<Vec<(usize, usize)>> {
        if self.check().is_err() {
            return Vec::new();
        }
        // The largest power of the factor within the budget.
        let powers = std::iter::successors(Some(1usize), |power| power.checked_mul(self.factor));
        let powers: Vec<usize> = powers.take_while(|&power| power <= self.max_budget).collect();
        let most = powers.len() - 1;
        let bracket = |rounds: usize| {
            // n = ⌈(s_max + 1) / (s + 1) · factorˢ⌉ configurations of budget R / factorˢ begin.
            let count = ((most + 1) * powers[rounds]).div_ceil(rounds + 1);
            let rung = |i: usize| (count / powers[i], (self.max_budget / powers[rounds - i]).max(1));
            (0..=rounds).map(rung).collect()
        };
        (0..=most).rev().map(bracket).collect()
    }
}

#[typetag::serde]
impl Strategy for Hyperband {
    fn next(&self, search: &Search<'_>) -> Result<Vec<Proposal>> {
        let mut start = 0;
        for rungs in self.brackets() {
            let budgets: Vec<usize> = rungs.iter().map(|&(_, budget)| budget).collect();
            if let Some(round) = bracket(search, start, rungs[0].0, &budgets, self.factor)? {
                if !round.is_empty() {
                    return Ok(round);
                }
                // The space is tried out: other brackets would find nothing new either.
                break;
            }
            start += taken(search, start, rungs[0].0, budgets.len(), self.factor);
        }
        Ok(Vec::new())
    }

    fn check(&self) -> Result<()> {
        check::parameter("max_budget", self.max_budget, self.max_budget >= 1, "at least 1")?;
        check_factor(self.factor)
    }

    fn identity(&self) -> serde_json::Result<Value> {
        serde_json::to_value(self as &dyn Strategy)
    }
}

/// How many trials a bracket that is over has made.
fn taken(search: &Search<'_>, start: usize, configurations: usize, rungs: usize, factor: usize) -> usize {
    let own = &search.trials[start..];
    let first = own.iter().take(configurations);
    let first = first
        .take_while(|trial| trial.configuration == trial.number && trial.budget == own[0].budget)
        .count();
    let sizes = std::iter::successors(Some(first), |size| Some(size / factor));
    sizes.take(rungs).sum()
}

//! Many begin, few go on.

use ml_core::{Error, Result, check};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Proposal, Search, Strategy, check_trials};

/// Successive halving: tries many configurations with a small budget, the best `1 / factor` of them with `factor` times as
/// much, and so on up to the largest budget.
///
/// The closure must heed [`Trial::budget`](crate::tuning::Trial::budget): `Fit::new().epochs(trial.budget().unwrap_or(1))`.
/// Every round trains from the beginning, so that a search gone on with is the same search.
///
/// **Source**: Jamieson and Talwalkar, "Non-stochastic Best Arm Identification and Hyperparameter Optimization" (2016).
///
/// # Examples
/// ```
/// use ml_nn::tuning::{Domain, Space, SuccessiveHalving, Tuner};
///
/// let space = Space::new().add("x", Domain::float(0.0, 1.0));
/// let study = Tuner::new(space, SuccessiveHalving::new(9, 1, 9)).run(|trial| {
///     let error = (trial.get::<f64>("x")? - 0.3).abs();
///     Ok(error + 0.01 / trial.budget().unwrap_or(1) as f64)
/// })?;
/// let budgets: Vec<usize> = study.trials.iter().filter_map(|trial| trial.budget).collect();
/// assert_eq!(budgets, [1, 1, 1, 1, 1, 1, 1, 1, 1, 3, 3, 3, 9]);
/// # Ok::<(), ml_core::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SuccessiveHalving {
    /// How many configurations begin, at least 1.
    pub configurations: usize,
    /// Their budget, at least 1.
    pub min_budget: usize,
    /// The largest budget, at least the smallest.
    pub max_budget: usize,
    /// One of so many goes on, with so many times the budget, at least 2. Default 3.
    pub factor: usize,
}

impl SuccessiveHalving {
    /// So many configurations, with budgets from the first to the second number.
    pub fn new(configurations: usize, min_budget: usize, max_budget: usize) -> Self {
        Self {
            configurations,
            min_budget,
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
}

#[typetag::serde]
impl Strategy for SuccessiveHalving {
    fn next(&self, search: &Search<'_>) -> Result<Vec<Proposal>> {
        let budgets = std::iter::successors(Some(self.min_budget), |budget| budget.checked_mul(self.factor));
        let budgets: Vec<usize> = budgets.take_while(|&budget| budget <= self.max_budget).collect();
        Ok(bracket(search, 0, self.configurations, &budgets, self.factor)?.unwrap_or_default())
    }

    fn check(&self) -> Result<()> {
        check_trials(self.configurations)?;
        check_factor(self.factor)?;
        check::parameter("min_budget", self.min_budget, self.min_budget >= 1, "at least 1")?;
        let valid = self.max_budget >= self.min_budget;
        check::parameter("max_budget", self.max_budget, valid, "at least min_budget")
    }

    fn identity(&self) -> serde_json::Result<Value> {
        serde_json::to_value(self as &dyn Strategy)
    }
}

pub(super) fn check_factor(factor: usize) -> Result<()> {
    check::parameter("factor", factor, factor >= 2, "at least 2")
}

/// The next round of a bracket whose first trial has the number `start`; `None` when it is over.
///
/// Rungs have the budgets given; the best `1 / factor` of a rung make the next one. A space with fewer points than are asked
/// for makes a smaller first rung, which may be empty.
pub(super) fn bracket(
    search: &Search<'_>,
    start: usize,
    configurations: usize,
    budgets: &[usize],
    factor: usize,
) -> Result<Option<Vec<Proposal>>> {
    let Some((&smallest, larger)) = budgets.split_first() else {
        return Ok(None);
    };
    let own = search.trials.get(start..).unwrap_or_default();
    if own.is_empty() {
        let fresh = search.fresh(configurations).into_iter();
        let proposal = |values| Proposal {
            budget: Some(smallest),
            ..Proposal::new(values)
        };
        return Ok(Some(fresh.map(proposal).collect()));
    }
    // Rungs lie one after the other: the first ends where a configuration comes again or another bracket begins.
    let first = own
        .iter()
        .take_while(|trial| trial.budget == Some(smallest) && trial.configuration == trial.number);
    let mut rung = first.take(configurations).count();
    let mut end = start + rung;
    for &budget in larger {
        let next = rung / factor;
        if next == 0 {
            return Ok(None);
        }
        if search.trials.len() == end {
            return promoted(search, end - rung, next, budget).map(Some);
        }
        rung = next;
        end += rung;
    }
    Ok(None)
}

/// The best of the last rung once more, with a larger budget.
fn promoted(search: &Search<'_>, from: usize, count: usize, budget: usize) -> Result<Vec<Proposal>> {
    let mut rung: Vec<_> = search.trials[from..].iter().collect();
    rung.sort_by(|a, b| a.compare(b, search.goal));
    if rung[0].last_value().is_none() {
        return Err(Error::Numerical {
            op: "halving",
            problem: format!(
                "none of the {} trials from number {from} on gave a number",
                rung.len()
            ),
            remedy: "search where training does not diverge, or begin with a larger budget",
        });
    }
    let proposal = |trial: &&crate::tuning::TrialRecord| Proposal {
        values: trial.values.clone(),
        budget: Some(budget),
        again: Some(trial.configuration),
    };
    Ok(rung.iter().take(count).map(proposal).collect())
}

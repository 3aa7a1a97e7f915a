//! Points at random.

use ml_core::Result;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Proposal, Search, Strategy, check_trials};

/// So many points of the space at random, none of them twice; fewer if there are fewer.
///
/// A study file of it may be gone on with by more trials.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RandomSearch {
    /// How many, from 1 to 1,000,000.
    pub trials: usize,
}

impl RandomSearch {
    /// So many.
    pub fn new(trials: usize) -> Self {
        Self { trials }
    }
}

#[typetag::serde]
impl Strategy for RandomSearch {
    fn next(&self, search: &Search<'_>) -> Result<Vec<Proposal>> {
        let left = self.trials.saturating_sub(search.trials.len());
        let count = match search.is_pruned {
            true => left.min(search.parallel),
            // Nothing that happens in one trial changes another.
            false => left,
        };
        Ok(search.fresh(count).into_iter().map(Proposal::new).collect())
    }

    fn check(&self) -> Result<()> {
        check_trials(self.trials)
    }

    fn identity(&self) -> serde_json::Result<Value> {
        Ok("RandomSearch".into())
    }
}

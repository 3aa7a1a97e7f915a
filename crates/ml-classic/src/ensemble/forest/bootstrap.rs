//! Which rows each tree sees, and how often.

use ml_core::{Error, Result, Rng};

use crate::tree::{RowCount, search::weighted_rows};

/// Draws of rows with replacement, one stream a tree: tree `i` sees the same rows whichever thread
/// grows it, and they can be drawn again when the out-of-bag rows are wanted.
///
/// A row of weight 0 is as good as absent: it is never drawn.
#[derive(Debug, Clone)]
pub(super) struct Bootstrap {
    rng: Rng,
    n_rows: usize,
    /// The rows of positive weight.
    rows: Vec<u32>,
    /// Draws a tree; `None` gives every tree all rows once.
    n_draws: Option<usize>,
}

impl Bootstrap {
    pub(super) fn new(
        seed: u64,
        weights: &[f64],
        bootstrap: bool,
        max_samples: Option<RowCount>,
    ) -> Result<Self> {
        let rows = weighted_rows(weights);
        let n_draws = match (bootstrap, max_samples) {
            (false, None) => None,
            (false, Some(_)) => {
                return Err(Error::Parameter {
                    name: "max_samples".to_owned(),
                    value: format!("{max_samples:?}"),
                    domain: "None when bootstrap is false".to_owned(),
                });
            }
            (true, None) => Some(rows.len()),
            (true, Some(count)) => Some(count.resolve_draws(rows.len())?),
        };
        Ok(Self {
            rng: Rng::new(seed),
            n_rows: weights.len(),
            rows,
            n_draws,
        })
    }

    /// How often tree `tree` sees each row, and the generator that its growth goes on with.
    pub(super) fn draw(&self, tree: usize) -> (Vec<u32>, Rng) {
        let mut rng = self.rng.stream(tree as u64);
        let Some(n_draws) = self.n_draws else {
            return (vec![1; self.n_rows], rng);
        };
        let mut counts = vec![0; self.n_rows];
        for _ in 0..n_draws {
            counts[self.rows[rng.below(self.rows.len())] as usize] += 1;
        }
        (counts, rng)
    }
}

//! How to train.

use ml_core::{Result, check};
use serde::{Deserialize, Serialize};

use crate::{callbacks::EarlyStopping, training::Fit};

/// How an estimator's network is trained: what [`Fit`] is told.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Training {
    /// How often all rows are passed, at most if there is early stopping. Default 100.
    pub epochs: usize,
    /// Rows of a step. Default 32.
    pub batch_size: usize,
    /// Whether each epoch passes the rows in another random order. Default true.
    pub shuffle: bool,
    /// Share of the rows, the last ones, that is held out for early stopping and for the history, in `[0, 1)`. Default 0.
    pub validation_split: f64,
    /// Ends after so many epochs without a smaller loss on the rows held out, with the weights of the best epoch. Default
    /// none: all epochs. Needs rows held out, or validation data.
    pub patience: Option<usize>,
    /// Of first weights, dropout and the order of rows. Default 0.
    pub seed: u64,
}

impl Default for Training {
    fn default() -> Self {
        Self {
            epochs: 100,
            batch_size: 32,
            shuffle: true,
            validation_split: 0.0,
            patience: None,
            seed: 0,
        }
    }
}

impl Training {
    /// What `fit` is told, with validation data or without.
    pub(super) fn fit<'f>(&self, validated: bool) -> Result<Fit<'f>> {
        check::parameter("epochs", self.epochs, self.epochs > 0, "at least 1")?;
        let fit = Fit::new()
            .epochs(self.epochs)
            .batch_size(self.batch_size)
            .shuffle(self.shuffle)
            .validation_split(self.validation_split);
        let Some(patience) = self.patience else {
            return Ok(fit);
        };
        check::parameter(
            "patience",
            patience,
            validated || self.validation_split > 0.0,
            "none without rows to watch: set validation_split, or give validation_data",
        )?;
        Ok(fit.callback(EarlyStopping::new().patience(patience).restore_best_weights(true)))
    }
}

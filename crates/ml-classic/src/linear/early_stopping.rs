//! Stop when the validation error has been at its best for long, and go back to there.

use derive_setters::Setters;
use ml_core::{Result, check};

/// Early stopping with rollback, for any model that is trained epoch by epoch.
///
/// After every epoch the errors are measured; when the validation error has not improved for `patience` epochs training
/// ends, and the model of the best epoch is given back. (Stopping at once when the error rises is a bad idea: with
/// stochastic and mini-batch gradient descent it goes up and down.)
///
/// # Examples
/// ```
/// use ml_classic::linear::EarlyStopping;
///
/// // A "model" that walks past the best place, 3.
/// let walk = EarlyStopping::default().patience(2).run(
///     0.0,
///     |place: &mut f64| { *place += 1.0; Ok(()) },
///     |place| Ok((10.0 - place, (place - 3.0).abs())),
/// )?;
/// assert_eq!((walk.best, walk.best_epoch), (3.0, 3));
/// assert_eq!(walk.validation_errors, [2.0, 1.0, 0.0, 1.0, 2.0]);
/// # Ok::<(), ml_core::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Setters)]
pub struct EarlyStopping {
    /// Epochs without improvement after which to stop, at least 1. Default 10.
    pub patience: usize,
    /// Least decrease of the validation error that counts as one, at least 0. Default 0.
    pub min_delta: f64,
    /// Most epochs, at least 1. Default 1000.
    pub max_epochs: usize,
}

impl Default for EarlyStopping {
    fn default() -> Self {
        Self {
            patience: 10,
            min_delta: 0.0,
            max_epochs: 1000,
        }
    }
}

/// Why training ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// All epochs were used; more might help.
    OutOfEpochs,
    /// The validation error rose while the training error did not: stopping was right.
    Overfitting,
    /// The training error rose too, or became infinite: lower the learning rate.
    Diverging,
    /// Neither moved any more.
    Settled,
}

/// How training went.
#[derive(Debug, Clone, PartialEq)]
pub struct Stopped<M> {
    /// The model of the best epoch.
    pub best: M,
    /// Its number, from 1; 0 if no epoch gave a finite error, and `best` is untrained.
    pub best_epoch: usize,
    /// Its validation error.
    pub best_error: f64,
    /// Training errors, one an epoch.
    pub training_errors: Vec<f64>,
    /// Validation errors, one an epoch.
    pub validation_errors: Vec<f64>,
    /// Why it ended.
    pub ending: Ending,
}

impl EarlyStopping {
    /// Trains `model` by `epoch`; `errors` gives the training and the validation error.
    ///
    /// # Errors
    /// A hyperparameter outside its domain; what `epoch` and `errors` refuse.
    pub fn run<M: Clone>(
        &self,
        mut model: M,
        mut epoch: impl FnMut(&mut M) -> Result<()>,
        mut errors: impl FnMut(&M) -> Result<(f64, f64)>,
    ) -> Result<Stopped<M>> {
        check::parameter("patience", self.patience, self.patience > 0, ">= 1")?;
        check::parameter("max_epochs", self.max_epochs, self.max_epochs > 0, ">= 1")?;
        check::parameter("min_delta", self.min_delta, self.min_delta >= 0.0, ">= 0")?;
        let mut out = Stopped {
            best: model.clone(),
            best_epoch: 0,
            best_error: f64::INFINITY,
            training_errors: Vec::new(),
            validation_errors: Vec::new(),
            ending: Ending::OutOfEpochs,
        };
        for number in 1..=self.max_epochs {
            epoch(&mut model)?;
            let (training, validation) = errors(&model)?;
            out.training_errors.push(training);
            out.validation_errors.push(validation);
            if validation < out.best_error - self.min_delta {
                out.best = model.clone();
                (out.best_epoch, out.best_error) = (number, validation);
            }
            if !training.is_finite() || number - out.best_epoch >= self.patience {
                out.ending = out.since_best();
                break;
            }
        }
        Ok(out)
    }
}

impl<M> Stopped<M> {
    /// What the errors have done since the best epoch.
    fn since_best(&self) -> Ending {
        let first = self.best_epoch.saturating_sub(1);
        let (before, after) = (
            self.training_errors[first],
            self.training_errors[self.training_errors.len() - 1],
        );
        let validation = self.validation_errors[self.validation_errors.len() - 1];
        if !after.is_finite() || after > before {
            Ending::Diverging
        } else if validation > self.best_error {
            Ending::Overfitting
        } else {
            Ending::Settled
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Errors as they are listed.
    fn run(errors: &[(f64, f64)]) -> Stopped<usize> {
        let how = EarlyStopping::default().patience(3).max_epochs(errors.len());
        let step = |model: &mut usize| {
            *model += 1;
            Ok(())
        };
        how.run(0, step, |&model| Ok(errors[model - 1])).unwrap()
    }

    #[test]
    fn noise_is_waited_out_and_the_best_comes_back() {
        let out = run(&[
            (5.0, 5.0),
            (4.0, 6.0),
            (3.0, 5.5),
            (2.0, 4.0),
            (1.5, 4.1),
            (1.0, 4.2),
            (0.5, 4.3),
            (0.1, 9.0),
        ]);
        assert_eq!((out.best, out.best_epoch, out.best_error), (4, 4, 4.0));
        assert_eq!(
            (out.validation_errors.len(), out.ending),
            (7, Ending::Overfitting)
        );
    }

    #[test]
    fn the_ending_is_told() {
        assert_eq!(
            run(&[(1.0, 1.0), (2.0, 2.0), (4.0, 4.0), (8.0, 8.0)]).ending,
            Ending::Diverging
        );
        assert_eq!(run(&[(1.0, 1.0), (f64::NAN, f64::NAN)]).ending, Ending::Diverging);
        assert_eq!(
            run(&[(1.0, 1.0), (1.0, 1.0), (1.0, 1.0), (1.0, 1.0)]).ending,
            Ending::Settled
        );
        assert_eq!(run(&[(3.0, 3.0), (2.0, 2.0)]).ending, Ending::OutOfEpochs);
        let error = EarlyStopping::default()
            .patience(0)
            .run(0, |_| Ok(()), |_| Ok((0.0, 0.0)))
            .unwrap_err();
        assert_eq!(error.to_string(), "patience = 0: must be >= 1");
    }
}

//! Random combinations within a budget.

use derive_setters::Setters;
use ml_core::{Estimator, Result, Seed};
use serde::{Deserialize, Serialize};

use super::{CrossValidation, ParamDistributions, ParamSet, search::search};

/// Tries a given number of random combinations of hyperparameters by cross-validation, and fits the best
/// one on all rows.
///
/// A thousand iterations explore a thousand different values of every hyperparameter, where a grid
/// explores the same few over and over; the budget is the number of iterations.
///
/// Cost: `n_iter` x folds fits, in parallel, and one more.
///
/// # Examples
/// ```
/// use ml_classic::{baseline::DummyRegressor, model_selection::{Distribution, ParamDistributions, RandomizedSearchCV}};
/// use ml_core::{Fit, ndarray::{Array2, array}};
///
/// let (x, y) = (Array2::zeros((6, 1)), array![1.0, 1.0, 9.0, 1.0, 1.0, 1.0]);
/// let space = ParamDistributions::new().sample("strategy", Distribution::choice(["mean", "median"]));
/// let search = RandomizedSearchCV::new(DummyRegressor::default(), space)
///     .n_iter(2)
///     .cv(3)
///     .scoring("neg_mean_absolute_error")
///     .fit(&x, &y)?;
/// assert_eq!(search.best_params.to_string(), "strategy=\"median\"");
/// # Ok::<(), ml_core::Error>(())
/// ```
#[derive(Debug, Clone, Setters, Serialize, Deserialize)]
pub struct RandomizedSearchCV {
    /// What to tune.
    #[setters(skip)]
    pub estimator: Box<dyn Estimator>,
    /// What its hyperparameters are drawn from.
    #[setters(skip)]
    pub param_distributions: ParamDistributions,
    /// Number of combinations. Default 10.
    pub n_iter: usize,
    /// Of the draws.
    #[setters(into)]
    pub seed: Seed,
    /// Folds, scorer, training scores, weights in scores (default yes here), failing fits.
    pub validation: CrossValidation,
    /// Whether to fit the best candidate on all rows in the end. Default yes.
    pub refit: bool,
}
search!(RandomizedSearchCV, params [n_iter, seed, refit]);

impl RandomizedSearchCV {
    /// Draws from these distributions.
    pub fn new(estimator: impl Estimator + 'static, param_distributions: ParamDistributions) -> Self {
        Self::boxed(Box::new(estimator), param_distributions)
    }

    /// The same for an estimator whose type is not known here.
    pub fn boxed(estimator: Box<dyn Estimator>, param_distributions: ParamDistributions) -> Self {
        Self {
            estimator,
            param_distributions,
            n_iter: 10,
            seed: Seed::default(),
            validation: CrossValidation::default().weighted_scores(true),
            refit: true,
        }
    }

    fn candidates(&self) -> Result<Vec<ParamSet>> {
        self.param_distributions.candidates(self.n_iter, self.seed)
    }
}

//! Random combinations within a budget.

use derive_setters::Setters;
use ml_core::{Estimator, Features, Fit, FitContext, Model, Result, Seed, Target, Task};
use ml_data::{IntoFeatures, IntoTarget};
use serde::{Deserialize, Serialize};

use super::{
    CrossValidation, Cv, ErrorScore, FittedSearch, ParamDistributions,
    search::{Search, search_params},
};
use crate::metrics::Scoring;

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
    /// Folds, scorer, training scores, failing fits.
    pub validation: CrossValidation,
    /// Whether to fit the best candidate on all rows in the end. Default yes.
    pub refit: bool,
}
search_params!(RandomizedSearchCV, [n_iter, seed, refit]);

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
            validation: CrossValidation::default(),
            refit: true,
        }
    }

    /// The folds. Default 5.
    #[must_use]
    pub fn cv(mut self, cv: impl Into<Cv>) -> Self {
        self.validation.cv = cv.into();
        self
    }

    /// What to maximise. Default R² for regressors, accuracy for classifiers.
    #[must_use]
    pub fn scoring(mut self, scoring: impl Into<Scoring>) -> Self {
        self.validation.scoring = scoring.into();
        self
    }

    /// Whether to mark the training rows too. Default no.
    #[must_use]
    pub fn return_train_score(mut self, yes: bool) -> Self {
        self.validation.return_train_score = yes;
        self
    }

    /// What a failing fit means. Default an error.
    #[must_use]
    pub fn error_score(mut self, error_score: ErrorScore) -> Self {
        self.validation.error_score = error_score;
        self
    }

    fn search(&self, x: &Features, y: &Target, context: &FitContext<'_>) -> Result<FittedSearch> {
        let candidates = self.param_distributions.candidates(self.n_iter, self.seed)?;
        let search = Search {
            task: "RandomizedSearchCV",
            estimator: &*self.estimator,
            how: &self.validation,
            refit: self.refit,
        };
        search.run(candidates, x, y, context)
    }
}

impl<X: IntoFeatures, Y: IntoTarget> Fit<X, Y> for RandomizedSearchCV {
    type Fitted = FittedSearch;

    fn fit_with(&self, x: X, y: Y, context: &FitContext<'_>) -> Result<FittedSearch> {
        self.search(&x.into_features()?, &y.into_target()?, context)
    }
}

#[ml_core::typetag::serde]
impl Estimator for RandomizedSearchCV {
    fn task(&self) -> Task {
        self.estimator.task()
    }

    fn fit_features(&self, x: &Features, y: &Target, context: &FitContext<'_>) -> Result<Box<dyn Model>> {
        Ok(Box::new(self.search(x, y, context)?))
    }
}

//! Every combination of a few values.

use derive_setters::Setters;
use ml_core::{Error, Estimator, Features, Fit, FitContext, Model, Result, Target, Task};
use ml_data::{IntoFeatures, IntoTarget};
use serde::{Deserialize, Serialize};

use super::{
    CrossValidation, Cv, ErrorScore, FittedSearch, ParamGrid,
    search::{Search, search_params},
};
use crate::metrics::Scoring;

/// Tries every combination of a few values of hyperparameters by cross-validation, and fits the best one
/// on all rows.
///
/// Preparation steps are hyperparameters too when the estimator is a pipeline. When there are more than a
/// few values to explore, prefer [`RandomizedSearchCV`](super::RandomizedSearchCV). An unknown name is an
/// error before any fit.
///
/// Cost: candidates x folds fits, in parallel, and one more.
///
/// # Examples
/// ```
/// use ml_classic::{baseline::DummyRegressor, model_selection::{GridSearchCV, ParamGrid}};
/// use ml_core::{Fit, Predict, ndarray::{Array2, array}};
///
/// let (x, y) = (Array2::zeros((6, 1)), array![1.0, 1.0, 9.0, 1.0, 1.0, 1.0]);
/// let grid = ParamGrid::new().values("strategy", ["mean", "median"]);
/// let search = GridSearchCV::new(DummyRegressor::default(), grid)
///     .cv(3)
///     .scoring("neg_mean_absolute_error")
///     .fit(&x, &y)?;
/// assert_eq!(search.best_params.to_string(), "strategy=\"median\"");
/// assert_eq!(search.predict(&x)?.numbers("example")?[0], 1.0);
/// # Ok::<(), ml_core::Error>(())
/// ```
#[derive(Debug, Clone, Setters, Serialize, Deserialize)]
pub struct GridSearchCV {
    /// What to tune.
    #[setters(skip)]
    pub estimator: Box<dyn Estimator>,
    /// One or several grids; the candidates are those of all.
    #[setters(skip)]
    pub param_grid: Vec<ParamGrid>,
    /// Folds, scorer, training scores, failing fits.
    pub validation: CrossValidation,
    /// Whether to fit the best candidate on all rows in the end. Default yes.
    pub refit: bool,
}
search_params!(GridSearchCV, [refit]);

impl GridSearchCV {
    /// Searches one grid, or a list of grids.
    pub fn new(estimator: impl Estimator + 'static, grids: impl Into<Vec<ParamGrid>>) -> Self {
        Self::boxed(Box::new(estimator), grids)
    }

    /// The same for an estimator whose type is not known here.
    pub fn boxed(estimator: Box<dyn Estimator>, grids: impl Into<Vec<ParamGrid>>) -> Self {
        Self {
            estimator,
            param_grid: grids.into(),
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
        let task = "GridSearchCV";
        let mut candidates = Vec::new();
        for grid in &self.param_grid {
            candidates.extend(grid.candidates()?);
        }
        if candidates.is_empty() {
            let (what, least) = ("param_grid".to_owned(), "1 grid");
            return Err(Error::Empty {
                op: task,
                what,
                least,
            });
        }
        let search = Search {
            task,
            estimator: &*self.estimator,
            how: &self.validation,
            refit: self.refit,
        };
        search.run(candidates, x, y, context)
    }
}

impl<X: IntoFeatures, Y: IntoTarget> Fit<X, Y> for GridSearchCV {
    type Fitted = FittedSearch;

    fn fit_with(&self, x: X, y: Y, context: &FitContext<'_>) -> Result<FittedSearch> {
        self.search(&x.into_features()?, &y.into_target()?, context)
    }
}

#[ml_core::typetag::serde]
impl Estimator for GridSearchCV {
    fn task(&self) -> Task {
        self.estimator.task()
    }

    fn fit_features(&self, x: &Features, y: &Target, context: &FitContext<'_>) -> Result<Box<dyn Model>> {
        Ok(Box::new(self.search(x, y, context)?))
    }
}

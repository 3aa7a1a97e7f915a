//! Every combination of a few values.

use derive_setters::Setters;
use ml_core::{Error, Estimator, Result};
use serde::{Deserialize, Serialize};

use super::{CrossValidation, ParamGrid, ParamSet, search::search};

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
    /// Folds, scorer, training scores, weights in scores (default yes here), failing fits.
    pub validation: CrossValidation,
    /// Whether to fit the best candidate on all rows in the end. Default yes.
    pub refit: bool,
}
search!(GridSearchCV, params[refit]);

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
            validation: CrossValidation::default().weighted_scores(true),
            refit: true,
        }
    }

    /// The combinations of all grids.
    fn candidates(&self) -> Result<Vec<ParamSet>> {
        let mut candidates = Vec::new();
        for grid in &self.param_grid {
            candidates.extend(grid.candidates()?);
        }
        if candidates.is_empty() {
            return Err(Error::Empty {
                op: "GridSearchCV",
                what: "param_grid".to_owned(),
                least: "1 grid",
            });
        }
        Ok(candidates)
    }
}

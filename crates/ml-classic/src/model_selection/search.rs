//! What all searches share: evaluate candidates, choose the best, fit it on all rows.

use std::{any::Any, time::Instant};

use ml_core::{
    Error, Estimator, Features, FitContext, Model, Persist, Predict, PredictProba, Result, Score, Target,
    ndarray::{Array2, ArrayView1},
};
use ml_data::{IntoFeatures, IntoTarget};
use serde::{Deserialize, Serialize};

use super::{CrossValidation, ParamSet, SearchResults, evaluate::Evaluator};
use crate::metrics::Scorer;

/// What a search found. It predicts with the best candidate, fitted on all rows.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct FittedSearch {
    /// Hyperparameters of the best candidate.
    pub best_params: ParamSet,
    /// Its mean score over the folds.
    pub best_score: f64,
    /// Its place in [`results`](FittedSearch::results); the first of equals.
    pub best_index: usize,
    /// The estimator with the best hyperparameters, not fitted.
    pub best_estimator: Box<dyn Estimator>,
    /// The same, fitted on all rows; `None` if the search was told not to refit.
    pub best_model: Option<Box<dyn Model>>,
    /// Wall-clock seconds of that last fit.
    pub refit_seconds: f64,
    /// Name of the scorer.
    pub scoring: String,
    /// Every candidate's scores and times.
    pub results: SearchResults,
}

impl FittedSearch {
    /// The best candidate, fitted on all rows.
    ///
    /// # Errors
    /// [`Error::Unsupported`] if the search was told not to refit.
    pub fn model(&self) -> Result<&dyn Model> {
        self.best_model.as_deref().ok_or_else(|| Error::Unsupported {
            owner: "a search without refit".to_owned(),
            what: "prediction",
            remedy: "search with refit(true), or fit best_estimator",
        })
    }
}

impl<X: IntoFeatures> Predict<X> for FittedSearch {
    type Output = Target;

    fn predict(&self, x: X) -> Result<Target> {
        self.model()?.predict_features(&x.into_features()?)
    }
}

impl<X: IntoFeatures> PredictProba<X> for FittedSearch {
    fn predict_proba(&self, x: X) -> Result<Array2<f64>> {
        self.model()?.predict_proba_features(&x.into_features()?)
    }
}

impl<X: IntoFeatures, Y: IntoTarget> Score<X, Y> for FittedSearch {
    /// The mark by the scorer of the search; a custom scorer must be applied by hand.
    fn score_with(&self, x: X, y: Y, weights: Option<ArrayView1<'_, f64>>) -> Result<f64> {
        let (x, y) = (x.into_features()?, y.into_target()?);
        Scorer::by_name(&self.scoring)?.score_with(self, &x, &y, weights)
    }
}

#[ml_core::typetag::serde]
impl Model for FittedSearch {
    fn name(&self) -> String {
        match &self.best_model {
            Some(model) => format!("FittedSearch of {}", model.name()),
            None => "FittedSearch".to_owned(),
        }
    }

    fn predict_features(&self, x: &Features) -> Result<Target> {
        self.model()?.predict_features(x)
    }

    fn predict_proba_features(&self, x: &Features) -> Result<Array2<f64>> {
        self.model()?.predict_proba_features(x)
    }

    fn decision_function_features(&self, x: &Features) -> Result<Array2<f64>> {
        self.model()?.decision_function_features(x)
    }

    fn classes(&self) -> Option<Vec<i64>> {
        self.best_model.as_ref()?.classes()
    }

    fn feature_importances(&self) -> Option<Vec<f64>> {
        self.best_model.as_ref()?.feature_importances()
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

/// A search that has its candidates.
pub(super) struct Search<'a> {
    pub(super) task: &'static str,
    pub(super) estimator: &'a (dyn Estimator + 'static),
    pub(super) how: &'a CrossValidation,
    pub(super) refit: bool,
}

impl Search<'_> {
    pub(super) fn run(
        &self,
        params: Vec<ParamSet>,
        x: &Features,
        y: &Target,
        context: &FitContext<'_>,
    ) -> Result<FittedSearch> {
        // Every name is tried before the first fit, so that a slip of the pen costs no hour.
        let candidates: Vec<Box<dyn Estimator>> = params
            .iter()
            .map(|p| p.apply(self.estimator))
            .collect::<Result<_>>()?;
        let borrowed: Vec<&dyn Estimator> = candidates.iter().map(|c| &**c).collect();
        let scorer = self.how.scoring.scorer(self.estimator.task())?;
        let scoring = scorer.name().to_owned();
        let folds = self.how.cv.split(self.estimator.task(), x, y)?;
        let (how, task) = (self.how, self.task);
        let evaluator = Evaluator {
            task,
            x,
            y,
            how,
            scorer,
            context,
            train_scores: how.return_train_score,
            keep_models: false,
        };
        let results = SearchResults::new(params, &evaluator.run(&borrowed, &folds)?);

        let best_index = results.sorted()[0];
        let best_score = results.mean_test_score[best_index];
        if best_score.is_nan() {
            return Err(Error::Numerical {
                op: self.task,
                problem: "no candidate has a score that is a number".to_owned(),
                remedy: "search with error_score Raise to see why fits fail",
            });
        }
        let best_estimator = candidates
            .into_iter()
            .nth(best_index)
            .expect("the best is one of them");
        let start = Instant::now();
        let best_model = match self.refit {
            true => Some(best_estimator.fit_features(x, y, context)?),
            false => None,
        };
        Ok(FittedSearch {
            best_params: results.params[best_index].clone(),
            best_score,
            best_index,
            best_estimator,
            best_model,
            refit_seconds: start.elapsed().as_secs_f64(),
            scoring,
            results,
        })
    }
}

/// What all searches have in common but their candidates: how they validate, `Fit`, the object-safe form,
/// and `Params` (their own switches, and the estimator's hyperparameters under `estimator__`).
macro_rules! search {
    ($search:ident, params [$($own:ident),*]) => {
        impl $search {
            /// The folds. Default 5.
            #[must_use]
            pub fn cv(mut self, cv: impl Into<$crate::model_selection::Cv>) -> Self {
                self.validation.cv = cv.into();
                self
            }

            /// What to maximise. Default R² for regressors, accuracy for classifiers.
            #[must_use]
            pub fn scoring(mut self, scoring: impl Into<$crate::metrics::Scoring>) -> Self {
                self.validation.scoring = scoring.into();
                self
            }

            /// Whether to mark the training rows too. Default no.
            #[must_use]
            pub fn return_train_score(mut self, yes: bool) -> Self {
                self.validation.return_train_score = yes;
                self
            }

            /// Whether weights count in the scores too. Default yes, as in Scikit-Learn since 1.7.
            #[must_use]
            pub fn weighted_scores(mut self, yes: bool) -> Self {
                self.validation.weighted_scores = yes;
                self
            }

            /// What a failing fit means. Default an error.
            #[must_use]
            pub fn error_score(mut self, error_score: $crate::model_selection::ErrorScore) -> Self {
                self.validation.error_score = error_score;
                self
            }

            fn search(
                &self,
                x: &ml_core::Features,
                y: &ml_core::Target,
                context: &ml_core::FitContext<'_>,
            ) -> ml_core::Result<$crate::model_selection::FittedSearch> {
                let search = $crate::model_selection::search::Search {
                    task: stringify!($search),
                    estimator: &*self.estimator,
                    how: &self.validation,
                    refit: self.refit,
                };
                search.run(self.candidates()?, x, y, context)
            }
        }

        impl<X: ml_data::IntoFeatures, Y: ml_data::IntoTarget> ml_core::Fit<X, Y> for $search {
            type Fitted = $crate::model_selection::FittedSearch;

            fn fit_with(&self, x: X, y: Y, context: &ml_core::FitContext<'_>) -> ml_core::Result<Self::Fitted> {
                self.search(&x.into_features()?, &y.into_target()?, context)
            }
        }

        #[ml_core::typetag::serde]
        impl ml_core::Estimator for $search {
            fn task(&self) -> ml_core::Task {
                self.estimator.task()
            }

            fn fit_features(
                &self,
                x: &ml_core::Features,
                y: &ml_core::Target,
                context: &ml_core::FitContext<'_>,
            ) -> ml_core::Result<Box<dyn ml_core::Model>> {
                Ok(Box::new(self.search(x, y, context)?))
            }
        }

        $crate::wrapper::wrapper_params!($search, [$($own),*]);
    };
}
pub(super) use search;

impl Persist for FittedSearch {
    const TYPE_NAME: &'static str = "ml_classic::FittedSearch";
}

//! Metrics by name, larger is better, for cross-validation and searches.

mod classification;
mod regression;
mod scoring;

use std::{fmt, sync::Arc};

use ml_core::{Error, Features, Model, Result, Target, Task, ndarray::ArrayView1};

pub use scoring::Scoring;

type Score = dyn Fn(&dyn Model, &Features, &Target, Option<ArrayView1<'_, f64>>) -> Result<f64> + Send + Sync;

/// A mark for a fitted model on given rows; the larger, the better.
///
/// Errors are negated (`neg_mean_squared_error`), so that searches always maximise.
///
/// # Examples
/// ```
/// use ml_classic::{baseline::DummyRegressor, metrics::Scorer};
/// use ml_core::{Estimator, Features, FitContext, Target, ndarray::array};
///
/// let (x, y) = (Features::from(array![[0.0], [0.0]]), Target::from(vec![1.0, 3.0]));
/// let model = DummyRegressor::default().fit_features(&x, &y, &FitContext::default())?;
/// assert_eq!(Scorer::by_name("neg_mean_squared_error")?.score(&*model, &x, &y)?, -1.0);
/// # Ok::<(), ml_core::Error>(())
/// ```
#[derive(Clone)]
pub struct Scorer {
    name: String,
    score: Arc<Score>,
}

impl Scorer {
    /// The scorer of this name; [`Scorer::names`] lists them.
    ///
    /// # Errors
    /// [`Error::Parameter`] listing the known names.
    pub fn by_name(name: &str) -> Result<Self> {
        if let Some(scorer) = regression::by_name(name).or_else(|| classification::by_name(name)) {
            return Ok(scorer);
        }
        Err(Error::Parameter {
            name: "scoring".to_owned(),
            value: format!("{name:?}"),
            domain: format!("one of {}, or a Scorer::custom", Self::names().join(", ")),
        })
    }

    /// A scorer of your own: anything that can be said of a model, rows and targets.
    ///
    /// It refuses weights; [`custom_weighted`](Scorer::custom_weighted) makes one that takes them.
    pub fn custom(
        name: impl Into<String>,
        score: impl Fn(&dyn Model, &Features, &Target) -> Result<f64> + Send + Sync + 'static,
    ) -> Self {
        let name = name.into();
        let owner = name.clone();
        Self::custom_weighted(name, move |model, x, y, weights| match weights {
            None => score(model, x, y),
            Some(_) => Err(no_weights(
                &owner,
                "score without weights, or make it with Scorer::custom_weighted",
            )),
        })
    }

    /// A scorer of your own that is given the weights of the rows too, if there are some.
    pub fn custom_weighted(
        name: impl Into<String>,
        score: impl Fn(&dyn Model, &Features, &Target, Option<ArrayView1<'_, f64>>) -> Result<f64>
        + Send
        + Sync
        + 'static,
    ) -> Self {
        Self {
            name: name.into(),
            score: Arc::new(score),
        }
    }

    /// The one that estimators of this task are marked with by default: R² or accuracy.
    pub fn default_for(task: Task) -> Self {
        let name = match task {
            Task::Regression => "r2",
            Task::Classification => "accuracy",
        };
        Self::by_name(name).expect("both names are in the list")
    }

    /// The names that [`by_name`](Scorer::by_name) knows.
    pub fn names() -> Vec<&'static str> {
        regression::names().chain(classification::names()).collect()
    }

    /// The name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Marks `model` on `x` and `y`.
    ///
    /// # Errors
    /// As [`score_with`](Scorer::score_with).
    pub fn score(&self, model: &dyn Model, x: &Features, y: &Target) -> Result<f64> {
        self.score_with(model, x, y, None)
    }

    /// Marks `model` on `x` and `y`, where every row counts by its weight.
    ///
    /// # Errors
    /// As [`score_with`](Scorer::score_with).
    ///
    /// # Examples
    /// ```
    /// use ml_classic::{baseline::DummyRegressor, metrics::Scorer};
    /// use ml_core::{Estimator, Features, FitContext, Target, ndarray::array};
    ///
    /// let (x, y) = (Features::from(array![[0.0], [0.0]]), Target::from(vec![1.0, 3.0]));
    /// let model = DummyRegressor::default().fit_features(&x, &y, &FitContext::default())?;
    /// // It predicts 2; the row of 5 has three quarters of the weight.
    /// let (y, weights) = (Target::from(vec![1.0, 5.0]), array![1.0, 3.0]);
    /// let scorer = Scorer::by_name("neg_mean_absolute_error")?;
    /// assert_eq!(scorer.score_weighted(&*model, &x, &y, weights.view())?, -2.5);
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    pub fn score_weighted(
        &self,
        model: &dyn Model,
        x: &Features,
        y: &Target,
        weights: ArrayView1<'_, f64>,
    ) -> Result<f64> {
        self.score_with(model, x, y, Some(weights))
    }

    /// Marks `model` on `x` and `y`, with weights if there are some.
    ///
    /// # Errors
    /// What prediction or the metric refuses; [`Error::Kind`] for a target of the other task;
    /// [`Error::Unsupported`] for weights and a scorer that takes none (`neg_max_error`,
    /// [`Scorer::custom`]).
    pub fn score_with(
        &self,
        model: &dyn Model,
        x: &Features,
        y: &Target,
        weights: Option<ArrayView1<'_, f64>>,
    ) -> Result<f64> {
        (self.score)(model, x, y, weights)
    }
}

/// The refusal of weights by the scorer of this name.
fn no_weights(name: &str, remedy: &'static str) -> Error {
    Error::Unsupported {
        owner: format!("the scorer {name:?}"),
        what: "sample weights",
        remedy,
    }
}

impl fmt::Debug for Scorer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Scorer").field(&self.name).finish()
    }
}

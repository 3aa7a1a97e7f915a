//! Metrics by name, larger is better, for cross-validation and searches.

use std::{fmt, sync::Arc};

use ml_core::{Error, Features, Model, Result, Target, Task, ndarray::ArrayView1};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de, ser};

use super::{
    accuracy_score_with, explained_variance_score, max_error, mean_absolute_error,
    mean_absolute_percentage_error, mean_squared_error, mean_squared_log_error, median_absolute_error,
    r2_score, root_mean_squared_error, root_mean_squared_log_error, weighted,
};

type Numbers<'a> = ArrayView1<'a, f64>;
type Metric = fn(Numbers<'_>, Numbers<'_>) -> Result<f64>;
type Weighted = fn(Numbers<'_>, Numbers<'_>, Numbers<'_>) -> Result<f64>;

/// Every regression scorer: its name, the metric, its twin with weights, and the sign that makes larger
/// better.
const REGRESSION: [(&str, Metric, Option<Weighted>, f64); 10] = [
    ("r2", r2_score, Some(weighted::r2_score), 1.0),
    (
        "explained_variance",
        explained_variance_score,
        Some(weighted::explained_variance_score),
        1.0,
    ),
    (
        "neg_mean_squared_error",
        mean_squared_error,
        Some(weighted::mean_squared_error),
        -1.0,
    ),
    (
        "neg_root_mean_squared_error",
        root_mean_squared_error,
        Some(weighted::root_mean_squared_error),
        -1.0,
    ),
    (
        "neg_mean_absolute_error",
        mean_absolute_error,
        Some(weighted::mean_absolute_error),
        -1.0,
    ),
    (
        "neg_median_absolute_error",
        median_absolute_error,
        Some(weighted::median_absolute_error),
        -1.0,
    ),
    (
        "neg_mean_absolute_percentage_error",
        mean_absolute_percentage_error,
        Some(weighted::mean_absolute_percentage_error),
        -1.0,
    ),
    (
        "neg_mean_squared_log_error",
        mean_squared_log_error,
        Some(weighted::mean_squared_log_error),
        -1.0,
    ),
    (
        "neg_root_mean_squared_log_error",
        root_mean_squared_log_error,
        Some(weighted::root_mean_squared_log_error),
        -1.0,
    ),
    ("neg_max_error", max_error, None, -1.0),
];

/// Scorers of classification that take predicted classes.
const CLASSIFICATION: [&str; 1] = ["accuracy"];

type Score = dyn Fn(&dyn Model, &Features, &Target, Option<Numbers<'_>>) -> Result<f64> + Send + Sync;

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
        if let Some((name, metric, weighted, sign)) = REGRESSION.into_iter().find(|(n, ..)| *n == name) {
            return Ok(Self::custom_weighted(name, move |model, x, y, weights| {
                let y = y.numbers(name)?;
                let predicted = model.predict_features(x)?.numbers(name)?;
                let mark = match (weights, weighted) {
                    (None, _) => metric(y.view(), predicted.view()),
                    (Some(weights), Some(weighted)) => weighted(y.view(), predicted.view(), weights),
                    (Some(_), None) => Err(no_weights(
                        name,
                        "score without weights: the largest error has none",
                    )),
                };
                Ok(sign * mark?)
            }));
        }
        if name == "accuracy" {
            return Ok(Self::custom_weighted(name, |model, x, y, weights| {
                let y = y.classes("accuracy")?;
                let predicted = model.predict_features(x)?.classes("accuracy")?;
                accuracy_score_with(y.view(), predicted.view(), weights)
            }));
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
        REGRESSION.iter().map(|r| r.0).chain(CLASSIFICATION).collect()
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

/// What to maximise: a hyperparameter of cross-validation and searches.
///
/// Made of a name (`.scoring("r2")`) or of a [`Scorer`].
#[derive(Debug, Clone, Default)]
pub enum Scoring {
    /// R² for regressors, accuracy for classifiers.
    #[default]
    ByTask,
    /// The scorer of this name.
    Name(String),
    /// A scorer of your own; it cannot be saved to a file.
    Custom(Scorer),
}

impl Scoring {
    /// The scorer for an estimator of this task.
    ///
    /// # Errors
    /// As [`Scorer::by_name`].
    pub fn scorer(&self, task: Task) -> Result<Scorer> {
        match self {
            Self::ByTask => Ok(Scorer::default_for(task)),
            Self::Name(name) => Scorer::by_name(name),
            Self::Custom(scorer) => Ok(scorer.clone()),
        }
    }
}

impl From<&str> for Scoring {
    fn from(name: &str) -> Self {
        Self::Name(name.to_owned())
    }
}

impl From<String> for Scoring {
    fn from(name: String) -> Self {
        Self::Name(name)
    }
}

impl From<Scorer> for Scoring {
    fn from(scorer: Scorer) -> Self {
        Self::Custom(scorer)
    }
}

impl Serialize for Scoring {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::ByTask => None::<&str>.serialize(serializer),
            Self::Name(name) => Some(name).serialize(serializer),
            Self::Custom(scorer) => Err(ser::Error::custom(format!(
                "the custom scorer {:?} is code and cannot be stored; choose one by name",
                scorer.name
            ))),
        }
    }
}

impl<'de> Deserialize<'de> for Scoring {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let Some(name) = Option::<String>::deserialize(deserializer)? else {
            return Ok(Self::ByTask);
        };
        Scorer::by_name(&name).map_err(de::Error::custom)?;
        Ok(Self::Name(name))
    }
}

//! A model a target.

use ml_core::{
    Error, Estimator, Features, Fit, FitContext, Model, Persist, Predict, Result, Score, Target, Task,
    ndarray::{Array1, Array2, ArrayView1, ArrayView2, Axis, stack},
};
use ml_data::IntoFeatures;
use serde::{Deserialize, Serialize};

use super::binary::fit_all;
use crate::{
    outputs,
    wrapper::{wrapper_new, wrapper_params},
};

/// Several targets of classes, `[rows, outputs]`, by one copy of a classifier each; labels that hold or not are
/// classes 0 and 1.
///
/// The targets are learned independently; where they depend on one another see
/// [`ClassifierChain`](super::ClassifierChain).
///
/// # Examples
/// ```
/// use ml_classic::{multiclass::MultiOutputClassifier, tree::DecisionTreeClassifier};
/// use ml_core::{Fit, Predict, ndarray::array};
///
/// let (x, y) = (array![[0.0], [1.0], [2.0], [3.0]], array![[0, 5], [0, 6], [1, 5], [1, 6]]);
/// let model = MultiOutputClassifier::new(DecisionTreeClassifier::default()).fit(&x, y.view())?;
/// assert_eq!(model.predict(&array![[1.2]])?, array![[0, 6]]);
/// # Ok::<(), ml_core::Error>(())
/// ```
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct MultiOutputClassifier {
    /// What is fitted to every target.
    pub estimator: Box<dyn Estimator>,
}
wrapper_new!(MultiOutputClassifier {});
wrapper_params!(MultiOutputClassifier, []);

/// What [`MultiOutputClassifier`] learned.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct FittedMultiOutputClassifier {
    /// A model a target.
    pub models: Vec<Box<dyn Model>>,
}

/// Several targets of numbers, `[rows, outputs]`, by one copy of a regressor each.
///
/// # Examples
/// ```
/// use ml_classic::{multiclass::MultiOutputRegressor, tree::DecisionTreeRegressor};
/// use ml_core::{Fit, Predict, ndarray::array};
///
/// let (x, y) = (array![[0.0], [1.0], [2.0]], array![[0.0, 5.0], [2.0, 6.0], [4.0, 7.0]]);
/// let model = MultiOutputRegressor::new(DecisionTreeRegressor::default()).fit(&x, y.view())?;
/// assert_eq!(model.predict(&array![[1.2]])?, array![[2.0, 6.0]]);
/// # Ok::<(), ml_core::Error>(())
/// ```
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct MultiOutputRegressor {
    /// What is fitted to every target.
    pub estimator: Box<dyn Estimator>,
}
wrapper_new!(MultiOutputRegressor {});
wrapper_params!(MultiOutputRegressor, []);

/// What [`MultiOutputRegressor`] learned.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct FittedMultiOutputRegressor {
    /// A model a target.
    pub models: Vec<Box<dyn Model>>,
}

/// At least one target, a row for every row of `x`, and an estimator of the right task.
pub(super) fn check<T>(
    op: &'static str,
    (estimator, task): (&dyn Estimator, Task),
    x: &Features,
    y: ArrayView2<'_, T>,
) -> Result<()> {
    ml_core::check::same_rows(op, x.n_rows(), y.nrows())?;
    ml_core::check::not_empty(op, y)?;
    if estimator.task() == task {
        return Ok(());
    }
    let (expected, remedy) = match task {
        Task::Classification => (
            "a classifier",
            "use MultiOutputRegressor or RegressorChain for numbers",
        ),
        Task::Regression => (
            "a regressor",
            "use MultiOutputClassifier or ClassifierChain for classes",
        ),
    };
    Err(Error::Kind {
        op,
        found: format!("the {:?} estimator {}", estimator.task(), estimator.type_name()),
        expected,
        remedy,
    })
}

/// A model a column of `y`.
fn fit_columns<'a, T: Clone + Sync + 'a>(
    op: &'static str,
    (estimator, task): (&dyn Estimator, Task),
    x: &Features,
    y: ArrayView2<'_, T>,
    context: &FitContext<'_>,
) -> Result<Vec<Box<dyn Model>>>
where
    Target: From<Array1<T>>,
{
    check(op, (estimator, task), x, y)?;
    let weights = context.weights_for(op, y.nrows())?;
    fit_all(op, y.ncols(), context, |output| {
        let context = FitContext {
            weights,
            ..FitContext::default()
        };
        estimator.fit_features(x, &y.column(output).to_owned().into(), &context)
    })
}

/// Columns side by side, `[rows, outputs]`.
pub(super) fn columns<T: Clone>(columns: &[Array1<T>]) -> Array2<T> {
    let views: Vec<_> = columns.iter().map(|column| column.view()).collect();
    stack(Axis(1), &views).expect("one prediction a row from every model, and at least one model")
}

impl<X: IntoFeatures> Fit<X, ArrayView2<'_, i64>> for MultiOutputClassifier {
    type Fitted = FittedMultiOutputClassifier;

    fn fit_with(&self, x: X, y: ArrayView2<'_, i64>, context: &FitContext<'_>) -> Result<Self::Fitted> {
        let what = (&*self.estimator, Task::Classification);
        let models = fit_columns("MultiOutputClassifier", what, &x.into_features()?, y, context)?;
        Ok(FittedMultiOutputClassifier { models })
    }
}

impl<X: IntoFeatures> Fit<X, ArrayView2<'_, f64>> for MultiOutputRegressor {
    type Fitted = FittedMultiOutputRegressor;

    fn fit_with(&self, x: X, y: ArrayView2<'_, f64>, context: &FitContext<'_>) -> Result<Self::Fitted> {
        let what = (&*self.estimator, Task::Regression);
        let models = fit_columns("MultiOutputRegressor", what, &x.into_features()?, y, context)?;
        Ok(FittedMultiOutputRegressor { models })
    }
}

impl<X: IntoFeatures> Predict<X> for FittedMultiOutputClassifier {
    type Output = Array2<i64>;

    /// `[rows, outputs]`.
    fn predict(&self, x: X) -> Result<Array2<i64>> {
        let x = x.into_features()?;
        let of = |model: &dyn Model| -> Result<Array1<i64>> {
            Ok(model
                .predict_features(&x)?
                .classes("MultiOutputClassifier")?
                .to_owned())
        };
        Ok(columns(
            &self
                .models
                .iter()
                .map(|model| of(&**model))
                .collect::<Result<Vec<_>>>()?,
        ))
    }
}

impl FittedMultiOutputClassifier {
    /// For every output `[rows, classes]`; every row of each sums to 1.
    ///
    /// # Errors
    /// As [`Predict::predict`]; [`Error::Unsupported`] for models without probabilities.
    pub fn predict_proba(&self, x: impl IntoFeatures) -> Result<Vec<Array2<f64>>> {
        let x = x.into_features()?;
        self.models
            .iter()
            .map(|model| model.predict_proba_features(&x))
            .collect()
    }
}

impl<X: IntoFeatures> Predict<X> for FittedMultiOutputRegressor {
    type Output = Array2<f64>;

    /// `[rows, outputs]`.
    fn predict(&self, x: X) -> Result<Array2<f64>> {
        let x = x.into_features()?;
        let of = |model: &dyn Model| -> Result<Array1<f64>> {
            Ok(model
                .predict_features(&x)?
                .numbers("MultiOutputRegressor")?
                .to_owned())
        };
        Ok(columns(
            &self
                .models
                .iter()
                .map(|model| of(&**model))
                .collect::<Result<Vec<_>>>()?,
        ))
    }
}

impl<X: IntoFeatures> Score<X, ArrayView2<'_, i64>> for FittedMultiOutputClassifier {
    /// The share of rows of which every output is right.
    fn score_with(&self, x: X, y: ArrayView2<'_, i64>, weights: Option<ArrayView1<'_, f64>>) -> Result<f64> {
        outputs::share_right("MultiOutputClassifier", y, self.predict(x)?.view(), weights)
    }
}

impl<X: IntoFeatures> Score<X, ArrayView2<'_, f64>> for FittedMultiOutputRegressor {
    /// The mean R² of the outputs.
    fn score_with(&self, x: X, y: ArrayView2<'_, f64>, weights: Option<ArrayView1<'_, f64>>) -> Result<f64> {
        outputs::mean_r2(y, self.predict(x)?.view(), weights)
    }
}

impl Persist for FittedMultiOutputClassifier {
    const TYPE_NAME: &'static str = "ml_classic::FittedMultiOutputClassifier";
}

impl Persist for FittedMultiOutputRegressor {
    const TYPE_NAME: &'static str = "ml_classic::FittedMultiOutputRegressor";
}

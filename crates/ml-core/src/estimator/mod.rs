//! Learning and what is learned.
//!
//! Two layers. The *typed* traits ([`Fit`], [`Predict`], [`Transform`], ...) are what user code
//! calls: hyperparameters in plain structs, `fit` makes a value of another type, and only that one
//! predicts. The *object-safe* traits ([`Estimator`], [`Model`], [`Transformer`],
//! [`FittedTransformer`]) speak [`Features`](crate::Features) and [`Target`](crate::Target), so that
//! pipelines, searches and ensembles can hold any mixture of estimators; the macros
//! [`regressor!`](crate::regressor) and [`classifier!`](crate::classifier) derive them from the typed
//! ones in one line.

mod adapters;
mod context;
mod dynamic;

pub use context::FitContext;
pub use dynamic::{Estimator, FittedTransformer, Model, Task, Transformer};

use ndarray::{Array2, ArrayView1};

use crate::Result;

/// Hyperparameters that learn from `x` (and `y`) and become a fitted value.
///
/// `Y` is `()` for what learns without a target: `scaler.fit(x, ())`.
pub trait Fit<X, Y = ()> {
    /// What learning makes.
    type Fitted;

    /// Learns, with weights and an observer from `context`.
    ///
    /// # Errors
    /// A hyperparameter outside its domain, data that cannot be learned from, weights that are not
    /// supported.
    fn fit_with(&self, x: X, y: Y, context: &FitContext<'_>) -> Result<Self::Fitted>;

    /// Learns from rows of equal weight.
    ///
    /// # Errors
    /// As [`fit_with`](Fit::fit_with).
    fn fit(&self, x: X, y: Y) -> Result<Self::Fitted> {
        self.fit_with(x, y, &FitContext::default())
    }

    /// Learns from rows with one weight each.
    ///
    /// # Errors
    /// As [`fit_with`](Fit::fit_with).
    fn fit_weighted(&self, x: X, y: Y, weights: ArrayView1<'_, f64>) -> Result<Self::Fitted> {
        self.fit_with(x, y, &FitContext::weighted(weights))
    }
}

/// A model that goes on learning from more rows.
pub trait PartialFit<X, Y = ()> {
    /// One more step on these rows.
    ///
    /// # Errors
    /// Data that do not fit the earlier rows, or cannot be learned from.
    fn partial_fit(&mut self, x: X, y: Y) -> Result<()>;
}

/// A model that predicts a target for every row.
pub trait Predict<X> {
    /// The predictions, one a row.
    type Output;

    /// Predicts every row of `x`.
    ///
    /// # Errors
    /// [`Error::ColumnCount`](crate::Error::ColumnCount) if the columns are not those of fit,
    /// [`Error::NotFinite`](crate::Error::NotFinite) for missing values.
    fn predict(&self, x: X) -> Result<Self::Output>;
}

/// A classifier that estimates the probability of every class.
pub trait PredictProba<X> {
    /// `[rows, classes]`, classes in ascending order; every row sums to 1.
    ///
    /// # Errors
    /// As [`Predict::predict`].
    fn predict_proba(&self, x: X) -> Result<Array2<f64>>;
}

/// A classifier or outlier detector with a signed score.
pub trait DecisionFunction<X> {
    /// One score a row, or `[rows, classes]`.
    type Output;

    /// The scores: the larger, the more the row belongs to the (positive) class.
    ///
    /// # Errors
    /// As [`Predict::predict`].
    fn decision_function(&self, x: X) -> Result<Self::Output>;
}

/// A fitted transformer: turns rows into rows.
pub trait Transform<X> {
    /// The transformed rows.
    type Output;

    /// Transforms every row with what was learned at fit.
    ///
    /// # Errors
    /// [`Error::ColumnCount`](crate::Error::ColumnCount) if the columns are not those of fit.
    fn transform(&self, x: X) -> Result<Self::Output>;
}

/// A fitted transformer that can undo itself.
pub trait InverseTransform<X> {
    /// Rows in the original units.
    type Output;

    /// Undoes `transform`.
    ///
    /// # Errors
    /// [`Error::ColumnCount`](crate::Error::ColumnCount) if the columns are not those that
    /// `transform` makes.
    fn inverse_transform(&self, x: X) -> Result<Self::Output>;
}

/// A model that can be marked against known targets; the larger, the better.
///
/// Regressors answer with R², classifiers with accuracy.
pub trait Score<X, Y> {
    /// The mark of the predictions for `x` against `y`, where a row counts by its weight if there are
    /// weights.
    ///
    /// # Errors
    /// As [`Predict::predict`]; [`Error::Length`](crate::Error::Length) if `y` or the weights have another
    /// length; weights that are NaN, infinite, negative or all 0.
    fn score_with(&self, x: X, y: Y, weights: Option<ArrayView1<'_, f64>>) -> Result<f64>;

    /// The mark when all rows count alike.
    ///
    /// # Errors
    /// As [`score_with`](Score::score_with).
    fn score(&self, x: X, y: Y) -> Result<f64> {
        self.score_with(x, y, None)
    }

    /// The mark when every row counts by its weight.
    ///
    /// # Errors
    /// As [`score_with`](Score::score_with).
    fn score_weighted(&self, x: X, y: Y, weights: ArrayView1<'_, f64>) -> Result<f64> {
        self.score_with(x, y, Some(weights))
    }
}

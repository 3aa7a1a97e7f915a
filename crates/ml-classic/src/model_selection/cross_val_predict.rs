//! A prediction for every row by a model that has not seen it.

use ml_core::{
    Error, Estimator, Features, FitContext, Model, Result, Target,
    ndarray::{ArcArray1, Array1, Array2},
};
use ml_data::{IntoFeatures, IntoTarget, split::Fold};

use super::{CrossValidation, evaluate::Evaluator};
use crate::metrics::Scorer;

/// Predicts every row with the model of the fold that holds it out.
///
/// Use the predictions to look at errors or to train another model on them; for a score use
/// [`cross_val_score`](super::cross_val_score), for a mean over folds is not the score of all rows
/// together. Of `how` only the folds are used: nothing is scored, and a failing fit is an error.
///
/// # Errors
/// What the fits refuse; folds that do not hold every row out exactly once.
///
/// # Examples
/// ```
/// use ml_classic::{baseline::DummyRegressor, model_selection::{CrossValidation, cross_val_predict}};
/// use ml_core::ndarray::{Array2, array};
///
/// let (x, y) = (Array2::zeros((4, 1)), array![1.0, 1.0, 3.0, 3.0]);
/// let predicted = cross_val_predict(&DummyRegressor::default(), &x, &y, &CrossValidation::default().cv(2))?;
/// assert_eq!(predicted.numbers("example")?, array![3.0, 3.0, 1.0, 1.0]);
/// # Ok::<(), ml_core::Error>(())
/// ```
pub fn cross_val_predict(
    estimator: &dyn Estimator,
    x: impl IntoFeatures,
    y: impl IntoTarget,
    how: &CrossValidation,
) -> Result<Target> {
    cross_val_predict_with(estimator, x, y, how, &FitContext::default())
}

/// [`cross_val_predict`] with weights of the rows for the fits and an observer, from `context`.
///
/// # Errors
/// As [`cross_val_predict`]; weights that do not suit the rows or the model.
pub fn cross_val_predict_with(
    estimator: &dyn Estimator,
    x: impl IntoFeatures,
    y: impl IntoTarget,
    how: &CrossValidation,
    context: &FitContext<'_>,
) -> Result<Target> {
    let held_out = HeldOut::of_every_row("cross_val_predict", estimator, x, y, how, context)?;
    let parts = held_out.each(|model, rows| model.predict_features(rows))?;
    match held_out.y {
        Target::Numbers(_) => held_out.in_row_order(&parts, Target::numbers),
        Target::Classes(_) => held_out.in_row_order(&parts, Target::classes),
    }
}

/// [`cross_val_predict`] of probabilities: `[rows, classes]`, all classes of `y` in ascending order.
///
/// A class that a fold's training rows lack has probability 0 there.
///
/// # Errors
/// As [`cross_val_predict`]; [`Error::Unsupported`] for a model without probabilities.
pub fn cross_val_predict_proba(
    estimator: &dyn Estimator,
    x: impl IntoFeatures,
    y: impl IntoTarget,
    how: &CrossValidation,
) -> Result<Array2<f64>> {
    cross_val_predict_proba_with(estimator, x, y, how, &FitContext::default())
}

/// [`cross_val_predict_proba`] with weights of the rows for the fits and an observer, from `context`.
///
/// # Errors
/// As [`cross_val_predict_proba`]; weights that do not suit the rows or the model.
pub fn cross_val_predict_proba_with(
    estimator: &dyn Estimator,
    x: impl IntoFeatures,
    y: impl IntoTarget,
    how: &CrossValidation,
    context: &FitContext<'_>,
) -> Result<Array2<f64>> {
    let op = "cross_val_predict_proba";
    let held_out = HeldOut::of_every_row(op, estimator, x, y, how, context)?;
    let (classes, _) = ml_core::label::encode(held_out.y.classes(op)?.view());
    let parts = held_out.each(|model, rows| Ok((model.classes(), model.predict_proba_features(rows)?)))?;
    let mut out = Array2::zeros((held_out.y.len(), classes.len()));
    for (fold, (seen, part)) in held_out.folds.iter().zip(parts) {
        let seen = seen.unwrap_or_else(|| classes.clone());
        for (column, class) in seen.iter().enumerate() {
            let Ok(to) = classes.binary_search(class) else {
                continue;
            };
            for (position, &row) in fold.test.iter().enumerate() {
                out[[row, to]] = part[[position, column]];
            }
        }
    }
    Ok(out)
}

/// [`cross_val_predict`] of scores: `[rows, 1]` (binary) or `[rows, classes]`.
///
/// # Errors
/// As [`cross_val_predict`]; [`Error::Unsupported`] for a model without scores; [`Error::Data`] for a fold
/// whose training rows lack a class.
pub fn cross_val_decision_function(
    estimator: &dyn Estimator,
    x: impl IntoFeatures,
    y: impl IntoTarget,
    how: &CrossValidation,
) -> Result<Array2<f64>> {
    cross_val_decision_function_with(estimator, x, y, how, &FitContext::default())
}

/// [`cross_val_decision_function`] with weights of the rows for the fits and an observer, from `context`.
///
/// # Errors
/// As [`cross_val_decision_function`]; weights that do not suit the rows or the model.
pub fn cross_val_decision_function_with(
    estimator: &dyn Estimator,
    x: impl IntoFeatures,
    y: impl IntoTarget,
    how: &CrossValidation,
    context: &FitContext<'_>,
) -> Result<Array2<f64>> {
    let op = "cross_val_decision_function";
    let held_out = HeldOut::of_every_row(op, estimator, x, y, how, context)?;
    let parts = held_out.each(|model, rows| model.decision_function_features(rows))?;
    let width = parts.iter().map(Array2::ncols).max().unwrap_or(0);
    let mut out = Array2::zeros((held_out.y.len(), width));
    for (number, (fold, part)) in held_out.folds.iter().zip(parts).enumerate() {
        if part.ncols() != width {
            return Err(Error::Data {
                op,
                problem: format!(
                    "fold {number} gives {} scores a row, others {width}",
                    part.ncols()
                ),
                remedy: "use stratified folds, so that every fold trains on all classes",
            });
        }
        for (position, &row) in fold.test.iter().enumerate() {
            out.row_mut(row).assign(&part.row(position));
        }
    }
    Ok(out)
}

/// One fitted model a fold, with the rows that it has not seen.
pub(super) struct HeldOut {
    x: Features,
    y: Target,
    folds: Vec<Fold>,
    models: Vec<Box<dyn Model>>,
}

impl HeldOut {
    /// Of folds that hold every row out exactly once.
    fn of_every_row(
        op: &'static str,
        estimator: &dyn Estimator,
        x: impl IntoFeatures,
        y: impl IntoTarget,
        how: &CrossValidation,
        context: &FitContext<'_>,
    ) -> Result<Self> {
        let (x, y) = (x.into_features()?, y.into_target()?);
        partition(op, &how.cv.split(estimator.task(), &x, &y)?, y.len())?;
        Self::fit(op, estimator, x, y, how, context)
    }

    pub(super) fn fit(
        op: &'static str,
        estimator: &dyn Estimator,
        x: impl IntoFeatures,
        y: impl IntoTarget,
        how: &CrossValidation,
        context: &FitContext<'_>,
    ) -> Result<Self> {
        let (x, y) = (x.into_features()?, y.into_target()?);
        let folds = how.cv.split(estimator.task(), &x, &y)?;
        let how = CrossValidation {
            error_score: super::ErrorScore::Raise,
            weighted_scores: false,
            ..how.clone()
        };
        let evaluator = Evaluator {
            task: op,
            x: &x,
            y: &y,
            how: &how,
            scorer: Scorer::custom("none", |_, _, _| Ok(0.0)),
            context,
            train_scores: false,
            keep_models: true,
        };
        let evaluations = evaluator.run(&[estimator], &folds)?.remove(0);
        let models = evaluations.into_iter().map(|e| {
            e.model
                .expect("a failing fit is an error here, and models are kept")
        });
        let models = models.collect();
        Ok(Self { x, y, folds, models })
    }

    /// Number of folds.
    pub(super) fn len(&self) -> usize {
        self.folds.len()
    }

    /// The model of a fold and the rows that it has not seen, with their targets.
    pub(super) fn part(&self, fold: usize) -> (&dyn Model, Features, Target) {
        let rows = &self.folds[fold].test;
        (
            &*self.models[fold],
            self.x.select_rows(rows),
            self.y.select_rows(rows),
        )
    }

    /// One prediction a row from those of every fold.
    fn in_row_order<T: Copy + Default>(
        &self,
        parts: &[Target],
        values: fn(&Target, &'static str) -> Result<ArcArray1<T>>,
    ) -> Result<Target>
    where
        Target: From<Array1<T>>,
    {
        let mut out = Array1::default(self.y.len());
        for (fold, part) in self.folds.iter().zip(parts) {
            for (&row, &value) in fold.test.iter().zip(&values(part, "cross_val_predict")?) {
                out[row] = value;
            }
        }
        Ok(out.into())
    }

    fn each<T>(&self, predict: impl Fn(&dyn Model, &Features) -> Result<T>) -> Result<Vec<T>> {
        let parts = (0..self.len()).map(|fold| self.part(fold));
        parts.map(|(model, rows, _)| predict(model, &rows)).collect()
    }
}

/// Every row held out exactly once.
pub(super) fn partition(op: &'static str, folds: &[Fold], rows: usize) -> Result<()> {
    let mut times = vec![0usize; rows];
    for &row in folds.iter().flat_map(|fold| &fold.test) {
        times[row] += 1;
    }
    match times.iter().position(|&t| t != 1) {
        None => Ok(()),
        Some(row) => Err(Error::Data {
            op,
            problem: format!("row {row} is held out {} times", times[row]),
            remedy: "use folds that hold every row out once, such as k-fold",
        }),
    }
}

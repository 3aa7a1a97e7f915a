//! Models that tell two groups of rows apart.

use ml_core::{
    Error, Estimator, Features, FitContext, Model, Result, Target, Task, check, label,
    ndarray::{Array1, ArrayView1},
};
use rayon::prelude::*;

use crate::response::{Response, positive_scores};

/// Scores of rows, larger for those of the group, and the score from which on a row counts as one.
pub(super) struct Confidence {
    pub(super) scores: Array1<f64>,
    pub(super) threshold: f64,
}

/// The classes in ascending order, at least two, and every row's position among them.
pub(super) fn classes(
    op: &'static str,
    x: &Features,
    y: ArrayView1<'_, i64>,
) -> Result<(Vec<i64>, Array1<usize>)> {
    check::same_rows(op, x.n_rows(), y.len())?;
    let (classes, codes) = label::encode(y);
    if classes.len() < 2 {
        return Err(Error::Data {
            op,
            problem: format!("y holds {} class(es) where at least 2 are needed", classes.len()),
            remedy: "train on rows of all classes; split with stratification",
        });
    }
    Ok((classes, codes))
}

/// Fits a copy of `estimator` on the rows, to tell those in `group`: classes 0 and 1 of a classifier, the numbers 0
/// and 1 of a regressor.
pub(super) fn fit(
    estimator: &dyn Estimator,
    x: &Features,
    group: &Array1<bool>,
    weights: Option<ArrayView1<'_, f64>>,
) -> Result<Box<dyn Model>> {
    let y = match estimator.task() {
        Task::Classification => Target::from(group.mapv(i64::from)),
        Task::Regression => Target::from(group.mapv(|in_group| f64::from(u8::from(in_group)))),
    };
    let context = FitContext {
        weights,
        ..FitContext::default()
    };
    estimator.fit_features(x, &y, &context)
}

/// Runs `fit` for every number below `n`, in parallel, and reports progress.
pub(super) fn fit_all(
    op: &'static str,
    n: usize,
    context: &FitContext<'_>,
    fit: impl Fn(usize) -> Result<Box<dyn Model>> + Sync,
) -> Result<Vec<Box<dyn Model>>> {
    context.observer.start(op, n as u64);
    let each = |i: usize| {
        let model = fit(i);
        context.observer.advance(op, 1);
        model
    };
    let models = (0..n).into_par_iter().with_max_len(1).map(each).collect();
    context.observer.finish(op);
    models
}

/// Decision scores if the model has them, else probabilities, else (a regressor's) predictions.
pub(super) fn confidence(op: &'static str, model: &dyn Model, x: &Features) -> Result<Confidence> {
    if model.classes().is_none() {
        let scores = model.predict_features(x)?.numbers(op)?.to_owned();
        return Ok(Confidence {
            scores,
            threshold: 0.5,
        });
    }
    let scores = positive_scores(op, model, x, Response::Decision).or_else(|error| match error {
        Error::Unsupported { .. } => positive_scores(op, model, x, Response::Probability),
        other => Err(other),
    });
    let (scores, response) = match scores {
        Err(Error::Unsupported { owner, .. }) => {
            return Err(Error::Unsupported {
                owner,
                what: "scores, by which the classes could be compared",
                remedy: "use a model with decision_function or predict_proba, or a regressor",
            });
        }
        scores => scores?,
    };
    Ok(Confidence {
        scores,
        threshold: response.natural_threshold(),
    })
}

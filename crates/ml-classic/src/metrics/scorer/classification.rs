//! Scorers of classes, scores and probabilities.

use std::sync::Once;

use ml_core::{
    Error, Features, Model, Result, Target,
    ndarray::{Array1, ArrayView1, ArrayView2},
};

use super::Scorer;
use crate::{
    metrics::{
        AucAverage, Average, accuracy_score_with,
        classification::{
            average_precision_score_with, balanced_accuracy_score_with, brier_score_loss_with, f1_score_with,
            jaccard_score_with, log_loss_with, matthews_corrcoef_with, precision_score_with,
            recall_score_with, roc_auc_ovr_score_with, roc_auc_score_with, top_k_accuracy_score_with,
        },
        roc_auc_ovo_score,
    },
    response::{Response, positive_scores},
};

use super::no_weights;

/// What is called positive by the scorers of a binary average.
const POSITIVE: i64 = 1;

/// From this share of one class on, accuracy says little.
const SKEWED: f64 = 0.9;

type Classes<'a> = ArrayView1<'a, i64>;
type Weights<'a> = Option<ArrayView1<'a, f64>>;
type OfClasses = fn(Classes<'_>, Classes<'_>, Weights<'_>) -> Result<f64>;
type OfScores = fn(ArrayView1<'_, bool>, ArrayView1<'_, f64>, Weights<'_>) -> Result<f64>;
type OfProbabilities = fn(Classes<'_>, ArrayView2<'_, f64>, &[i64], Weights<'_>) -> Result<f64>;

/// Averaged metrics under their names for every average.
macro_rules! of_averages {
    ($($metric:ident as $binary:literal, $micro:literal, $macro:literal, $weighted:literal);*) => {
        [$(
            ($binary, (|y, p, w| $metric(y, p, Average::Binary(POSITIVE), w)) as OfClasses),
            ($micro, |y, p, w| $metric(y, p, Average::Micro, w)),
            ($macro, |y, p, w| $metric(y, p, Average::Macro, w)),
            ($weighted, |y, p, w| $metric(y, p, Average::Weighted, w)),
        )*]
    };
}

/// Of predicted classes.
const OF_CLASSES: [(&str, OfClasses); 3] = [
    ("accuracy", accuracy),
    ("balanced_accuracy", balanced_accuracy_score_with),
    ("matthews_corrcoef", matthews_corrcoef_with),
];

/// Of predicted classes, averaged.
const AVERAGED: [(&str, OfClasses); 16] = of_averages![
    precision_score_with as "precision", "precision_micro", "precision_macro", "precision_weighted";
    recall_score_with as "recall", "recall_micro", "recall_macro", "recall_weighted";
    f1_score_with as "f1", "f1_micro", "f1_macro", "f1_weighted";
    jaccard_score_with as "jaccard", "jaccard_micro", "jaccard_macro", "jaccard_weighted"
];

/// Of decision scores, or probabilities, of the second of two classes.
const OF_SCORES: [(&str, OfScores); 2] = [
    ("roc_auc", roc_auc_score_with),
    ("average_precision", average_precision_score_with),
];

/// Of the probabilities of all classes.
const OF_PROBABILITIES: [(&str, OfProbabilities); 7] = [
    ("roc_auc_ovr", |y, p, classes, w| {
        roc_auc_ovr_score_with(y, p, classes, AucAverage::Macro, w)
    }),
    ("roc_auc_ovr_weighted", |y, p, classes, w| {
        roc_auc_ovr_score_with(y, p, classes, AucAverage::Weighted, w)
    }),
    ("roc_auc_ovo", |y, p, classes, w| {
        ovo("roc_auc_ovo", y, p, (classes, AucAverage::Macro), w)
    }),
    ("roc_auc_ovo_weighted", |y, p, classes, w| {
        ovo("roc_auc_ovo_weighted", y, p, (classes, AucAverage::Weighted), w)
    }),
    ("neg_log_loss", |y, p, classes, w| {
        log_loss_with(y, p, classes, w).map(|loss| -loss)
    }),
    ("neg_brier_score", |y, p, classes, w| {
        brier_score_loss_with(y, p, classes, w).map(|loss| -loss)
    }),
    ("top_k_accuracy", |y, p, classes, w| {
        top_k_accuracy_score_with(y, p, classes, 2, w)
    }),
];

/// Their names.
pub(super) fn names() -> impl Iterator<Item = &'static str> {
    let of_classes = OF_CLASSES.iter().chain(&AVERAGED).map(|scorer| scorer.0);
    let of_scores = OF_SCORES.iter().map(|scorer| scorer.0);
    of_classes
        .chain(of_scores)
        .chain(OF_PROBABILITIES.iter().map(|scorer| scorer.0))
}

/// The scorer of this name, if it is one of these.
pub(super) fn by_name(name: &str) -> Option<Scorer> {
    if let Some((name, metric)) = OF_CLASSES.into_iter().chain(AVERAGED).find(|(n, _)| *n == name) {
        return Some(Scorer::custom_weighted(name, move |model, x, y, weights| {
            let y = y.classes(name)?;
            let predicted = model.predict_features(x)?.classes(name)?;
            metric(y.view(), predicted.view(), weights)
        }));
    }
    if let Some((name, metric)) = OF_SCORES.into_iter().find(|(n, _)| *n == name) {
        return Some(Scorer::custom_weighted(name, move |model, x, y, weights| {
            let positive = positive_rows(name, model, y)?;
            let (scores, _) =
                positive_scores(name, model, x, Response::Decision).or_else(|error| match error {
                    Error::Unsupported { .. } => positive_scores(name, model, x, Response::Probability),
                    other => Err(other),
                })?;
            metric(positive.view(), scores.view(), weights)
        }));
    }
    let (name, metric) = OF_PROBABILITIES.into_iter().find(|(n, _)| *n == name)?;
    Some(Scorer::custom_weighted(
        name,
        move |model, x: &Features, y, weights| {
            let y = y.classes(name)?;
            let classes = known_classes(name, model)?;
            metric(
                y.view(),
                model.predict_proba_features(x)?.view(),
                &classes,
                weights,
            )
        },
    ))
}

/// Accuracy, with a warning where it flatters.
fn accuracy(y: Classes<'_>, predicted: Classes<'_>, weights: Weights<'_>) -> Result<f64> {
    static WARNED: Once = Once::new();
    warn_of_skew(y, &WARNED);
    accuracy_score_with(y, predicted, weights)
}

fn warn_of_skew(y: Classes<'_>, once: &Once) {
    if once.is_completed() {
        return;
    }
    let first = y.first().copied().unwrap_or_default();
    // A class of nine tenths holds the first row or the middle one almost surely; counting two is enough for a hint.
    let middle = y.get(y.len() / 2).copied().unwrap_or_default();
    let share = |class: i64| y.iter().filter(|&&y| y == class).count() as f64 / y.len() as f64;
    if share(first).max(share(middle)) >= SKEWED && y.iter().any(|&y| y != first) {
        once.call_once(|| {
            tracing::warn!(
                "accuracy: one class makes up {SKEWED} of the rows or more, and predicting it always scores as much; \
                 look at precision and recall, or score balanced_accuracy, f1, average_precision or roc_auc"
            );
        });
    }
}

fn ovo(
    name: &'static str,
    y: Classes<'_>,
    probabilities: ArrayView2<'_, f64>,
    (classes, average): (&[i64], AucAverage),
    weights: Weights<'_>,
) -> Result<f64> {
    match weights {
        None => roc_auc_ovo_score(y, probabilities, classes, average),
        Some(_) => Err(no_weights(name, "score without weights, or by roc_auc_ovr")),
    }
}

/// The classes that the columns of a model's scores stand for.
fn known_classes(name: &str, model: &dyn Model) -> Result<Vec<i64>> {
    model.classes().ok_or_else(|| Error::Unsupported {
        owner: model.name(),
        what: "classes, which this scorer needs",
        remedy: if name.starts_with("neg_") {
            "score a classifier, or choose neg_mean_squared_error"
        } else {
            "score a classifier"
        },
    })
}

/// Which rows are of the second of a model's two classes.
fn positive_rows(name: &'static str, model: &dyn Model, y: &Target) -> Result<Array1<bool>> {
    let (y, classes) = (y.classes(name)?, known_classes(name, model)?);
    let &[negative, positive] = classes.as_slice() else {
        return Err(Error::Data {
            op: name,
            problem: format!("the model knows {} classes where two are needed", classes.len()),
            remedy: "score more classes by roc_auc_ovr, roc_auc_ovo or f1_macro, or make y == class the target",
        });
    };
    if let Some(row) = y.iter().position(|&y| y != negative && y != positive) {
        return Err(Error::Data {
            op: name,
            problem: format!("y holds {} at row {row}, which the model has not seen", y[row]),
            remedy: "score only rows of classes that the model knows",
        });
    }
    Ok(y.map(|&y| y == positive))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::heard::said;

    #[test]
    fn skewed_classes_are_warned_of_once() {
        let of = |rare: usize| {
            let y = Array1::from_shape_fn(20, |row| i64::from(row >= 20 - rare));
            said(|once| warn_of_skew(y.view(), once))
        };
        let heard = of(2);
        assert_eq!(heard.len(), 1);
        assert!(
            heard[0].starts_with("accuracy: one class makes up 0.9 of the rows"),
            "{heard:?}"
        );
        assert!(heard[0].ends_with("average_precision or roc_auc"), "{heard:?}");
        // Three rows of twenty are many enough; one class alone is another mistake.
        assert_eq!((of(3).len(), of(0).len()), (0, 0));
    }
}

//! Classifiers, linear models and their metrics.

use ml::{
    classic::{
        Response,
        linear::{Lasso, LogisticRegression, LogisticSolver, Penalty, Ridge, SGDClassifier},
        metrics::{log_loss, roc_auc_score},
        model_selection::FixedThresholdClassifier,
        naive_bayes::MultinomialNB,
    },
    core::{Error, Result, Target, ndarray::array},
    data::split::{Splitter, StratifiedKFold},
    prelude::*,
};

use super::messages::Case;

fn refused<T>(result: Result<T>) -> Error {
    result.err().expect("this is refused")
}

pub(super) fn cases() -> Vec<Case> {
    let x = array![[0.0, 1.0], [1.0, 0.0], [2.0, 5.0], [3.0, 1.0]];
    let (y, target) = (array![0, 0, 1, 1], array![0.0, 1.0, 2.0, 4.0]);
    let logistic = LogisticRegression::default();
    let one = array![1, 1, 1, 1];
    let weights = array![0.0, 0.0, 0.0, 0.0];
    vec![
        (
            "one class only",
            "fit a classifier",
            refused(logistic.fit(x.view(), one.view())),
        ),
        (
            "weights that are all zero",
            "fit a classifier",
            refused(logistic.fit_weighted(x.view(), y.view(), weights.view())),
        ),
        (
            "a solver without the penalty",
            "fit a classifier",
            refused(
                logistic
                    .clone()
                    .solver(LogisticSolver::Lbfgs)
                    .penalty(Penalty::L1)
                    .fit(x.view(), y.view()),
            ),
        ),
        (
            "alpha below 0",
            "fit a line",
            refused(Ridge::default().alpha(-1.0).fit(x.view(), target.view())),
        ),
        (
            "alpha below 0",
            "fit a lasso",
            refused(Lasso::default().alpha(-1.0).fit(x.view(), target.view())),
        ),
        (
            "alpha of 0",
            "learn by the optimal rate",
            refused(SGDClassifier::default().alpha(0.0).fit(x.view(), y.view())),
        ),
        (
            "NaN in the features",
            "fit a classifier",
            refused(SGDClassifier::default().fit(array![[f64::NAN], [1.0]].view(), array![0, 1].view())),
        ),
        (
            "numbers below 0",
            "fit a multinomial naive Bayes",
            refused(MultinomialNB::default().fit(array![[-1.0], [1.0]].view(), array![0, 1].view())),
        ),
        (
            "more folds than members of a class",
            "cross-validate",
            refused(
                StratifiedKFold::default()
                    .n_splits(3)
                    .split(4, Some(&Target::from(y.clone())), None),
            ),
        ),
        (
            "one class only",
            "area under the ROC",
            refused(roc_auc_score(array![true, true].view(), array![0.1, 0.2].view())),
        ),
        (
            "a label unseen",
            "log loss",
            refused(log_loss(
                array![0, 1, 2].view(),
                array![[0.5, 0.5], [0.1, 0.9], [0.2, 0.8]].view(),
                &[0, 1],
            )),
        ),
        (
            "a model without probabilities",
            "put a threshold to them",
            refused(
                FixedThresholdClassifier::new(SGDClassifier::default())
                    .response(Response::Probability)
                    .fit(&x, &y)
                    .and_then(|model| model.predict(&x)),
            ),
        ),
        (
            "a regressor",
            "choose a threshold",
            refused(
                FixedThresholdClassifier::new(ml::classic::linear::LinearRegression::default()).fit(&x, &y),
            ),
        ),
    ]
}

//! Scorers by name.

use ml_classic::{
    baseline::{ClassifierStrategy, DummyClassifier},
    metrics::{self, Average, Scorer},
    model_selection::{CrossValidation, GridSearchCV, ParamGrid, cross_val_score},
    naive_bayes::MultinomialNB,
    neighbors::KNeighborsClassifier,
    tree::DecisionTreeClassifier,
};
use ml_core::{
    Estimator, Features, Fit, FitContext, Target,
    ndarray::{Array1, Array2},
    sprs::TriMat,
};

use super::{close, error};

/// A set of two classes that trees and neighbours find hard enough.
fn lesson() -> (Array2<f64>, Array1<i64>) {
    let x = Array2::from_shape_fn((60, 2), |(i, j)| ((i * (j + 3) * 7) % 13) as f64 + (i % 3) as f64);
    let y = Array1::from_iter((0..60_i64).map(|i| i64::from(x[[i as usize, 0]] + (i % 5) as f64 > 9.0)));
    (x, y)
}

#[test]
fn scorers_are_the_metrics_of_what_a_model_says() {
    let (x, y) = lesson();
    let w = Array1::from_iter((0..60).map(|i| f64::from(i % 4)));
    let model = KNeighborsClassifier::default().fit(x.view(), y.view()).unwrap();
    let object: &dyn ml_core::Model = &model;
    let (features, target) = (Features::from(x.clone()), Target::from(y.clone()));
    let p = ml_core::PredictProba::predict_proba(&model, x.view()).unwrap();
    let predicted = ml_core::Predict::predict(&model, x.view()).unwrap();
    let (positive, second) = (y.mapv(|y| y == 1), p.column(1));
    let (y, predicted) = (y.view(), predicted.view());
    let score = |name: &str| {
        Scorer::by_name(name)
            .unwrap()
            .score(object, &features, &target)
            .unwrap()
    };
    let expected = [
        ("accuracy", metrics::accuracy_score(y, predicted)),
        (
            "precision",
            metrics::precision_score(y, predicted, Average::Binary(1)),
        ),
        (
            "recall_macro",
            metrics::recall_score(y, predicted, Average::Macro),
        ),
        ("f1_weighted", metrics::f1_score(y, predicted, Average::Weighted)),
        (
            "jaccard_micro",
            metrics::jaccard_score(y, predicted, Average::Micro),
        ),
        (
            "balanced_accuracy",
            metrics::balanced_accuracy_score(y, predicted),
        ),
        ("matthews_corrcoef", metrics::matthews_corrcoef(y, predicted)),
        ("roc_auc", metrics::roc_auc_score(positive.view(), second)),
        (
            "average_precision",
            metrics::average_precision_score(positive.view(), second),
        ),
        ("roc_auc_ovr", metrics::roc_auc_score(positive.view(), second)),
        ("roc_auc_ovo", metrics::roc_auc_score(positive.view(), second)),
        (
            "neg_log_loss",
            metrics::log_loss(y, p.view(), &[0, 1]).map(|loss| -loss),
        ),
        (
            "neg_brier_score",
            metrics::brier_score_loss(y, p.view(), &[0, 1]).map(|loss| -loss),
        ),
        ("top_k_accuracy", Ok(1.0)),
    ];
    for (name, value) in expected {
        close(score(name), value.unwrap(), 1e-14);
    }
    for name in ["f1", "roc_auc", "neg_log_loss", "average_precision"] {
        let scorer = Scorer::by_name(name).unwrap();
        let weighted = scorer
            .score_weighted(object, &features, &target, w.view())
            .unwrap();
        assert!((weighted - score(name)).abs() > 1e-6, "{name} ignores weights");
    }
}

/// Sparse rows are scored as the same rows in full, by every kind of answer that scorers ask for.
#[test]
fn sparse_rows_are_scored_like_dense_ones() {
    let (x, y) = lesson();
    let mut cells = TriMat::new(x.dim());
    for ((row, column), &v) in x.indexed_iter().filter(|(_, v)| **v != 0.0) {
        cells.add_triplet(row, column, v);
    }
    let sparse = cells.to_csr::<usize>();
    for name in [
        "accuracy",
        "f1",
        "matthews_corrcoef",
        "roc_auc",
        "average_precision",
        "neg_log_loss",
    ] {
        let how = CrossValidation::default().cv(3).scoring(name);
        let of = |x: Features| cross_val_score(&MultinomialNB::default(), x, &y, &how).unwrap();
        let (full, few) = (of(x.clone().into()), of(sparse.clone().into()));
        full.iter().zip(&few).for_each(|(&a, &b)| close(a, b, 1e-12));
        assert!(
            full.iter().any(|&score| score != full[0]) || full[0] != 0.0,
            "{name}"
        );
    }
}

#[test]
fn scorers_serve_cross_validation_and_search() {
    let (x, y) = lesson();
    let how = CrossValidation::default().cv(3).scoring("roc_auc");
    let scores = cross_val_score(&DecisionTreeClassifier::default(), &x, &y, &how).unwrap();
    assert!(scores.iter().all(|score| (0.5..=1.0).contains(score)), "{scores}");
    let grid = ParamGrid::new().values("max_depth", [1, 3]);
    let search = GridSearchCV::new(DecisionTreeClassifier::default(), grid)
        .cv(3)
        .scoring("f1_macro");
    let fitted = search.fit(&x, &y).unwrap();
    assert_eq!(fitted.scoring, "f1_macro");
    let best = cross_val_score(
        &*fitted.best_estimator,
        &x,
        &y,
        &CrossValidation::default().cv(3).scoring("f1_macro"),
    );
    close(fitted.best_score, best.unwrap().mean().unwrap(), 1e-14);
}

#[test]
fn scorers_refuse_what_they_cannot_score() {
    let (x, y) = lesson();
    let (features, target) = (Features::from(x.clone()), Target::from(y.clone()));
    let fit = |estimator: &dyn Estimator, y: &Target| {
        estimator
            .fit_features(&features, y, &FitContext::default())
            .unwrap()
    };
    let score = |name: &str, model: &dyn ml_core::Model, y: &Target| {
        error(Scorer::by_name(name).unwrap().score(model, &features, y))
    };
    let dummy = DummyClassifier::default().strategy(ClassifierStrategy::MostFrequent);
    let thirds = Target::from(Array1::from_iter((0..60_i64).map(|i| i % 3)));
    let three = fit(&dummy, &thirds);
    assert_eq!(
        score("roc_auc", &*three, &thirds),
        "roc_auc: the model knows 3 classes where two are needed; score more classes by roc_auc_ovr, roc_auc_ovo or \
         f1_macro, or make y == class the target"
    );
    let two = fit(&dummy, &target);
    let message = score("roc_auc", &*two, &thirds);
    assert!(
        message.contains("y holds 2 at row 2, which the model has not seen"),
        "{message}"
    );
    let message = score("neg_log_loss", &*two, &thirds);
    assert!(message.contains("y holds 2 at row 2"), "{message}");
    // A class predicted, but never one that was not there to learn, is an answer all the same: a wrong one.
    let found = |name: &str, y: &Target| {
        let scorer = Scorer::by_name(name).unwrap();
        scorer.score(&*two, &features, y).unwrap()
    };
    close(
        found("accuracy", &Target::from(Array1::from_elem(60, 7_i64))),
        0.0,
        1e-15,
    );
    let most = usize::from(y.sum() > 30) as i64;
    let right = (0..60).filter(|row| row % 3 == most).count() as f64 / 60.0;
    close(found("accuracy", &thirds), right, 1e-15);
    // It is never found, so that three classes have the recalls 1, 0 and 0.
    close(found("recall_macro", &thirds), 1.0 / 3.0, 1e-15);
    let line = fit(
        &ml_classic::linear::LinearRegression::default(),
        &Target::from(y.mapv(|y| y as f64)),
    );
    let message = score("roc_auc", &*line, &target);
    assert!(message.contains("does not support classes"), "{message}");
    // A fold without positives is an error that says so.
    let late = Array1::from_iter((0..60).map(|i| i64::from(i >= 50)));
    let how = CrossValidation::default()
        .cv(ml_data::split::KFold::default())
        .scoring("average_precision");
    let folds = cross_val_score(&DecisionTreeClassifier::default(), &x, &late, &how);
    assert!(error(folds).contains("in cross-validation, stratified folds"));
}

//! Holding rows out, and what the scores on them say.

use ml::{
    classic::{
        linear::LinearRegression,
        metrics::r2_score,
        model_selection::{Cv, Diagnosis, GridSearchCV, ParamGrid, Verdict},
        neighbors::KNeighborsRegressor,
        tree::DecisionTreeRegressor,
    },
    data::split::{ShuffleSplit, TrainTestSplit},
    prelude::*,
};

/// Noise around a line.
fn noisy(rows: usize) -> (Array2<f64>, Array1<f64>) {
    let mut rng = Rng::new(3);
    let x = Array2::from_shape_fn((rows, 1), |(i, _)| i as f64 / rows as f64);
    let y = x.column(0).mapv(|v| v + 0.3 * rng.standard_normal());
    (x, y)
}

/// Holdout validation: the candidates meet one held-out part, and the winner is trained on everything.
#[test]
fn holdout_validation_is_one_split_and_a_refit() {
    let (x, y) = noisy(60);
    let one = ShuffleSplit::default().n_splits(1).test_size(0.25).seed(5);
    let grid = ParamGrid::new().values("n_neighbors", [1, 15]);
    let search = GridSearchCV::new(KNeighborsRegressor::default(), [grid]).cv(Cv::splitter(one));
    let found = search.fit(&x, &y).unwrap();
    assert_eq!(
        found.results.split_test_scores.dim(),
        (2, 1),
        "two candidates, one split"
    );
    assert_eq!(found.best_params.get("n_neighbors"), Some(&15.into()));
    let on_all = KNeighborsRegressor::default()
        .n_neighbors(15)
        .fit(x.view(), y.view())
        .unwrap();
    assert_eq!(
        found.predict(&x).unwrap(),
        Target::from(on_all.predict(x.view()).unwrap())
    );
}

/// Both scores short of the goal: underfitting. A good training score alone: overfitting.
#[test]
fn a_diagnosis_follows_the_two_scores() {
    let verdict = |train, validation| Diagnosis::new(train, validation, 0.8).verdict();
    assert_eq!(verdict(0.5, 0.5), Verdict::Underfit);
    assert_eq!(verdict(1.0, 0.5), Verdict::Overfit);
    assert_eq!(verdict(0.9, 0.85), Verdict::Good);
    assert_eq!(verdict(0.9, f64::NAN), Verdict::Overfit);
}

/// Rows held out of the training set tell noise that was learned from rows that come from elsewhere.
#[test]
fn a_train_dev_set_tells_overfitting_from_mismatch() {
    let (x, y) = noisy(200);
    let split = TrainTestSplit::default().test_size(0.3).seed(1);
    let ((x_train, y_train), (x_dev, y_dev)) = split.split((&x, &y)).unwrap();
    // Production has another line: what was learned is right for the training rows only.
    let elsewhere = y.mapv(|v| 3.0 - 2.0 * v);
    let line = LinearRegression::default()
        .fit(x_train.view(), y_train.view())
        .unwrap();
    let r2 = |x: &Array2<f64>, y: &Array1<f64>| {
        let predicted: Array1<f64> = line.predict(x.view()).unwrap();
        r2_score(y.view(), predicted.view()).unwrap()
    };
    let report = Diagnosis::new(r2(&x_train, &y_train), r2(&x, &elsewhere), 0.3);
    assert_eq!(
        report.verdict(),
        Verdict::Overfit,
        "without a train-dev set it looks like that"
    );
    let report = report.with_train_dev(r2(&x_dev, &y_dev));
    assert_eq!(report.verdict(), Verdict::DataMismatch, "{report}");
}

/// Fewer degrees of freedom: the training score falls, the score on other rows rises.
#[test]
fn a_limited_tree_overfits_less() {
    let (x, y) = noisy(200);
    let split = TrainTestSplit::default().test_size(0.5).seed(2);
    let ((x_train, y_train), (x_test, y_test)) = split.split((&x, &y)).unwrap();
    let scores = |tree: DecisionTreeRegressor| {
        let fitted = tree.fit(x_train.view(), y_train.view()).unwrap();
        let score = |x: &Array2<f64>, y: &Array1<f64>| {
            r2_score(y.view(), fitted.predict(x.view()).unwrap().view()).unwrap()
        };
        (score(&x_train, &y_train), score(&x_test, &y_test))
    };
    let (free_train, free_test) = scores(DecisionTreeRegressor::default());
    let (held_train, held_test) = scores(DecisionTreeRegressor::default().max_depth(2));
    assert_eq!(free_train, 1.0);
    assert!(
        held_train < free_train && held_test > free_test,
        "{held_train} {held_test} {free_test}"
    );
}

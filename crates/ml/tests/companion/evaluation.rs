//! Holding rows out, and what the scores on them say.

use ml::{
    classic::{
        linear::{FittedLinearRegression, LinearRegression},
        metrics::r2_score,
        model_selection::{Cv, Diagnosis, GridSearchCV, ParamGrid, Verdict},
        neighbors::KNeighborsRegressor,
        tree::DecisionTreeRegressor,
    },
    core::ndarray::Axis,
    data::{
        pipeline::Pipeline,
        preprocess::SimpleImputer,
        split::{ShuffleSplit, TrainTestSplit},
    },
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

/// A customer's age is missing now and then: leave the attribute out, leave those rows out, fill the gaps, or train one model with the
/// attribute and one without it.
#[test]
fn four_policies_for_missing_values() {
    // Spending rises by 2 for a visit and by 1 for a year of age; ages lie 10 above or below 40 in turn, whatever the visits.
    let visits = |i: usize| (i / 2) as f64;
    let age = |i: usize| if i.is_multiple_of(2) { 30.0 } else { 50.0 };
    let y = Array1::from_shape_fn(20, |i| 2.0 * visits(i) + age(i));
    let gap = |i: usize| i == 6 || i == 13;
    let x = Array2::from_shape_fn((20, 2), |(i, column)| match column {
        0 => visits(i),
        _ if gap(i) => f64::NAN,
        _ => age(i),
    });
    let (rows, target) = (Features::from(x.clone()), Target::from(y.clone()));
    let fit = |x: &Features, y: &Target| {
        LinearRegression::default()
            .fit_features(x, y, &FitContext::default())
            .unwrap()
    };
    let predict =
        |model: &dyn Model, x: &Features| model.predict_features(x).unwrap().numbers("test").unwrap();
    assert!(
        LinearRegression::default().fit(x.view(), y.view()).is_err(),
        "gaps are refused"
    );

    // One: without the attribute, ages are averaged away, and every prediction is 10 off.
    let narrow = rows.select_columns(&[0]);
    let without = fit(&narrow, &target);
    let error = (&predict(without.as_ref(), &narrow) - &y).mapv(f64::abs);
    assert!(error.iter().all(|e| (e - 10.0).abs() < 1e-9), "{error}");

    // Two: without the rows, the rule is found, and rows with a gap cannot be answered.
    let (complete, incomplete): (Vec<usize>, Vec<usize>) = (0..20).partition(|&i| !gap(i));
    let known = rows.select_rows(&complete);
    let with = fit(&known, &target.select_rows(&complete));
    let error = &predict(with.as_ref(), &known) - &y.select(Axis(0), &complete);
    assert!(error.iter().all(|e| e.abs() < 1e-9), "{error}");
    assert!(with.predict_features(&rows).is_err());

    // Three: filled with the median of 9 younger and 9 older customers, 40; every row is answered.
    let filling = Pipeline::new()
        .step("fill", SimpleImputer::median())
        .model("line", LinearRegression::default());
    let filled = filling.fit(&x, &y).unwrap();
    let line = filled
        .model()
        .as_any()
        .downcast_ref::<FittedLinearRegression<f64>>()
        .unwrap();
    assert!((line.coef[1] - 1.0).abs() < 0.05, "{}", line.coef);
    let error = (&filled.predict(&x).unwrap().numbers("test").unwrap() - &y).mapv(f64::abs);
    assert!(incomplete.iter().all(|&i| error[i] > 9.0), "{error}");
    assert!(complete.iter().all(|&i| error[i] < 2.0), "{error}");

    // Four: the model with the attribute answers where it is known, the one without it elsewhere.
    let mut both = predict(without.as_ref(), &narrow).into_owned();
    for (&row, value) in complete.iter().zip(predict(with.as_ref(), &known)) {
        both[row] = value;
    }
    let error = (&both - &y).mapv(f64::abs);
    assert!(complete.iter().all(|&i| error[i] < 1e-9), "{error}");
    assert!(
        incomplete.iter().all(|&i| (error[i] - 10.0).abs() < 1e-9),
        "{error}"
    );
}

//! Several classes and several targets from one estimator, thresholds: against Scikit-Learn, and at their edges.

use std::collections::BTreeMap;

use ml_classic::{
    Response,
    baseline::DummyClassifier,
    linear::{LinearRegression, LogisticRegression},
    metrics::{Average, f1_score},
    model_selection::{
        CrossValidation, Cv, FixedThresholdClassifier, GridSearchCV, ParamGrid, Thresholds,
        TunedThresholdClassifier, cross_val_decision_function, cross_val_predict_outputs, cross_val_score,
    },
    multiclass::{
        ChainOrder, ClassifierChain, FittedClassifierChain, FittedOneVsOneClassifier, MultiOutputClassifier,
        MultiOutputRegressor, MulticlassClassifier, MulticlassStrategy, OneVsOneClassifier,
        OneVsRestClassifier, RegressorChain,
    },
    neighbors::KNeighborsClassifier,
    tree::{DecisionTreeClassifier, DecisionTreeRegressor},
};
use ml_core::{
    DecisionFunction, Error, Estimator, Features, Fit, FitContext, Model, Params, Persist, Predict,
    PredictProba, Result, Score, Seed, Target, Task,
    ndarray::{Array1, Array2, ArrayView1, Axis, array, s, stack},
};
use ml_data::split::{Fold, Folds, Splitter};
use serde::{Deserialize, Serialize};

use super::metrics::close;

#[derive(Deserialize)]
struct Case {
    name: String,
    x: Vec<Vec<f64>>,
    y: Vec<i64>,
    later: Vec<Vec<f64>>,
    rest: Vec<i64>,
    rest_proba: Vec<Vec<f64>>,
    line: Vec<i64>,
    pairs: Vec<i64>,
    pairs_decision: Decision,
    several: Vec<Vec<i64>>,
    chain: Vec<Vec<i64>>,
    chain_proba: Vec<Vec<f64>>,
    blind: Vec<Vec<i64>>,
    numbers: Vec<Vec<f64>>,
    numbers_chain: Vec<Vec<f64>>,
    numbers_blind: Vec<Vec<f64>>,
    both: Vec<Vec<i64>>,
    lines: Vec<Vec<f64>>,
    near_several: Vec<Vec<i64>>,
    near_cross: Vec<Vec<i64>>,
    fixed: Vec<i64>,
    fixed_auto: Vec<i64>,
    fixed_other: Vec<i64>,
    tuned: BTreeMap<String, Tuned>,
}

/// A list for two classes, a matrix for more.
#[derive(Deserialize)]
#[serde(untagged)]
enum Decision {
    Two(Vec<f64>),
    More(Vec<Vec<f64>>),
}

#[derive(Deserialize)]
struct Tuned {
    threshold: f64,
    score: f64,
    scores: Vec<f64>,
    thresholds: Vec<f64>,
    predicted: Vec<i64>,
}

fn fixture() -> Vec<Case> {
    serde_json::from_str(include_str!("../fixtures/multiclass.json")).unwrap()
}

fn matrix<T: Clone>(rows: &[Vec<T>]) -> Array2<T> {
    Array2::from_shape_vec((rows.len(), rows[0].len()), rows.concat()).unwrap()
}

fn all_close(ours: &Array2<f64>, theirs: &Array2<f64>, tolerance: f64) {
    assert_eq!(ours.dim(), theirs.dim());
    let scale = theirs.iter().fold(1.0_f64, |largest, v| largest.max(v.abs()));
    ours.iter()
        .zip(theirs)
        .for_each(|(&ours, &theirs)| close(ours / scale, theirs / scale, tolerance));
}

#[test]
fn one_versus_others_agrees_with_scikit_learn() {
    for case in fixture() {
        let (x, y, later) = (matrix(&case.x), Array1::from(case.y), matrix(&case.later));
        let near = KNeighborsClassifier::default().n_neighbors(4);
        let rest = OneVsRestClassifier::new(near.clone()).fit(&x, &y).unwrap();
        let n_models = if case.name == "two" { 1 } else { rest.classes.len() };
        assert_eq!(rest.models.len(), n_models, "{}", case.name);
        assert_eq!(rest.predict(&later).unwrap().to_vec(), case.rest, "{}", case.name);
        let mut theirs = matrix(&case.rest_proba);
        // Where no model sees its class, theirs are all 0 and ours all alike.
        for mut row in theirs.rows_mut().into_iter().filter(|row| row.sum() == 0.0) {
            let share = 1.0 / row.len() as f64;
            row.fill(share);
        }
        all_close(&rest.predict_proba(&later).unwrap(), &theirs, 1e-12);
        let line = OneVsRestClassifier::new(LinearRegression::default())
            .fit(&x, &y)
            .unwrap();
        assert_eq!(line.predict(&later).unwrap().to_vec(), case.line, "{}", case.name);
        let pairs = OneVsOneClassifier::new(near).fit(&x, &y).unwrap();
        let n = pairs.classes.len();
        assert_eq!(pairs.models.len(), n * (n - 1) / 2);
        assert_eq!(
            pairs.predict(&later).unwrap().to_vec(),
            case.pairs,
            "{}",
            case.name
        );
        let decision = pairs.decision_function(&later).unwrap();
        match case.pairs_decision {
            Decision::More(theirs) => all_close(&decision, &matrix(&theirs), 1e-12),
            // They give the second score, we the difference of both.
            Decision::Two(theirs) => {
                all_close(
                    &decision,
                    &(Array1::from(theirs) * 2.0 - 1.0).insert_axis(Axis(1)),
                    1e-12,
                );
            }
        }
    }
}

#[test]
fn several_targets_agree_with_scikit_learn() {
    for case in fixture() {
        let (x, several, later) = (matrix(&case.x), matrix(&case.several), matrix(&case.later));
        let near = KNeighborsClassifier::default().n_neighbors(4);
        let name = &case.name;
        let chain = ClassifierChain::new(near.clone()).order(ChainOrder::Of(vec![2, 0, 1]));
        let chain = chain.fit(&x, several.view()).unwrap();
        assert_eq!(chain.predict(&later).unwrap(), matrix(&case.chain), "{name}");
        let labels = several.select(Axis(1), &[0, 2]);
        let chain = ClassifierChain::new(near.clone()).order(ChainOrder::Of(vec![1, 0]));
        let said = chain
            .fit(&x, labels.view())
            .unwrap()
            .predict_proba(&later)
            .unwrap();
        let holds = stack![Axis(1), said[0].column(1), said[1].column(1)];
        all_close(&holds, &matrix(&case.chain_proba), 1e-12);
        let both = MultiOutputClassifier::new(near.clone())
            .fit(&x, several.view())
            .unwrap();
        assert_eq!(both.predict(&later).unwrap(), matrix(&case.both), "{name}");
        let own = near.fit(x.view(), several.view()).unwrap();
        assert_eq!(
            own.predict(later.view()).unwrap(),
            matrix(&case.near_several),
            "{name}"
        );
        assert_eq!(case.near_several, case.both);
        let out = cross_val_predict_outputs(&near, x.view(), several.view(), 3).unwrap();
        assert_eq!(out, matrix(&case.near_cross), "{name}");
        let wrapped = MultiOutputClassifier::new(near.clone());
        let out = cross_val_predict_outputs(&wrapped, x.view(), several.view(), 3).unwrap();
        assert_eq!(out, matrix(&case.near_cross), "{name}");

        let (numbers, few, later) = (
            matrix(&case.numbers),
            x.slice(s![.., ..3]),
            later.slice(s![.., ..3]),
        );
        let line = LinearRegression::default().tol(1e-12);
        let chain = RegressorChain::new(line.clone()).order(ChainOrder::Of(vec![1, 0, 2]));
        let chain = chain.fit(few, numbers.view()).unwrap();
        all_close(&chain.predict(later).unwrap(), &matrix(&case.numbers_chain), 1e-6);
        let blind = RegressorChain::new(line.clone())
            .folds(4)
            .fit(few, numbers.view())
            .unwrap();
        all_close(&blind.predict(later).unwrap(), &matrix(&case.numbers_blind), 1e-6);
        let lines = MultiOutputRegressor::new(line).fit(few, numbers.view()).unwrap();
        all_close(&lines.predict(later).unwrap(), &matrix(&case.lines), 1e-6);
    }
}

#[test]
fn a_chain_of_folds_learns_from_predictions() {
    // Theirs cuts consecutive rows, ours keeps shares of classes, so that only the law is compared.
    for case in fixture() {
        let (x, several, later) = (matrix(&case.x), matrix(&case.several), matrix(&case.later));
        let near = KNeighborsClassifier::default().n_neighbors(4);
        let order = || ChainOrder::Of(vec![1, 2, 0]);
        let blind = ClassifierChain::new(near.clone())
            .order(order())
            .folds(3)
            .fit(&x, several.view())
            .unwrap();
        let sighted = ClassifierChain::new(near)
            .order(order())
            .fit(&x, several.view())
            .unwrap();
        let (blind, sighted) = (blind.predict(&later).unwrap(), sighted.predict(&later).unwrap());
        // The first link of a chain has seen nothing but the columns.
        assert_eq!(blind.column(1), sighted.column(1));
        let alike = blind
            .iter()
            .zip(&matrix(&case.blind))
            .filter(|(a, b)| a == b)
            .count();
        assert!(
            alike * 10 >= blind.len() * 9,
            "{}: {alike} of {}",
            case.name,
            blind.len()
        );
    }
}

#[test]
fn thresholds_agree_with_scikit_learn() {
    for case in fixture() {
        let (x, later) = (matrix(&case.x), matrix(&case.later));
        let y = Array1::from_iter(case.y.iter().map(|&y| i64::from(y > 0)));
        let many = KNeighborsClassifier::default().n_neighbors(9);
        let fixed = FixedThresholdClassifier::new(many.clone());
        let predict =
            |model: FixedThresholdClassifier| model.fit(&x, &y).unwrap().predict(&later).unwrap().to_vec();
        assert_eq!(predict(fixed.clone().threshold(0.3)), case.fixed, "{}", case.name);
        assert_eq!(predict(fixed.clone()), case.fixed_auto, "{}", case.name);
        assert_eq!(
            predict(fixed.threshold(0.7).positive(0)),
            case.fixed_other,
            "{}",
            case.name
        );
        for (scoring, theirs) in &case.tuned {
            let tuned = TunedThresholdClassifier::new(many.clone())
                .scoring(scoring.as_str())
                .thresholds(20)
                .cv(3);
            let ours = tuned.fit(&x, &y).unwrap();
            let name = format!("{} {scoring}", case.name);
            close(ours.best_score, theirs.score, 1e-12);
            for (ours, theirs) in ours.thresholds.iter().zip(&theirs.thresholds) {
                close(*ours, *theirs, 1e-12);
            }
            for (ours, theirs) in ours.scores.iter().zip(&theirs.scores) {
                close(*ours, *theirs, 1e-12);
            }
            assert!((ours.threshold - theirs.threshold).abs() < 1e-12, "{name}");
            assert_eq!(ours.predict(&later).unwrap().to_vec(), theirs.predicted, "{name}");
        }
    }
}

fn lesson() -> (Array2<f64>, Array1<i64>) {
    let x = Array2::from_shape_fn((60, 2), |(i, j)| ((i * (j + 3) * 7) % 13) as f64 + (i % 3) as f64);
    let y = Array1::from_iter((0..60_i64).map(|i| i64::from(x[[i as usize, 0]] + (i % 5) as f64 > 9.0)));
    (x, y)
}

fn error<T>(result: Result<T>) -> String {
    match result {
        Ok(_) => panic!("it should have failed"),
        Err(error) => error.to_string(),
    }
}

#[test]
fn errors_name_the_mistake() {
    let (x, y) = lesson();
    let ones = Array1::<i64>::ones(60);
    let tree = DecisionTreeClassifier::default;
    assert_eq!(
        error(OneVsRestClassifier::new(tree()).fit(&x, &ones)),
        "OneVsRestClassifier: y holds 1 class(es) where at least 2 are needed; train on rows of all classes; split \
         with stratification"
    );
    assert!(
        error(OneVsOneClassifier::new(tree()).fit(&x, &ones))
            .starts_with("OneVsOneClassifier: y holds 1 class")
    );
    assert_eq!(
        error(FixedThresholdClassifier::new(tree()).fit(&x, &Array1::from_iter((0..60_i64).map(|i| i % 3)))),
        "FixedThresholdClassifier: y holds 3 class(es) where a threshold decides between two; make y == class the \
         target"
    );
    assert_eq!(
        error(FixedThresholdClassifier::new(tree()).positive(5).fit(&x, &y)),
        "positive = 5: must be 0 or 1, the classes of y"
    );
    assert_eq!(
        error(
            FixedThresholdClassifier::new(tree())
                .threshold(f64::NAN)
                .fit(&x, &y)
        ),
        "threshold = NaN: must be a number"
    );
    // A tree has no decision function; a model without scores has no threshold.
    let fixed = FixedThresholdClassifier::new(tree())
        .response(Response::Decision)
        .fit(&x, &y)
        .unwrap();
    assert!(error(fixed.predict(&x)).contains("does not support decision_function"));
    let mute = FixedThresholdClassifier::new(Mute).fit(&x, &y).unwrap();
    assert_eq!(
        error(mute.predict(&x)),
        "FittedMute does not support scores, of which there could be a threshold; use a model with predict_proba or \
         decision_function"
    );
    assert_eq!(
        error(TunedThresholdClassifier::new(Mute).fit(&x, &y)),
        "FittedMute does not support scores, of which there could be a threshold; use a model with predict_proba or \
         decision_function"
    );
    assert!(
        error(OneVsRestClassifier::new(Mute).fit(&x, &y).unwrap().predict(&x))
            .contains("FittedMute does not support scores, by which the classes could be compared")
    );
    let tuned = || TunedThresholdClassifier::new(tree());
    assert_eq!(
        error(tuned().thresholds(1).fit(&x, &y)),
        "thresholds = 1: must be from 2 to 1,000,000"
    );
    assert_eq!(
        error(tuned().thresholds(vec![0.5, 0.2]).fit(&x, &y)),
        "thresholds = [0.5, 0.2]: must be 2 or more finite numbers that ascend"
    );
    assert!(error(tuned().cv(61).fit(&x, &y)).contains("n_splits = 61 is more than"));
    // A fold without positives to train on is an error, not a threshold for something else.
    let late = Array1::from_iter((0..60).map(|i| i64::from(i >= 50)));
    let rows = Cv::splitter(NegativesOnly);
    assert!(
        error(tuned().cv(rows).fit(&x, &late)).contains("the model was trained on rows of one class only")
    );
    // What is code has no value, and is no reason to panic.
    let code = tuned().cv(ml_data::split::KFold::default()).params();
    assert_eq!(
        code.iter()
            .find(|(name, _)| name == "cv")
            .map(|(_, value)| value.is_null()),
        Some(true)
    );
    let dummy = TunedThresholdClassifier::new(DummyClassifier::default());
    assert!(error(dummy.fit(&x, &y)).contains("all 12 rows of a fold score"));
    assert!(
        error(tuned().scoring("roc_auc").fit(&x, &y)).contains("a choice of the threshold does not support")
    );

    let several = Array2::<i64>::zeros((60, 2));
    let order = ClassifierChain::new(tree()).order(ChainOrder::Of(vec![0, 0]));
    assert_eq!(
        error(order.fit(&x, several.view())),
        "order = [0, 0]: must be every number from 0 to 1 once"
    );
    assert_eq!(
        error(ClassifierChain::new(LinearRegression::default()).fit(&x, several.view())),
        "ClassifierChain: got the Regression estimator LinearRegression where a classifier is needed; use \
         MultiOutputRegressor or RegressorChain for numbers"
    );
    let numbers = Array2::<f64>::zeros((60, 0));
    assert!(
        error(MultiOutputRegressor::new(LinearRegression::default()).fit(&x, numbers.view()))
            .contains("0 columns")
    );
    let short = Array2::<i64>::zeros((59, 2));
    assert!(
        error(MultiOutputClassifier::new(tree()).fit(&x, short.view())).contains("60 rows, but y has 59")
    );
    let leave_some = ml_data::split::ShuffleSplit::default();
    assert!(
        error(cross_val_predict_outputs(
            &tree(),
            x.view(),
            several.view(),
            leave_some
        ))
        .contains("is held out")
    );
}

/// Scores by name are of the positive class, whichever that is and whatever it is called.
#[test]
fn a_tuned_threshold_scores_its_positive_class() {
    let (x, y) = lesson();
    let tuned = |y: &Array1<i64>, positive: Option<i64>, scoring: &str| {
        let tree = DecisionTreeClassifier::default().max_depth(2);
        let how = TunedThresholdClassifier::new(tree).scoring(scoring).cv(3);
        how.positive(positive).fit(&x, y).unwrap()
    };
    for scoring in ["f1", "precision", "recall", "jaccard"] {
        let turned = tuned(&y, Some(0), scoring);
        // The same question about classes that are called the other way round.
        let named = tuned(&y.mapv(|class| 1 - class), None, scoring);
        assert_eq!(turned.best_score, named.best_score, "{scoring}");
        assert_eq!(turned.threshold, named.threshold, "{scoring}");
        let other = tuned(&y.mapv(|class| 3 * class + 4), None, scoring);
        assert_eq!(other.best_score, tuned(&y, None, scoring).best_score, "{scoring}");
        // Everything is found when everything is called so, whichever class it is.
        let differ = other.best_score != turned.best_score;
        assert_eq!(differ, scoring != "recall", "{scoring}");
    }
}

/// What each model of a wrapper learns of sparse rows is what it learns of the same rows in full.
#[test]
fn wrappers_keep_sparse_rows_sparse() {
    let (x, _, two, three) = crate::drawn::data("sparse");
    let sparse = Features::from(crate::drawn::csr(&x));
    let x = Features::from(x);
    let line = || Box::new(LogisticRegression::default().tol(1e-10).max_iter(10_000));
    let wrappers: [(&str, Box<dyn Estimator>, &Array1<i64>); 5] = [
        ("rest", Box::new(OneVsRestClassifier::new(*line())), &three),
        ("pairs", Box::new(OneVsOneClassifier::new(*line())), &three),
        ("any", Box::new(MulticlassClassifier::new(*line())), &three),
        (
            "fixed",
            Box::new(FixedThresholdClassifier::new(*line()).threshold(0.3)),
            &two,
        ),
        (
            "tuned",
            Box::new(TunedThresholdClassifier::new(*line()).cv(3)),
            &two,
        ),
    ];
    for (name, wrapper, y) in wrappers {
        let y = Target::from(y.clone());
        let fit = |x: &Features| wrapper.fit_features(x, &y, &FitContext::default()).unwrap();
        let (few, full) = (fit(&sparse), fit(&x));
        let scores = few.decision_function_features(&sparse).unwrap();
        all_close(&scores, &full.decision_function_features(&x).unwrap(), 1e-6);
        let predicted = few.predict_features(&sparse).unwrap();
        assert_eq!(predicted, full.predict_features(&x).unwrap(), "{name}");
    }
    let several = stack![Axis(1), two, three];
    let chain = ClassifierChain::new(*line()).order(ChainOrder::Of(vec![1, 0]));
    let both = MultiOutputClassifier::new(*line());
    let fit = |x: &Features| {
        let chained = chain.fit(x, several.view()).unwrap().predict(x).unwrap();
        (chained, both.fit(x, several.view()).unwrap().predict(x).unwrap())
    };
    assert_eq!(fit(&sparse), fit(&x));
}

#[test]
fn wrappers_pass_weights_on() {
    let (x, y) = lesson();
    let weights = Array1::from_iter((0..60).map(|i| f64::from(i % 2)));
    let context = FitContext::weighted(weights.view());
    let rows: Vec<usize> = (0..60).filter(|i| i % 2 == 1).collect();
    let (half_x, half_y) = (x.select(Axis(0), &rows), y.select(Axis(0), &rows));
    let tree = DecisionTreeClassifier::default;
    // A weight of 0 is an absent row.
    for wrapper in [MulticlassStrategy::OneVsRest, MulticlassStrategy::OneVsOne] {
        let wrapper = MulticlassClassifier::new(tree()).strategy(wrapper);
        let weighted = wrapper.fit_with(&x, &y, &context).unwrap().predict(&x).unwrap();
        let halved = wrapper.fit(&half_x, &half_y).unwrap().predict(&x).unwrap();
        assert_eq!(weighted, halved);
    }
    // What does not take weights says so.
    let near = OneVsRestClassifier::new(KNeighborsClassifier::default());
    assert!(error(near.fit_with(&x, &y, &context)).contains("does not support sample weights"));
    let near = MulticlassClassifier::new(KNeighborsClassifier::default());
    assert!(error(near.fit_with(&x, &y, &context)).contains("does not support sample weights"));
}

#[test]
fn what_takes_two_classes_only_is_helped_automatically() {
    let (x, _) = lesson();
    let y = x.column(0).mapv(|v| (v / 6.0) as i64);
    let model = MulticlassClassifier::new(Mute).fit(&x, &y);
    assert_eq!(model.unwrap().model.name(), "FittedOneVsRestClassifier");
    let own = MulticlassClassifier::new(DecisionTreeClassifier::default())
        .fit(&x, &y)
        .unwrap();
    assert_eq!(own.model.name(), "FittedDecisionTreeClassifier<i64>");
    assert_eq!(own.score(&x, &y).unwrap(), 1.0);
    let pairs =
        MulticlassClassifier::new(DecisionTreeClassifier::default()).strategy(MulticlassStrategy::OneVsOne);
    assert_eq!(pairs.fit(&x, &y).unwrap().score(&x, &y).unwrap(), 1.0);
}

#[test]
fn wrappers_are_estimators_among_others() {
    let (x, _) = lesson();
    let y = x.column(0).mapv(|v| (v / 6.0) as i64);
    let grid = ParamGrid::new().values("estimator__max_depth", [1, 5]);
    let search = GridSearchCV::new(
        OneVsRestClassifier::new(DecisionTreeClassifier::default()),
        [grid],
    )
    .cv(3);
    let fitted = search.scoring("f1_macro").fit(&x, &y).unwrap();
    let how = CrossValidation::default().cv(3).scoring("f1_macro");
    let alone = cross_val_score(&*fitted.best_estimator, &x, &y, &how).unwrap();
    close(fitted.best_score, alone.mean().unwrap(), 1e-14);
    let how = CrossValidation::default().cv(3).scoring("roc_auc_ovr");
    let scores = cross_val_score(
        &OneVsRestClassifier::new(KNeighborsClassifier::default()),
        &x,
        &y,
        &how,
    )
    .unwrap();
    assert!(scores.iter().all(|&score| score > 0.9), "{scores}");
    let pairs = OneVsOneClassifier::new(KNeighborsClassifier::default());
    let decision = cross_val_decision_function(&pairs, &x, &y, &CrossValidation::default().cv(3)).unwrap();
    assert_eq!(decision.dim(), (60, 3));
    let mut tuned = TunedThresholdClassifier::new(DecisionTreeClassifier::default());
    tuned.set_param("estimator__max_depth", &2.into()).unwrap();
    tuned
        .set_param("thresholds", &serde_json::json!({"count": 7}))
        .unwrap();
    assert_eq!(tuned.thresholds, Thresholds::Count(7));
    let unknown = tuned.set_param("depth", &2.into()).unwrap_err().to_string();
    assert!(
        unknown.contains("it has: scoring, thresholds, response, positive, cv, estimator__..."),
        "{unknown}"
    );
}

#[test]
fn wrappers_come_back_from_files() {
    let (x, y) = lesson();
    let pairs = OneVsOneClassifier::new(DecisionTreeClassifier::default())
        .fit(&x, &y)
        .unwrap();
    let again = FittedOneVsOneClassifier::from_bytes(&pairs.to_bytes().unwrap()).unwrap();
    assert_eq!(again.predict(&x).unwrap(), pairs.predict(&x).unwrap());
    let several = ml_core::ndarray::stack![Axis(1), y, y.mapv(|y| 1 - y)];
    let chain =
        ClassifierChain::new(DecisionTreeClassifier::default()).order(ChainOrder::Random(Seed::from(3)));
    let chain = chain.fit(&x, several.view()).unwrap();
    let again = FittedClassifierChain::from_bytes(&chain.to_bytes().unwrap()).unwrap();
    assert_eq!(again.predict(&x).unwrap(), chain.predict(&x).unwrap());
    assert!(chain.score(&x, several.view()).unwrap() > 0.9);
}

#[test]
fn a_tuned_threshold_is_worth_it() {
    // One in ten is positive, and the shares of neighbours seldom reach a half.
    let x = Array2::from_shape_fn((300, 1), |(i, _)| (i % 100) as f64);
    let y = Array1::from_iter((0..300_i64).map(|i| i64::from(i % 100 >= 70 && (i * 7) % 10 < 3)));
    let near = KNeighborsClassifier::default().n_neighbors(25);
    let plain = near.fit(x.view(), y.view()).unwrap().predict(x.view()).unwrap();
    let tuned = TunedThresholdClassifier::new(near)
        .scoring("f1")
        .fit(&x, &y)
        .unwrap();
    let f1 = |predicted: ArrayView1<'_, i64>| f1_score(y.view(), predicted, Average::Binary(1)).unwrap();
    let tuned = f1(tuned.predict(&x).unwrap().view());
    assert!(tuned > f1(plain.view()) + 0.2, "{tuned}");
}

#[test]
fn chains_use_what_comes_before() {
    // The second target is the first one and a sign that no column tells.
    let x = Array2::from_shape_fn((40, 1), |(i, _)| i as f64);
    let first = Array1::from_iter((0..40).map(|i| if i % 2 == 0 { 1.0 } else { -1.0 }));
    let y = ml_core::ndarray::stack![Axis(1), first, &first * 3.0];
    let stump = DecisionTreeRegressor::default().max_depth(1);
    let chain = RegressorChain::new(stump).fit(&x, y.view()).unwrap();
    let second = chain.models[1].as_ref();
    let told = array![[0.0, 1.0], [0.0, -1.0]];
    let answer = second.predict_features(&Features::from(told)).unwrap();
    assert_eq!(answer, Target::from(vec![3.0, -3.0]));
}

/// Trains on the first 50 rows of 60, which hold one class where this is used.
#[derive(Debug)]
struct NegativesOnly;

impl Splitter for NegativesOnly {
    fn split(&self, _: usize, _: Option<&Target>, _: Option<&[i64]>) -> Result<Folds> {
        let fold = Fold {
            train: (0..50).collect(),
            test: (40..60).collect(),
        };
        Ok(Box::new(std::iter::once(fold)))
    }
}

/// Takes two classes, gives no scores.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Mute;
ml_core::impl_params!(Mute);

#[derive(Debug, Clone, Serialize, Deserialize)]
struct FittedMute;

#[ml_core::typetag::serde]
impl Estimator for Mute {
    fn task(&self) -> Task {
        Task::Classification
    }

    fn fit_features(&self, _: &Features, y: &Target, _: &FitContext<'_>) -> Result<Box<dyn Model>> {
        let classes = ml_core::label::encode(y.classes("Mute")?.view()).0;
        if classes.len() > 2 {
            return Err(Error::Unsupported {
                owner: "Mute".to_owned(),
                what: "more than two classes",
                remedy: "use MulticlassClassifier",
            });
        }
        Ok(Box::new(FittedMute))
    }
}

#[ml_core::typetag::serde]
impl Model for FittedMute {
    fn name(&self) -> String {
        "FittedMute".to_owned()
    }

    fn predict_features(&self, x: &Features) -> Result<Target> {
        Ok(Array1::<i64>::zeros(x.n_rows()).into())
    }

    fn classes(&self) -> Option<Vec<i64>> {
        Some(vec![0, 1])
    }

    fn as_any(&self) -> &dyn std::any::Any {
        self
    }
}

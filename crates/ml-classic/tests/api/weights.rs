//! Sample weights in scores and in cross-validation, against Scikit-Learn and by hand.

use std::{
    any::Any,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
};

use ml_classic::{
    baseline::{DummyClassifier, DummyRegressor},
    ensemble::{RandomForestClassifier, RandomForestRegressor},
    linear::LinearRegression,
    metrics::{Scorer, weighted},
    model_selection::{
        CrossValidation, GridSearchCV, ParamGrid, TestSet, compare, cross_val_decision_function_with,
        cross_val_predict_proba_with, cross_val_predict_with, cross_val_score, cross_val_score_with,
        cross_validate, learning_curve_with, validation_curve_with,
    },
    neighbors::{KNeighborsClassifier, KNeighborsRegressor},
    tree::{DecisionTreeClassifier, DecisionTreeRegressor},
};
use ml_core::{
    Estimator, Features, Fit, FitContext, Model, NumpyRng, Observer, Predict, Result, Score, Target, Task,
    ndarray::{Array1, Array2, ArrayView1, ArrayView2, Axis, array, s, stack},
};
use ml_data::{pipeline::Pipeline, preprocess::StandardScaler};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{metrics::close, model_selection::same};

/// The data of make_weights.py: 40 rows to fit on, 20 to score.
struct Data {
    x: Array2<f64>,
    y: Array1<f64>,
    weights: Array1<f64>,
    classes: Array1<i64>,
}

impl Data {
    fn draw() -> Self {
        let mut rng = NumpyRng::new(42);
        let x = rng.randn((60, 3));
        let y = x.dot(&array![1.0, -2.0, 0.5]) + 0.5 * rng.randn(60);
        let mut weights = rng.rand(60);
        weights.slice_mut(s![..;7]).fill(0.0);
        let classes = y.mapv(|y| i64::from(y > 0.0) + i64::from(y > 1.0));
        Self {
            x,
            y,
            weights,
            classes,
        }
    }

    /// The score on the last rows of what learned from the first ones.
    fn score<'a, T, E, M>(&'a self, estimator: &E, y: &'a Array1<T>, weighted_fit: bool) -> f64
    where
        E: Fit<ArrayView2<'a, f64>, ArrayView1<'a, T>, Fitted = M>,
        M: Score<ArrayView2<'a, f64>, ArrayView1<'a, T>>,
    {
        let context = FitContext {
            weights: weighted_fit.then(|| self.weights.slice(s![..40])),
            ..FitContext::default()
        };
        let (x, x_test) = self.x.view().split_at(Axis(0), 40);
        let (y, y_test) = y.view().split_at(Axis(0), 40);
        let model = estimator.fit_with(x, y, &context).unwrap();
        model
            .score_weighted(x_test, y_test, self.weights.slice(s![40..]))
            .unwrap()
    }
}

fn fixture() -> Value {
    serde_json::from_str(include_str!("../fixtures/weights.json")).unwrap()
}

#[test]
fn weighted_scores_of_models_agree_with_scikit_learn() {
    let (data, fixture) = (Data::draw(), fixture());
    let agree = |name: &str, ours: f64| close(ours, fixture["scores"][name].as_f64().unwrap(), 1e-10);
    let (y, classes) = (&data.y, &data.classes);
    agree(
        "LinearRegression",
        data.score(&LinearRegression::default(), y, true),
    );
    agree("DummyRegressor", data.score(&DummyRegressor::default(), y, true));
    agree(
        "DummyClassifier",
        data.score(&DummyClassifier::default(), classes, true),
    );
    let tree = DecisionTreeRegressor::default().max_depth(3);
    agree("DecisionTreeRegressor", data.score(&tree, y, true));
    let tree = DecisionTreeClassifier::default().max_depth(3);
    agree("DecisionTreeClassifier", data.score(&tree, classes, true));
    agree(
        "KNeighborsRegressor",
        data.score(&KNeighborsRegressor::default(), y, false),
    );
    agree(
        "KNeighborsClassifier",
        data.score(&KNeighborsClassifier::default(), classes, false),
    );

    let product = &data.x.column(0) * &data.x.column(1);
    let several = stack![Axis(1), data.y, product];
    let (x, x_test) = data.x.view().split_at(Axis(0), 40);
    let (y, y_test) = several.view().split_at(Axis(0), 40);
    let (w, w_test) = data.weights.view().split_at(Axis(0), 40);
    let model = LinearRegression::default().fit_weighted(x, y, w).unwrap();
    agree(
        "LinearRegression of several",
        model.score_weighted(x_test, y_test, w_test).unwrap(),
    );

    let pipeline = Pipeline::new()
        .step("scale", StandardScaler::default())
        .model("line", LinearRegression::default());
    let y = data.y.slice(s![..40]).to_owned();
    let model = pipeline.fit_weighted(&x.to_owned(), &y, w).unwrap();
    let y_test = data.y.slice(s![40..]).to_owned();
    agree(
        "pipeline",
        model.score_weighted(&x_test.to_owned(), &y_test, w_test).unwrap(),
    );
}

#[test]
fn forests_score_with_the_weighted_metrics() {
    let data = Data::draw();
    let w = data.weights.view();
    let model = RandomForestRegressor::default().n_estimators(5).max_depth(2);
    let model = model.fit(data.x.view(), data.y.view()).unwrap();
    let predicted = model.predict(data.x.view()).unwrap();
    let score = model.score_weighted(data.x.view(), data.y.view(), w).unwrap();
    assert_eq!(
        score,
        weighted::r2_score(data.y.view(), predicted.view(), w).unwrap()
    );
    assert_ne!(score, model.score(data.x.view(), data.y.view()).unwrap());

    let model = RandomForestClassifier::default().n_estimators(5).max_depth(2);
    let model = model.fit(data.x.view(), data.classes.view()).unwrap();
    let predicted = model.predict(data.x.view()).unwrap();
    let score = model
        .score_weighted(data.x.view(), data.classes.view(), w)
        .unwrap();
    assert_eq!(
        score,
        weighted::accuracy_score(data.classes.view(), predicted.view(), w).unwrap()
    );
    assert_ne!(score, model.score(data.x.view(), data.classes.view()).unwrap());
}

#[test]
fn several_classes_a_row_are_right_together_or_not() {
    // One row of three has both classes right; it has half of the weight.
    let x = array![[0.0], [1.0], [2.0]];
    let labels = array![[0, 0], [1, 1], [2, 0]];
    let model = KNeighborsClassifier::default()
        .n_neighbors(1)
        .fit(x.view(), labels.view())
        .unwrap();
    let truth = array![[0, 0], [1, 0], [0, 0]];
    let weights = array![2.0, 1.0, 1.0];
    assert_eq!(
        model
            .score_weighted(x.view(), truth.view(), weights.view())
            .unwrap(),
        0.5
    );
}

#[test]
fn bad_weights_of_scores_are_refused() {
    let data = Data::draw();
    let (x, y) = (data.x.view(), data.y.view());
    let model = LinearRegression::default().fit(x, y).unwrap();
    let refused = |weights: Array1<f64>| {
        model
            .score_weighted(x, y, weights.view())
            .unwrap_err()
            .to_string()
    };
    assert_eq!(
        refused(array![1.0]),
        "r2_score: x has 60 rows, but weights has 1; they must match one to one"
    );
    let zero = refused(Array1::zeros(60));
    assert!(zero.starts_with("r2_score: all weights are 0"), "{zero}");
    let pipeline = Pipeline::new().model("line", LinearRegression::default());
    let model = pipeline.fit(&data.x, &data.y).unwrap();
    let error = model
        .score_weighted(&data.x, &data.y, array![1.0].view())
        .unwrap_err();
    assert!(error.to_string().contains("weights has 1"), "{error}");
}

#[test]
fn weighted_scorers_agree_with_scikit_learn() {
    let (data, fixture) = (Data::draw(), fixture());
    let positive = data.y.mapv(|y| (y / 4.0).exp());
    let (x, x_test) = data.x.view().split_at(Axis(0), 40);
    let model = LinearRegression::default()
        .fit(x, positive.slice(s![..40]))
        .unwrap();
    let x = Features::from(x_test.to_owned());
    let y = Target::from(positive.slice(s![40..]).to_owned());
    let weights = data.weights.slice(s![40..]);
    let theirs = fixture["scorers"].as_object().unwrap();
    assert_eq!(theirs.len(), 9);
    for (name, theirs) in theirs {
        let scorer = Scorer::by_name(name).unwrap();
        let ours = scorer.score_weighted(&model, &x, &y, weights).unwrap();
        close(ours, theirs.as_f64().unwrap(), 1e-10);
    }
    let error = Scorer::by_name("neg_max_error")
        .unwrap()
        .score_weighted(&model, &x, &y, weights)
        .unwrap_err();
    assert_eq!(
        error.to_string(),
        "the scorer \"neg_max_error\" does not support sample weights; score without weights: the largest error \
         has none"
    );
    let test = TestSet::new(x_test.to_owned(), positive.slice(s![40..]).to_owned()).unwrap();
    let r2 = Scorer::by_name("r2").unwrap();
    let ours = test.score_weighted(&model, &r2, weights).unwrap();
    close(ours, fixture["scorers"]["r2"].as_f64().unwrap(), 1e-10);
    assert_eq!(test.evaluations(), 1);
}

#[test]
fn custom_scorers_take_weights_or_refuse_them() {
    let (x, y) = (
        Features::from(Array2::zeros((2, 1))),
        Target::from(vec![1.0, 3.0]),
    );
    let model = DummyRegressor::default()
        .fit_features(&x, &y, &FitContext::default())
        .unwrap();
    let weights = array![1.0, 4.0];
    let total = Scorer::custom_weighted("total", |_, _, y, w| {
        Ok(w.map_or(y.len() as f64, |weights| weights.sum()))
    });
    assert_eq!(total.score(&*model, &x, &y).unwrap(), 2.0);
    assert_eq!(
        total.score_weighted(&*model, &x, &y, weights.view()).unwrap(),
        5.0
    );
    let plain = Scorer::custom("profit", |_, _, _| Ok(1.0));
    let error = plain.score_weighted(&*model, &x, &y, weights.view()).unwrap_err();
    assert_eq!(
        error.to_string(),
        "the scorer \"profit\" does not support sample weights; score without weights, or make it with \
         Scorer::custom_weighted"
    );
}

#[test]
fn cross_validation_with_weights_agrees_with_scikit_learn() {
    let (data, fixture) = (Data::draw(), fixture());
    let context = FitContext::weighted(data.weights.view());
    let line = LinearRegression::default();
    let five = CrossValidation::default();
    let scores = cross_val_score_with(&line, &data.x, &data.y, &five, &context).unwrap();
    same(scores, &fixture["cross_val_score"], 1e-10);
    let predicted = cross_val_predict_with(&line, &data.x, &data.y, &five, &context).unwrap();
    same(
        predicted.numbers("test").unwrap(),
        &fixture["cross_val_predict"],
        1e-10,
    );

    let four = CrossValidation::default().cv(4);
    let tree = DecisionTreeClassifier::default().max_depth(2);
    let scores = cross_val_score_with(&tree, &data.x, &data.classes, &four, &context).unwrap();
    same(scores, &fixture["cross_val_score of a tree"], 1e-10);
    let proba = cross_val_predict_proba_with(&tree, &data.x, &data.classes, &four, &context).unwrap();
    same(proba, &fixture["cross_val_predict_proba"], 1e-10);

    let three = CrossValidation::default().cv(3);
    let sizes = [0.25, 0.5, 1.0];
    let curve = learning_curve_with(&line, &data.x, &data.y, &sizes, &three, &context).unwrap();
    let theirs = &fixture["learning_curve"];
    same(curve.train_sizes.iter().map(|&s| s as f64), &theirs["sizes"], 0.0);
    same(curve.train_scores, &theirs["train"], 1e-10);
    same(curve.test_scores, &theirs["test"], 1e-10);

    let tree = DecisionTreeRegressor::default().min_samples_leaf(5);
    let depths = ("max_depth", [1, 3]);
    let curve = validation_curve_with(&tree, &data.x, &data.y, depths, &four, &context).unwrap();
    same(curve.train_scores, &fixture["validation_curve"]["train"], 1e-10);
    same(curve.test_scores, &fixture["validation_curve"]["test"], 1e-10);
}

#[test]
fn weights_in_scores_agree_with_scikit_learns_routing() {
    let (data, fixture) = (Data::draw(), fixture());
    let context = FitContext::weighted(data.weights.view());
    let how = CrossValidation::default()
        .scoring("neg_mean_absolute_error")
        .return_train_score(true)
        .weighted_scores(true);
    let line = LinearRegression::default();
    let out = cross_validate(&line, &data.x, &data.y, &how, &context).unwrap();
    let theirs = &fixture["weighted scores"];
    same(out.test_scores.clone(), &theirs["test"], 1e-10);
    same(out.train_scores.unwrap(), &theirs["train"], 1e-10);
    let alone = cross_val_score_with(&line, &data.x, &data.y, &how, &context).unwrap();
    assert_eq!(alone, out.test_scores);
    let beside = compare(&[("line", &line)], &data.x, &data.y, &how, &context).unwrap();
    assert_eq!(beside.models[0].scores, out.test_scores);
}

#[test]
fn searches_score_with_weights_unless_told_otherwise() {
    let (data, fixture) = (Data::draw(), fixture());
    let weights = data.weights.view();
    let grid = ParamGrid::new().values("max_depth", [1, 2, 4]);
    let search = GridSearchCV::new(DecisionTreeRegressor::default().min_samples_leaf(5), grid).cv(4);
    let found = search.fit_weighted(&data.x, &data.y, weights).unwrap();
    let theirs = &fixture["search"];
    same(
        found.results.mean_test_score.iter().copied(),
        &theirs["mean_test_score"],
        1e-10,
    );
    assert_eq!(found.best_index as u64, theirs["best_index"].as_u64().unwrap());
    close(found.best_score, theirs["best_score"].as_f64().unwrap(), 1e-10);

    let plain = search.weighted_scores(false);
    let found = plain.fit_weighted(&data.x, &data.y, weights).unwrap();
    let tree = DecisionTreeRegressor::default().min_samples_leaf(5).max_depth(4);
    let how = CrossValidation::default().cv(4);
    let scores = cross_val_score_with(&tree, &data.x, &data.y, &how, &FitContext::weighted(weights)).unwrap();
    assert_eq!(found.results.mean_test_score[2], scores.mean().unwrap());
}

/// A classifier whose decision is the mean weight of the rows that it learned from.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Weigher {}
ml_core::impl_params!(Weigher);

#[derive(Debug, Clone, Serialize, Deserialize)]
struct FittedWeigher(f64);

#[ml_core::typetag::serde]
impl Estimator for Weigher {
    fn task(&self) -> Task {
        Task::Classification
    }

    fn fit_features(&self, _: &Features, _: &Target, c: &FitContext<'_>) -> Result<Box<dyn Model>> {
        Ok(Box::new(FittedWeigher(
            c.weights.map_or(1.0, |w| w.mean().unwrap()),
        )))
    }
}

#[ml_core::typetag::serde]
impl Model for FittedWeigher {
    fn name(&self) -> String {
        "FittedWeigher".to_owned()
    }

    fn predict_features(&self, x: &Features) -> Result<Target> {
        Ok(vec![0i64; x.n_rows()].into())
    }

    fn decision_function_features(&self, x: &Features) -> Result<Array2<f64>> {
        Ok(Array2::from_elem((x.n_rows(), 1), self.0))
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

#[test]
fn decision_functions_are_learned_with_the_weights_of_the_other_folds() {
    let (x, y) = (Array2::zeros((4, 1)), array![0, 1, 0, 1]);
    let weights = array![1.0, 2.0, 3.0, 6.0];
    let how = CrossValidation::default().cv(2);
    let context = FitContext::weighted(weights.view());
    let scores = cross_val_decision_function_with(&Weigher {}, &x, &y, &how, &context).unwrap();
    assert_eq!(scores, array![[4.5], [4.5], [1.5], [1.5]]);
}

/// Writes down what it is told.
#[derive(Default)]
struct Heard(Mutex<Vec<String>>);

impl Observer for Heard {
    fn start(&self, task: &str, total: u64) {
        self.0.lock().unwrap().push(format!("{task}: {total}"));
    }

    fn advance(&self, _: &str, units: u64) {
        self.0.lock().unwrap().push(format!("{units} done"));
    }

    fn finish(&self, task: &str) {
        self.0.lock().unwrap().push(format!("{task} ends"));
    }
}

#[test]
fn every_form_with_a_context_tells_its_progress() {
    let (x, y) = (Array2::zeros((4, 1)), array![0.0, 10.0, 0.0, 10.0]);
    let (model, how) = (
        DummyRegressor::default(),
        CrossValidation::default().cv(2).scoring("neg_max_error"),
    );
    let heard = Heard::default();
    let context = FitContext::observed(&heard);
    let expect = |task: &str, units: usize| {
        let mut lines = vec![format!("{task}: {units}")];
        lines.extend(vec!["1 done".to_owned(); units]);
        lines.push(format!("{task} ends"));
        assert_eq!(std::mem::take(&mut *heard.0.lock().unwrap()), lines);
    };
    cross_val_score_with(&model, &x, &y, &how, &context).unwrap();
    expect("cross-validation", 2);
    cross_val_predict_with(&model, &x, &y, &how, &context).unwrap();
    expect("cross_val_predict", 2);
    learning_curve_with(&model, &x, &y, &[0.5, 1.0], &how, &context).unwrap();
    expect("learning curve", 4);
    let strategies = ("strategy", ["mean", "median"]);
    validation_curve_with(&model, &x, &y, strategies, &how, &context).unwrap();
    expect("validation curve", 4);
    compare(&[("mean", &model)], &x, &y, &how, &context).unwrap();
    expect("compare", 2);
}

#[test]
fn training_rows_are_scored_only_where_the_result_is_kept() {
    let (x, y) = (Array2::zeros((4, 1)), array![0.0, 10.0, 0.0, 10.0]);
    let calls = Arc::new(AtomicUsize::new(0));
    let counted = calls.clone();
    let scorer = Scorer::custom("counting", move |_, _, _| {
        counted.fetch_add(1, Ordering::Relaxed);
        Ok(0.0)
    });
    let how = CrossValidation::default()
        .cv(2)
        .scoring(scorer)
        .return_train_score(true);
    let model = DummyRegressor::default();
    cross_val_score(&model, &x, &y, &how).unwrap();
    assert_eq!(calls.swap(0, Ordering::Relaxed), 2);
    compare(&[("mean", &model)], &x, &y, &how, &FitContext::default()).unwrap();
    assert_eq!(calls.swap(0, Ordering::Relaxed), 2);
    cross_validate(&model, &x, &y, &how, &FitContext::default()).unwrap();
    assert_eq!(calls.swap(0, Ordering::Relaxed), 4);
}

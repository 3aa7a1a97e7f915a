//! Cross-validation and searches against Scikit-Learn, and what they refuse.

use std::sync::{
    Mutex,
    atomic::{AtomicUsize, Ordering},
};

use ml_classic::{
    baseline::{DummyClassifier, DummyRegressor},
    metrics::Scorer,
    model_selection::{
        CrossValidation, Cv, Distribution, ErrorScore, FittedSearch, GridSearchCV, ParamDistributions,
        ParamGrid, RandomizedSearchCV, TestSet, cross_val_predict, cross_val_predict_proba, cross_val_score,
        cross_validate, learning_curve, validation_curve,
    },
    neighbors::{KNeighborsClassifier, KNeighborsRegressor},
};
use ml_core::{
    Estimator, Features, Fit, FitContext, Model, Observer, Persist, Predict, Score, Seed, Target, Task,
    ndarray::{Array1, Array2, array},
};
use ml_data::split::{Fold, Folds, KFold, Splitter};
use serde_json::Value;

use crate::{metrics::close, neighbors::Fixture};

pub(crate) fn same(left: impl IntoIterator<Item = f64>, right: &Value, tolerance: f64) {
    let left: Vec<f64> = left.into_iter().collect();
    let right = numbers(right);
    assert_eq!(left.len(), right.len());
    for (l, r) in left.into_iter().zip(right) {
        close(l, r, tolerance);
    }
}

fn numbers(value: &Value) -> Vec<f64> {
    match value {
        Value::Array(items) => items.iter().flat_map(numbers).collect(),
        number => vec![number.as_f64().unwrap()],
    }
}

#[test]
fn scores_agree_with_scikit_learn() {
    let f = Fixture::load();
    let (x, y, classes) = (f.x(), f.y(), f.classes());
    let (regressor, classifier) = (KNeighborsRegressor::default(), KNeighborsClassifier::default());
    let how = CrossValidation::default();
    same(
        cross_val_score(&regressor, &x, &y, &how).unwrap(),
        &f.rest["scores_5"],
        1e-12,
    );
    same(
        cross_val_score(&classifier, &x, &classes, &how).unwrap(),
        &f.rest["accuracies_5"],
        1e-12,
    );
    let four = CrossValidation::default().cv(4);
    same(
        cross_val_score(&classifier, &x, &classes, &four).unwrap(),
        &f.rest["accuracies_4"],
        1e-12,
    );
    let seven = CrossValidation::default()
        .cv(7)
        .scoring("neg_root_mean_squared_error");
    same(
        cross_val_score(&regressor, &x, &y, &seven).unwrap(),
        &f.rest["scores_7_neg_rmse"],
        1e-12,
    );
    // NumPy's generator gives Scikit-Learn's very folds.
    let shuffled = CrossValidation::default().cv(KFold {
        n_splits: 3,
        shuffle: true,
        seed: Seed::numpy(42),
    });
    same(
        cross_val_score(&regressor, &x, &y, &shuffled).unwrap(),
        &f.rest["accuracies_shuffled"],
        1e-12,
    );
}

#[test]
fn held_out_predictions_agree_with_scikit_learn() {
    let f = Fixture::load();
    let (x, y, classes) = (f.x(), f.y(), f.classes());
    let how = CrossValidation::default().cv(6);
    let held_out = cross_val_predict(&KNeighborsRegressor::default(), &x, &y, &how).unwrap();
    same(held_out.numbers("test").unwrap(), &f.rest["held_out"], 1e-12);
    let how = CrossValidation::default().cv(3);
    let proba = cross_val_predict_proba(&KNeighborsClassifier::default(), &x, &classes, &how).unwrap();
    same(proba, &f.rest["held_out_proba"], 1e-12);
}

fn grid() -> GridSearchCV {
    let grids = [
        ParamGrid::new()
            .values("n_neighbors", [1, 3, 9])
            .values("weights", ["uniform", "distance"]),
        ParamGrid::new().values("n_neighbors", [2, 50]),
    ];
    GridSearchCV::new(KNeighborsRegressor::default(), grids)
        .cv(4)
        .scoring("neg_mean_squared_error")
        .return_train_score(true)
}

#[test]
fn a_grid_search_agrees_with_scikit_learn() {
    let f = Fixture::load();
    let search = grid().fit(&f.x(), &f.y()).unwrap();
    let (results, expected) = (&search.results, &f.rest["grid"]);
    for (ours, theirs) in results.params.iter().zip(expected["params"].as_array().unwrap()) {
        assert_eq!(&serde_json::to_value(ours).unwrap(), theirs);
    }
    same(
        results.mean_test_score.clone(),
        &expected["mean_test_score"],
        1e-12,
    );
    same(results.std_test_score.clone(), &expected["std_test_score"], 1e-12);
    same(
        results.mean_train_score.clone().unwrap(),
        &expected["mean_train_score"],
        1e-12,
    );
    same(results.rank.iter().map(|&r| r as f64), &expected["rank"], 0.0);
    assert_eq!(search.best_index as u64, expected["best_index"].as_u64().unwrap());
    let predictions = search.predict(&f.queries()).unwrap();
    same(
        predictions.numbers("test").unwrap(),
        &expected["predictions"],
        1e-12,
    );

    // Marked by the scorer of the search, on the rows it was fitted on.
    let y = f.y();
    let errors = &y - &search.predict(&f.x()).unwrap().numbers("test").unwrap();
    close(
        search.score(&f.x(), &y).unwrap(),
        -errors.mapv(|e| e * e).sum() / 150.0,
        1e-12,
    );

    let table = results.to_string();
    let lines: Vec<&str> = table.lines().collect();
    assert_eq!(lines.len(), 9);
    assert!(lines[1].trim_start().starts_with('1'), "{table}");
    assert!(lines[1].ends_with(&search.best_params.to_string()), "{table}");
}

#[test]
fn a_learning_curve_agrees_with_scikit_learn() {
    let f = Fixture::load();
    let how = CrossValidation::default().cv(3);
    let curve = learning_curve(
        &KNeighborsRegressor::default(),
        f.x(),
        f.y(),
        &[0.25, 0.5, 1.0],
        &how,
    )
    .unwrap();
    let expected = &f.rest["learning_curve"];
    same(
        curve.train_sizes.iter().map(|&s| s as f64),
        &expected["sizes"],
        0.0,
    );
    same(curve.train_scores, &expected["train"], 1e-12);
    same(curve.test_scores, &expected["test"], 1e-12);
    let error = learning_curve(&KNeighborsRegressor::default(), f.x(), f.y(), &[0.0], &how).unwrap_err();
    assert_eq!(error.to_string(), "train size = 0: must be a share in (0, 1]");
}

#[test]
fn random_values_are_those_of_scipy() {
    let space = ParamDistributions::new()
        .sample("a", Distribution::uniform(2.0, 5.0))
        .sample("b", Distribution::log_uniform(1e-3, 1e3))
        .sample("c", Distribution::exponential(4.0))
        .sample("d", Distribution::geometric(0.5))
        .sample("e", Distribution::geometric(0.1))
        .sample("f", Distribution::integer(1, 200))
        .sample("g", Distribution::normal(1.0, 2.0))
        .sample("h", Distribution::choice(["x", "y", "z"]));
    let ours = space.candidates(40, Seed::numpy(42)).unwrap();
    let theirs = Fixture::load().rest["draws"].as_array().unwrap().clone();
    for (ours, theirs) in ours.iter().zip(&theirs) {
        for (path, value) in ours.iter() {
            match value {
                Value::String(_) => assert_eq!(value, &theirs[path]),
                number => close(number.as_f64().unwrap(), theirs[path].as_f64().unwrap(), 1e-12),
            }
        }
    }
}

#[test]
fn draws_lie_where_they_should() {
    let mut generator = Seed::from(3).generator();
    let mut draw = |d: Distribution| -> Vec<f64> {
        (0..4000)
            .map(|_| d.sample(&mut *generator).unwrap().as_f64().unwrap())
            .collect()
    };
    let mean = |v: &[f64]| v.iter().sum::<f64>() / v.len() as f64;
    let logs: Vec<f64> = draw(Distribution::log_uniform(1e-2, 1e4))
        .iter()
        .map(|v| v.log10())
        .collect();
    assert!(logs.iter().all(|l| (-2.0..=4.0).contains(l)));
    // Five standard errors of each mean.
    assert!((mean(&logs) - 1.0).abs() < 0.14);
    assert!((mean(&draw(Distribution::exponential(2.0))) - 2.0).abs() < 0.16);
    assert!((mean(&draw(Distribution::geometric(0.25))) - 4.0).abs() < 0.28);
    assert!((mean(&draw(Distribution::normal(-3.0, 2.0))) + 3.0).abs() < 0.16);
    let whole = draw(Distribution::integer(-2, 3));
    assert!((-2..3).all(|w| whole.contains(&f64::from(w))) && whole.iter().all(|w| (-2.0..3.0).contains(w)));
}

#[test]
fn lists_are_drawn_without_repetition() {
    let space = ParamDistributions::new()
        .sample("a", Distribution::choice([1, 2, 3]))
        .sample("b", Distribution::choice(["x", "y"]));
    for n in [4, 6, 100] {
        let mut drawn: Vec<String> = space
            .candidates(n, 5.into())
            .unwrap()
            .iter()
            .map(ToString::to_string)
            .collect();
        assert_eq!(drawn.len(), n.min(6));
        drawn.sort();
        drawn.dedup();
        assert_eq!(drawn.len(), n.min(6));
    }
}

#[test]
fn distributions_are_checked_by_name() {
    let text = |d| {
        let space = ParamDistributions::new().sample("alpha", d);
        space.candidates(3, 0.into()).unwrap_err().to_string()
    };
    assert_eq!(
        text(Distribution::log_uniform(0.0, 1.0)),
        "distribution of \"alpha\" = LogUniform { low: 0.0, high: 1.0 }: must be an interval with 0 < low < high"
    );
    assert!(text(Distribution::choice::<i32>([])).contains("must be a choice of at least one value"));
    assert!(text(Distribution::integer(3, 3)).contains("must be a range with low < high"));
    let none = ParamDistributions::new().candidates(0, 0.into()).unwrap_err();
    assert_eq!(none.to_string(), "n_iter = 0: must be from 1 to 1,000,000");
}

#[test]
fn a_random_search_finds_the_good_neighbourhood() {
    let f = Fixture::load();
    let space = ParamDistributions::new().sample("n_neighbors", Distribution::integer(1, 100));
    let search = RandomizedSearchCV::new(KNeighborsRegressor::default(), space)
        .n_iter(15usize)
        .seed(1);
    let found = search.fit(&f.x(), &f.y()).unwrap();
    assert_eq!(found.results.len(), 15);
    assert!(found.best_params.get("n_neighbors").unwrap().as_u64().unwrap() < 20);
    assert_eq!(found.best_score, found.results.mean_test_score[found.best_index]);
    let again = search.fit(&f.x(), &f.y()).unwrap();
    assert_eq!(again.results.params, found.results.params);
}

/// A regressor that counts its fits.
mod counting {
    use super::*;
    use serde::{Deserialize, Serialize};

    pub(super) static FITS: AtomicUsize = AtomicUsize::new(0);

    #[derive(Debug, Clone, Serialize, Deserialize)]
    pub(super) struct Counting {
        pub(super) value: f64,
    }
    ml_core::impl_params!(Counting);

    #[ml_core::typetag::serde]
    impl Estimator for Counting {
        fn task(&self) -> Task {
            Task::Regression
        }

        fn fit_features(
            &self,
            x: &Features,
            y: &Target,
            c: &FitContext<'_>,
        ) -> ml_core::Result<Box<dyn Model>> {
            FITS.fetch_add(1, Ordering::Relaxed);
            ml_core::check::parameter("value", self.value, self.value >= 0.0, ">= 0")?;
            DummyRegressor::default().fit_features(x, y, c)
        }
    }
}
use counting::{Counting, FITS};

#[test]
fn an_unknown_name_is_an_error_before_any_fit() {
    let (x, y) = (Array2::zeros((6, 1)), Array1::from_iter((0..6).map(f64::from)));
    let grids = [
        ParamGrid::new().values("value", [1.0]),
        ParamGrid::new().values("valu", [1.0]),
    ];
    let error = GridSearchCV::new(Counting { value: 0.0 }, grids)
        .fit(&x, &y)
        .unwrap_err();
    assert_eq!(
        error.to_string(),
        "Counting has no hyperparameter \"valu\"; it has: value"
    );
    let space = ParamDistributions::new().sample("step__valu", Distribution::uniform(0.0, 1.0));
    let error = RandomizedSearchCV::new(Counting { value: 0.0 }, space)
        .fit(&x, &y)
        .unwrap_err();
    assert_eq!(
        error.to_string(),
        "Counting has no hyperparameter \"step__valu\"; it has: value"
    );
    let grid = ParamGrid::new().values("value", ["text"]);
    let error = GridSearchCV::new(Counting { value: 0.0 }, grid)
        .fit(&x, &y)
        .unwrap_err()
        .to_string();
    assert!(
        error.starts_with("Counting.value = \"text\": must be a value of the right type"),
        "{error}"
    );
    let grid = ParamGrid::new().values::<f64>("value", []);
    let error = GridSearchCV::new(Counting { value: 0.0 }, grid)
        .fit(&x, &y)
        .unwrap_err();
    assert_eq!(
        error.to_string(),
        "param_grid[\"value\"] = []: must be at least one value to try"
    );
    assert_eq!(FITS.load(Ordering::Relaxed), 0);
}

#[test]
fn a_failing_fit_is_an_error_or_nan() {
    let (x, y) = (Array2::zeros((6, 1)), Array1::from_iter((0..6).map(f64::from)));
    let grid = ParamGrid::new().values("n_neighbors", [50, 1]);
    let search = GridSearchCV::new(KNeighborsRegressor::default(), grid).cv(3);
    let error = search.fit(&x, &y).unwrap_err().to_string();
    assert!(
        error.contains("50 neighbours asked for among 4 training rows"),
        "{error}"
    );
    let found = search.clone().error_score(ErrorScore::Nan).fit(&x, &y).unwrap();
    assert_eq!(found.best_index, 1);
    assert_eq!(found.results.rank, [2, 1]);
    assert!(found.results.mean_test_score[0].is_nan());
    let all_bad = GridSearchCV::new(
        KNeighborsRegressor::default(),
        ParamGrid::new().values("n_neighbors", [50]),
    );
    let error = all_bad
        .cv(3)
        .error_score(ErrorScore::Nan)
        .fit(&x, &y)
        .unwrap_err()
        .to_string();
    assert!(
        error.contains("no candidate has a score that is a number"),
        "{error}"
    );
}

#[test]
fn bad_folds_are_refused() {
    let (x, y) = (Array2::zeros((3, 1)), array![1.0, 2.0, 3.0]);
    let text = |cv: Cv| {
        let how = CrossValidation::default().cv(cv);
        cross_val_score(&DummyRegressor::default(), &x, &y, &how)
            .unwrap_err()
            .to_string()
    };
    let error = text(5.into());
    assert!(
        error.contains("KFold") && error.contains('5') && error.contains("3 rows"),
        "{error}"
    );
    assert!(text(1.into()).contains("must be at least 2"));
    assert!(text(Cv::splitter(Given(vec![]))).contains("the list of folds is empty"));
    let outside = Given(vec![Fold {
        train: vec![0],
        test: vec![7],
    }]);
    assert!(text(Cv::splitter(outside)).contains("some of them not in x"));
    let twice = Fold {
        train: vec![0],
        test: vec![1],
    };
    let how = CrossValidation::default().cv(Cv::splitter(Given(vec![twice.clone(), twice])));
    let error = cross_val_predict(&DummyRegressor::default(), &x, &y, &how)
        .unwrap_err()
        .to_string();
    assert!(error.contains("row 0 is held out 0 times"), "{error}");
    let how = CrossValidation::default().cv(3).scoring("rmse");
    let error = cross_val_score(&DummyRegressor::default(), &x, &y, &how)
        .unwrap_err()
        .to_string();
    assert!(
        error.starts_with("scoring = \"rmse\": must be one of r2"),
        "{error}"
    );
    let short = cross_val_score(
        &DummyRegressor::default(),
        &x,
        vec![1.0],
        &CrossValidation::default(),
    );
    assert!(
        short
            .unwrap_err()
            .to_string()
            .contains("x has 3 rows, but y has 1")
    );
    // A class smaller than the number of folds is allowed, as long as one is not.
    let classes = vec![0_i64, 0, 0, 0, 1];
    let how = CrossValidation::default().cv(4);
    assert_eq!(
        cross_val_score(&DummyClassifier::default(), Array2::zeros((5, 1)), classes, &how)
            .unwrap()
            .len(),
        4
    );
}

#[derive(Debug)]
struct Given(Vec<Fold>);

impl Splitter for Given {
    fn split(&self, _: usize, _: Option<&Target>, _: Option<&[i64]>) -> ml_core::Result<Folds> {
        Ok(Box::new(self.0.clone().into_iter()))
    }
}

#[test]
fn folds_are_a_partition_with_equal_shares() {
    let y = Target::from((0..53).map(|i| i64::from(i % 3 == 0)).collect::<Vec<_>>());
    let x = Features::from(Array2::zeros((53, 1)));
    for cv in [Cv::Folds(7), Cv::shuffled(7, 3)] {
        for task in [Task::Regression, Task::Classification] {
            let folds = cv.split(task, &x, &y).unwrap();
            let mut held_out: Vec<usize> = folds.iter().flat_map(|f| f.test.clone()).collect();
            held_out.sort_unstable();
            assert_eq!(held_out, (0..53).collect::<Vec<_>>());
            for fold in &folds {
                assert!(fold.train.iter().all(|row| !fold.test.contains(row)));
                assert_eq!(fold.train.len() + fold.test.len(), 53);
                let ones = fold.test.iter().filter(|&&row| row % 3 == 0).count();
                assert!(task == Task::Regression || (2..=3).contains(&ones), "{ones}");
            }
        }
    }
}

#[test]
fn weights_reach_every_fit() {
    let (x, y) = (Array2::zeros((4, 1)), array![0.0, 10.0, 0.0, 10.0]);
    let weights = array![3.0, 1.0, 1.0, 3.0];
    let context = FitContext::weighted(weights.view());
    let how = CrossValidation::default()
        .cv(2)
        .scoring("neg_max_error")
        .return_train_score(true);
    let out = cross_validate(&DummyRegressor::default(), &x, &y, &how, &context).unwrap();
    // Fold 0 trains on rows 2 and 3: the weighted mean is 7.5.
    assert_eq!(out.test_scores, array![-7.5, -7.5]);
    assert_eq!(out.train_scores.unwrap(), array![-7.5, -7.5]);
    let short = array![1.0];
    let context = FitContext::weighted(short.view());
    assert!(cross_validate(&DummyRegressor::default(), &x, &y, &how, &context).is_err());
}

#[test]
fn results_do_not_depend_on_the_number_of_threads() {
    let f = Fixture::load();
    let run = |threads| {
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(threads)
            .build()
            .unwrap();
        pool.install(|| grid().fit(&f.x(), &f.y()).unwrap().results)
    };
    let (one, four) = (run(1), run(4));
    assert_eq!(one.split_test_scores, four.split_test_scores);
    assert_eq!(one.split_train_scores, four.split_train_scores);
}

#[derive(Default)]
struct Log(Mutex<Vec<String>>, AtomicUsize);

impl Observer for Log {
    fn start(&self, task: &str, total: u64) {
        self.0.lock().unwrap().push(format!("start {task} {total}"));
    }
    fn advance(&self, _: &str, units: u64) {
        self.1.fetch_add(units as usize, Ordering::Relaxed);
    }
    fn finish(&self, task: &str) {
        self.0.lock().unwrap().push(format!("finish {task}"));
    }
}

#[test]
fn progress_is_told() {
    let f = Fixture::load();
    let log = Log::default();
    grid()
        .fit_with(&f.x(), &f.y(), &FitContext::observed(&log))
        .unwrap();
    assert_eq!(
        *log.0.lock().unwrap(),
        ["start GridSearchCV 32", "finish GridSearchCV"]
    );
    assert_eq!(log.1.load(Ordering::Relaxed), 32);
}

#[test]
fn searches_nest_and_are_stored() {
    let f = Fixture::load();
    let space = ParamDistributions::new().sample("n_neighbors", Distribution::integer(1, 20));
    let inner = RandomizedSearchCV::new(KNeighborsRegressor::default(), space)
        .n_iter(3usize)
        .cv(2);
    let outer = GridSearchCV::new(
        inner,
        ParamGrid::new().values("estimator__weights", ["uniform", "distance"]),
    )
    .cv(2);
    let found = outer.fit(&f.x(), &f.y()).unwrap();
    assert_eq!(found.results.len(), 2);

    let path = std::env::temp_dir().join(format!("ml-search-{}.model", std::process::id()));
    found.save(&path).unwrap();
    let back = FittedSearch::load(&path).unwrap();
    std::fs::remove_file(&path).unwrap();
    assert_eq!(back.results, found.results);
    assert_eq!(
        back.predict(&f.queries()).unwrap(),
        found.predict(&f.queries()).unwrap()
    );

    let outer: Box<dyn Estimator> = Box::new(outer);
    let json = serde_json::to_string(&outer).unwrap();
    let again: Box<dyn Estimator> = serde_json::from_str(&json).unwrap();
    assert_eq!(again.params(), outer.params());
    let mut outer = outer;
    let error = outer.set_param("refi", &true.into()).unwrap_err().to_string();
    assert_eq!(
        error,
        "GridSearchCV has no hyperparameter \"refi\"; it has: refit, estimator__..."
    );
    outer
        .set_param("estimator__estimator__weights", &"distance".into())
        .unwrap();

    let custom = GridSearchCV::new(KNeighborsRegressor::default(), ParamGrid::new())
        .scoring(Scorer::custom("mine", |_, _, _| Ok(1.0)));
    assert!(
        serde_json::to_string(&custom)
            .unwrap_err()
            .to_string()
            .contains("is code and cannot be stored")
    );
    assert_eq!(custom.fit(&f.x(), &f.y()).unwrap().best_score, 1.0);
}

#[test]
fn without_refit_there_is_no_prediction() {
    let f = Fixture::load();
    let found = grid().refit(false).fit(&f.x(), &f.y()).unwrap();
    assert!(found.best_model.is_none());
    let error = found.predict(&f.x()).unwrap_err().to_string();
    assert!(
        error.contains("without refit does not support prediction"),
        "{error}"
    );
    let fitted = found.best_estimator.fit_features(
        &Features::from(f.x()),
        &Target::from(f.y()),
        &FitContext::default(),
    );
    assert!(fitted.is_ok());
}

#[test]
fn a_validation_curve_shows_both_scores() {
    let f = Fixture::load();
    let how = CrossValidation::default();
    let model = KNeighborsRegressor::default();
    let curve = validation_curve(&model, f.x(), f.y(), "n_neighbors", [1, 100], &how).unwrap();
    // One neighbour of a training row is the row itself.
    assert!(curve.train_scores.row(0).iter().all(|&s| s == 1.0));
    assert!(curve.test_scores.row(1).iter().all(|&s| s < 0.7));
    let error = validation_curve(&model, f.x(), f.y(), "k", [1], &how)
        .unwrap_err()
        .to_string();
    assert!(
        error.starts_with("KNeighborsRegressor has no hyperparameter \"k\""),
        "{error}"
    );
}

#[test]
fn the_test_set_counts() {
    let f = Fixture::load();
    let model = KNeighborsRegressor::default()
        .fit(f.x().view(), f.y().view())
        .unwrap();
    let test = TestSet::new(f.x(), f.y()).unwrap();
    let scorer = Scorer::by_name("r2").unwrap();
    let first = test.score(&model, &scorer).unwrap();
    assert_eq!(test.evaluations(), 1);
    assert_eq!(test.evaluate(|x, y| scorer.score(&model, x, y)).unwrap(), first);
    assert_eq!(test.evaluations(), 2);
    assert!(TestSet::new(f.x(), vec![1.0]).is_err());
}

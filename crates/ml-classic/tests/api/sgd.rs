//! Stochastic gradient descent against Scikit-Learn, by hand, on bad input.

use ml_classic::{
    ClassWeight,
    linear::{
        ClassifierLoss, FittedSGDClassifier, FittedSGDRegressor, LearningRate, PassiveAggressiveClassifier,
        PassiveAggressiveRegressor, Penalty, Perceptron, SGDClassifier, SGDRegressor,
    },
};
use ml_core::{
    DecisionFunction, Estimator, Features, Fit, FitContext, Model, NumpyRng, Params, PartialFit, Persist,
    Predict, PredictProba, Seed, Target,
    ndarray::{Array1, Array2, Axis, array, s},
    params::Value,
};
use serde::Deserialize;

use crate::drawn::{close, csr, data, matrix, weights, with_params};

#[derive(Deserialize)]
struct Case {
    model: String,
    data: String,
    target: String,
    weighted: bool,
    f32: bool,
    params: serde_json::Map<String, Value>,
    coef: Vec<Vec<f64>>,
    intercept: Vec<f64>,
    n_iter: usize,
    scores: Vec<Vec<f64>>,
    proba: Option<Vec<Vec<f64>>>,
}

/// An estimator with the hyperparameters of a case, seeded as Scikit-Learn was.
fn seeded<E: Params>(estimator: E, case: &Case) -> E {
    let mut estimator = with_params(estimator, &case.params);
    estimator
        .set_param("seed", &serde_json::json!({ "Numpy": 42 }))
        .unwrap();
    estimator
}

struct Learned {
    coef: Array2<f64>,
    intercept: Array1<f64>,
    n_iter: usize,
    scores: Array2<f64>,
    proba: Option<Array2<f64>>,
}

fn learn_classes<E>(estimator: &E, case: &Case, context: &FitContext<'_>) -> Learned
where
    E: for<'a> Fit<
            ml_core::ndarray::ArrayView2<'a, f64>,
            ml_core::ndarray::ArrayView1<'a, i64>,
            Fitted = FittedSGDClassifier<i64>,
        > + for<'a> Fit<
            ml_core::ndarray::ArrayView2<'a, f32>,
            ml_core::ndarray::ArrayView1<'a, i64>,
            Fitted = FittedSGDClassifier<i64>,
        > + for<'a> Fit<
            ml_core::sprs::CsMatView<'a, f64>,
            ml_core::ndarray::ArrayView1<'a, i64>,
            Fitted = FittedSGDClassifier<i64>,
        >,
{
    let (x, _, two, three) = data(&case.data);
    let y = if case.target == "two" { two } else { three };
    let first = x.slice(s![..6, ..]);
    let model = if case.f32 {
        estimator.fit_with(x.mapv(|v| v as f32).view(), y.view(), context)
    } else if case.data == "sparse" {
        let sparse = csr(&x);
        let model = estimator.fit_with(sparse.view(), y.view(), context).unwrap();
        // Sparse and dense rows score alike.
        let sparse_scores = model.decision_function(csr(&first.to_owned()).view()).unwrap();
        close(
            "sparse scores",
            &sparse_scores,
            &model.decision_function(first).unwrap(),
            1e-12,
        );
        Ok(model)
    } else {
        estimator.fit_with(x.view(), y.view(), context)
    };
    let model = model.unwrap();
    Learned {
        scores: model.decision_function(first).unwrap(),
        proba: case.proba.as_ref().map(|_| model.predict_proba(first).unwrap()),
        coef: model.coef,
        intercept: model.intercept,
        n_iter: model.n_iter,
    }
}

fn learn_numbers<E>(estimator: &E, case: &Case, context: &FitContext<'_>) -> Learned
where
    E: for<'a> Fit<
            ml_core::ndarray::ArrayView2<'a, f64>,
            ml_core::ndarray::ArrayView1<'a, f64>,
            Fitted = FittedSGDRegressor,
        > + for<'a> Fit<
            ml_core::sprs::CsMatView<'a, f64>,
            ml_core::ndarray::ArrayView1<'a, f64>,
            Fitted = FittedSGDRegressor,
        >,
{
    let (x, y, _, _) = data(&case.data);
    let model = if case.data == "sparse" {
        estimator.fit_with(csr(&x).view(), y.view(), context).unwrap()
    } else {
        estimator.fit_with(x.view(), y.view(), context).unwrap()
    };
    Learned {
        scores: model.predict(x.slice(s![..6, ..])).unwrap().insert_axis(Axis(1)),
        proba: None,
        coef: model.coef.insert_axis(Axis(0)),
        intercept: array![model.intercept],
        n_iter: model.n_iter,
    }
}

#[test]
fn scikit_learn_finds_the_same() {
    let cases: Vec<Case> = serde_json::from_str(include_str!("../fixtures/sgd.json")).unwrap();
    assert_eq!(cases.len(), 122);
    let differ: Vec<String> = cases
        .iter()
        .map(|case| {
            let what = format!(
                "{} on {} {} {:?}",
                case.model, case.data, case.target, case.params
            );
            (std::panic::catch_unwind(|| agrees(case, &what)).is_err(), what)
        })
        .filter_map(|(differs, what)| differs.then_some(what))
        .collect();
    assert!(
        differ.is_empty(),
        "{} of {}: {differ:#?}",
        differ.len(),
        cases.len()
    );
}

/// # Panics
/// Unless we learn what Scikit-Learn learned.
fn agrees(case: &Case, what: &str) {
    let weights = weights(data(&case.data).1.len());
    let context = FitContext {
        weights: case.weighted.then(|| weights.view()),
        ..FitContext::default()
    };
    let learned = match case.model.as_str() {
        "SGDClassifier" => learn_classes(&seeded(SGDClassifier::default(), case), case, &context),
        "Perceptron" => learn_classes(&seeded(Perceptron::default(), case), case, &context),
        "PassiveAggressiveClassifier" => learn_classes(
            &seeded(PassiveAggressiveClassifier::default(), case),
            case,
            &context,
        ),
        "SGDRegressor" => learn_numbers(&seeded(SGDRegressor::default(), case), case, &context),
        _ => learn_numbers(
            &seeded(PassiveAggressiveRegressor::default(), case),
            case,
            &context,
        ),
    };
    let tolerance = if case.f32 { 1e-4 } else { 1e-7 };
    assert_eq!(learned.n_iter, case.n_iter, "{what}");
    close(what, &learned.coef, &matrix(&case.coef), tolerance);
    let expected = Array1::from(case.intercept.clone()).insert_axis(Axis(0));
    close(
        what,
        &learned.intercept.insert_axis(Axis(0)),
        &expected,
        tolerance,
    );
    close(what, &learned.scores, &matrix(&case.scores), tolerance);
    if let (Some(found), Some(expected)) = (learned.proba, &case.proba) {
        close(what, &found, &matrix(expected), tolerance);
    }
}

#[derive(Deserialize)]
struct GoesOn {
    model: String,
    data: String,
    target: String,
    weighted: bool,
    warm: bool,
    params: serde_json::Map<String, Value>,
    coef: Vec<Vec<f64>>,
    intercept: Vec<f64>,
}

/// Classes learned in three blocks of rows, or all of them twice.
fn classes_go_on(start: &Blocks<'_>, y: &Array1<i64>) -> (Array2<f64>, Array1<f64>) {
    let Blocks { case, x, weights } = start;
    let sgd = || with_params(SGDClassifier::default().seed(Seed::numpy(42)), &case.params);
    let perceptron = || with_params(Perceptron::default().seed(Seed::numpy(42)), &case.params);
    let mut classes = y.to_vec();
    classes.sort_unstable();
    classes.dedup();
    let all = FitContext::weighted(weights.view());
    let is_sgd = case.model == "SGDClassifier";
    let model = if case.warm {
        let (x, y) = (x.view(), y.view());
        if is_sgd {
            let first = sgd().fit_with(x, y, &all).unwrap();
            sgd().fit_from(x, y, &first, &all).unwrap()
        } else {
            let first = perceptron().fit_with(x, y, &all).unwrap();
            perceptron().fit_from(x, y, &first, &all).unwrap()
        }
    } else {
        let mut model = match is_sgd {
            true => sgd().start(x.ncols(), classes).unwrap(),
            false => perceptron().start(x.ncols(), classes).unwrap(),
        };
        for (rows, weights) in start.blocks() {
            let (x, y) = (x.slice(s![rows.clone(), ..]), y.slice(s![rows]));
            let context = FitContext::weighted(weights.view());
            match case.data.as_str() {
                "sparse" => model.partial_fit_with(csr(&x.to_owned()).view(), y, &context),
                _ => model.partial_fit_with(x, y, &context),
            }
            .unwrap();
        }
        model
    };
    (model.coef, model.intercept)
}

/// Numbers learned so.
fn numbers_go_on(start: &Blocks<'_>, y: &Array1<f64>) -> (Array2<f64>, Array1<f64>) {
    let Blocks { case, x, weights } = start;
    let how = with_params(SGDRegressor::default().seed(Seed::numpy(42)), &case.params);
    let all = FitContext::weighted(weights.view());
    let model = if case.warm {
        let first = how.fit_with(x.view(), y.view(), &all).unwrap();
        how.fit_from(x.view(), y.view(), &first, &all).unwrap()
    } else {
        let mut model = how.start(x.ncols()).unwrap();
        for (rows, weights) in start.blocks() {
            let (x, y) = (x.slice(s![rows.clone(), ..]), y.slice(s![rows]));
            let context = FitContext::weighted(weights.view());
            match case.data.as_str() {
                "sparse" => model.partial_fit_with(csr(&x.to_owned()).view(), y, &context),
                _ => model.partial_fit_with(x, y, &context),
            }
            .unwrap();
        }
        model
    };
    (model.coef.insert_axis(Axis(0)), array![model.intercept])
}

/// The rows of a case with their weights.
struct Blocks<'a> {
    case: &'a GoesOn,
    x: Array2<f64>,
    weights: Array1<f64>,
}

impl Blocks<'_> {
    fn blocks(&self) -> impl Iterator<Item = (std::ops::Range<usize>, Array1<f64>)> {
        let third = self.x.nrows() / 3;
        (0..3).map(move |block| {
            let rows = block * third..(block + 1) * third;
            (rows.clone(), self.weights.slice(s![rows]).to_owned())
        })
    }
}

#[test]
fn learning_goes_on_as_in_scikit_learn() {
    let cases: Vec<GoesOn> = serde_json::from_str(include_str!("../fixtures/sgd_goes_on.json")).unwrap();
    assert_eq!(cases.len(), 21);
    for case in &cases {
        let what = format!(
            "{} on {} {} {:?}, warm {}",
            case.model, case.data, case.target, case.params, case.warm
        );
        let (x, numbers, two, three) = data(&case.data);
        let weights = match case.weighted {
            true => weights(numbers.len()),
            false => Array1::ones(numbers.len()),
        };
        let start = Blocks { case, x, weights };
        let (coef, intercept) = match case.target.as_str() {
            "numbers" => numbers_go_on(&start, &numbers),
            "two" => classes_go_on(&start, &two),
            _ => classes_go_on(&start, &three),
        };
        close(&what, &coef, &matrix(&case.coef), 1e-7);
        let expected = Array1::from(case.intercept.clone()).insert_axis(Axis(0));
        let intercept = intercept.insert_axis(Axis(0));
        close(&what, &(intercept + 1.0), &(expected + 1.0), 1e-7);
    }
}

#[test]
fn an_epoch_at_a_time_is_a_fit() {
    let (x, numbers, two, three) = data("dense");
    let how = SGDClassifier::default()
        .seed(Seed::numpy(42))
        .tol(None)
        .max_iter(1)
        .average(2);
    for y in [two, three] {
        let classes = y.to_vec();
        let fitted = how.fit(x.view(), y.view()).unwrap();
        let mut partial = how.start(5, classes).unwrap();
        partial.partial_fit(x.view(), y.view()).unwrap();
        assert_eq!(partial, fitted);
        // Steps go on counting, so the rate goes on falling.
        partial.partial_fit(x.view(), y.view()).unwrap();
        let again = how
            .fit_from(x.view(), y.view(), &fitted, &FitContext::default())
            .unwrap();
        assert_ne!(partial.coef, again.coef);
    }
    let how = SGDRegressor::default()
        .seed(Seed::numpy(42))
        .tol(None)
        .max_iter(1);
    let mut partial = how.start(5).unwrap();
    partial.partial_fit(x.view(), numbers.view()).unwrap();
    assert_eq!(partial, how.fit(x.view(), numbers.view()).unwrap());
}

#[test]
fn a_warm_start_goes_on() {
    let (x, y, _, _) = data("dense");
    let how = SGDRegressor::default()
        .tol(None)
        .max_iter(1)
        .learning_rate(LearningRate::Constant)
        .penalty(Penalty::None);
    let context = FitContext::default();
    let mut model = how.fit(x.view(), y.view()).unwrap();
    let error = |model: &FittedSGDRegressor| (model.predict(x.view()).unwrap() - &y).mapv(|e| e * e).sum();
    let first = error(&model);
    for _ in 0..50 {
        model = how.fit_from(x.view(), y.view(), &model, &context).unwrap();
    }
    assert!(error(&model) < 0.5 * first, "{} {first}", error(&model));
}

#[test]
fn bytes_and_numbers_learn_the_same() {
    // Enough whole numbers for a copy in bytes to be made; a fraction in the last place forbids it.
    let mut rng = NumpyRng::new(7);
    let x = rng.randint(0..=255_i64, (1100, 500)).unwrap().mapv(|v| v as f64);
    let y = x.column(0).mapv(|v| i64::from(v > 127.0));
    let how = SGDClassifier::default()
        .seed(Seed::numpy(1))
        .tol(None)
        .max_iter(3);
    let packed = how.fit(x.view(), y.view()).unwrap();
    let mut last = x.clone();
    last[[1099, 499]] += 1e-9;
    let plain = how.fit(last.view(), y.view()).unwrap();
    close("bytes", &packed.coef, &plain.coef, 1e-9);
}

#[test]
fn the_number_of_threads_does_not_show() {
    let (x, _, _, y) = data("dense");
    let run = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(threads)
            .build()
            .unwrap();
        pool.install(|| SGDClassifier::default().fit(x.view(), y.view()).unwrap())
    };
    let one = run(1);
    assert!(run(2) == one && run(3) == one);
}

#[test]
fn a_model_survives_its_file_and_its_box() {
    let (x, _, _, y) = data("sparse");
    let how = SGDClassifier::default()
        .loss(ClassifierLoss::LogLoss)
        .tol(None)
        .max_iter(5);
    let rows = csr(&x);
    let model = how.fit(rows.view(), y.view()).unwrap();
    assert_eq!(
        FittedSGDClassifier::from_bytes(&model.to_bytes().unwrap()).unwrap(),
        model
    );
    let boxed: Box<dyn Estimator> = Box::new(how);
    let (features, target) = (Features::from(rows), Target::from(y.view()));
    let fitted = boxed
        .fit_features(&features, &target, &FitContext::default())
        .unwrap();
    let loaded = <Box<dyn Model>>::from_bytes(&fitted.to_bytes().unwrap()).unwrap();
    close(
        "proba",
        &loaded.predict_proba_features(&features).unwrap(),
        &model.predict_proba(x.view()).unwrap(),
        1e-12,
    );
    let scores = loaded.decision_function_features(&features).unwrap();
    close(
        "scores",
        &scores,
        &model.decision_function(x.view()).unwrap(),
        1e-12,
    );
}

#[test]
fn bad_input_is_refused_with_reasons() {
    let (x, _, y, _) = data("dense");
    let says = |how: SGDClassifier, text: &str| {
        assert_eq!(how.fit(x.view(), y.view()).unwrap_err().to_string(), text);
    };
    let sgd = SGDClassifier::default;
    says(sgd().alpha(-1.0), "alpha = -1: must be finite and >= 0");
    says(
        sgd().alpha(0.0),
        "alpha = 0: must be > 0 for learning_rate = \"optimal\", which is computed from it",
    );
    says(sgd().eta0(0.0), "eta0 = 0: must be finite and > 0");
    let error = PassiveAggressiveClassifier::default()
        .c(0.0)
        .fit(x.view(), y.view())
        .unwrap_err();
    assert_eq!(error.to_string(), "c = 0: must be finite and > 0");
    says(
        sgd()
            .learning_rate(LearningRate::Pa1)
            .loss(ClassifierLoss::LogLoss),
        "learning_rate = pa1: must be another learning rate for this loss: this one goes with hinge and \
         epsilon_insensitive",
    );
    let one = Array1::from_elem(80, 3_i64);
    let error = sgd().fit(x.view(), one.view()).unwrap_err().to_string();
    assert_eq!(
        error,
        "SGDClassifier: y holds one class only, 3; give rows of at least two classes"
    );
    let error = sgd()
        .fit_weighted(x.view(), y.view(), Array1::zeros(80).view())
        .unwrap_err()
        .to_string();
    assert_eq!(
        error,
        "SGDClassifier: all weights are 0; give at least one row a positive weight"
    );
    let model = sgd().fit(x.view(), y.view()).unwrap();
    let error = model.predict_proba(x.view()).unwrap_err().to_string();
    assert_eq!(
        error,
        "SGDClassifier does not support predict_proba with this loss; \
         train with loss \"log_loss\" or \"modified_huber\", or use decision_function"
    );
    let mut partial = sgd().start(5, vec![0_i64, 1]).unwrap();
    let error = partial
        .partial_fit(x.view(), Array1::from_elem(80, 9).view())
        .unwrap_err()
        .to_string();
    assert_eq!(
        error,
        "SGDClassifier: y holds the class 9, which is not one of [0, 1]; name all classes at the start"
    );
    let mut balanced = sgd()
        .class_weight(ClassWeight::Balanced)
        .start(5, vec![0_i64, 1])
        .unwrap();
    let error = balanced.partial_fit(x.view(), y.view()).unwrap_err().to_string();
    assert!(
        error.starts_with("SGDClassifier::partial_fit does not support class_weight"),
        "{error}"
    );
    let far = SGDRegressor::default()
        .eta0(1e300)
        .fit(x.view(), x.column(0))
        .unwrap_err()
        .to_string();
    assert!(
        far.starts_with("SGDRegressor: the weights overflow in epoch"),
        "{far}"
    );
}

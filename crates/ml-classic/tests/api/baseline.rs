//! Dummy estimators against Scikit-Learn, and what they refuse.

use ml_classic::baseline::{
    ClassifierStrategy, DummyClassifier, DummyRegressor, FittedDummyClassifier, RegressorStrategy,
};
use ml_core::{
    Estimator, Features, Fit, FitContext, Persist, Predict, PredictProba, Score, Target, Task,
    ndarray::{Array1, Array2, array},
};

use crate::metrics::{close, fixture};

#[test]
fn agrees_with_scikit_learn() {
    for case in fixture().cases {
        let x = Array2::<f64>::zeros((case.y.len(), 1));
        let (y, weights) = (Array1::from(case.y), Array1::from(case.weights));
        let constant = |strategy, weighted: bool| {
            let dummy = DummyRegressor::default().strategy(strategy);
            let fitted = match weighted {
                true => dummy.fit_weighted(x.view(), y.view(), weights.view()),
                false => dummy.fit(x.view(), y.view()),
            };
            fitted.unwrap().constant
        };
        close(constant(RegressorStrategy::Mean, true), case.mean, 1e-13);
        close(constant(RegressorStrategy::Median, false), case.median, 1e-13);
        close(
            constant(RegressorStrategy::Median, true),
            case.median_weighted,
            1e-13,
        );
        close(
            constant(RegressorStrategy::Quantile(0.3), false),
            case.quantile_30,
            1e-13,
        );
        assert_eq!(constant(RegressorStrategy::Constant(4.5), false), 4.5);

        let classes = Array1::from(case.classes);
        let plain = DummyClassifier::default().fit(x.view(), classes.view()).unwrap();
        let weighted = DummyClassifier::default()
            .fit_weighted(x.view(), classes.view(), weights.view())
            .unwrap();
        for (fitted, expected) in [(plain, case.prior), (weighted, case.prior_weighted)] {
            for (&share, expected) in fitted.class_prior.iter().zip(expected) {
                close(share, expected, 1e-14);
            }
        }
    }
}

#[test]
fn guesses_have_the_shares_asked_for() {
    let x = Array2::<f32>::zeros((4000, 1));
    let y: Array1<String> = (0..4000)
        .map(|i| if i % 4 == 0 { "b" } else { "a" }.to_owned())
        .collect();
    let share = |strategy| {
        let dummy = DummyClassifier::default().strategy(strategy).seed(7);
        let fitted = dummy.fit(x.view(), y.view()).unwrap();
        assert_eq!(
            fitted.predict(x.view()).unwrap(),
            fitted.predict(x.view()).unwrap()
        );
        let guesses = fitted.predict(x.view()).unwrap();
        guesses.iter().filter(|g| *g == "a").count() as f64 / 4000.0
    };
    assert_eq!(share(ClassifierStrategy::Prior), 1.0);
    assert_eq!(share(ClassifierStrategy::MostFrequent), 1.0);
    assert_eq!(share(ClassifierStrategy::Constant(1)), 0.0);
    // Four standard deviations of a share of 4,000 draws are 0.03.
    assert!((share(ClassifierStrategy::Stratified) - 0.75).abs() < 0.03);
    assert!((share(ClassifierStrategy::Uniform) - 0.5).abs() < 0.03);
}

#[test]
fn probabilities_follow_the_strategy() {
    let (x, y) = (array![[0.0], [0.0], [0.0]], array![3, 5, 5]);
    let proba = |strategy| {
        let fitted = DummyClassifier::default()
            .strategy(strategy)
            .fit(x.view(), y.view());
        fitted
            .unwrap()
            .predict_proba(x.slice(ml_core::ndarray::s![..1, ..]))
            .unwrap()
    };
    assert_eq!(proba(ClassifierStrategy::Prior), array![[1.0 / 3.0, 2.0 / 3.0]]);
    assert_eq!(proba(ClassifierStrategy::MostFrequent), array![[0.0, 1.0]]);
    assert_eq!(proba(ClassifierStrategy::Uniform), array![[0.5, 0.5]]);
}

#[test]
fn marks_are_those_of_a_guess() {
    let (x, y) = (array![[0.0], [1.0], [2.0]], array![1.0, 2.0, 6.0]);
    let model = DummyRegressor::default().fit(x.view(), y.view()).unwrap();
    assert_eq!(model.score(x.view(), y.view()).unwrap(), 0.0);
}

#[test]
fn works_through_the_object_safe_form() {
    let mut dummy: Box<dyn Estimator> = Box::new(DummyRegressor::default());
    assert_eq!(dummy.task(), Task::Regression);
    dummy
        .set_param("strategy", &serde_json::json!({"constant": 2.5}))
        .unwrap();
    let (x, y) = (Features::from(array![[f64::NAN]]), Target::from(vec![1.0]));
    let model = dummy.fit_features(&x, &y, &FitContext::default()).unwrap();
    assert_eq!(model.predict_features(&x).unwrap(), Target::from(vec![2.5]));

    let json = serde_json::to_string(&model).unwrap();
    let back: Box<dyn ml_core::Model> = serde_json::from_str(&json).unwrap();
    assert_eq!(back.predict_features(&x).unwrap(), Target::from(vec![2.5]));
    assert_eq!(dummy.params()[0].0, "strategy");

    let y = Target::from(vec![4_i64]);
    let model = DummyClassifier::default()
        .fit_features(&x, &y, &FitContext::default())
        .unwrap();
    assert_eq!(model.classes(), Some(vec![4]));
    assert_eq!(model.predict_proba_features(&x).unwrap(), array![[1.0]]);
}

#[test]
fn classes_of_words_survive_a_file() {
    let x: Array2<f64> = array![[0.0], [1.0], [2.0]];
    let y = array!["no", "yes", "yes"].mapv(str::to_owned);
    let model = DummyClassifier::default().fit(x.view(), y.view()).unwrap();
    let bytes = model.to_bytes().unwrap();
    let back = FittedDummyClassifier::<String>::from_bytes(&bytes).unwrap();
    assert_eq!(back, model);
    assert_eq!(back.predict(x.view()).unwrap()[0], "yes");
    let error = FittedDummyClassifier::<i64>::from_bytes(&bytes).unwrap_err();
    assert!(
        error
            .to_string()
            .contains("holds a ml_classic::FittedDummyClassifier<String>"),
        "{error}"
    );
}

#[test]
fn errors_name_the_mistake() {
    let x = Array2::<f64>::zeros((2, 1));
    let fit = |strategy, y: Array1<f64>| {
        let fitted = DummyRegressor::default()
            .strategy(strategy)
            .fit(x.view(), y.view());
        fitted.unwrap_err().to_string()
    };
    assert_eq!(
        fit(RegressorStrategy::Quantile(2.0), array![1.0, 2.0]),
        "quantile = 2: must be in [0, 1]"
    );
    assert_eq!(
        fit(RegressorStrategy::Mean, array![1.0]),
        "DummyRegressor: x has 2 rows, but y has 1; they must match one to one"
    );
    assert!(fit(RegressorStrategy::Mean, array![1.0, f64::INFINITY]).contains("y holds inf at row 1"));
    let none = Array2::<f64>::zeros((0, 1));
    let error = DummyRegressor::default()
        .fit(none.view(), Array1::zeros(0).view())
        .unwrap_err();
    assert!(
        error.to_string().contains("is empty; at least 1 row needed"),
        "{error}"
    );
    let error = DummyClassifier::default()
        .strategy(ClassifierStrategy::Constant(1))
        .fit(x.view(), array!["a", "a"].mapv(str::to_owned).view())
        .unwrap_err();
    assert_eq!(
        error.to_string(),
        "constant = 1: must be below the number of classes, 1"
    );
}

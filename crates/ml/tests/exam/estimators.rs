//! Everything that predicts.

use ml::{
    classic::{
        baseline::{ClassifierStrategy, DummyClassifier, DummyRegressor, RegressorStrategy},
        ensemble::{RandomForestClassifier, RandomForestRegressor},
        linear::LinearRegression,
        model_selection::{
            Distribution, FixedThresholdClassifier, GridSearchCV, ParamDistributions, ParamGrid,
            RandomizedSearchCV, TunedThresholdClassifier,
        },
        multiclass::{MulticlassClassifier, OneVsOneClassifier, OneVsRestClassifier},
        neighbors::{Algorithm, KNeighborsClassifier, KNeighborsRegressor, Metric, Weights},
        tree::{DecisionTreeClassifier, DecisionTreeRegressor, MaxFeatures, RowCount},
    },
    core::Task,
    data::{
        pipeline::Pipeline,
        preprocess::{SimpleImputer, StandardScaler},
    },
    prelude::*,
};
use proptest::prelude::*;

use super::{
    examiner::{Outcome, examine, holds, lives, survives},
    inputs,
};

fn all() -> Vec<Box<dyn Estimator>> {
    let line = LinearRegression::default;
    let piped = Pipeline::new()
        .step("fill", SimpleImputer::median())
        .step("scale", StandardScaler::default())
        .model("line", line());
    let near = KNeighborsRegressor::default().n_neighbors(1);
    let grid = ParamGrid::new().values("n_neighbors", [1, 2]);
    let draws = ParamDistributions::new().sample("n_neighbors", Distribution::integer(1, 3));
    let mut all = super::linear::estimators();
    let others: Vec<Box<dyn Estimator>> = vec![
        Box::new(line()),
        Box::new(DummyRegressor::default()),
        Box::new(DummyRegressor::default().strategy(RegressorStrategy::Median)),
        Box::new(DummyClassifier::default()),
        Box::new(DummyClassifier::default().strategy(ClassifierStrategy::Stratified)),
        Box::new(DecisionTreeRegressor::default()),
        Box::new(DecisionTreeClassifier::default()),
        Box::new(RandomForestRegressor::default().n_estimators(3).oob_score(true)),
        Box::new(RandomForestRegressor::default().n_estimators(3)),
        Box::new(RandomForestClassifier::default().n_estimators(3).oob_score(true)),
        Box::new(RandomForestClassifier::default().n_estimators(3)),
        Box::new(
            KNeighborsRegressor::default()
                .n_neighbors(2)
                .weights(Weights::Distance),
        ),
        Box::new(
            KNeighborsClassifier::default()
                .n_neighbors(2)
                .algorithm(Algorithm::KdTree),
        ),
        Box::new(
            KNeighborsClassifier::default()
                .n_neighbors(1)
                .metric(Metric::Minkowski(3.0)),
        ),
        Box::new(piped),
        Box::new(GridSearchCV::new(near.clone(), [grid]).cv(2)),
        Box::new(RandomizedSearchCV::new(near, draws).n_iter(2).cv(2)),
        Box::new(OneVsRestClassifier::new(DecisionTreeClassifier::default())),
        Box::new(OneVsOneClassifier::new(line())),
        Box::new(MulticlassClassifier::new(
            KNeighborsClassifier::default().n_neighbors(1),
        )),
        Box::new(FixedThresholdClassifier::new(DecisionTreeClassifier::default())),
        Box::new(
            TunedThresholdClassifier::new(KNeighborsClassifier::default().n_neighbors(1))
                .thresholds(3)
                .cv(2),
        ),
    ];
    all.extend(others);
    all
}

pub(crate) fn members() -> Vec<String> {
    all().iter().map(|e| e.type_name().to_owned()).collect()
}

/// Fits, and asks a fitted model everything.
fn ask(
    estimator: &dyn Estimator,
    x: &Features,
    y: &Target,
    weights: Option<&Array1<f64>>,
    later: &Features,
) -> Outcome {
    let name = estimator.type_name();
    let context = FitContext {
        weights: weights.map(|w| w.view()),
        ..FitContext::default()
    };
    let Some(model) = survives(name, || estimator.fit_features(x, y, &context))? else {
        return Ok(());
    };
    for x in [x, later] {
        let rows = x.n_rows();
        if let Some(predicted) = survives(name, || model.predict_features(x))? {
            holds(name, predicted.len() == rows, || {
                format!("{} predictions for {rows} rows", predicted.len())
            })?;
        }
        if let Some(p) = survives(name, || model.predict_proba_features(x))? {
            let sums = p.rows().into_iter().all(|row| (row.sum() - 1.0).abs() < 1e-9);
            holds(name, p.nrows() == rows && sums, || format!("probabilities {p}"))?;
        }
        survives(name, || model.decision_function_features(x))?;
    }
    if let Some(importances) = lives(name, || model.feature_importances())? {
        let good = importances.iter().all(|v| (0.0..=1.0).contains(v));
        holds(name, good, || format!("importances {importances:?}"))?;
    }
    let bytes = survives(name, || model.to_bytes())?;
    let bytes = bytes.ok_or_else(|| TestCaseError::fail(format!("{name}: cannot be saved")))?;
    let again = survives(name, || Box::<dyn Model>::from_bytes(&bytes))?;
    holds(name, again.is_some(), || "what it saved does not load".to_owned())
}

#[test]
fn bad_rows_targets_and_weights() {
    for estimator in all() {
        let input = (inputs::lesson(), inputs::features());
        examine(96, input, |((x, y, weights), later)| {
            ask(estimator.as_ref(), &x, &y, weights.as_ref(), &later)
        });
    }
}

/// Every hyperparameter by name, with every kind of value, one or two at a time.
#[test]
fn bad_hyperparameters_by_name() {
    let (x, y, classes) = inputs::good_rows();
    for estimator in all() {
        let paths: Vec<String> = estimator.params().into_iter().map(|(path, _)| path).collect();
        let unknown = ["", "__", "no_such", "a__b"].map(str::to_owned);
        let path = proptest::sample::select([paths.as_slice(), &unknown].concat());
        let y = if estimator.task() == Task::Regression {
            &y
        } else {
            &classes
        };
        examine(
            256,
            proptest::collection::vec((path, inputs::value()), 1..3),
            |changes| {
                let mut estimator = estimator.clone();
                let name = estimator.type_name();
                for (path, value) in &changes {
                    let before = estimator.params();
                    if survives(name, || estimator.set_param(path, value))?.is_none() {
                        holds(name, estimator.params() == before, || {
                            format!("a refused {path} changed something")
                        })?;
                    }
                }
                ask(estimator.as_ref(), &x, y, None, &x)
            },
        );
    }
}

/// Numbers that JSON cannot hold, set in the fields.
#[test]
fn bad_hyperparameters_in_fields() {
    let (x, y, classes) = inputs::good_rows();
    examine(400, (inputs::number(), inputs::count()), |(v, n)| {
        let forest = RandomForestRegressor::default().n_estimators(2);
        let regressors: Vec<Box<dyn Estimator>> = vec![
            Box::new(LinearRegression::default().tol(v)),
            Box::new(DummyRegressor::default().strategy(RegressorStrategy::Quantile(v))),
            Box::new(DummyRegressor::default().strategy(RegressorStrategy::Constant(v))),
            Box::new(DecisionTreeRegressor::default().ccp_alpha(v)),
            Box::new(DecisionTreeRegressor::default().min_impurity_decrease(v)),
            Box::new(DecisionTreeRegressor::default().min_weight_fraction_leaf(v)),
            Box::new(DecisionTreeRegressor::default().max_features(MaxFeatures::Share(v))),
            Box::new(DecisionTreeRegressor::default().max_features(MaxFeatures::Count(n))),
            Box::new(DecisionTreeRegressor::default().min_samples_leaf(RowCount::Share(v))),
            Box::new(DecisionTreeRegressor::default().min_samples_split(RowCount::Share(v))),
            Box::new(DecisionTreeRegressor::default().max_depth(n)),
            Box::new(DecisionTreeRegressor::default().max_leaf_nodes(n)),
            Box::new(forest.clone().max_samples(RowCount::Share(v))),
            Box::new(forest.clone().max_samples(RowCount::Count(n))),
            Box::new(forest.clone().ccp_alpha(v)),
            Box::new(KNeighborsRegressor::default().n_neighbors(n)),
            Box::new(KNeighborsRegressor::default().metric(Metric::Minkowski(v))),
        ];
        let weights = ml::classic::ClassWeight::of([(0_i64, v), (1, 1.0), (2, 1.0)]);
        let classifiers: Vec<Box<dyn Estimator>> = vec![
            Box::new(DummyClassifier::default().strategy(ClassifierStrategy::Constant(n))),
            Box::new(DecisionTreeClassifier::default().ccp_alpha(v)),
            Box::new(DecisionTreeClassifier::default().class_weight(weights.clone())),
            Box::new(
                RandomForestClassifier::default()
                    .n_estimators(2)
                    .class_weight(weights),
            ),
            Box::new(KNeighborsClassifier::default().n_neighbors(n)),
            Box::new(KNeighborsClassifier::default().metric(Metric::Minkowski(v))),
        ];
        regressors
            .iter()
            .try_for_each(|e| ask(e.as_ref(), &x, &y, None, &x))?;
        classifiers
            .iter()
            .try_for_each(|e| ask(e.as_ref(), &x, &classes, None, &x))
    });
}

/// Several targets at once.
#[test]
fn bad_targets_in_columns() {
    examine(256, (inputs::matrix(), inputs::matrix()), |(x, y)| {
        let name = "LinearRegression";
        let model = survives(name, || LinearRegression::default().fit(x.view(), y.view()))?;
        if let Some(model) = model {
            survives(name, || model.predict(x.view()))?;
            survives(name, || model.predict(y.view()))?;
        }
        Ok(())
    });
}

/// The rows nearest to others, asked for directly.
#[test]
fn bad_questions_to_neighbours() {
    let (x, y, _) = inputs::good_rows();
    let (x, y) = (x.dense("exam").unwrap(), y.numbers("exam").unwrap());
    let model = KNeighborsRegressor::default().fit(x.view(), y.view()).unwrap();
    examine(128, (inputs::matrix(), inputs::count()), |(x, k)| {
        survives("KNeighborsRegressor", || model.kneighbors(x.view(), k)).map(drop)
    });
}

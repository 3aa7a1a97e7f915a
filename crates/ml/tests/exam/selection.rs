//! Cross-validation, searches and curves.

use std::sync::Arc;

use ml::{
    classic::{
        baseline::DummyClassifier,
        linear::LinearRegression,
        metrics::{Scorer, Scoring},
        model_selection::{
            CrossValidation, Cv, Diagnosis, Distribution, ErrorScore, GridSearchCV, ParamDistributions,
            ParamGrid, RandomizedSearchCV, TestSet, compare, cross_val_decision_function,
            cross_val_decision_function_with, cross_val_predict, cross_val_predict_proba,
            cross_val_predict_proba_with, cross_val_predict_with, cross_val_score, cross_val_score_with,
            cross_validate, error_correlation, learning_curve, learning_curve_with, validation_curve,
            validation_curve_with,
        },
        neighbors::{KNeighborsClassifier, KNeighborsRegressor},
        tree::DecisionTreeRegressor,
    },
    data::split::{Fold, Folds, KFold, ShuffleSplit, Splitter},
    prelude::*,
};
use proptest::{collection::vec, prelude::*};

use super::{
    examiner::{examine, holds, lives, survives},
    inputs,
};

pub(crate) fn members() -> Vec<String> {
    [
        "cross_val_score",
        "cross_val_score_with",
        "cross_validate",
        "cross_val_predict",
        "cross_val_predict_with",
        "cross_val_predict_proba",
        "cross_val_predict_proba_with",
        "cross_val_decision_function",
        "cross_val_decision_function_with",
        "learning_curve",
        "learning_curve_with",
        "validation_curve",
        "validation_curve_with",
        "compare",
        "error_correlation",
        "GridSearchCV",
        "RandomizedSearchCV",
        "ParamGrid",
        "ParamDistributions",
        "Distribution",
        "TestSet",
        "Diagnosis",
        "Cv",
        "CrossValidation",
    ]
    .map(str::to_owned)
    .to_vec()
}

/// Rows to train and to test on as nobody should choose them.
#[derive(Debug)]
struct Given(Vec<Fold>);

impl Splitter for Given {
    fn split(&self, _: usize, _: Option<&Target>, _: Option<&[i64]>) -> Result<Folds> {
        Ok(Box::new(self.0.clone().into_iter()))
    }
}

fn cv() -> impl Strategy<Value = Cv> {
    let rows = || vec(prop_oneof![4 => 0usize..6, 1 => Just(usize::MAX)], 0..4);
    let folds = vec(
        (rows(), rows()).prop_map(|(train, test)| Fold { train, test }),
        0..3,
    );
    prop_oneof![
        2 => Just(Cv::from(2)),
        1 => inputs::count().prop_map(Cv::from),
        1 => inputs::count().prop_map(|n| Cv::shuffled(n, 1)),
        1 => (inputs::number(), 0usize..3).prop_map(|(share, n)| {
            Cv::from(ShuffleSplit::default().n_splits(n).test_size(share))
        }),
        1 => Just(Cv::grouped(KFold::default().n_splits(2), vec![0, 1])),
        1 => folds.prop_map(|folds| Cv::Splitter(Arc::new(Given(folds)), None)),
    ]
}

fn how() -> impl Strategy<Value = CrossValidation> {
    let scoring = proptest::sample::select(vec![
        "",
        "r2",
        "accuracy",
        "neg_mean_squared_log_error",
        "nonsense",
    ]);
    (cv(), scoring, any::<[bool; 3]>()).prop_map(|(cv, scoring, [train, weighted_scores, raise])| {
        CrossValidation {
            cv,
            scoring: if scoring.is_empty() {
                Scoring::ByTask
            } else {
                scoring.into()
            },
            return_train_score: train,
            weighted_scores,
            error_score: if raise { ErrorScore::Raise } else { ErrorScore::Nan },
        }
    })
}

fn context(weights: &Option<Array1<f64>>) -> FitContext<'_> {
    FitContext {
        weights: weights.as_ref().map(|w| w.view()),
        ..FitContext::default()
    }
}

fn estimators() -> Vec<Box<dyn Estimator>> {
    vec![
        Box::new(LinearRegression::default()),
        Box::new(DummyClassifier::default()),
        Box::new(KNeighborsClassifier::default().n_neighbors(1)),
        Box::new(DecisionTreeRegressor::default()),
    ]
}

#[test]
fn bad_rows_and_folds() {
    for estimator in estimators() {
        let estimator = estimator.as_ref();
        examine(200, (inputs::lesson(), how()), |((x, y, weights), how)| {
            let context = context(&weights);
            survives("cross_val_score", || cross_val_score(estimator, &x, &y, &how))?;
            survives("cross_val_score_with", || {
                cross_val_score_with(estimator, &x, &y, &how, &context)
            })?;
            survives("cross_validate", || {
                cross_validate(estimator, &x, &y, &how, &context)
            })?;
            if let Some(predicted) =
                survives("cross_val_predict", || cross_val_predict(estimator, &x, &y, &how))?
            {
                holds("cross_val_predict", predicted.len() == x.n_rows(), || {
                    "rows are missing".to_owned()
                })?;
            }
            survives("cross_val_predict_with", || {
                cross_val_predict_with(estimator, &x, &y, &how, &context)
            })?;
            survives("cross_val_predict_proba", || {
                cross_val_predict_proba(estimator, &x, &y, &how)
            })?;
            survives("cross_val_predict_proba_with", || {
                cross_val_predict_proba_with(estimator, &x, &y, &how, &context)
            })?;
            survives("cross_val_decision_function", || {
                cross_val_decision_function(estimator, &x, &y, &how)
            })?;
            survives("cross_val_decision_function_with", || {
                cross_val_decision_function_with(estimator, &x, &y, &how, &context)
            })
            .map(drop)
        });
    }
}

#[test]
fn bad_curves() {
    let path = proptest::sample::select(vec!["n_neighbors", "weights", "nonsense", "a__b", ""]);
    let input = (
        inputs::lesson(),
        how(),
        inputs::list(),
        path,
        vec(inputs::value(), 0..3),
    );
    examine(256, input, |((x, y, weights), how, sizes, path, values)| {
        let context = context(&weights);
        let near = KNeighborsRegressor::default().n_neighbors(1);
        survives("learning_curve", || learning_curve(&near, &x, &y, &sizes, &how))?;
        survives("learning_curve_with", || {
            learning_curve_with(&near, &x, &y, &sizes, &how, &context)
        })?;
        survives("validation_curve", || {
            validation_curve(&near, &x, &y, path, values.clone(), &how)
        })?;
        survives("validation_curve_with", || {
            validation_curve_with(&near, &x, &y, (path, values), &how, &context)
        })
        .map(drop)
    });
}

#[test]
fn bad_grids_and_draws() {
    let path = proptest::sample::select(vec!["n_neighbors", "weights", "nonsense", "a__b", ""]);
    let grid = vec((path.clone(), vec(inputs::value(), 0..3)), 0..3);
    let draws = vec((path, distribution()), 0..3);
    let input = (inputs::lesson(), how(), vec(grid, 0..3), draws, 0usize..4);
    examine(256, input, |((x, y, _), how, grids, draws, n_iter)| {
        let near = KNeighborsRegressor::default().n_neighbors(1);
        let grids: Vec<ParamGrid> = grids
            .into_iter()
            .map(|grid| {
                grid.into_iter()
                    .fold(ParamGrid::new(), |g, (path, values)| g.values(path, values))
            })
            .collect();
        for grid in &grids {
            survives("ParamGrid", || grid.candidates())?;
        }
        let mut search = GridSearchCV::new(near.clone(), grids);
        search.validation = how.clone();
        let found = survives("GridSearchCV", || search.fit(&x, &y))?;
        if let Some(found) = found {
            survives("GridSearchCV", || found.predict(&x))?;
        }
        let space = draws
            .into_iter()
            .fold(ParamDistributions::new(), |s, (path, d)| s.sample(path, d));
        survives("ParamDistributions", || space.candidates(n_iter, 1.into()))?;
        let mut search = RandomizedSearchCV::new(near, space).n_iter(n_iter);
        search.validation = how;
        survives("RandomizedSearchCV", || search.fit(&x, &y)).map(drop)
    });
}

fn distribution() -> impl Strategy<Value = Distribution> {
    let pair = || (inputs::number(), inputs::number());
    prop_oneof![
        pair().prop_map(|(a, b)| Distribution::uniform(a, b)),
        pair().prop_map(|(a, b)| Distribution::log_uniform(a, b)),
        pair().prop_map(|(a, b)| Distribution::normal(a, b)),
        inputs::number().prop_map(Distribution::exponential),
        inputs::number().prop_map(Distribution::geometric),
        (inputs::class(), inputs::class()).prop_map(|(a, b)| Distribution::integer(a, b)),
        vec(inputs::value(), 0..3).prop_map(Distribution::choice),
    ]
}

#[test]
fn bad_distributions() {
    examine(1000, distribution(), |distribution| {
        let mut rng = ml::core::Rng::new(1);
        for _ in 0..20 {
            if let Some(value) = survives("Distribution", || distribution.sample(&mut rng))? {
                let lost = value.is_null() && !matches!(distribution, Distribution::Choice(_));
                holds("Distribution", !lost, || {
                    format!("{distribution:?} gave no number")
                })?;
            }
        }
        Ok(())
    });
}

#[test]
fn bad_comparisons() {
    examine(
        128,
        (inputs::lesson(), how(), 0usize..4),
        |((x, y, weights), how, n)| {
            let all = estimators();
            let models: Vec<(&str, &dyn Estimator)> =
                all.iter().take(n).map(|e| (e.type_name(), e.as_ref())).collect();
            survives("compare", || compare(&models, &x, &y, &how, &context(&weights))).map(drop)
        },
    );
    examine(256, vec(inputs::list(), 1..4), |lists| {
        let lists: Vec<Array1<f64>> = lists.into_iter().map(Array1::from).collect();
        let predictions: Vec<_> = lists[1..].iter().map(|list| list.view()).collect();
        survives("error_correlation", || {
            error_correlation(lists[0].view(), &predictions)
        })
        .map(drop)
    });
}

#[test]
fn bad_test_sets_and_diagnoses() {
    let (x, y, _) = inputs::good_rows();
    let model = LinearRegression::default()
        .fit_features(&x, &y, &FitContext::default())
        .unwrap();
    let scorer = Scorer::by_name("r2").unwrap();
    examine(
        128,
        (inputs::lesson(), vec(inputs::number(), 4)),
        |((x, y, weights), scores)| {
            lives("Diagnosis", || {
                let plain = Diagnosis::new(scores[0], scores[1], scores[2]);
                format!("{plain} {}", plain.with_train_dev(scores[3]))
            })?;
            let Some(held) = survives("TestSet", || TestSet::new(&x, &y))? else {
                return Ok(());
            };
            survives("TestSet", || held.score(model.as_ref(), &scorer))?;
            let Some(weights) = weights else { return Ok(()) };
            survives("TestSet", || {
                held.score_weighted(model.as_ref(), &scorer, weights.view())
            })
            .map(drop)
        },
    );
}

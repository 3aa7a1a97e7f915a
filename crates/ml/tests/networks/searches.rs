use ml::{
    classic::{
        metrics::mean_squared_error,
        model_selection::{
            CrossValidation, Distribution, FittedSearch, GridSearchCV, ParamDistributions, ParamGrid,
            RandomizedSearchCV, cross_val_predict_proba, cross_val_score,
        },
    },
    data::{
        pipeline::Pipeline,
        preprocess::StandardScaler,
        split::{KFold, Splitter},
    },
    nn::{
        estimator::{FittedNetworkRegressor, Mlp, NetworkClassifier, NetworkRegressor},
        optimizers::Adam,
        tuning::{BayesianSearch, Domain, Space, Tuner},
    },
    prelude::*,
};

/// A bent line, with columns on scales of their own.
fn rows(count: usize) -> (Array2<f64>, Array1<f64>) {
    let mut rng = Rng::new(11);
    let x = Array2::from_shape_fn((count, 2), |(_, column)| {
        [100.0, 0.01][column] * (2.0 * rng.uniform() - 1.0)
    });
    let y = x
        .rows()
        .into_iter()
        .map(|row| (row[0] / 100.0).abs() + 100.0 * row[1])
        .collect();
    (x, y)
}

/// C10-147, C10-148: the book's random search, on a pipeline.
#[test]
fn random_search_tunes_a_network_in_a_pipeline() -> Result<()> {
    let (x, y) = rows(120);
    let network = NetworkRegressor::new(Mlp::new())
        .epochs(30)
        .batch_size(8)
        .validation_split(0.2)
        .patience(10);
    let pipeline = Pipeline::new()
        .step("scale", StandardScaler::default())
        .model("net", network);
    let space = ParamDistributions::new()
        .sample("net__network__n_hidden", Distribution::choice([0, 1, 2]))
        .sample("net__network__n_neurons", Distribution::integer(1, 30))
        .sample(
            "net__network__learning_rate",
            Distribution::log_uniform(3e-3, 0.1),
        );
    let search = || {
        RandomizedSearchCV::new(pipeline.clone(), space.clone())
            .n_iter(4)
            .cv(3)
            .seed(42)
            .scoring("neg_mean_squared_error")
            .fit(&x, &y)
    };
    let found = search()?;
    // Better than a line, which cannot bend: its error is the variance of what is left of |x|, 1 / 12 less the line's part.
    assert!(found.best_score > -0.06, "{}", found.results);
    assert!(
        found.best_params.get("net__network__n_hidden") != Some(&0.into()),
        "{}",
        found.best_params
    );
    let predicted: Array1<f64> = match found.predict(&x)? {
        Target::Numbers(numbers) => numbers.to_owned(),
        Target::Classes(_) => unreachable!("a regressor gives numbers"),
    };
    assert!(mean_squared_error(y.view(), predicted.view())? < 0.06);
    // The same seed, the same search, bit for bit; and so after a file.
    let again = search()?;
    assert_eq!(again.results.split_test_scores, found.results.split_test_scores);
    let loaded = FittedSearch::from_bytes(&found.to_bytes()?)?;
    assert_eq!(loaded.predict(&x)?, found.predict(&x)?);
    Ok(())
}

#[test]
fn grid_search_and_cross_validation_take_networks() -> Result<()> {
    let (x, y) = rows(90);
    let scaled = StandardScaler::default().fit(x.view(), ())?.transform(x.view())?;
    let network = NetworkRegressor::new(Mlp::new().learning_rate(0.05))
        .epochs(20)
        .batch_size(8);
    let grid = ParamGrid::new()
        .values("network__n_hidden", [0, 1])
        .values("epochs", [1, 20]);
    let found = GridSearchCV::new(network.clone(), grid).cv(3).fit(&scaled, &y)?;
    assert_eq!(found.best_params.to_string(), "epochs=20, network__n_hidden=1");
    let model = found.model()?.as_any().downcast_ref::<FittedNetworkRegressor>();
    assert_eq!(model.map(|fitted| fitted.history.epoch.len()), Some(20));

    let scores = cross_val_score(&network, &scaled, &y, &CrossValidation::default().cv(3))?;
    // By hand: the same folds, one after the other.
    for (fold, score) in KFold::default().n_splits(3).split(90, None, None)?.zip(&scores) {
        let rows = |rows: &[usize]| {
            (
                scaled.select(ml::core::ndarray::Axis(0), rows),
                y.select(ml::core::ndarray::Axis(0), rows),
            )
        };
        let ((train_x, train_y), (test_x, test_y)) = (rows(&fold.train), rows(&fold.test));
        let fitted = network.fit(train_x.view(), train_y.view())?;
        assert!((fitted.score(test_x.view(), test_y.view())? - score).abs() < 1e-9);
    }
    let error = GridSearchCV::new(network, ParamGrid::new().values("network__layers", [1])).fit(&scaled, &y);
    assert!(
        error
            .unwrap_err()
            .to_string()
            .starts_with("Mlp has no hyperparameter \"layers\"; it has: n_hidden")
    );
    Ok(())
}

#[test]
fn a_classifier_gives_probabilities_to_cross_validation() -> Result<()> {
    let (x, y) = rows(120);
    let scaled = StandardScaler::default().fit(x.view(), ())?.transform(x.view())?;
    let classes = y.mapv(|v| {
        if v < 0.3 {
            -1
        } else if v < 0.8 {
            0
        } else {
            1
        }
    });
    let mlp = Mlp::new().n_neurons(16).optimizer(Adam::new(0.05));
    let network = NetworkClassifier::new(mlp).epochs(30).batch_size(16);
    let scores = cross_val_score(&network, &scaled, &classes, &CrossValidation::default().cv(3))?;
    assert!(scores.iter().all(|&score| score > 0.8), "{scores}");
    let probabilities =
        cross_val_predict_proba(&network, &scaled, &classes, &CrossValidation::default().cv(3))?;
    assert_eq!(probabilities.dim(), (120, 3));
    let boxed: Box<dyn Estimator> = Box::new(network);
    let again = Box::<dyn Estimator>::from_bytes(&boxed.to_bytes()?)?;
    assert_eq!(again.params(), boxed.params());
    Ok(())
}

/// The tuner and cross-validation together: any strategy for any estimator.
#[test]
fn bayesian_search_tunes_by_cross_validation() -> Result<()> {
    let (x, y) = rows(60);
    let scaled = StandardScaler::default().fit(x.view(), ())?.transform(x.view())?;
    let space = Space::new()
        .add("network__n_neurons", Domain::int(2, 20))
        .add("network__learning_rate", Domain::float(1e-4, 0.1).log());
    let study = Tuner::new(space, BayesianSearch::new(8).initial(4))
        .maximize()
        .seed(1)
        .run(|trial| {
            let mut network = NetworkRegressor::new(Mlp::new()).epochs(10).batch_size(8);
            trial.values().apply(&mut network)?;
            Ok(
                cross_val_score(&network, &scaled, &y, &CrossValidation::default().cv(3))?
                    .mean()
                    .unwrap_or(f64::NAN),
            )
        })?;
    assert_eq!(study.trials.len(), 8);
    assert!(
        study.best()?.values.get::<f64>("network__learning_rate")? > 0.005,
        "{study}"
    );
    Ok(())
}

//! Networks as estimators.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use ml_core::{
    Estimator, Features, Fit as _, FitContext, Observer, Params, Persist, Predict as _, PredictProba as _,
    Result, Rng, Score as _, Target, Task,
    ndarray::{Array1, Array2, Axis, array, s},
};
use ml_nn::{
    Activation, Compile, Fit, Model, Sequential,
    callbacks::{Callback, EarlyStopping, LambdaCallback},
    estimator::{
        BuildModel, FittedMultiNetworkRegressor, FittedNetworkClassifier, FittedNetworkRegressor, Mlp,
        NetworkClassifier, NetworkRegressor, Problem,
    },
    layers::{Dense, IntoLayer},
    optimizers::{Adam, IntoOptimizer, Sgd},
};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Rows with three columns, and a curved function of them.
fn regression(rows: usize) -> (Array2<f64>, Array1<f64>) {
    let mut rng = Rng::new(3);
    let x = Array2::from_shape_simple_fn((rows, 3), || 2.0 * rng.uniform() - 1.0);
    let y = x.map_axis(Axis(1), |row| row[0].abs() + row[1] - 0.5 * row[2]);
    (x, y)
}

/// Rows of two columns in rings of so many classes, numbered 10, 20, ...
fn rings(rows: usize, classes: i64) -> (Array2<f64>, Array1<i64>) {
    let mut rng = Rng::new(4);
    let mut x = Array2::zeros((rows, 2));
    let mut y = Array1::zeros(rows);
    for row in 0..rows {
        let class = row as i64 % classes;
        let (radius, angle) = (
            class as f64 + 0.4 * rng.uniform(),
            std::f64::consts::TAU * rng.uniform(),
        );
        x[(row, 0)] = radius * angle.cos();
        x[(row, 1)] = radius * angle.sin();
        y[row] = 10 * (class + 1);
    }
    (x, y)
}

fn text<T>(result: Result<T>) -> String {
    result.err().unwrap().to_string()
}

#[test]
fn it_learns_what_the_model_learns_by_itself() -> Result<()> {
    let (x, y) = regression(100);
    let network = NetworkRegressor::new(Mlp::new().n_neurons(8).learning_rate(0.05))
        .epochs(5)
        .batch_size(16)
        .seed(9);
    let fitted = network.fit(x.view(), y.view())?;

    let mut model = Sequential::new()
        .add(Dense::new(8).activation(Activation::Relu).input_shape([3]))
        .add(Dense::new(1))
        .into_model()
        .seed(9);
    model.compile(Compile::new(Sgd::new(0.05), "mse"))?;
    let (x32, y32) = (x.mapv(|v| v as f32), y.mapv(|v| v as f32).insert_axis(Axis(1)));
    let history = model.fit(x32.clone(), y32, Fit::new().epochs(5).batch_size(16))?;
    assert_eq!(fitted.history, history);
    let theirs = model.predict(x32)?.to_vec::<f32>()?;
    let ours = fitted.predict(x.mapv(|v| v as f32).view())?;
    assert!(ours.iter().zip(&theirs).all(|(a, b)| (a - b).abs() < 1e-6));
    assert_eq!(fitted.model().count_params()?, 41);
    Ok(())
}

#[test]
fn early_stopping_watches_rows_that_are_held_out() -> Result<()> {
    let (x, y) = regression(200);
    let mlp = || Mlp::new().n_neurons(8).learning_rate(0.3);
    let split = NetworkRegressor::new(mlp())
        .epochs(200)
        .validation_split(0.25)
        .patience(3);
    let (held_x, held_y) = (x.slice(s![150.., ..]), y.slice(s![150..]));
    let data = NetworkRegressor::new(mlp())
        .epochs(200)
        .validation_data(held_x.to_owned(), held_y.to_owned())
        .patience(3);
    let by_split = split.fit(x.view(), y.view())?;
    let by_data = data.fit(x.slice(s![..150, ..]), y.slice(s![..150]))?;
    assert_eq!(by_split.history, by_data.history);
    let losses = by_data.history.get("val_loss");
    assert!(losses.len() < 200);
    // The weights are those of the best epoch.
    let least = losses.iter().copied().fold(f64::INFINITY, f64::min);
    let error = (by_data.predict(held_x)? - held_y).mapv(|v| v * v).sum() / 50.0;
    assert!((error - least).abs() < 1e-5, "{error} {least}");
    let without = text(NetworkRegressor::new(mlp()).patience(3).fit(x.view(), y.view()));
    assert_eq!(
        without,
        "patience = 3: must be none without rows to watch: set validation_split, or give validation_data"
    );
    Ok(())
}

#[test]
fn classes_keep_their_numbers() -> Result<()> {
    for classes in [2, 3] {
        let (x, y) = rings(240, classes);
        let mlp = Mlp::new().n_hidden(2).n_neurons(16).optimizer(Adam::new(0.02));
        let fitted = NetworkClassifier::new(mlp)
            .epochs(60)
            .seed(1)
            .fit(x.view(), y.view())?;
        assert_eq!(
            fitted.classes,
            (1..=classes).map(|class| 10 * class).collect::<Vec<_>>()
        );
        assert!(
            fitted.score(x.view(), y.view())? > 0.95,
            "{classes}: {}",
            fitted.score(x.view(), y.view())?
        );
        let probabilities = fitted.predict_proba(x.view())?;
        assert_eq!(probabilities.dim(), (240, classes as usize));
        assert!(
            probabilities
                .sum_axis(Axis(1))
                .iter()
                .all(|sum| (sum - 1.0).abs() < 1e-5)
        );
        let predicted = fitted.predict(x.view())?;
        for (row, class) in probabilities.axis_iter(Axis(0)).zip(&predicted) {
            let place = (class / 10 - 1) as usize;
            assert!(row.iter().all(|p| *p <= row[place]));
        }
        // Two classes are one sigmoid, more are a softmax.
        let outputs = if classes == 2 { 1 } else { 3 };
        assert_eq!(fitted.model().count_params()?, 48 + 272 + 17 * outputs);
    }
    Ok(())
}

/// The same rows with the same classes, whatever they are called, learn the same.
#[test]
fn classes_are_labels_of_any_kind() -> Result<()> {
    let (x, numbers) = rings(60, 2);
    let network = || NetworkClassifier::new(Mlp::new().n_neurons(8).learning_rate(0.1)).epochs(10);
    let expected = network()
        .validation_data(x.clone(), numbers.clone())
        .fit(x.view(), numbers.view())?;
    let predicted = expected.predict(x.view())?;
    let score = expected.score(x.view(), numbers.view())?;

    let truths = numbers.mapv(|class| class == 20);
    let by_truth = network()
        .validation_data(x.clone(), truths.clone())
        .fit(x.view(), truths.view())?;
    assert_eq!(by_truth.classes, [false, true]);
    assert_eq!(by_truth.history, expected.history);
    assert_eq!(by_truth.predict(x.view())?, predicted.mapv(|class| class == 20));
    assert_eq!(by_truth.score(x.view(), truths.view())?, score);

    let name = |class: i64| if class == 10 { "inner" } else { "outer" }.to_owned();
    let texts = numbers.mapv(name);
    let by_text = network()
        .validation_data(x.clone(), texts.clone())
        .fit(x.view(), texts.view())?;
    assert_eq!(by_text.classes, ["inner", "outer"]);
    assert_eq!(by_text.history, expected.history);
    assert_eq!(by_text.predict(x.view())?, predicted.mapv(name));
    let back = FittedNetworkClassifier::<String>::from_bytes(&by_text.to_bytes()?)?;
    assert_eq!(back.predict(x.view())?, predicted.mapv(name));
    let other = FittedNetworkClassifier::<bool>::from_bytes(&by_text.to_bytes()?);
    assert!(
        text(other).contains("FittedNetworkClassifier<String>"),
        "classes of one kind are none of another"
    );

    let small = numbers.mapv(|class| class as u8);
    let by_small = network().fit(x.view().mapv(|v| v as f32).view(), small.view())?;
    assert_eq!(by_small.classes, [10u8, 20]);
    // Rows to watch by may have classes of another type that are written alike.
    let mixed = network()
        .validation_data(x.clone(), numbers.clone())
        .fit(x.view(), small.view())?;
    assert_eq!(mixed.history, expected.history);
    let unseen = network().validation_data(x.clone(), numbers.mapv(|_| "none".to_owned()));
    assert!(text(unseen.fit(x.view(), texts.view())).contains("validation_data holds the class none"));
    Ok(())
}

/// Three columns, and two targets of them.
fn two_targets(rows: usize) -> (Array2<f64>, Array2<f64>) {
    let (x, y) = regression(rows);
    let second = x.map_axis(Axis(1), |row| 3.0 * row[2] - 1.0);
    let y = ml_core::ndarray::stack(Axis(1), &[y.view(), second.view()]).unwrap();
    (x, y)
}

#[test]
fn several_targets_are_learned_by_one_network() -> Result<()> {
    let (x, y) = two_targets(120);
    let network = NetworkRegressor::new(Mlp::new().n_neurons(16).learning_rate(0.1))
        .epochs(60)
        .seed(3);
    let fitted = network.fit(x.view(), y.view())?;
    assert_eq!(fitted.model().count_params()?, 4 * 16 + 17 * 2);
    let predicted = fitted.predict(x.view())?;
    assert_eq!(predicted.dim(), (120, 2));
    // R² by hand: the mean over the targets.
    let r2 = |target: usize| {
        let (y, predicted) = (y.column(target), predicted.column(target));
        let mean = y.sum() / 120.0;
        1.0 - (&y - &predicted).mapv(|v| v * v).sum() / y.mapv(|v| (v - mean).powi(2)).sum()
    };
    let score = fitted.score(x.view(), y.view())?;
    assert!(
        (score - (r2(0) + r2(1)) / 2.0).abs() < 1e-9 && score > 0.9,
        "{score}"
    );
    // The model trained by itself does the same.
    let mut model = Sequential::new()
        .add(Dense::new(16).activation(Activation::Relu).input_shape([3]))
        .add(Dense::new(2))
        .into_model()
        .seed(3);
    model.compile(Compile::new(Sgd::new(0.1), "mse"))?;
    let (x32, y32) = (x.mapv(|v| v as f32), y.mapv(|v| v as f32));
    let history = model.fit(x32.clone(), y32, Fit::new().epochs(60))?;
    assert_eq!(fitted.history, history);
    let single = fitted.predict(x32.view())?;
    assert!(
        single
            .iter()
            .zip(model.predict(x32)?.to_vec::<f32>()?)
            .all(|(a, b)| *a == b)
    );
    let back = FittedMultiNetworkRegressor::from_bytes(&fitted.to_bytes()?)?;
    assert_eq!(back.predict(x.view())?, predicted);
    // One target as a column is that target.
    let column = y.slice(s![.., ..1]);
    let one = network.fit(x.view(), column)?.predict(x.view())?;
    assert_eq!(
        one.column(0),
        network.fit(x.view(), y.column(0))?.predict(x.view())?
    );
    // With rows to watch by, of as many targets.
    let watched = NetworkRegressor::new(Mlp::new().n_neurons(4))
        .epochs(3)
        .validation_data(x.clone(), y.clone());
    assert_eq!(watched.fit(x.view(), y.view())?.history.get("val_loss").len(), 3);
    assert_eq!(
        text(watched.fit(x.view(), y.column(0))),
        "NetworkRegressor: the model gives 1 numbers a row, but there are 2 targets; give the last layer a unit for each \
         target: problem.outputs()"
    );
    let kept = NetworkRegressor::from_bytes(&watched.to_bytes()?)?;
    assert_eq!(
        kept.fit(x.view(), y.view())?.history,
        watched.fit(x.view(), y.view())?.history
    );
    Ok(())
}

#[test]
fn mistakes_with_several_targets_are_named() -> Result<()> {
    let (x, y) = two_targets(20);
    let plain = || NetworkRegressor::new(Mlp::new()).epochs(1);
    let fit = |y: &Array2<f64>| text(plain().fit(x.view(), y.view()));
    let mut holed = y.clone();
    holed[(4, 1)] = f64::NAN;
    assert_eq!(
        fit(&holed),
        "NetworkRegressor: y holds NaN at row 4, column 1; drop rows whose targets are not known"
    );
    assert_eq!(
        fit(&Array2::zeros((20, 0))),
        "NetworkRegressor: y (0 columns) is empty; at least 1 column needed"
    );
    assert!(fit(&Array2::zeros((19, 2))).contains("x has 20 rows, but y has 19"));
    let cube = ml_core::ndarray::Array3::<f64>::zeros((20, 1, 1));
    let odd = plain().validation_data(x.clone(), cube);
    assert_eq!(
        text(odd.fit(x.view(), y.view())),
        "validation_data: shape [20, 1, 1] does not fit; targets are a number a row, or a row of numbers"
    );
    let fitted = plain().fit(x.view(), y.view())?;
    assert_eq!(fitted.predict(x.slice(s![..0, ..]))?.dim(), (0, 2));
    let wide = Array2::zeros((20, 3));
    assert!(text(fitted.score(x.view(), wide.view())).contains("cannot combine shape [20, 3] with [20, 2]"));
    assert!(text(fitted.score(x.slice(s![..0, ..]), y.slice(s![..0, ..]))).contains("is empty"));
    assert!(text(fitted.score(x.view(), holed.view())).contains("y holds NaN at row 4, column 1"));
    Ok(())
}

#[test]
fn problems_made_by_hand_are_those_of_the_estimators() -> Result<()> {
    let by_fit = problem();
    assert_eq!(by_fit, Problem::regression(3).seed(77));
    assert_eq!(Problem::regression(3).targets(4).outputs(), 4);
    let outputs = [2, 3, 10].map(|classes| Problem::classification(5, classes).outputs());
    assert_eq!(outputs, [1, 3, 10]);
    let model = Mlp::new()
        .n_hidden(0)
        .build(&Problem::classification(5, 3).seed(6))?;
    assert_eq!((model.count_params()?, model.seed_value()), (18, 6));
    Ok(())
}

#[test]
fn weights_count_as_rows_that_come_again() -> Result<()> {
    let (x, y) = regression(32);
    let twice = ml_core::ndarray::concatenate(Axis(0), &[x.view(), x.view()]).unwrap();
    let twice_y = ml_core::ndarray::concatenate(Axis(0), &[y.view(), y.view()]).unwrap();
    let network = |batch| {
        NetworkRegressor::new(Mlp::new().learning_rate(0.1))
            .epochs(20)
            .batch_size(batch)
            .shuffle(false)
    };
    let one = network(32).fit_weighted(x.view(), y.view(), Array1::from_elem(32, 1.0).view())?;
    let two = network(64).fit(twice.view(), twice_y.view())?;
    let apart = (one.predict(x.view())? - two.predict(x.view())?).mapv(f64::abs);
    assert!(apart.iter().all(|&v| v < 1e-5), "{apart}");
    let mut first = Array1::zeros(32);
    first[0] = 1.0;
    let only = network(32)
        .epochs(300)
        .fit_weighted(x.view(), y.view(), first.view())?;
    assert!((only.predict(x.slice(s![..1, ..]))?[0] - y[0]).abs() < 0.01);
    assert!(
        text(network(32).fit_weighted(x.view(), y.view(), Array1::from_elem(32, -1.0).view()))
            .contains("weights")
    );
    // The score too: with weight on one row that it meets, it is 1; R² by hand otherwise.
    let flat = |y: &Array1<f64>| {
        let mean = y.sum() / 32.0;
        y.mapv(|v| (v - mean).powi(2)).sum()
    };
    let error = (&one.predict(x.view())? - &y).mapv(|v| v * v).sum();
    assert!((one.score(x.view(), y.view())? - (1.0 - error / flat(&y))).abs() < 1e-9);
    Ok(())
}

#[test]
fn hyperparameters_have_paths() -> Result<()> {
    let mut network = NetworkRegressor::new(Mlp::new());
    let names: Vec<String> = network.params().into_iter().map(|(name, _)| name).collect();
    assert_eq!(
        names,
        [
            "epochs",
            "batch_size",
            "shuffle",
            "validation_split",
            "patience",
            "seed",
            "network__n_hidden",
            "network__n_neurons",
            "network__activation",
            "network__dropout",
            "network__l2",
            "network__optimizer",
            "network__learning_rate",
            "network__loss"
        ]
    );
    network.set_param("network__activation", &json!("Tanh"))?;
    network.set_param("patience", &json!(4))?;
    let adam = serde_json::to_value(Adam::new(0.01).into_optimizer()).unwrap();
    network.set_param("network__optimizer", &adam)?;
    network.set_param("network__learning_rate", &json!(0.5))?;
    assert_eq!(network.training.patience, Some(4));
    let model = network.network.build(&problem())?;
    assert!((model.optimizer()?.learning_rate()? - 0.5).abs() < 1e-12);
    assert!(format!("{:?}", model.optimizer()?.settings()).contains("Adam"));
    assert_eq!(
        text(network.set_param("epoch", &json!(4))).split(';').next(),
        Some("NetworkRegressor has no hyperparameter \"epoch\"")
    );
    assert!(
        text(network.set_param("epochs", &json!("many"))).starts_with("NetworkRegressor.epochs = \"many\"")
    );
    assert!(text(network.set_param("network__n_hidden", &json!(-1))).starts_with("Mlp.n_hidden = -1"));
    Ok(())
}

/// The problem that `fit` would give: three columns, one number.
fn problem() -> Problem {
    #[derive(Debug, Clone, Default, Serialize, Deserialize)]
    struct Asks;
    ml_core::impl_params!(Asks);
    static SEEN: std::sync::Mutex<Option<Problem>> = std::sync::Mutex::new(None);
    #[typetag::serde]
    impl BuildModel for Asks {
        fn build(&self, problem: &Problem) -> Result<Model> {
            *SEEN.lock().unwrap() = Some(*problem);
            Mlp::new().build(problem)
        }
    }
    let (x, y) = regression(10);
    NetworkRegressor::new(Asks)
        .epochs(1)
        .seed(77)
        .fit(x.view(), y.view())
        .unwrap();
    let seen = SEEN.lock().unwrap().unwrap();
    assert_eq!(
        (seen.inputs, seen.classes, seen.seed, seen.outputs()),
        (3, None, 77, 1)
    );
    seen
}

#[test]
fn it_comes_back_from_a_file_the_same() -> Result<()> {
    let (x, y) = regression(50);
    let network = NetworkRegressor::new(Mlp::new().dropout(0.1).optimizer(Adam::new(0.01))).epochs(3);
    let again = NetworkRegressor::from_bytes(&network.to_bytes()?)?;
    assert_eq!(again.params(), network.params());
    let fitted = network.fit(x.view(), y.view())?;
    let bytes = fitted.to_bytes()?;
    let back = FittedNetworkRegressor::from_bytes(&bytes)?;
    assert_eq!(back.predict(x.view())?, fitted.predict(x.view())?);
    assert_eq!(back.history, fitted.history);
    let boxed: Box<dyn ml_core::Model> = Box::new(fitted.clone());
    let boxed = Box::<dyn ml_core::Model>::from_bytes(&boxed.to_bytes()?)?;
    assert_eq!(
        boxed.predict_features(&x.view().into())?,
        fitted.predict(x.view())?.into()
    );
    for place in (0..bytes.len()).step_by(97) {
        let mut bad = bytes.clone();
        bad[place] ^= 1;
        assert!(FittedNetworkRegressor::from_bytes(&bad).is_err(), "{place}");
    }
    let (x, y) = rings(60, 3);
    let fitted = NetworkClassifier::new(Mlp::new())
        .epochs(2)
        .fit(x.view(), y.view())?;
    let back = FittedNetworkClassifier::<i64>::from_bytes(&fitted.to_bytes()?)?;
    assert_eq!(back.predict_proba(x.view())?, fitted.predict_proba(x.view())?);
    assert_eq!(back.classes, [10, 20, 30]);
    Ok(())
}

#[test]
fn callbacks_are_made_for_each_training() -> Result<()> {
    let (x, y) = regression(40);
    let epochs = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&epochs);
    let network = NetworkRegressor::new(Mlp::new()).epochs(4).callbacks(move || {
        let counted = Arc::clone(&counted);
        let count = LambdaCallback::new().on_epoch_end(move |_, _| {
            counted.fetch_add(1, Ordering::Relaxed);
            Ok(())
        });
        vec![
            Box::new(count) as Box<dyn Callback>,
            Box::new(EarlyStopping::new().monitor("loss").min_delta(1e9)),
        ]
    });
    // Nothing improves by a milliard: training ends after the second epoch.
    for fits in 1..=2 {
        network.fit(x.view(), y.view())?;
        assert_eq!(epochs.load(Ordering::Relaxed), 2 * fits);
    }
    assert!(text(network.to_bytes()).contains("callbacks are code"));
    assert!(network.without_callbacks().to_bytes().is_ok());
    Ok(())
}

#[test]
fn an_observer_is_told_of_every_epoch() -> Result<()> {
    struct Told(AtomicUsize);
    impl Observer for Told {
        fn start(&self, _: &str, _: u64) {
            self.0.fetch_add(1, Ordering::Relaxed);
        }
        fn advance(&self, _: &str, _: u64) {}
        fn finish(&self, _: &str) {}
    }
    let told = Told(AtomicUsize::new(0));
    let (x, y) = regression(40);
    let network: Box<dyn Estimator> = Box::new(NetworkRegressor::new(Mlp::new()).epochs(3));
    assert_eq!(network.task(), Task::Regression);
    network.fit_features(&x.view().into(), &y.into(), &FitContext::observed(&told))?;
    assert_eq!(told.0.into_inner(), 3);
    Ok(())
}

/// A network whose output is not what the problem needs.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Odd {
    units: usize,
    activation: Activation,
}
ml_core::impl_params!(Odd);

#[typetag::serde]
impl BuildModel for Odd {
    fn build(&self, problem: &Problem) -> Result<Model> {
        let last = Dense::new(self.units).activation(self.activation.clone());
        let mut model = Sequential::new()
            .add(last.input_shape([problem.inputs]))
            .into_model();
        model.compile(Compile::new("sgd", "mse"))?;
        Ok(model)
    }
}

#[test]
fn mistakes_are_named() -> Result<()> {
    let (x, y) = regression(20);
    let (rx, ry) = rings(20, 3);
    let odd = |units, activation| Odd { units, activation };
    let regressor = |network: Odd| text(NetworkRegressor::new(network).epochs(1).fit(x.view(), y.view()));
    assert_eq!(
        regressor(odd(2, Activation::Linear)),
        "NetworkRegressor: the model gives 2 numbers a row, but there is one target; give the last layer a unit for each target: problem.outputs()"
    );
    let classifier = |network: Odd| {
        text(
            NetworkClassifier::new(network)
                .epochs(1)
                .fit(rx.view(), ry.view()),
        )
    };
    assert!(
        classifier(odd(2, Activation::Softmax))
            .contains("the model gives 2 numbers a row, but y has 3 classes")
    );
    let two = ry.mapv(|class| class.min(20));
    let linear = NetworkClassifier::new(odd(1, Activation::Linear))
        .epochs(1)
        .fit(rx.view(), two.view())?;
    assert!(
        text(linear.predict_proba(array![[1e6, 1e6], [-1e6, -1e6]].view()))
            .contains("as a probability; end it with a softmax")
    );
    let plain = || NetworkRegressor::new(Mlp::new()).epochs(1);
    let fit = |network: NetworkRegressor| text(network.fit(x.view(), y.view()));
    assert_eq!(
        fit(NetworkRegressor::new(Mlp::new().n_neurons(0))),
        "n_neurons = 0: must be at least 1"
    );
    assert_eq!(
        fit(NetworkRegressor::new(Mlp::new().dropout(1.0))),
        "dropout = 1: must be at least 0 and below 1"
    );
    assert_eq!(
        fit(NetworkRegressor::new(Mlp::new().l2(-1.0))),
        "l2 = -1: must be finite and at least 0"
    );
    assert!(fit(NetworkRegressor::new(Mlp::new().loss("mess"))).contains("\"mess\""));
    assert_eq!(fit(plain().epochs(0)), "epochs = 0: must be at least 1");
    assert_eq!(fit(plain().batch_size(0)), "batch_size = 0: must be at least 1");
    assert!(fit(plain().validation_split(1.0)).starts_with("validation_split = 1"));
    assert!(
        fit(plain().validation_data(Array2::zeros((5, 2)), Array1::zeros(5))).contains("expected 3 columns")
    );
    assert!(
        fit(plain().validation_data(Array2::zeros((5, 3)), Array1::zeros(4))).contains("validation_data")
    );
    let mut bad = x.clone();
    bad[(3, 1)] = f64::NAN;
    assert!(
        text(plain().fit(bad.view(), y.view()))
            .starts_with("NetworkRegressor: x holds NaN at row 3, column 1")
    );
    assert!(text(plain().fit(x.view(), y.slice(s![..5]))).contains("20 rows"));
    assert!(text(plain().fit(x.slice(s![..0, ..]), y.slice(s![..0]))).contains("is empty"));
    let fitted = plain().fit(x.view(), y.view())?;
    assert!(text(fitted.predict(rx.view())).contains("expected 3 columns as in fit, got 2"));
    assert_eq!(fitted.predict(x.slice(s![..0, ..]))?.len(), 0);
    let one = NetworkClassifier::new(Mlp::new()).fit(rx.view(), Array1::from_elem(20, 7i64).view());
    assert_eq!(
        text(one),
        "NetworkClassifier: y holds one class only, 7; give rows of at least two classes"
    );
    let unseen = NetworkClassifier::new(Mlp::new()).validation_data(rx.clone(), Array1::from_elem(20, 7));
    assert!(text(unseen.fit(rx.view(), ry.view())).contains("validation_data holds the class 7"));
    let classes = plain().fit_features(
        &Features::from(x.view()),
        &Target::from(ry.clone()),
        &FitContext::default(),
    );
    assert!(text(classes).contains("a target of numbers"));
    Ok(())
}

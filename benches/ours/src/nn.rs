//! The workloads of `nn-*`: networks that train and answer.

use std::{path::Path, time::Instant};

use anyhow::{Context, Result, bail};
use ml_classic::model_selection::{GridSearchCV, ParamGrid};
use ml_core::{
    Fit as _, Tensor,
    ndarray::{Array1, Array2, s},
    persist::npy::read_npy,
};
use ml_nn::{
    Activation, Compile, Fit, Model, Sequential,
    callbacks::{Callback, Run},
    estimator::{Mlp, NetworkRegressor},
    layers::{BatchNormalization, Dense, Dropout},
    optimizers::{Adam, Sgd},
};

use crate::{
    measure::{Measures, measures, timed},
    networks::{
        ADAM_RATE, BATCH, CLASSES, DROPPED, EPOCHS, HIDDEN, HOUSING_EPOCHS, HOUSING_RATE, HOUSING_ROWS,
        PIXELS, SGD_RATE, VALIDATION, answers, start, trained,
    },
};

const SEED: u64 = 42;
/// What a random search drew once, for both sides: hidden layers from 0 to 3, neurons from 1 to 100, rates from 3e-4 to
/// 3e-2 by their logarithm.
const TRIALS: [(usize, usize, f64); 10] = [
    (2, 67, 0.0031),
    (1, 14, 0.0004),
    (3, 88, 0.0112),
    (0, 42, 0.0008),
    (1, 95, 0.0205),
    (2, 23, 0.0016),
    (3, 51, 0.0007),
    (1, 74, 0.0058),
    (0, 9, 0.0259),
    (2, 36, 0.0142),
];
/// Epochs of a fit of the search, and its folds.
const SEARCH_EPOCHS: usize = 3;
const SEARCH_FOLDS: usize = 3;

/// Runs the workload `name` on the data in `folder`.
pub(crate) fn run(name: &str, folder: &Path) -> Result<Measures> {
    match name {
        "nn-classifier" => train_classifier(folder, false),
        "nn-classifier-adam" => train_classifier(folder, true),
        "nn-housing" => housing(folder),
        "nn-latency" => latency(folder),
        "nn-search" => search(folder),
        "nn-start" => start(["nn-first-batch".into(), folder.into()]),
        "nn-first-batch" => first_batch(),
        _ => bail!("no workload {name:?}"),
    }
}

/// The seconds of every epoch.
#[derive(Default)]
struct Epochs {
    begun: Option<Instant>,
    seconds: Vec<f64>,
}

impl Callback for Epochs {
    fn on_epoch_begin(&mut self, _: usize, _: &mut Run<'_>) -> ml_core::Result<()> {
        self.begun = Some(Instant::now());
        Ok(())
    }

    fn on_epoch_end(&mut self, _: usize, run: &mut Run<'_>) -> ml_core::Result<()> {
        run.logs()?;
        self.seconds
            .extend(self.begun.take().map(|begun| begun.elapsed().as_secs_f64()));
        Ok(())
    }
}

fn train(model: &mut Model, x: &Tensor, y: &Tensor, epochs: usize) -> Result<Measures> {
    let mut clock = Epochs::default();
    let history = model.fit(x, y, Fit::new().epochs(epochs).callback(&mut clock))?;
    let loss = history.last("loss").context("an epoch was trained")?;
    Ok(trained(&clock.seconds, loss))
}

/// Images from 0 to 1 as rows, and the class of each.
fn images(folder: &Path) -> Result<(Tensor, Tensor)> {
    let x: Array2<u8> = read_npy(folder.join("fashion_train_x.npy"))?;
    let y: Array1<u8> = read_npy(folder.join("fashion_train_y.npy"))?;
    let x = x.slice(s![VALIDATION.., ..]).mapv(|byte| f32::from(byte) / 255.0);
    let y = y.slice(s![VALIDATION..]).to_vec();
    Ok((Tensor::from_ndarray(x), Tensor::from(y)))
}

/// 784-300-100-10; `full` adds batch normalisation and dropout, and trains by Adam.
fn classifier(full: bool) -> Result<Model> {
    let mut stack = Sequential::new();
    for units in HIDDEN {
        stack = stack.add(Dense::new(units).activation(Activation::Relu));
        if full {
            stack = stack.add(BatchNormalization::new()).add(Dropout::new(DROPPED));
        }
    }
    let mut model = stack
        .add(Dense::new(CLASSES).activation(Activation::Softmax))
        .into_model()
        .seed(SEED);
    let loss = "sparse_categorical_crossentropy";
    let compile = match full {
        true => Compile::new(Adam::new(ADAM_RATE), loss),
        false => Compile::new(Sgd::new(SGD_RATE), loss),
    };
    model.compile(compile.metric("accuracy"))?;
    Ok(model)
}

fn train_classifier(folder: &Path, full: bool) -> Result<Measures> {
    let (x, y) = images(folder)?;
    train(&mut classifier(full)?, &x, &y, EPOCHS)
}

fn housing(folder: &Path) -> Result<Measures> {
    let x: Array2<f32> = read_npy(folder.join("nn_housing_x.npy"))?;
    let y: Array1<f32> = read_npy(folder.join("nn_housing_y.npy"))?;
    let x = Tensor::from_ndarray(x.slice(s![..HOUSING_ROWS, ..]).to_owned());
    let y = Tensor::from(y.slice(s![..HOUSING_ROWS]).to_vec()).expand_dims(-1)?;
    let mut model = Sequential::new()
        .add(Dense::new(30).activation(Activation::Relu))
        .add(Dense::new(1))
        .into_model()
        .seed(SEED);
    model.compile(Compile::new(Sgd::new(HOUSING_RATE), "mse"))?;
    train(&mut model, &x, &y, HOUSING_EPOCHS)
}

fn search(folder: &Path) -> Result<Measures> {
    let x: Array2<f32> = read_npy(folder.join("nn_housing_x.npy"))?;
    let y: Array1<f32> = read_npy(folder.join("nn_housing_y.npy"))?;
    let x = x.slice(s![..HOUSING_ROWS, ..]).mapv(f64::from);
    let y = y.slice(s![..HOUSING_ROWS]).mapv(f64::from);
    let network = NetworkRegressor::new(Mlp::new()).epochs(SEARCH_EPOCHS).seed(SEED);
    let trials = TRIALS.map(|(layers, neurons, rate)| {
        ParamGrid::new()
            .values("network__n_hidden", [layers])
            .values("network__n_neurons", [neurons])
            .values("network__learning_rate", [rate])
    });
    let search = GridSearchCV::new(network, trials)
        .cv(SEARCH_FOLDS)
        .scoring("neg_mean_squared_error")
        .refit(false);
    let (found, search_s) = timed(|| search.fit(x, y))?;
    Ok(measures([
        ("search_s", search_s),
        ("best_mse", -found.best_score),
    ]))
}

fn latency(folder: &Path) -> Result<Measures> {
    let (x, _) = images(folder)?;
    let model = classifier(false)?;
    model.build([PIXELS])?;
    let image = |row: usize| Ok(x.narrow(0, Some(row as isize), Some(row as isize + 1))?);
    answers(image, |image| Ok(model.predict(&image)?))
}

/// Trains the classifier on one batch that needs no reading.
fn first_batch() -> Result<Measures> {
    let x = Tensor::full([BATCH, PIXELS], 0.5f32)?;
    let y = Tensor::from((0..BATCH).map(|i| (i % CLASSES) as i64).collect::<Vec<i64>>());
    let logs = classifier(false)?.train_on_batch(&x, &y)?;
    let loss = logs.get("loss").context("a batch was trained")?;
    Ok(measures([("loss", loss)]))
}

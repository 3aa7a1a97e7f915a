//! Callbacks: saving, stopping, rates, logs, NaN.

use ml_core::{Result, Tensor};
use ml_nn::{
    Compile, Fit, History, Model, Sequential,
    callbacks::{
        BackupAndRestore, Better, Callback, CsvLogger, EarlyStopping, LambdaCallback, LearningRateScheduler,
        ModelCheckpoint, ReduceLrOnPlateau, Run, TerminateOnNaN,
    },
    layers::{Dense, IntoLayer, Lambda},
    optimizers::Sgd,
    training::Batch,
};

/// Puts numbers of the test's into the logs, as if the model had reached them.
struct Script(&'static str, Vec<f64>);

impl Callback for Script {
    fn on_epoch_end(&mut self, epoch: usize, run: &mut Run<'_>) -> Result<()> {
        let (name, value) = (self.0, self.1[epoch]);
        run.logs_mut().unwrap().insert(name, value);
        Ok(())
    }
}

/// One neuron whose bias moves by a step each epoch: weights tell the epoch.
fn counter() -> Result<Model> {
    let mut model = Sequential::new().add(Dense::new(1).input_shape([1])).into_model();
    model.compile(Compile::new(Sgd::new(0.5), "mae"))?;
    Ok(model)
}

fn run(fit: Fit<'_>) -> Result<(Model, History)> {
    let (x, y) = (Tensor::from([[0.0f32]]), Tensor::from([[1000.0f32]]));
    let mut model = counter()?;
    let history = model.fit(&x, &y, fit)?;
    Ok((model, history))
}

fn bias(model: &Model) -> f32 {
    model.get_weights()[1].item().unwrap()
}

#[test]
fn stopping_early_waits_and_puts_the_best_weights_back() -> Result<()> {
    let losses = vec![5.0, 3.0, 4.0, 2.95, 3.5, 3.2, 9.0, 9.0];
    let stopped = |mut stopping: EarlyStopping, losses: &[f64]| -> Result<(usize, Option<usize>, f32)> {
        let fit = Fit::new()
            .epochs(losses.len())
            .callback(Script("val_loss", losses.to_vec()));
        let (model, history) = run(fit.callback(&mut stopping))?;
        Ok((history.epoch.len(), stopping.best_epoch(), bias(&model)))
    };
    // By hand: the best is epoch 3, two worse ones follow.
    let patient = || EarlyStopping::new().patience(2);
    assert_eq!(stopped(patient(), &losses)?, (6, Some(3), 3.0));
    assert_eq!(
        stopped(patient().restore_best_weights(true), &losses)?,
        (6, Some(3), 2.0)
    );
    // 2.95 is no progress by 0.1: epochs 2 and 3 are two worse ones.
    assert_eq!(stopped(patient().min_delta(0.1), &losses)?, (4, Some(1), 2.0));
    // Epochs before the second do not count.
    assert_eq!(
        stopped(EarlyStopping::new().start_from_epoch(2), &losses)?,
        (5, Some(3), 2.5)
    );
    // No epoch beats the baseline: better ones do not end the waiting.
    assert_eq!(stopped(patient().baseline(1.0), &losses)?.0, 3);
    let accuracy = || EarlyStopping::new().mode(Better::Max);
    assert_eq!(stopped(accuracy(), &[0.1, 0.2, 0.3, 0.2])?, (4, Some(2), 2.0));
    let error = run(Fit::new().callback(EarlyStopping::new()))
        .unwrap_err()
        .to_string();
    assert_eq!(
        error,
        "monitor: the logs have no \"val_loss\"; they have: loss; monitor one of these; names with val_ need validation data"
    );
    Ok(())
}

#[test]
fn checkpoints_are_written_always_or_when_best() -> Result<()> {
    let folder = tempfile::tempdir().unwrap();
    let script = || Script("val_loss", vec![3.0, 4.0, 2.0, 2.5]);
    let pattern = folder
        .path()
        .join("all/model-{epoch:02d}-{val_loss:.1f}.safetensors");
    let mut all = ModelCheckpoint::new(&pattern);
    run(Fit::new().epochs(4).callback(script()).callback(&mut all))?;
    let mut names: Vec<String> = std::fs::read_dir(folder.path().join("all"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    assert_eq!((names.len(), &*names[2]), (4, "model-03-2.0.safetensors"));
    assert!(all.saved().unwrap().ends_with("model-04-2.5.safetensors"));
    let best = folder.path().join("best.safetensors");
    let checkpoint = ModelCheckpoint::new(&best).save_best_only(true);
    run(Fit::new().epochs(4).callback(script()).callback(checkpoint))?;
    assert_eq!(bias(&Model::load(&best)?), 1.5, "after the third epoch");
    let weights = folder.path().join("weights.safetensors");
    let checkpoint = ModelCheckpoint::new(&weights)
        .save_weights_only(true)
        .every_batches(2);
    run(Fit::new().epochs(3).callback(checkpoint))?;
    let model = counter()?;
    model.load_weights(&weights)?;
    assert_eq!(bias(&model), 1.0, "after the second step of three");
    let none = folder.path().join("none.safetensors");
    let strict = ModelCheckpoint::new(&none)
        .save_best_only(true)
        .initial_value_threshold(1.0);
    run(Fit::new().epochs(4).callback(script()).callback(strict))?;
    assert!(!none.exists());
    Ok(())
}

#[test]
fn the_rate_falls_on_a_plateau_rests_and_has_a_floor() -> Result<()> {
    let losses = vec![1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 0.5, 0.5, 0.5, 0.5];
    let plateau = ReduceLrOnPlateau::new()
        .factor(0.5)
        .patience(2)
        .cooldown(1)
        .min_learning_rate(0.1);
    let fit = Fit::new()
        .epochs(10)
        .callback(Script("val_loss", losses))
        .callback(plateau);
    let (model, history) = run(fit)?;
    // By hand: two bad epochs halve; the next ends the rest and counts again.
    let rates = [0.5, 0.5, 0.5, 0.25, 0.25, 0.125, 0.125, 0.125, 0.125, 0.1];
    assert_eq!(history.get("learning_rate"), rates);
    assert_eq!(model.optimizer()?.learning_rate()?, 0.1);
    let error = run(Fit::new().callback(ReduceLrOnPlateau::new().factor(1.0)))
        .unwrap_err()
        .to_string();
    assert!(error.contains("factor = 1"), "{error}");
    Ok(())
}

#[test]
fn logs_are_appended_under_their_header() -> Result<()> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("log.csv");
    let log = || CsvLogger::new(&path).separator(";");
    run(Fit::new().epochs(2).callback(log()))?;
    run(Fit::new()
        .epochs(1)
        .callback(Script("own", vec![7.0]))
        .callback(log().append(true)))?;
    let text = || std::fs::read_to_string(&path).unwrap();
    assert_eq!(text(), "epoch;loss\n0;1000\n1;999.5\n0;1000\n");
    run(Fit::new().epochs(1).callback(log()))?;
    assert_eq!(text(), "epoch;loss\n0;1000\n");
    let nowhere = CsvLogger::new(folder.path().join("none/log.csv"));
    let error = run(Fit::new().callback(nowhere)).unwrap_err().to_string();
    assert!(error.contains("cannot write"), "{error}");
    Ok(())
}

#[test]
fn the_first_nan_is_found_where_it_is_made() -> Result<()> {
    let x = Tensor::from([[1.0f32], [4.0], [-1.0], [9.0]]);
    let y = x.zeros_like()?;
    let found = |model: &mut Model| -> Result<(Option<String>, usize)> {
        let mut terminate = TerminateOnNaN::new();
        let fit = Fit::new()
            .epochs(9)
            .batch_size(1)
            .shuffle(false)
            .callback(&mut terminate);
        let epochs = model.fit(&x, &y, fit)?.epoch.len();
        Ok((
            terminate
                .found()
                .map(|found| format!("{} {}", found.batch, found.place)),
            epochs,
        ))
    };
    let network = |layer: Lambda, loss: &str| -> Result<Model> {
        let mut model = Sequential::new()
            .add(
                Dense::new(1)
                    .kernel_initializer(ml_nn::initializers::Ones)
                    .input_shape([1]),
            )
            .add(layer.named("odd"))
            .add(Dense::new(1))
            .into_model();
        model.compile(Compile::new(Sgd::new(0.0), loss))?;
        Ok(model)
    };
    let mut rooted = network(Lambda::new("root", |x| x.sqrt()), "mse")?;
    let before = rooted.get_weights();
    assert_eq!(
        found(&mut rooted)?,
        (Some("2 the output of layer \"odd\" (Lambda)".to_owned()), 1)
    );
    for (before, after) in before.iter().zip(rooted.get_weights()) {
        assert_eq!(before.array()?, after.array()?, "those from before the step");
    }
    // Momenta too: they would carry the NaN into every step to come.
    rooted.compile(Compile::new(Sgd::new(0.001).momentum(0.9), "mse"))?;
    found(&mut rooted)?;
    let optimizer = rooted.optimizer()?;
    assert_eq!(optimizer.iterations().value().item::<i64>()?, 2);
    let finite = |kept: &ml_core::autodiff::Variable| -> Result<bool> {
        let values = kept.value().cast(ml_core::DType::F64)?.to_vec::<f64>()?;
        Ok(values.iter().all(|value| value.is_finite()))
    };
    for kept in optimizer.state() {
        assert!(finite(&kept)?, "{}", kept.name());
    }
    let mut fine = network(Lambda::new("same", |x| Ok(x.clone())), "mse")?;
    assert_eq!(found(&mut fine)?, (None, 9));
    let mut broken = network(Lambda::new("same", |x| Ok(x.clone())), "mse")?;
    let mut weights = broken.get_weights();
    weights[1] = Tensor::from([f32::NAN]);
    broken.set_weights(&weights)?;
    assert_eq!(
        found(&mut broken)?.0,
        Some("0 the weight \"dense/bias\"".to_owned())
    );
    let root = ml_nn::losses::FnLoss::new("root", |t, p| p.sub(t)?.abs()?.neg()?.sqrt()?.squeeze(&[-1]));
    fine.compile(Compile::new(Sgd::new(0.0), root))?;
    assert_eq!(found(&mut fine)?.0, Some("0 the loss itself".to_owned()));
    Ok(())
}

#[test]
fn a_backup_of_something_else_is_refused_and_batches_go_on_too() -> Result<()> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("backup.safetensors");
    let batches = |epoch: usize| {
        let y = Tensor::from([[1000.0f32 * (epoch + 1) as f32]]);
        [Batch::new(Tensor::from([[0.0f32]]), y)].into_iter().map(Ok)
    };
    let losses = |epochs: usize| -> Result<Vec<f64>> {
        let fit = Fit::new()
            .epochs(epochs)
            .callback(BackupAndRestore::new(&path).keep(true));
        Ok(counter()?.fit_batches(batches, fit)?.get("loss").to_vec())
    };
    losses(2)?;
    assert_eq!(losses(4)?, [1000.0, 1999.5, 2999.0, 3998.5]);
    let two = Fit::new()
        .epochs(9)
        .callback(BackupAndRestore::new(&path))
        .callback(LambdaCallback::new());
    let error = counter()?.fit_batches(batches, two).unwrap_err().to_string();
    assert!(error.contains("had 1 callbacks, this one has 2"), "{error}");
    let mut other = Sequential::new().add(Dense::new(2).input_shape([1])).into_model();
    other.compile(Compile::new("sgd", "mae"))?;
    let fit = Fit::new().callback(BackupAndRestore::new(&path));
    let error = other.fit_batches(batches, fit).unwrap_err().to_string();
    assert!(error.contains("other layers or settings"), "{error}");
    Ok(())
}

#[test]
fn a_rate_by_epoch_is_refused_beside_a_schedule() -> Result<()> {
    let mut model = counter()?;
    let decay = ml_nn::schedules::ExponentialDecay::new(0.1, 10.0, 0.5);
    model.compile(Compile::new(Sgd::new(decay), "mse"))?;
    let x = Tensor::from([[0.0f32]]);
    let fit = Fit::new().callback(LearningRateScheduler::new(|_, rate| rate / 2.0));
    let error = model.fit(&x, &x, fit).unwrap_err().to_string();
    assert!(error.contains("follows the schedule"), "{error}");
    Ok(())
}

/// What is tested on only now and then has a column from the first line on.
#[test]
fn logs_have_columns_for_what_comes_later() -> Result<()> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("log.csv");
    let (x, y) = (Tensor::from([[1.0f32], [2.0]]), Tensor::from([[2.0f32], [4.0]]));
    let mut model = Sequential::new().add(Dense::new(1).input_shape([1])).into_model();
    model.compile(Compile::new(Sgd::new(0.0), "mse"))?;
    model.set_weights(&[Tensor::from([[1.0f32]]), Tensor::from([0.0f32])])?;
    let fit = Fit::new().epochs(3).validation_data(&x, &y).validation_freq(2);
    model.fit(&x, &y, fit.callback(CsvLogger::new(&path)))?;
    let text = std::fs::read_to_string(&path).unwrap();
    assert_eq!(text, "epoch,loss,val_loss\n0,2.5,NA\n1,2.5,2.5\n2,2.5,NA\n");
    Ok(())
}
